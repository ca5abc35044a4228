/* compound: commands that make several calls and show each. */
#include <errno.h>
#include <string.h>

#include "command/invocation.h"

/* Makes one call and frees it. 0 or -1. */
static int step(struct invocation *invocation, struct call *call) {
  int status = invocation_call(invocation, call);
  call_free(call);
  return status;
}

static struct socket *make_socket(struct invocation *invocation, int family, int type) {
  struct call call;
  struct socket *made = NULL;
  call_init(&call, CALL_SOCKET, NULL);
  call.number[0] = family;
  call.number[1] = type;
  if (invocation_call(invocation, &call) == 0)
    made = (struct socket *)object_retain(&call.made_entry[0]->object);
  call_free(&call);
  return made;
}

static int reuse_address(struct invocation *invocation, struct socket *socket) {
  struct call call;
  int on = 1;
  call_init(&call, CALL_SETSOCKOPT, socket);
  call.number[0] = SOL_SOCKET;
  call.number[1] = SO_REUSEADDR;
  call.value.option = option_by_number(SOL_SOCKET, SO_REUSEADDR);
  call.data = blob_copy(&on, sizeof on);
  if (!call.data) {
    call_free(&call);
    return error_set_memory(invocation->error);
  }
  return step(invocation, &call);
}

static int name_socket(struct invocation *invocation, struct socket *socket, enum call_name name) {
  struct call call;
  call_init(&call, name, socket);
  call.address = invocation_value(invocation, "ADDRESS")->address;
  return step(invocation, &call);
}

static int listen_on(struct invocation *invocation, struct socket *socket) {
  struct call call;
  call_init(&call, CALL_LISTEN, socket);
  call.number[0] = (long)invocation_number(invocation, "BACKLOG", SOMAXCONN);
  return step(invocation, &call);
}

/* The calls that a command makes. */
struct recipe {
  int type;       /* the default, or the only type if the command has no TYPE */
  bool unix_only; /* the address must be a path; otherwise it must not be */
  bool reuse;
  bool bind;
  bool listen;
  bool connect;
};

static int take_steps(struct invocation *invocation, const struct recipe *recipe,
                      struct socket *socket) {
  int status = 0;
  if (recipe->reuse)
    status = reuse_address(invocation, socket);
  if (status == 0 && recipe->bind)
    status = name_socket(invocation, socket, CALL_BIND);
  if (status == 0 && recipe->listen)
    status = listen_on(invocation, socket);
  if (status == 0 && recipe->connect)
    status = name_socket(invocation, socket, CALL_CONNECT);
  return status;
}

/* A command that fails or is interrupted leaves no socket open. The close is made and shown also
 * after Ctrl-C, which then goes on to end the script. The error of the close is dropped. */
static void close_failed(struct invocation *invocation, struct socket *socket) {
  struct error ignored;
  struct waiter *waiter = &invocation->runner->waiter;
  enum wait_reason reason = waiter_take_reason(waiter);
  struct invocation closing = *invocation;
  struct call call;
  closing.error = &ignored;
  call_init(&call, CALL_CLOSE, socket);
  step(&closing, &call);
  if (reason != WAIT_NOT_INTERRUPTED)
    waiter_interrupt(waiter, reason);
}

static int follow(struct invocation *invocation, const struct recipe *recipe) {
  const struct argument_value *address = invocation_value(invocation, "ADDRESS");
  int family = address_family(&address->address);
  if ((family == AF_UNIX) != recipe->unix_only)
    return invocation_wrong(invocation, address,
                            recipe->unix_only
                                ? _("%s takes a Unix address, as unix:/tmp/s or unix:@s")
                                : _("%s takes an internet address; for a path there are "
                                    "unix-listen, unix-connect and unix-bind"),
                            invocation->command->name);
  int type = invocation_takes(invocation, "TYPE")
                 ? (int)invocation_number(invocation, "TYPE", recipe->type)
                 : recipe->type;
  struct socket *socket = make_socket(invocation, family, type);
  if (!socket)
    return -1;
  int status = take_steps(invocation, recipe, socket);
  if (status == 0) {
    invocation->result->numbered = true;
    invocation->result->number = socket->descriptor;
    result_add(invocation->result, value_from_object(&socket->object));
    runner_use_socket(invocation->runner, socket);
  } else if (socket->descriptor >= 0) {
    close_failed(invocation, socket);
  }
  object_release(&socket->object);
  return status;
}

static int run_tcp_listen(struct invocation *invocation) {
  static const struct recipe recipe = {
      .type = SOCK_STREAM, .reuse = true, .bind = true, .listen = true};
  return follow(invocation, &recipe);
}

static int run_tcp_connect(struct invocation *invocation) {
  static const struct recipe recipe = {.type = SOCK_STREAM, .connect = true};
  return follow(invocation, &recipe);
}

static int run_udp_bind(struct invocation *invocation) {
  static const struct recipe recipe = {.type = SOCK_DGRAM, .bind = true};
  return follow(invocation, &recipe);
}

static int run_udp_connect(struct invocation *invocation) {
  static const struct recipe recipe = {.type = SOCK_DGRAM, .connect = true};
  return follow(invocation, &recipe);
}

static int run_unix_listen(struct invocation *invocation) {
  static const struct recipe recipe = {
      .type = SOCK_STREAM, .unix_only = true, .bind = true, .listen = true};
  return follow(invocation, &recipe);
}

static int run_unix_connect(struct invocation *invocation) {
  static const struct recipe recipe = {.type = SOCK_STREAM, .unix_only = true, .connect = true};
  return follow(invocation, &recipe);
}

static int run_unix_bind(struct invocation *invocation) {
  static const struct recipe recipe = {.type = SOCK_DGRAM, .unix_only = true, .bind = true};
  return follow(invocation, &recipe);
}

#define ADDRESS_ARGUMENT                                                                           \
  { .name = "ADDRESS", .kind = &argument_address }
#define BACKLOG_ARGUMENT                                                                           \
  { .name = "BACKLOG", .kind = &argument_number, .set = &constant_limits, .flags = OPTIONAL }

#define LISTEN_ERRORS                                                                              \
  {EADDRINUSE, N_("another socket listens on this port, or has this path")},                       \
      {EACCES, N_("ports below 1024 are for root (or CAP_NET_BIND_SERVICE); for a path, the "      \
                  "directory can't be written")},                                                  \
  {                                                                                                \
    EADDRNOTAVAIL, N_("this machine has no such address")                                          \
  }

#define UNIX_LISTEN_ERRORS                                                                         \
  {EADDRINUSE,                                                                                     \
   N_("the path is there already: unlink it first, or another socket has this abstract name")},    \
      {EACCES, N_("the directory can't be written")}, {                                            \
    ENOENT, N_("the directory of the path does not exist")                                         \
  }

#define CONNECT_ERRORS                                                                             \
  {ECONNREFUSED, N_("nothing listens on that address and port: a RST came back")},                 \
      {ETIMEDOUT, N_("no answer came: a firewall drops the packets, or the host is down")}, {      \
    ENETUNREACH, N_("no route leads there")                                                        \
  }

const struct command command_tcp_listen = {
    .name = "tcp-listen",
    .group = GROUP_COMPOUND,
    .arguments = {ADDRESS_ARGUMENT, BACKLOG_ARGUMENT},
    .results = {"socket"},
    .summary = N_("makes a TCP socket that listens"),
    .manual = N_("Makes the calls socket, setsockopt (SO_REUSEADDR, as servers do), bind and "
                 "listen. Where one fails, the socket is closed again."),
    .python = "s = socket.create_server((\"127.0.0.1\", 5000))",
    .blocks = N_("never"),
    .errors = {LISTEN_ERRORS},
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\ns = accept srv",
    .pages = "listen(2), bind(2), tcp(7)",
    .run = run_tcp_listen,
};

const struct command command_tcp_connect = {
    .name = "tcp-connect",
    .group = GROUP_COMPOUND,
    .arguments = {ADDRESS_ARGUMENT},
    .results = {"socket"},
    .summary = N_("makes a TCP socket and connects it"),
    .manual =
        N_("Makes the calls socket and connect. Where connect fails, the socket is closed again."),
    .python = "s = socket.create_connection((\"127.0.0.1\", 5000))",
    .blocks = N_("until the handshake is done or has failed"),
    .errors = {CONNECT_ERRORS},
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv",
    .pages = "connect(2), tcp(7)",
    .run = run_tcp_connect,
};

const struct command command_udp_bind = {
    .name = "udp-bind",
    .group = GROUP_COMPOUND,
    .arguments = {ADDRESS_ARGUMENT},
    .results = {"socket"},
    .summary = N_("makes a UDP socket with an address"),
    .manual = N_("Makes the calls socket and bind. It then receives every datagram that is sent to "
                 "the address, whoever sent it."),
    .blocks = N_("never"),
    .errors = {LISTEN_ERRORS},
    .example =
        "u = udp-bind 127.0.0.1:0\nc = udp-connect u\nsend c \"hello\"\nexpect \"hello\" recv u",
    .pages = "bind(2), udp(7)",
    .run = run_udp_bind,
};

const struct command command_udp_connect = {
    .name = "udp-connect",
    .group = GROUP_COMPOUND,
    .arguments = {ADDRESS_ARGUMENT},
    .results = {"socket"},
    .summary = N_("makes a UDP socket that sends to one address"),
    .manual = N_("Makes the calls socket and connect. Nothing is sent by that: it fixes where send "
                 "goes, and whose datagrams are received. So it does not fail where nobody has the "
                 "port: the ICMP message that comes back for the first datagram makes the next "
                 "send or recv fail with ECONNREFUSED."),
    .blocks = N_("never"),
    .errors = {{ECONNREFUSED,
                N_("not here but at a later send or recv: nobody has the port that an "
                   "earlier datagram went to")},
               {ENETUNREACH, N_("no route leads there")},
               {EADDRNOTAVAIL, N_("no free port is left")},
               {EACCES, N_("a broadcast address needs setsockopt so_broadcast on")}},
    .example = "u = udp-bind 127.0.0.1:0\nc = udp-connect u\nsend c \"hello\"",
    .pages = "connect(2), udp(7)",
    .run = run_udp_connect,
};

const struct command command_unix_listen = {
    .name = "unix-listen",
    .group = GROUP_COMPOUND,
    .arguments = {ADDRESS_ARGUMENT, BACKLOG_ARGUMENT},
    .results = {"socket"},
    .summary = N_("makes a Unix stream socket that listens"),
    .manual = N_("Makes the calls socket, bind and listen. The path stays in the file system after "
                 "close; an abstract name (unix:@name) does not."),
    .blocks = N_("never"),
    .errors = {UNIX_LISTEN_ERRORS},
    .example = "srv = unix-listen unix:@example\nc = unix-connect srv\ns = accept srv",
    .pages = "unix(7), listen(2)",
    .run = run_unix_listen,
};

const struct command command_unix_connect = {
    .name = "unix-connect",
    .group = GROUP_COMPOUND,
    .arguments = {ADDRESS_ARGUMENT},
    .results = {"socket"},
    .summary = N_("makes a Unix stream socket and connects it"),
    .manual =
        N_("Makes the calls socket and connect. Where connect fails, the socket is closed again."),
    .blocks = N_("while the listener's queue is full"),
    .errors = {{ECONNREFUSED, N_("nobody has this path open, or listens there")},
               {ENOENT, N_("there is no such path; the listener creates it with bind")},
               {EACCES, N_("the path may not be written")}},
    .example = "srv = unix-listen unix:@example\nc = unix-connect srv",
    .pages = "unix(7), connect(2)",
    .run = run_unix_connect,
};

const struct command command_unix_bind = {
    .name = "unix-bind",
    .group = GROUP_COMPOUND,
    .arguments = {ADDRESS_ARGUMENT, {.name = "TYPE", .kind = &argument_type, .flags = OPTIONAL}},
    .results = {"socket"},
    .summary = N_("makes a Unix socket with an address"),
    .manual = N_("Makes the calls socket and bind. TYPE is dgram where it is omitted. unix: alone "
                 "lets the kernel choose an abstract name."),
    .blocks = N_("never"),
    .errors = {UNIX_LISTEN_ERRORS},
    .example = "u = unix-bind unix:@example\nc = socket unix dgram\nsendto c \"hello\" u\nexpect "
               "\"hello\" recv u",
    .pages = "unix(7), bind(2)",
    .run = run_unix_bind,
};
