/* readiness: commands that wait until one of several sockets is ready. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "command/invocation.h"

enum { EVENTS_OMITTED = 64, EVENTS_MOST = 1 << 16 };

/* Allocates room for the items of a call. */
static int make_items(struct invocation *invocation, struct call *call, size_t room) {
  call->items.item = calloc(room ? room : 1, sizeof *call->items.item);
  return call->items.item ? 0 : error_set_memory(invocation->error);
}

static void add_item(struct call *call, struct socket *socket, uint32_t asked) {
  struct call_item *item = &call->items.item[call->items.count++];
  *item = (struct call_item){
      .label = socket_label(socket), .descriptor = socket->descriptor, .asked = asked};
  item->entry = (struct socket *)object_retain(&socket->object);
}

/* The first ready socket, or NULL if none is, or it no longer belongs to the session. */
static struct socket *first_ready(const struct call *call) {
  for (size_t i = 0; i < call->items.count; i++)
    if (call->items.item[i].given && call->items.item[i].entry)
      return call->items.item[i].entry;
  return NULL;
}

/* Makes the call. Gives the number of ready sockets, and the first one, which also becomes ".". */
static int wait_ready(struct invocation *invocation, struct call *call) {
  if (invocation_call(invocation, call) < 0)
    return -1;
  invocation_give_number(invocation, call->result);
  result_add(invocation->result, value_from_number(call->result));
  for (size_t i = 0; i < call->items.count; i++)
    if (call->items.item[i].entry)
      runner_touch(invocation->runner, call->items.item[i].entry);
  struct socket *first = first_ready(call);
  if (!first)
    return invocation_give_text(invocation, "", 0);
  runner_use_socket(invocation->runner, first);
  result_add(invocation->result, value_from_object(&first->object));
  return 0;
}

static int run_poll(struct invocation *invocation) {
  struct call call;
  const struct argument_value *value;
  call_init(&call, CALL_POLL, NULL);
  call.duration = invocation_duration(invocation, "DURATION", -1);
  int status = make_items(invocation, &call, invocation->count);
  for (value = invocation_value(invocation, "SOCKET[:EVENTS]"); status == 0 && value;
       value = invocation_next(invocation, value))
    add_item(&call, value->socket, (uint32_t)value->number);
  if (status == 0)
    status = wait_ready(invocation, &call);
  call_free(&call);
  return status;
}

/* A socket in several sets is one item with several bits. */
static void add_to_set(struct call *call, struct socket *socket, uint32_t set) {
  for (size_t i = 0; i < call->items.count; i++)
    if (call->items.item[i].entry == socket) {
      call->items.item[i].asked |= set;
      return;
    }
  add_item(call, socket, set);
}

static int run_select(struct invocation *invocation) {
  static const char *const sets[] = {"read", "write", "except"}; /* in the order of enum call_set */
  struct call call;
  const struct argument_value *value;
  call_init(&call, CALL_SELECT, NULL);
  call.duration = invocation_duration(invocation, "DURATION", -1);
  int status = make_items(invocation, &call, invocation->count);
  for (size_t set = 0; set < sizeof sets / sizeof *sets; set++)
    for (value = invocation_value(invocation, sets[set]); status == 0 && value;
         value = invocation_next(invocation, value))
      add_to_set(&call, value->socket, 1U << set);
  if (status == 0)
    status = wait_ready(invocation, &call);
  call_free(&call);
  return status;
}

static int run_epoll_create1(struct invocation *invocation) {
  struct call call;
  call_init(&call, CALL_EPOLL_CREATE1, NULL);
  call.number[0] = (long)invocation_number(invocation, "FLAGS", 0);
  int status = invocation_call(invocation, &call);
  if (status == 0) {
    invocation_give_number(invocation, call.result);
    result_add(invocation->result, value_from_object(&call.made_entry[0]->object));
  }
  call_free(&call);
  return status;
}

static int check_epoll_ctl(struct invocation *invocation) {
  const struct argument_value *operation = invocation_value(invocation, "add|mod|del");
  const struct argument_value *events = invocation_value(invocation, "EVENTS");
  if (!operation->unknown && operation->number == EPOLL_CTL_DEL && events)
    return invocation_wrong(invocation, events,
                            _("this word is one too many: del takes no events"));
  return 0;
}

static int run_epoll_ctl(struct invocation *invocation) {
  struct call call;
  struct socket *watched = invocation_socket(invocation, "SOCKET");
  call_init(&call, CALL_EPOLL_CTL, invocation_socket(invocation, "EPOLL"));
  call.number[0] = (long)invocation_number(invocation, "add|mod|del", 0);
  call.number[1] = (long)invocation_number(invocation, "EVENTS", EPOLLIN);
  call.other = (struct socket *)object_retain(&watched->object);
  call.object = socket_label(watched);
  call.number[2] = call.object.descriptor;
  return invocation_simple_call(invocation, &call);
}

static int check_epoll_wait(struct invocation *invocation) {
  const struct argument_value *most = invocation_value(invocation, "MAX");
  if (most && !most->unknown && (most->number < 0 || most->number > EVENTS_MOST))
    return invocation_wrong(invocation, most,
                            _("the most events that one call gives are from 1 to %d"), EVENTS_MOST);
  return 0;
}

static int run_epoll_wait(struct invocation *invocation) {
  struct call call;
  const struct argument_value *most = invocation_value(invocation, "MAX");
  const struct argument_value *duration = invocation_value(invocation, "DURATION");
  /* `epoll_wait e 0`: a duration, as for poll. */
  bool lone_zero = most && most->number == 0 && !duration;
  call_init(&call, CALL_EPOLL_WAIT, invocation_socket(invocation, "EPOLL"));
  call.items.room = most && !lone_zero ? (size_t)most->number : EVENTS_OMITTED;
  call.duration = lone_zero ? 0 : invocation_duration(invocation, "DURATION", -1);
  int status = make_items(invocation, &call, call.items.room);
  if (status == 0)
    status = wait_ready(invocation, &call);
  call_free(&call);
  return status;
}

#define DURATION_ARGUMENT                                                                          \
  { .name = "DURATION", .kind = &argument_duration, .flags = OPTIONAL }
#define SET_ARGUMENT(word)                                                                         \
  { .name = "SOCKET", .kind = &argument_socket, .flags = OPTIONAL | REPEATED, .keyword = word }

const struct command command_poll = {
    .name = "poll",
    .group = GROUP_READY,
    .arguments = {{.name = "SOCKET[:EVENTS]", .kind = &argument_poll_socket, .flags = REPEATED},
                  DURATION_ARGUMENT},
    .results = {"number", "socket"},
    .summary = N_("waits until one of several sockets is ready"),
    .manual = N_("Behind each socket stands what to wait for, as in c:in|out; in (POLLIN) where it "
                 "is omitted. Whether asked for or not, poll also tells of POLLERR, POLLHUP and "
                 "POLLNVAL. Without a DURATION it waits without end; 0 only looks. The results are "
                 "how many sockets are ready, 0 when the time was over, and the first that is, "
                 "which is also \".\" then. A listener is readable when a connection waits to be "
                 "accepted, and any socket at the end of its stream."),
    .prototype = "int poll(struct pollfd *fds, nfds_t nfds, int timeout);",
    .python = "p = select.poll(); p.register(s, select.POLLIN); ready = p.poll(500)",
    .blocks = N_("until one of the sockets is ready, or the DURATION is over"),
    .errors = {{EINTR, N_("a signal ended the wait")},
               {EINVAL, N_("there are more sockets than the process may have descriptors")}},
    .example = "a b = socketpair unix stream\nexpect 0 poll b 0\nsend a \"hello\"\nn s = poll a "
               "b:in|out 1s\nassert $s == $b",
    .pages = "poll(2)",
    .run = run_poll,
};

const struct command command_select = {
    .name = "select",
    .group = GROUP_READY,
    .arguments = {SET_ARGUMENT("read"), SET_ARGUMENT("write"), SET_ARGUMENT("except"),
                  DURATION_ARGUMENT},
    .results = {"number", "socket"},
    .summary = N_("waits until one of the sockets in three sets is ready"),
    .manual = N_(
        "Waits until one of the sockets behind `read` can be read, one of those behind `write` can "
        "be written, or one of those behind `except` has urgent data. Without a DURATION it waits "
        "without end; 0 only looks. The results are how many bits are set in the three sets, 0 "
        "when the time was over, and the first socket that is ready, which is also \".\" then. The "
        "kernel's call is pselect6. In a C program FD_SETSIZE (1024) is the end of the numbers "
        "that fit into an fd_set; the kernel has no such limit, and poll neither."),
    .prototype = "int select(int nfds, fd_set *readfds, fd_set *writefds,\n"
                 "           fd_set *exceptfds, struct timeval *timeout);",
    .python = "readable, writable, exceptional = select.select([a], [b], [], 0.5)",
    .blocks = N_("until one of the sockets is ready, or the DURATION is over"),
    .errors = {{EINTR, N_("a signal ended the wait")}, {EBADF, N_("one of the sockets is closed")}},
    .example = "a b = socketpair unix stream\nexpect 0 select read a b 10ms\nsend a "
               "\"hello\"\nexpect 2 select read a b write a 1s",
    .pages = "select(2)",
    .run = run_select,
};

const struct command command_epoll_create1 = {
    .name = "epoll_create1",
    .group = GROUP_READY,
    .arguments = {{.name = "FLAGS",
                   .kind = &argument_flags,
                   .flags = OPTIONAL,
                   .set = &constant_epoll_flags}},
    .results = {"socket"},
    .summary = N_("makes an epoll instance, which watches many sockets"),
    .manual = N_("Makes a descriptor that stands for a set of sockets: epoll_ctl puts them in, "
                 "epoll_wait tells which are ready. Unlike poll it keeps the set in the kernel, so "
                 "that a wait costs nothing for the sockets on which nothing happens."),
    .prototype = "int epoll_create1(int flags);",
    .python = "e = select.epoll()",
    .blocks = N_("never"),
    .errors = {{EMFILE, N_("this process has as many descriptors as its limit allows: close some, "
                           "or raise ulimit -n")},
               {EINVAL, N_("there is no flag but cloexec")}},
    .example = "a b = socketpair unix stream\ne = epoll_create1\nepoll_ctl e add b in\nsend a "
               "\"hello\"\nn s = epoll_wait e",
    .pages = "epoll_create1(2), epoll(7)",
    .run = run_epoll_create1,
};

const struct command command_epoll_ctl = {
    .name = "epoll_ctl",
    .group = GROUP_READY,
    .arguments = {{.name = "EPOLL", .kind = &argument_socket},
                  {.name = "add|mod|del",
                   .kind = &argument_symbol,
                   .set = &constant_epoll_operations},
                  {.name = "SOCKET", .kind = &argument_socket},
                  {.name = "EVENTS",
                   .kind = &argument_flags,
                   .flags = OPTIONAL,
                   .set = &constant_epoll_events}},
    .summary = N_("changes which sockets an epoll instance watches"),
    .manual = N_("add begins to watch a socket, mod changes its events, del ends it. EVENTS is as "
                 "in in|out|et; in where it is omitted. With et (edge-triggered) epoll_wait tells "
                 "only of what is new since the last time, with oneshot only once until mod. What "
                 "is watched is the open socket: it stays until the last descriptor of it is "
                 "closed. The event carries the socket's number as its data."),
    .prototype = "int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);",
    .python = "e.register(s, select.EPOLLIN)   # modify, unregister",
    .blocks = N_("never"),
    .errors = {{EEXIST, N_("the socket is watched already: use mod")},
               {ENOENT, N_("the socket is not watched: use add")},
               {EINVAL, N_("the first socket is no epoll instance, or it was to watch itself; or "
                           "mod was given exclusive")},
               {EPERM, N_("a file or directory, which is always ready, can't be watched")},
               {ELOOP, N_("epoll instances would watch each other in a circle, or too deeply")}},
    .example = "a b = socketpair unix stream\ne = epoll_create1\nepoll_ctl e add b "
               "in|et\nepoll_ctl e mod b in\nepoll_ctl e del b",
    .pages = "epoll_ctl(2), epoll(7)",
    .run = run_epoll_ctl,
    .check = check_epoll_ctl,
};

const struct command command_epoll_wait = {
    .name = "epoll_wait",
    .group = GROUP_READY,
    .arguments = {{.name = "EPOLL", .kind = &argument_socket},
                  {.name = "MAX", .kind = &argument_number, .flags = OPTIONAL},
                  DURATION_ARGUMENT},
    .results = {"number", "socket"},
    .summary = N_("waits until a socket of an epoll instance is ready"),
    .manual = N_("Gives at most MAX events (64 where it is omitted), each with the socket it is "
                 "about; others come with the next call. Without a DURATION it waits without end; "
                 "0 only looks. The results are how many events there are, 0 when the time was "
                 "over, and the socket of the first, which is also \".\" then: so `epoll_wait e 1` "
                 "and `recv .` serve one socket after the other."),
    .prototype = "int epoll_wait(int epfd, struct epoll_event *events,\n"
                 "               int maxevents, int timeout);",
    .python = "events = e.poll(0.5)",
    .blocks = N_("until one of the sockets is ready, or the DURATION is over"),
    .errors = {{EINTR, N_("a signal ended the wait")},
               {EINVAL, N_("it is no epoll instance, or MAX is 0")}},
    .example = "a b = socketpair unix stream\ne = epoll_create1\nepoll_ctl e add b\nexpect 0 "
               "epoll_wait e 10ms\n"
               "send a \"hello\"\nn s = epoll_wait e 1s\nexpect \"hello\" recv $s",
    .pages = "epoll_wait(2), epoll(7)",
    .run = run_epoll_wait,
    .check = check_epoll_wait,
};
