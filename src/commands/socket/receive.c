/* receive: commands that receive. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "command/invocation.h"
#include "language/uncleared.h"

enum { SIZE_OMITTED = 1024 };

/* Makes a receiving call, and gives its data, and the sender's address if the call has one. */
static int receive(struct invocation *invocation, struct call *call) {
  int status = invocation_call(invocation, call);
  struct result *result = invocation->result;
  if (status == 0) {
    result->numbered = true;
    result->received = true;
    result->ended = call_found_end(call);
    result->number = call->result;
    result_add(result,
               value_from_data(call->data)); /* the result takes over the call's reference */
    call->data = NULL;
    if (call->address.length > 0) {
      struct object *object = address_object_create(&call->address);
      if (object)
        result_add(result, (struct value){.kind = VALUE_OBJECT, .object = object});
      else
        status = error_set_memory(invocation->error);
    }
  }
  call_free(call);
  return status;
}

static int receive_data(struct invocation *invocation, enum call_name name, long flags) {
  UNCLEARED struct call call;
  call_init(&call, name, invocation_socket(invocation, "SOCKET"));
  call.size = invocation_size(invocation, "SIZE", SIZE_OMITTED);
  call.number[0] = flags;
  return receive(invocation, &call);
}

static int run_recv(struct invocation *invocation) {
  return receive_data(invocation, CALL_RECV, (long)invocation_number(invocation, "FLAGS", 0));
}

static int run_recvfrom(struct invocation *invocation) {
  return receive_data(invocation, CALL_RECVFROM, (long)invocation_number(invocation, "FLAGS", 0));
}

static int run_read(struct invocation *invocation) {
  return receive_data(invocation, CALL_READ, 0);
}

/* What several calls have received. */
struct received {
  struct bytes all;
  bool ended; /* the last of them found the end of the stream */
};

/* Makes a recv call for at most `size` bytes and appends its data. The number of bytes, or -1. */
static long receive_more(struct invocation *invocation, size_t size, long flags,
                         struct received *received) {
  UNCLEARED struct call call;
  call_init(&call, CALL_RECV, invocation_socket(invocation, "SOCKET"));
  call.size = size;
  call.number[0] = flags;
  call.takes_part = true;
  int status = invocation_call(invocation, &call);
  long result = status == 0 ? call.result : -1;
  if (result > 0)
    bytes_append(&received->all, call.data->data, call.data->length);
  received->ended = call_found_end(&call);
  call_free(&call);
  if (received->all.failed)
    return error_set_memory(invocation->error);
  return result;
}

static int give_data(struct invocation *invocation, struct received *received) {
  struct blob *blob = blob_take(&received->all);
  struct result *result = invocation->result;
  if (!blob)
    return error_set_memory(invocation->error);
  result->numbered = true;
  result->received = true;
  result->ended = received->ended && blob->length == 0;
  result->number = (long long)blob->length;
  result_add(result, value_from_data(blob));
  return 0;
}

/* Receives until a call returns 0, or until `limit` bytes are there. */
static int receive_all(struct invocation *invocation, size_t limit, struct received *received) {
  enum { PIECE = 65536 };
  long got = 1;
  while (got > 0 && received->all.length < limit) {
    size_t left = limit - received->all.length;
    got = receive_more(invocation, left < PIECE ? left : PIECE, 0, received);
  }
  return got < 0 ? -1 : 0;
}

static int run_recv_all(struct invocation *invocation) {
  struct received received = {.ended = false};
  int status =
      receive_all(invocation, invocation_size(invocation, "LIMIT", (size_t)64 << 20), &received);
  if (status == 0)
    status = give_data(invocation, &received);
  bytes_free(&received.all);
  return status;
}

static int run_recv_exactly(struct invocation *invocation) {
  size_t size = invocation_size(invocation, "SIZE", 0);
  struct received received = {.ended = false};
  int status = receive_all(invocation, size, &received);
  size_t length = received.all.length;
  if (status == 0 && length < size && length > 0)
    status = error_set(
        invocation->error, ERROR_FAILURE,
        received.ended
            ? _("the stream ended after %zu of %zu bytes")
            : _("%zu of %zu bytes came, then a call returned 0 before the end of the stream"),
        length, size);
  if (status == 0)
    status = give_data(invocation, &received);
  bytes_free(&received.all);
  return status;
}

/* Where a peek begins, if the user has set SO_PEEK_OFF; -1: with what comes next. */
static int peek_offset(const struct invocation *invocation) {
  int offset;
  const struct socket *socket = invocation_socket(invocation, "SOCKET");
  bool set = socket_read_number(socket->descriptor, SO_PEEK_OFF, &offset) == 0;
  return set && offset >= 0 ? offset : -1;
}

static int set_peek_offset(struct invocation *invocation, int offset) {
  UNCLEARED struct call call;
  call_init(&call, CALL_SETSOCKOPT, invocation_socket(invocation, "SOCKET"));
  call.number[0] = SOL_SOCKET;
  call.number[1] = SO_PEEK_OFF;
  call.value.option = option_by_number(SOL_SOCKET, SO_PEEK_OFF);
  call.data = blob_copy(&offset, sizeof offset);
  int status = call.data ? invocation_call(invocation, &call) : error_set_memory(invocation->error);
  call_free(&call);
  return status;
}

/* Peeks at what comes next, and receives it no further than a newline. 1 if the line is complete or
 * the stream ended, 0 to go on, or -1. */
static int receive_line_part(struct invocation *invocation, size_t size, struct received *line) {
  struct received ahead = {.ended = false};
  long seen = receive_more(invocation, size, MSG_PEEK, &ahead);
  const struct bytes *all = &ahead.all;
  const char *end = seen > 0 ? memchr(all->data, '\n', all->length) : NULL;
  size_t wanted = end ? (size_t)(end - all->data) + 1 : all->length;
  long got = seen > 0 ? receive_more(invocation, wanted, 0, line) : seen;
  if (seen == 0)
    line->ended = ahead.ended;
  bytes_free(&ahead.all);
  return got < 0 ? -1 : got == 0 || (end && (size_t)got == wanted);
}

/* Receives a line, including its newline. What follows must stay in the kernel, so each piece is
 * peeked at first, and then received no further than the newline. Where SO_PEEK_OFF is set, peeks
 * would begin behind what comes next: it is 0 meanwhile, and afterwards what plain calls of recv
 * would have made of it. */
static int run_recv_line(struct invocation *invocation) {
  size_t limit = invocation_size(invocation, "LIMIT", 8192);
  struct received line = {.ended = false};
  int offset = peek_offset(invocation);
  int status = 0;
  while (status == 0 && line.all.length < limit) {
    status = offset >= 0 ? set_peek_offset(invocation, 0) : 0;
    if (status == 0)
      status = receive_line_part(invocation, limit - line.all.length, &line);
  }
  size_t passed = line.all.length < (size_t)INT_MAX ? line.all.length : INT_MAX;
  struct invocation restoring = *invocation;
  struct error ignored;
  if (status < 0)
    restoring.error = &ignored;
  if (offset >= 0 &&
      set_peek_offset(&restoring, offset > (int)passed ? offset - (int)passed : 0) < 0)
    status = -1;
  if (status >= 0)
    status = give_data(invocation, &line);
  bytes_free(&line.all);
  return status;
}

#define SIZE_ARGUMENT                                                                              \
  { .name = "SIZE", .kind = &argument_size, .flags = OPTIONAL }

#define RECEIVE_ERRORS                                                                             \
  {EAGAIN, N_("nothing is there, and the socket is non-blocking, or MSG_DONTWAIT was given, or "   \
              "SO_RCVTIMEO is over; or the error queue is empty")},                                \
      {ECONNRESET, N_("the peer has reset the connection (RST): its program ended, closed with "   \
                      "data unread, or closed its listener before accept had taken it")},          \
      {ENOTCONN, N_("the socket is not connected (TCP)")},                                         \
      {EINVAL, N_("the Unix stream is not connected; or nothing is urgent, for MSG_OOB")},         \
      {ECONNREFUSED, N_("for datagrams: an ICMP error came back for an earlier one, since "        \
                        "nothing receives on that port; for TCP: the handshake that was begun "    \
                        "was refused (RST)")},                                                     \
  {                                                                                                \
    EINTR, N_("a signal ended the wait")                                                           \
  }

const struct command command_recv = {
    .name = "recv",
    .group = GROUP_TRANSFER,
    .arguments = {SOCKET_ARGUMENT, SIZE_ARGUMENT, FLAGS_ARGUMENT},
    .results = {"data"},
    .summary = N_("receives data"),
    .manual =
        N_("Takes what is there, at most SIZE bytes (1024 where it is omitted). On a stream this "
           "may be less than the peer sent, or parts of several of its sends: a stream has no "
           "message boundaries; a note says how many bytes still wait. 0 bytes mean that the peer "
           "has closed its side (`expect eof`), unless SIZE is 0, this side was shut down with rd, "
           "or it is an empty datagram, for which `eof` does not fit. Where a seqpacket connection "
           "has ended, an empty message in front of its end may look the same, and the note says "
           "so. A datagram that is longer than SIZE is cut, and the rest is gone."),
    .prototype = "ssize_t recv(int sockfd, void *buf, size_t len, int flags);",
    .python = "data = s.recv(1024)",
    .blocks = N_("until something is there or the peer closes, unless the socket is non-blocking "
                 "or FLAGS has dontwait"),
    .errors = {RECEIVE_ERRORS},
    .example = "a b = socketpair unix stream\nsend a \"hello\"\nexpect \"he\" recv b 2\nexpect "
               "\"llo\" recv b",
    .pages = "recv(2), tcp(7), udp(7)",
    .run = run_recv,
};

const struct command command_recvfrom = {
    .name = "recvfrom",
    .group = GROUP_TRANSFER,
    .arguments = {SOCKET_ARGUMENT, SIZE_ARGUMENT, FLAGS_ARGUMENT},
    .results = {"data", "address"},
    .summary = N_("receives a datagram, and tells who sent it"),
    .manual =
        N_("The same as recv, and gives the sender's address, to which sendto can answer. The flag "
           "trunc makes the call return the datagram's whole length, even where it was cut. On a "
           "stream of TCP or MPTCP trunc throws the bytes away: they are counted, and none is "
           "written, so the data is empty."),
    .prototype = "ssize_t recvfrom(int sockfd, void *buf, size_t len, int flags,\n"
                 "                 struct sockaddr *src_addr, socklen_t *addrlen);",
    .python = "data, address = s.recvfrom(1024)",
    .blocks =
        N_("until a datagram is there, unless the socket is non-blocking or FLAGS has dontwait"),
    .errors = {RECEIVE_ERRORS},
    .example = "u = udp-bind 127.0.0.1:0\nc = udp-connect u\nsend c \"hello\"\ndata from = "
               "recvfrom u\nsendto u $data $from\n"
               "expect \"hello\" recv c",
    .pages = "recvfrom(2), udp(7)",
    .run = run_recvfrom,
};

const struct command command_read = {
    .name = "read",
    .group = GROUP_TRANSFER,
    .arguments = {SOCKET_ARGUMENT, SIZE_ARGUMENT},
    .results = {"data"},
    .summary = N_("receives data as read(2) does"),
    .manual = N_("The same as recv without flags, by the call that also reads files."),
    .prototype = "ssize_t read(int fd, void *buf, size_t count);",
    .python = "data = os.read(s.fileno(), 1024)",
    .blocks = N_("until something is there or the peer closes, unless the socket is non-blocking"),
    .errors = {RECEIVE_ERRORS},
    .example = "a b = socketpair unix stream\nwrite a \"hello\"\nexpect \"hello\" read b",
    .pages = "read(2)",
    .run = run_read,
};

const struct command command_recv_all = {
    .name = "recv-all",
    .aliases = {"recvall"},
    .group = GROUP_TRANSFER,
    .arguments = {SOCKET_ARGUMENT, {.name = "LIMIT", .kind = &argument_size, .flags = OPTIONAL}},
    .results = {"data"},
    .summary = N_("receives until the end of the stream"),
    .manual = N_("Calls recv until it returns 0, or until LIMIT bytes (64M where it is omitted) "
                 "are there, and gives all of it as one."),
    .python = "data = b\"\".join(iter(lambda: s.recv(65536), b\"\"))",
    .blocks = N_("until the peer closes its side, or LIMIT is reached"),
    .errors = {RECEIVE_ERRORS},
    .example = "a b = socketpair unix stream\nsend a \"one \"\nsend a \"two\"\nshutdown a "
               "wr\nexpect \"one two\" recv-all b",
    .pages = "recv(2)",
    .run = run_recv_all,
};

const struct command command_recv_line = {
    .name = "recv-line",
    .aliases = {"recvline"},
    .group = GROUP_TRANSFER,
    .arguments = {SOCKET_ARGUMENT, {.name = "LIMIT", .kind = &argument_size, .flags = OPTIONAL}},
    .results = {"data"},
    .summary = N_("receives up to the end of a line"),
    .manual = N_("Looks at what is there with MSG_PEEK, and takes it no further than the newline, "
                 "which is part of the data: what follows stays in the kernel. It also ends at the "
                 "end of the stream and after LIMIT bytes (8192 where it is omitted)."),
    .python = "line = s.makefile(\"rb\").readline()",
    .blocks = N_("until a whole line is there, the peer closes its side, or LIMIT is reached"),
    .errors = {RECEIVE_ERRORS},
    .example = "a b = socketpair unix stream\nsend a \"one\\ntwo\\n\"\nexpect \"one\\n\" recv-line "
               "b\nexpect \"two\\n\" recv-line b",
    .pages = "recv(2)",
    .run = run_recv_line,
};

const struct command command_recv_exactly = {
    .name = "recv-exactly",
    .aliases = {"recvexactly"},
    .group = GROUP_TRANSFER,
    .arguments = {SOCKET_ARGUMENT, {.name = "SIZE", .kind = &argument_size}},
    .results = {"data"},
    .summary = N_("receives exactly so many bytes"),
    .manual = N_("Calls recv until SIZE bytes are there. Where the stream ends before the first of "
                 "them it gives 0 bytes (`expect eof`), and where it ends among them it fails."),
    .python = "data = s.recv(100, socket.MSG_WAITALL)",
    .blocks = N_("until SIZE bytes are there, or the peer closes its side"),
    .errors = {RECEIVE_ERRORS},
    .example = "a b = socketpair unix stream\nsend a \"hello\"\nexpect \"hel\" recv-exactly b 3",
    .pages = "recv(2)",
    .run = run_recv_exactly,
};
