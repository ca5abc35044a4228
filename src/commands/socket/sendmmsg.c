/* sendmmsg: sendmmsg and recvmmsg, which move several datagrams in one call. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call/message.h"
#include "command/invocation.h"
#include "command/kinds.h"
#include "commands/socket/control_argument.h"

/* The kernel's UIO_MAXIOV: it silently ignores any more messages. */
enum { MESSAGES_MOST = 1024, COUNT_OMITTED = 8, SIZE_OMITTED = 1024 };

/* Joins the data of all messages in call->data. */
static int join_data(struct invocation *invocation, struct call *call) {
  const struct argument_value *value;
  size_t at = 0;
  struct call_message *message = call->messages.message;
  const struct argument_value *first = invocation_value(invocation, "DATA");
  for (value = first; value; value = invocation_next(invocation, value), message++) {
    message->start = at;
    message->part_count = 1;
    message->part_sizes[0] = value->data->length;
    at += value->data->length;
  }
  call->data = blob_create(at);
  if (!call->data)
    return error_set_memory(invocation->error);
  message = call->messages.message;
  for (value = first; value; value = invocation_next(invocation, value), message++)
    memcpy(call->data->data + message->start, value->data->data, value->data->length);
  return 0;
}

static size_t count_data(const struct invocation *invocation) {
  size_t count = 0;
  for (const struct argument_value *value = invocation_value(invocation, "DATA"); value;
       value = invocation_next(invocation, value))
    count++;
  return count;
}

static int check_sendmmsg(struct invocation *invocation) {
  const struct argument_value *value = invocation_nth(invocation, "DATA", MESSAGES_MOST);
  return value ? invocation_wrong(invocation, value, _("one call sends at most %d datagrams"),
                                  MESSAGES_MOST)
               : 0;
}

static int run_sendmmsg(struct invocation *invocation) {
  struct call call;
  const struct argument_value *to = invocation_value(invocation, "--to");
  call_init(&call, CALL_SENDMMSG, invocation_socket(invocation, "SOCKET"));
  call.number[0] = (long)invocation_number(invocation, "--flags", 0);
  int status = messages_create(&call, count_data(invocation)) == 0
                   ? join_data(invocation, &call)
                   : error_set_memory(invocation->error);
  for (size_t i = 0; status == 0 && i < call.messages.count; i++) {
    call.messages.message[i].named = to != NULL;
    if (to)
      call.messages.message[i].address = to->address;
    status = control_argument_add(invocation, &call.messages.message[i]);
  }
  if (status == 0)
    status = invocation_call(invocation, &call);
  if (status == 0) {
    invocation_give_number(invocation, call.result);
    if ((size_t)call.result < call.messages.count)
      runner_note(invocation->runner,
                  _("only %ld of %zu datagrams were taken; a program sends the rest with another "
                    "call, whose errno says why"),
                  call.result, call.messages.count);
  }
  call_free(&call);
  return status;
}

static int check_recvmmsg(struct invocation *invocation) {
  const struct argument_value *count = invocation_value(invocation, "COUNT");
  if (count && !count->unknown && (count->number < 1 || count->number > MESSAGES_MOST))
    return invocation_wrong(invocation, count, _("one call receives from 1 to %d datagrams"),
                            MESSAGES_MOST);
  return 0;
}

static void prepare_room(struct call *call, size_t size) {
  for (size_t i = 0; i < call->messages.count; i++) {
    struct call_message *message = &call->messages.message[i];
    message->start = i * size;
    message->part_count = 1;
    message->part_sizes[0] = size;
    message->named = true;
  }
  call->size = call->messages.count * size;
}

/* Gives each datagram's data to the names before `=`, as far as a result holds values. */
static int give_datagrams(struct invocation *invocation, const struct call *call) {
  size_t cut = 0;
  invocation_give_number(invocation, call->result);
  for (long i = 0; i < call->result; i++) {
    const struct call_message *message = &call->messages.message[i];
    cut += (message->flags & MSG_TRUNC) != 0;
    if (i < RESULT_VALUES &&
        invocation_give_data(invocation, call->data->data + message->start, message->length) < 0)
      return -1;
  }
  if (cut > 0 && call->number[0] & MSG_PEEK)
    runner_note(invocation->runner, "%s",
                _("MSG_TRUNC: what was peeked at is longer than SIZE; all of it is still there"));
  else if (cut > 0)
    runner_note(invocation->runner,
                cut == 1 ? _("MSG_TRUNC: %zu datagram was longer than SIZE, and its end is gone")
                         : _("MSG_TRUNC: %zu datagrams were longer than SIZE, and their ends are "
                             "gone"),
                cut);
  return 0;
}

static int run_recvmmsg(struct invocation *invocation) {
  struct call call;
  call_init(&call, CALL_RECVMMSG, invocation_socket(invocation, "SOCKET"));
  call.number[0] = (long)invocation_number(invocation, "--flags", 0);
  call.duration = invocation_duration(invocation, "--timeout", -1);
  size_t count = (size_t)invocation_number(invocation, "COUNT", COUNT_OMITTED);
  int status = messages_create(&call, count) == 0 ? 0 : error_set_memory(invocation->error);
  if (status == 0) {
    prepare_room(&call, invocation_size(invocation, "SIZE", SIZE_OMITTED));
    status = invocation_call(invocation, &call);
  }
  if (status == 0)
    status = give_datagrams(invocation, &call);
  call_free(&call);
  return status;
}

#define FLAGS_KEYWORD                                                                              \
  {                                                                                                \
    .name = "FLAGS", .kind = &argument_flags, .flags = OPTIONAL, .set = &constant_message_flags,   \
    .keyword = "--flags"                                                                           \
  }

const struct command command_sendmmsg = {
    .name = "sendmmsg",
    .group = GROUP_TRANSFER,
    .arguments =
        {{.name = "SOCKET", .kind = &argument_socket},
         {.name = "DATA", .kind = &argument_data, .flags = REPEATED},
         {.name = "ADDRESS", .kind = &argument_address, .flags = OPTIONAL, .keyword = "--to"},
         CONTROL_ARGUMENT,
         FLAGS_KEYWORD},
    .results = {"count"},
    .summary = N_("sends several datagrams with one call"),
    .manual =
        N_("Each DATA is a datagram of its own, at most 1,024 of them, which the kernel sends one "
           "after the other. The result is how many it took: it stops at the first that fails, and "
           "gives an errno only where that is the first of all. --to gives the address of all of "
           "them; a connected socket needs none. --control adds a control message to each, as for "
           "sendmsg."),
    .prototype = "int sendmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags);",
    .blocks = N_("while the send buffer is full, unless the socket is non-blocking or FLAGS has "
                 "dontwait"),
    .errors =
        {{EAGAIN, N_("the send buffer is full, and the socket is non-blocking, or MSG_DONTWAIT "
                     "was given, or SO_SNDTIMEO is over")},
         {EDESTADDRREQ, N_("the socket is not connected, so it needs an address: --to")},
         {ECONNREFUSED, N_("an ICMP error came back for an earlier datagram: nothing receives "
                           "on that port")},
         {EINVAL, N_("a control message is out of range")},
         {EMSGSIZE, N_("the first datagram is larger than the protocol can carry, or than the "
                       "path takes where fragments are forbidden")}},
    .example = "u = udp-bind 127.0.0.1:0\nc = udp-connect u\nexpect 3 sendmmsg c one two three\n"
               "a b d = recvmmsg u 3\nassert $b == two",
    .pages = "sendmmsg(2), cmsg(3), udp(7)",
    .check = check_sendmmsg,
    .run = run_sendmmsg,
};

const struct command command_recvmmsg = {
    .name = "recvmmsg",
    .group = GROUP_TRANSFER,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket},
                  {.name = "COUNT", .kind = &argument_number, .flags = OPTIONAL},
                  {.name = "SIZE", .kind = &argument_size, .flags = OPTIONAL},
                  FLAGS_KEYWORD,
                  {.name = "DURATION",
                   .kind = &argument_duration,
                   .flags = OPTIONAL,
                   .keyword = "--timeout"}},
    .results = {"data"},
    .results_vary = true,
    .summary = N_("receives several datagrams with one call"),
    .manual =
        N_("It waits until COUNT datagrams have come (8 where it is omitted), each into SIZE bytes "
           "(1024). With --flags waitforone it waits for the first and takes what else is there; "
           "with dontwait it waits for none. The names before = get the data of one datagram each, "
           "in order; the call shows who sent them, and the number of them is the result.\n\n"
           "--timeout is looked at by the kernel only when a datagram has come: where no further "
           "one comes, the call waits on, however long ago the time was over. That is a fault of "
           "the call (recvmmsg(2), BUGS), which is shown here as it is; set-timeout bounds each "
           "wait."),
    .prototype = "int recvmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags, "
                 "struct timespec *timeout);",
    .blocks = N_("until all have come, unless FLAGS has waitforone or dontwait, or the socket is "
                 "non-blocking"),
    .errors = {{EAGAIN, N_("nothing is there, and the socket is non-blocking, or MSG_DONTWAIT was "
                           "given, or SO_RCVTIMEO is over; or the error queue is empty")},
               {ECONNREFUSED,
                N_("an ICMP error came back for an earlier datagram: nothing receives "
                   "on that port")},
               {EINTR, N_("a signal ended the wait before the first datagram had come")},
               {ENOTCONN, N_("the socket is a stream that is not connected")}},
    .example = "u = udp-bind 127.0.0.1:0\nc = udp-connect u\nsend c one\nsend c two\n"
               "a b = recvmmsg u --flags waitforone\nassert $a == one\nassert $b == two",
    .pages = "recvmmsg(2), udp(7)",
    .check = check_recvmmsg,
    .run = run_recvmmsg,
};
