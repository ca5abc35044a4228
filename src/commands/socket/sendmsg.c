/* sendmsg: sendmsg and recvmsg, which carry several parts, an address and control messages. */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "call/message.h"
#include "command/invocation.h"
#include "commands/socket/control_argument.h"

/* DESCRIPTORS_MOST is the kernel's SCM_MAX_FD. */
enum {
  PARTS_MOST = 16,
  DESCRIPTORS_MOST = 253,
  SIZE_OMITTED = 1024,
  CONTROL_OMITTED = 512,
  CONTROL_MOST = 1 << 16
};

static int too_many(struct invocation *invocation, const char *key, size_t most,
                    const char *format) {
  const struct argument_value *value = invocation_nth(invocation, key, most);
  return value ? invocation_wrong(invocation, value, "%s", format) : 0;
}

static int check_sendmsg(struct invocation *invocation) {
  const struct argument_value *ttl = invocation_value(invocation, "--ttl");
  if (ttl && !ttl->unknown && (ttl->number < INT_MIN || ttl->number > INT_MAX))
    return invocation_wrong(invocation, ttl,
                            _("the time to live is an int of C; from 1 to 255 makes sense"));
  if (too_many(invocation, "DATA", PARTS_MOST, _("a message has at most 16 parts here")) < 0)
    return -1;
  return too_many(invocation, "--fd", DESCRIPTORS_MOST,
                  _("a message carries at most 253 descriptors"));
}

/* Joins the parts in call->data. */
static int join_parts(struct invocation *invocation, struct call *call) {
  const struct argument_value *value;
  size_t total = 0;
  for (value = invocation_value(invocation, "DATA"); value;
       value = invocation_next(invocation, value)) {
    call->messages.message->part_sizes[call->messages.message->part_count++] = value->data->length;
    total += value->data->length;
  }
  call->data = blob_create(total);
  if (!call->data)
    return error_set_memory(invocation->error);
  char *at = call->data->data;
  for (value = invocation_value(invocation, "DATA"); value;
       value = invocation_next(invocation, value)) {
    memcpy(at, value->data->data, value->data->length);
    at += value->data->length;
  }
  return 0;
}

static int add_descriptors(struct invocation *invocation, struct call *call) {
  int descriptors[DESCRIPTORS_MOST];
  const struct argument_value *value;
  size_t count = 0;
  for (; (value = invocation_nth(invocation, "--fd", count)); count++) {
    if (value->socket->descriptor < 0) {
      error_set_errno(invocation->error, EBADF, _("socket %d is closed"),
                      value->socket->was_descriptor);
      error_set_place(invocation->error, value->place);
      return -1;
    }
    descriptors[count] = value->socket->descriptor;
  }
  if (count == 0)
    return 0;
  int status = message_add_control(call->messages.message, SOL_SOCKET, SCM_RIGHTS, descriptors,
                                   count * sizeof *descriptors);
  return status < 0 ? error_set_memory(invocation->error) : 0;
}

static int add_time_to_live(struct invocation *invocation, struct call *call) {
  if (!invocation_value(invocation, "--ttl"))
    return 0;
  int ttl = (int)invocation_number(invocation, "--ttl", 0);
  bool six = call->entry->family == AF_INET6;
  int status = message_add_control(call->messages.message, six ? IPPROTO_IPV6 : IPPROTO_IP,
                                   six ? IPV6_HOPLIMIT : IP_TTL, &ttl, sizeof ttl);
  return status < 0 ? error_set_memory(invocation->error) : 0;
}

static int begin(struct invocation *invocation, struct call *call, enum call_name name) {
  call_init(call, name, invocation_socket(invocation, "SOCKET"));
  return messages_create(call, 1) == 0 ? 0 : error_set_memory(invocation->error);
}

/* The kernel silently ignores control messages that do not apply to the socket. */
static void explain_ignored(struct invocation *invocation, const struct socket *socket) {
  bool datagrams = socket->family != AF_UNIX && socket->type != SOCK_STREAM;
  if (invocation_value(invocation, "--fd") && socket->family != AF_UNIX)
    runner_note(invocation->runner,
                _("descriptors go over Unix sockets alone: here the kernel has left them out"));
  if (invocation_value(invocation, "--ttl") && !datagrams)
    runner_note(
        invocation->runner,
        _("a time to live of its own is for datagrams of IP: here the kernel has left it out"));
}

static int run_sendmsg(struct invocation *invocation) {
  struct call call;
  const struct argument_value *to = invocation_value(invocation, "--to");
  int status = begin(invocation, &call, CALL_SENDMSG);
  call.number[0] = (long)invocation_number(invocation, "--flags", 0);
  if (status == 0 && to) {
    call.messages.message->named = true;
    call.messages.message->address = to->address;
  }
  if (status == 0)
    status = join_parts(invocation, &call);
  if (status == 0)
    status = add_descriptors(invocation, &call);
  if (status == 0)
    status = add_time_to_live(invocation, &call);
  if (status == 0)
    status = control_argument_add(invocation, call.messages.message);
  if (status == 0)
    status = invocation_call(invocation, &call);
  if (status == 0) {
    invocation_give_number(invocation, call.result);
    explain_ignored(invocation, call.entry);
  }
  call_free(&call);
  return status;
}

static int check_recvmsg(struct invocation *invocation) {
  const struct argument_value *control = invocation_value(invocation, "--control");
  if (control && !control->unknown && control->size > CONTROL_MOST)
    return invocation_wrong(invocation, control, _("room for control messages is at most 64K"));
  return too_many(invocation, "SIZE", PARTS_MOST, _("a message is cut into at most 16 parts here"));
}

/* Notes what is easy to overlook in the line of the call. */
static void explain(struct invocation *invocation, const struct call *call) {
  struct runner *runner = invocation->runner;
  const struct call_message *message = call->messages.message;
  for (size_t i = 0; i < message->received_count; i++)
    runner_note(runner, _("descriptor %d (%s) came with the message, and is of this session now"),
                message->received[i]->descriptor,
                descriptor_kind_title(message->received[i]->kind));
  bool gone = !(call->number[0] & MSG_PEEK);
  if (message->flags & MSG_TRUNC && !(call->number[0] & MSG_TRUNC))
    runner_note(runner, "%s",
                gone ? _("MSG_TRUNC: the datagram was longer than the parts, and its end is gone; "
                         "give a larger SIZE")
                     : _("MSG_TRUNC: the datagram is longer than the parts; it was peeked at, so "
                         "all of it is still there"));
  else if (message->flags & MSG_TRUNC)
    runner_note(
        runner,
        gone ? _("MSG_TRUNC: the datagram had %ld bytes, more than the parts, and its end is gone")
             : _("MSG_TRUNC: the datagram has %ld bytes, more than the parts; it was peeked at, so "
                 "all of it is still there"),
        call->result);
  if (message->flags & MSG_CTRUNC)
    runner_note(runner, _("MSG_CTRUNC: not all control messages had room, and descriptors that had "
                          "none are gone; give a larger --control SIZE"));
}

/* Gives the sender's address or, if none came, the first received socket. */
static int give_sender(struct invocation *invocation, const struct call *call) {
  const struct call_message *message = call->messages.message;
  for (size_t i = message->received_count; i-- > 0;) {
    runner_touch(invocation->runner, message->received[i]);
    runner_use_socket(invocation->runner, message->received[i]);
  }
  if (message->address.length > 0)
    return invocation_give_address(invocation, &message->address);
  if (message->received_count > 0)
    result_add(invocation->result, value_from_object(&message->received[0]->object));
  return 0;
}

static int run_recvmsg(struct invocation *invocation) {
  struct call call;
  const struct argument_value *value;
  int status = begin(invocation, &call, CALL_RECVMSG);
  call.number[0] = (long)invocation_number(invocation, "--flags", 0);
  if (status == 0) {
    struct call_message *message = call.messages.message;
    message->named = true;
    message->control_size = invocation_size(invocation, "--control", CONTROL_OMITTED);
    for (value = invocation_value(invocation, "SIZE"); value;
         value = invocation_next(invocation, value)) {
      message->part_sizes[message->part_count++] = value->size;
      call.size += value->size;
    }
    if (message->part_count == 0)
      call.size = message->part_sizes[message->part_count++] = SIZE_OMITTED;
    status = invocation_call(invocation, &call);
  }
  if (status == 0) {
    invocation_give_number(invocation, call.result);
    invocation->result->received = true;
    invocation->result->ended = call_found_end(&call);
    result_add(invocation->result, value_from_data(blob_retain(call.data)));
    status = give_sender(invocation, &call);
    explain(invocation, &call);
  }
  call_free(&call);
  return status;
}

const struct command command_sendmsg = {
    .name = "sendmsg",
    .group = GROUP_TRANSFER,
    .arguments =
        {{.name = "SOCKET", .kind = &argument_socket},
         {.name = "DATA", .kind = &argument_data, .flags = REPEATED},
         {.name = "ADDRESS", .kind = &argument_address, .flags = OPTIONAL, .keyword = "--to"},
         {.name = "SOCKET",
          .kind = &argument_socket,
          .flags = OPTIONAL | REPEATED,
          .keyword = "--fd"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "--ttl"},
         CONTROL_ARGUMENT,
         {.name = "FLAGS",
          .kind = &argument_flags,
          .flags = OPTIONAL,
          .set = &constant_message_flags,
          .keyword = "--flags"}},
    .results = {"count"},
    .summary = N_("sends data in several parts, with descriptors or other control messages"),
    .manual =
        N_("Each DATA is one part (struct iovec); the kernel sends them as if they were one. "
           "--to gives the address, as for sendto. --fd hands a socket to the receiver over "
           "a Unix socket (SCM_RIGHTS): it gets a descriptor of its own of the same open "
           "socket, and this one can be closed at once. --ttl sets the time to live of this "
           "one datagram (IP_TTL, or IPV6_HOPLIMIT). --control adds any control message: at LEVEL "
           "socket rights (a socket), credentials (PID:UID:GID), mark, priority and txtime; at "
           "ip pktinfo (ADDRESS[%INTERFACE], the source), ttl and tos; at ipv6 pktinfo, "
           "hoplimit and tclass; at udp segment (UDP GSO). Any other TYPE is a number, and its "
           "DATA bytes, as hex:0a00."),
    .prototype = "ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags);",
    .python = "count = s.sendmsg([b\"head\", b\"body\"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, "
              "array.array(\"i\", [t.fileno()]))])",
    .blocks = N_(
        "while the send buffer is full, unless the socket is non-blocking or FLAGS has dontwait"),
    .errors =
        {{EPIPE,
          N_("this side was shut down for sending, or the connection is gone; on TCP also: it "
             "was never made")},
         {EAGAIN, N_("the send buffer is full, and the socket is non-blocking, or MSG_DONTWAIT "
                     "was given, or SO_SNDTIMEO is over")},
         {EINVAL, N_("a control message is out of range, as --ttl beyond 255")},
         {ENOTCONN, N_("the socket is not connected")},
         {EDESTADDRREQ, N_("a datagram socket that is not connected needs an address: --to")},
         {EISCONN, N_("a connected stream takes no address")},
         {EMSGSIZE, N_("the datagram is larger than the protocol can carry, or than the path takes "
                       "where fragments are forbidden")},
         {ETOOMANYREFS, N_("too many descriptors are on their way already and were not received")},
         {ECONNREFUSED,
          N_("for datagrams: an ICMP error came back for an earlier one, or nobody has "
             "the Unix path open; for TCP: the handshake that was begun was refused "
             "(RST)")}},
    .example = "a b = socketpair unix stream\nu = udp-bind 127.0.0.1:0\nsendmsg a \"head \" "
               "\"body\" --fd u\n"
               "data v = recvmsg b\nassert $v.local == $u.local",
    .pages = "sendmsg(2), cmsg(3), unix(7), ip(7)",
    .run = run_sendmsg,
    .check = check_sendmsg,
};

const struct command command_recvmsg = {
    .name = "recvmsg",
    .group = GROUP_TRANSFER,
    .arguments =
        {{.name = "SOCKET", .kind = &argument_socket},
         {.name = "SIZE", .kind = &argument_size, .flags = OPTIONAL | REPEATED},
         {.name = "SIZE", .kind = &argument_size, .flags = OPTIONAL, .keyword = "--control"},
         {.name = "FLAGS",
          .kind = &argument_flags,
          .flags = OPTIONAL,
          .set = &constant_message_flags,
          .keyword = "--flags"}},
    .results = {"data", "address"},
    .summary = N_("receives data in several parts, with its control messages"),
    .manual = N_(
        "Each SIZE is one part (struct iovec), which is filled before the next; one of 1024 "
        "bytes where none is given. --control is the room for control messages (512 bytes where "
        "it is omitted; 0: none are taken). Those that came are shown decoded: descriptors, "
        "credentials, the address and interface a datagram was sent to, times, and, with "
        "--flags errqueue, ICMP errors. Which of them come depends on options such as "
        "so_passcred, ip_pktinfo, ip_recvttl, so_timestampns, ip_recverr.\n\n"
        "Descriptors that come, of sockets, pipes, files and others, are of the session from then "
        "on: status lists them, and they can be passed on and closed. \".\" is the first. The "
        "second result is the sender's address; where none "
        "came, as on connected sockets, it is the first descriptor that came."),
    .prototype = "ssize_t recvmsg(int sockfd, struct msghdr *msg, int flags);",
    .python = "data, control, flags, address = s.recvmsg(1024, 512)",
    .blocks = N_("until something is there or the peer closes, unless the socket is non-blocking "
                 "or FLAGS has dontwait"),
    .errors =
        {{EAGAIN,
          N_("nothing is there, and the socket is non-blocking, or MSG_DONTWAIT was given, or "
             "SO_RCVTIMEO is over; or the error queue is empty")},
         {ECONNRESET, N_("the peer has reset the connection (RST): its program ended, closed with "
                         "data unread, or closed its listener before accept had taken it")},
         {ENOTCONN, N_("the socket is not connected (TCP)")},
         {EINVAL, N_("the Unix stream is not connected; or nothing is urgent, for MSG_OOB")},
         {ECONNREFUSED, N_("for datagrams: an ICMP error came back for an earlier one, since "
                           "nothing receives on that port; for TCP: the handshake that was begun "
                           "was refused (RST)")},
         {EINTR, N_("a signal ended the wait")}},
    .example = "u = udp-bind 127.0.0.1:0\nsetsockopt u ip_pktinfo on\nc = udp-connect u\nsend c "
               "\"hello\"\ndata from = recvmsg u 2 16\n"
               "assert $from == $c.local",
    .pages = "recvmsg(2), cmsg(3), unix(7), ip(7), ipv6(7), socket(7)",
    .run = run_recvmsg,
    .check = check_recvmsg,
};
