/* send: commands that send. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/invocation.h"
#include "language/uncleared.h"

static int send_data(struct invocation *invocation, enum call_name name, long flags) {
  UNCLEARED struct call call;
  call_init(&call, name, invocation_socket(invocation, "SOCKET"));
  call.data = blob_retain(invocation_value(invocation, "DATA")->data);
  call.number[0] = flags;
  return invocation_simple_call(invocation, &call);
}

static int run_send(struct invocation *invocation) {
  return send_data(invocation, CALL_SEND, (long)invocation_number(invocation, "FLAGS", 0));
}

static int run_write(struct invocation *invocation) {
  return send_data(invocation, CALL_WRITE, 0);
}

static int run_sendto(struct invocation *invocation) {
  UNCLEARED struct call call;
  call_init(&call, CALL_SENDTO, invocation_socket(invocation, "SOCKET"));
  call.data = blob_retain(invocation_value(invocation, "DATA")->data);
  call.address = invocation_value(invocation, "ADDRESS")->address;
  call.number[0] = (long)invocation_number(invocation, "FLAGS", 0);
  return invocation_simple_call(invocation, &call);
}

/* Whether nobody but this command has the data, which is much: then what was sent need not take up
 * memory while the rest is. */
static bool is_ours_alone(const struct invocation *invocation, const struct blob *data) {
  enum { MUCH = 1 << 20 };
  return !invocation->lent && data->references == 1 && !data->of && data->length >= MUCH;
}

/* Adds to the error how much was sent before it. Returns -1. */
static int add_sent(struct error *error, size_t sent, size_t all) {
  size_t length = strlen(error->message);
  if (sent == 0)
    return -1;
  snprintf(error->message + length, sizeof error->message - length,
           _("; %zu of %zu bytes were sent"), sent, all);
  error->call = false; /* the message says more than the call's line */
  return -1;
}

static int run_send_all(struct invocation *invocation) {
  enum { PIECE = 16 << 20 }; /* the most that one call is given */
  struct blob *data = invocation_value(invocation, "DATA")->data;
  bool ours = is_ours_alone(invocation, data);
  size_t sent = 0;
  do {
    UNCLEARED struct call call;
    size_t left = data->length - sent;
    call_init(&call, CALL_SEND, invocation_socket(invocation, "SOCKET"));
    call.takes_part = true;
    call.data = blob_part(data, sent, left < PIECE ? left : PIECE);
    if (!call.data) {
      call_free(&call);
      return error_set_memory(invocation->error);
    }
    int status = invocation_call(invocation, &call);
    long result = call.result;
    call_free(&call);
    if (status < 0)
      return add_sent(invocation->error, sent, data->length);
    sent += (size_t)result;
    if (ours)
      blob_forget(data, sent);
  } while (sent < data->length);
  invocation->result->numbered = true;
  invocation->result->number = (long long)sent;
  return 0;
}

#define DATA_ARGUMENT                                                                              \
  { .name = "DATA", .kind = &argument_data }

#define SEND_ERRORS                                                                                \
  {EPIPE, N_("this side was shut down for sending, or the connection is gone; on TCP also: it "    \
             "was never made")},                                                                   \
      {ECONNRESET, N_("the peer has reset the connection (RST): its program ended, closed with "   \
                      "data unread, or closed its listener before accept had taken it")},          \
      {EAGAIN, N_("the send buffer is full, and the socket is non-blocking, or MSG_DONTWAIT was "  \
                  "given, or SO_SNDTIMEO is over")},                                               \
      {ENOTCONN, N_("the socket is not connected (Unix); TCP gives EPIPE, UDP EDESTADDRREQ")},     \
      {EDESTADDRREQ, N_("a datagram socket that is not connected needs an address: use sendto")},  \
      {EMSGSIZE, N_("the datagram is larger than UDP can carry (65,507 bytes over IPv4), or than " \
                    "the path takes where fragments are forbidden")},                              \
  {                                                                                                \
    ECONNREFUSED, N_("for datagrams: an ICMP error came back for an earlier one, since nothing "   \
                     "receives on that port, or the Unix socket is closed; for TCP: the "          \
                     "handshake that was begun was refused (RST)")                                 \
  }

const struct command command_send = {
    .name = "send",
    .group = GROUP_TRANSFER,
    .arguments = {SOCKET_ARGUMENT, DATA_ARGUMENT, FLAGS_ARGUMENT},
    .results = {"count"},
    .summary = N_("sends data on a connected socket"),
    .manual =
        N_("Hands the data to the kernel, which sends it when it can: that the call returns does "
           "not mean that the peer has it. On a stream the count may be less than the length; "
           "send-all goes on until all is taken. On a datagram socket each call is one datagram."),
    .prototype = "ssize_t send(int sockfd, const void *buf, size_t len, int flags);",
    .python = "count = s.send(b\"hello\")",
    .blocks = N_(
        "while the send buffer is full, unless the socket is non-blocking or FLAGS has dontwait"),
    .errors = {SEND_ERRORS},
    .example = "a b = socketpair unix stream\nsend a \"hello\"\nexpect \"hello\" recv b",
    .pages = "send(2), tcp(7), udp(7)",
    .run = run_send,
};

const struct command command_sendto = {
    .name = "sendto",
    .group = GROUP_TRANSFER,
    .arguments = {SOCKET_ARGUMENT,
                  DATA_ARGUMENT,
                  {.name = "ADDRESS", .kind = &argument_address},
                  FLAGS_ARGUMENT},
    .results = {"count"},
    .summary = N_("sends a datagram to an address"),
    .manual =
        N_("Sends one datagram to the address, without a connection. A socket that was not bound "
           "gets a port of the kernel's choice by it. Nobody tells whether it arrived."),
    .prototype = "ssize_t sendto(int sockfd, const void *buf, size_t len, int flags,\n"
                 "               const struct sockaddr *dest_addr, socklen_t addrlen);",
    .python = "count = s.sendto(b\"hello\", (\"127.0.0.1\", 5000))",
    .blocks = N_(
        "while the send buffer is full, unless the socket is non-blocking or FLAGS has dontwait"),
    .errors = {SEND_ERRORS, {EISCONN, N_("a connected stream takes no address: use send")}},
    .example = "u = udp-bind 127.0.0.1:0\nc = socket inet dgram\nsendto c \"hello\" u\ndata from = "
               "recvfrom u",
    .pages = "sendto(2), udp(7)",
    .run = run_sendto,
};

const struct command command_write = {
    .name = "write",
    .group = GROUP_TRANSFER,
    .arguments = {SOCKET_ARGUMENT, DATA_ARGUMENT},
    .results = {"count"},
    .summary = N_("sends data as write(2) does"),
    .manual = N_("The same as send without flags, by the call that also writes to files."),
    .prototype = "ssize_t write(int fd, const void *buf, size_t count);",
    .python = "count = os.write(s.fileno(), b\"hello\")",
    .blocks = N_("while the send buffer is full, unless the socket is non-blocking"),
    .errors = {SEND_ERRORS},
    .example = "a b = socketpair unix stream\nwrite a \"hello\"\nexpect \"hello\" read b",
    .pages = "write(2)",
    .run = run_write,
};

const struct command command_send_all = {
    .name = "send-all",
    .aliases = {"sendall"},
    .group = GROUP_TRANSFER,
    .arguments = {SOCKET_ARGUMENT, DATA_ARGUMENT},
    .results = {"count"},
    .summary = N_("sends all of the data, with as many calls as it takes"),
    .manual = N_("Calls send until the kernel has taken every byte, and shows each call. One call "
                 "is given 16 MB at most. The count is the length of the data."),
    .python = "s.sendall(b\"hello\")",
    .blocks = N_("until the kernel has taken all, which may wait for the peer to read"),
    .errors = {SEND_ERRORS},
    .example = "a b = socketpair unix stream\nsend-all a fill:100\nrecv-exactly b 100",
    .pages = "send(2)",
    .run = run_send_all,
};
