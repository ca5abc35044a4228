/* attributes: commands that read a socket's addresses, and read and set its file flags and modes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "call/ioctl_request.h"
#include "command/invocation.h"
#include "command/offer.h"
#include "language/number.h"
#include "session/signal_notice.h"

static int run_getsockname(struct invocation *invocation) {
  struct call call;
  call_init(&call, invocation->command->call, invocation_socket(invocation, "SOCKET"));
  int status = invocation_call(invocation, &call);
  if (status == 0) {
    invocation_give_number(invocation, call.result);
    status = invocation_give_address(invocation, &call.address);
  }
  call_free(&call);
  return status;
}

/* Makes one fcntl call, and stores its return value. */
static int control_file(struct invocation *invocation, long command, long flags, long *result) {
  struct call call;
  call_init(&call, CALL_FCNTL, invocation_socket(invocation, "SOCKET"));
  call.number[0] = command;
  call.number[1] = flags;
  int status = invocation_call(invocation, &call);
  *result = call.result;
  call_free(&call);
  return status;
}

#define FILE_COMMANDS "getfl|setfl|getfd|setfd|getown|setown|getsig|setsig"

/* What a command of fcntl takes. */
static const struct file_command {
  long command;
  const struct constant_set *words; /* NULL: a process */
  bool sets;
  const char *example;
} file_commands[] = {
    {F_GETFL, &constant_file_flags, false, NULL},
    {F_SETFL, &constant_file_flags, true, N_("the new flags are missing: nonblock, or 0 for none")},
    {F_GETFD, &constant_descriptor_flags, false, NULL},
    {F_SETFD, &constant_descriptor_flags, true,
     N_("the new flags are missing: cloexec, or 0 for none")},
    {F_GETOWN, NULL, false, NULL},
    {F_SETOWN, NULL, true, N_("the process is missing: self, or its number")},
    {F_GETSIG, &constant_signals, false, NULL},
    {F_SETSIG, &constant_signals, true, N_("the signal is missing: SIGUSR1, 35, or 0 for SIGIO")},
};

static const struct file_command *file_command(long long command) {
  for (size_t i = 0; i < sizeof file_commands / sizeof *file_commands; i++)
    if (file_commands[i].command == command)
      return &file_commands[i];
  return NULL;
}

static int read_owner(struct invocation *invocation, struct argument_value *value) {
  if (argument_is(value, "self")) {
    value->number = getpid();
    return 0;
  }
  if (number_parse(value->word.data, value->word.length, &value->number) < 0 || value->number < 0 ||
      value->number > INT_MAX)
    return argument_wrong(invocation, value,
                          _("is no process: write self, or its number; a group is set with "
                            "`ioctl siocspgrp`"));
  return 0;
}

static int read_signal(struct invocation *invocation, struct argument_value *value) {
  if (argument_read_symbol(invocation, value, &constant_signals) < 0)
    return -1;
  if (!signal_notice_may_be((long)value->number))
    return argument_wrong(invocation, value,
                          _("would end or disturb this shell: choose SIGUSR1, SIGUSR2, SIGURG, a "
                            "number from 35 to 64, or 0 for SIGIO"));
  return 0;
}

/* fcntl's command, the previous word, decides what its argument is. */
static int read_file_argument(struct invocation *invocation, struct argument_value *value) {
  const struct argument_value *command = invocation_value(invocation, FILE_COMMANDS);
  const struct file_command *row = file_command(command->number);
  value->unknown = command->unknown || !row;
  if (value->unknown)
    return 0;
  if (!row->words)
    return read_owner(invocation, value);
  return row->words == &constant_signals ? read_signal(invocation, value)
                                         : argument_read_symbol(invocation, value, row->words);
}

static void complete_file_argument(const struct argument *argument, struct offer *offer) {
  offer_set(offer, argument->set, true);
  offer_set(offer, &constant_descriptor_flags, true);
  offer_set(offer, &constant_signals, false);
  offer_text(offer, "self", NULL);
}

static const struct argument_kind argument_file_flags = {
    .name = "file flags",
    .read = read_file_argument,
    .complete = complete_file_argument,
};

static int check_fcntl(struct invocation *invocation) {
  const struct argument_value *command = invocation_value(invocation, FILE_COMMANDS);
  const struct argument_value *flags = invocation_value(invocation, "FLAGS");
  const struct file_command *row = file_command(command->number);
  if (command->unknown)
    return 0;
  if (!row)
    return invocation_wrong(invocation, command, _("here fcntl does %s"), FILE_COMMANDS);
  if (row->sets && !flags)
    return invocation_wrong(invocation, command, "%s", _(row->example));
  if (!row->sets && flags)
    return invocation_wrong(invocation, flags,
                            _("this word is one too many: getfl, getfd, getown and getsig take "
                              "none"));
  return 0;
}

static int run_fcntl(struct invocation *invocation) {
  long command = (long)invocation_number(invocation, FILE_COMMANDS, 0);
  long result;
  invocation->runner->session->signals_wanted |= command == F_SETOWN || command == F_SETSIG;
  if (control_file(invocation, command, (long)invocation_number(invocation, "FLAGS", 0), &result) <
      0)
    return -1;
  invocation_give_number(invocation, result);
  return 0;
}

static int run_set_blocking(struct invocation *invocation) {
  bool on = invocation_number(invocation, "MODE", 0) == 0;
  long flags;
  long ignored;
  if (control_file(invocation, F_GETFL, 0, &flags) < 0)
    return -1;
  flags = on ? flags & ~(long)O_NONBLOCK : flags | O_NONBLOCK;
  return control_file(invocation, F_SETFL, flags, &ignored);
}

static int check_ioctl(struct invocation *invocation) {
  const struct argument_value *request = invocation_value(invocation, "REQUEST");
  const struct argument_value *value = invocation_value(invocation, "VALUE");
  if (value && !value->unknown && (value->number < INT_MIN || value->number > UINT_MAX))
    return invocation_wrong(invocation, value, _("the value is an int of C"));
  if (request->unknown)
    return 0;
  enum request_form form = request_form((long)request->number);
  if (form == REQUEST_SETS && !value)
    return invocation_wrong(invocation, request,
                            _("this request takes a value: 1 or 0, or a process"));
  if (form != REQUEST_SETS && form != REQUEST_UNKNOWN && value)
    return invocation_wrong(invocation, value,
                            _("this word is one too many: the request takes no value"));
  return 0;
}

static int give_time(struct invocation *invocation, const struct call *call) {
  struct bytes text = {0};
  bytes_append_format(&text, call->number[0] == SIOCGSTAMP ? "%ld.%06ld" : "%ld.%09ld",
                      call->number[1], call->number[2]);
  int status = text.failed ? error_set_memory(invocation->error)
                           : invocation_give_text(invocation, text.data, text.length);
  bytes_free(&text);
  return status;
}

static int run_ioctl(struct invocation *invocation) {
  struct call call;
  call_init(&call, CALL_IOCTL, invocation_socket(invocation, "SOCKET"));
  call.number[0] = (long)invocation_number(invocation, "REQUEST", 0);
  call.number[1] = (int)invocation_number(invocation, "VALUE", 0);
  enum request_form form = request_form(call.number[0]);
  invocation->runner->session->signals_wanted |= form == REQUEST_SETS;
  int status = invocation_call(invocation, &call);
  if (status == 0 && form == REQUEST_TIME)
    status = give_time(invocation, &call);
  else if (status == 0)
    invocation_give_number(
        invocation, form == REQUEST_GETS || form == REQUEST_UNKNOWN ? call.number[1] : call.result);
  if (status == 0 && call.made[0] >= 0)
    result_add(invocation->result, value_from_object(&call.made_entry[0]->object));
  call_free(&call);
  return status;
}

const struct command command_getsockname = {
    .name = "getsockname",
    .group = GROUP_OPTION,
    .arguments = {SOCKET_ARGUMENT},
    .results = {"address"},
    .summary = N_("tells a socket's own address"),
    .manual = N_(
        "Gives the address and port that the socket is bound to: by bind, or by the kernel at "
        "connect, listen or the first sendto. A socket that is not bound yet has port 0 of any "
        "address. The result has the fields .host, .port, .family and, for Unix sockets, .path."),
    .prototype = "int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen);",
    .python = "address = s.getsockname()",
    .blocks = N_("never"),
    .errors = {{ENOTSOCK, N_("it is no socket but, say, an epoll instance or a pipe")}},
    .example = "srv = tcp-listen 127.0.0.1:0\na = getsockname srv\nprint $a.port",
    .pages = "getsockname(2), ip(7), unix(7)",
    .call = CALL_GETSOCKNAME,
    .run = run_getsockname,
};

const struct command command_getpeername = {
    .name = "getpeername",
    .group = GROUP_OPTION,
    .arguments = {SOCKET_ARGUMENT},
    .results = {"address"},
    .summary = N_("tells the address of a socket's peer"),
    .manual = N_("Gives the address that the socket is connected to. It tells nothing about "
                 "whether the peer is still there. The result has the fields .host, .port, .family "
                 "and, for Unix sockets, .path."),
    .prototype = "int getpeername(int sockfd, struct sockaddr *addr, socklen_t *addrlen);",
    .python = "address = s.getpeername()",
    .blocks = N_("never"),
    .errors = {{ENOTCONN, N_("the socket is not connected, or the connection was reset")},
               {ENOTSOCK, N_("it is no socket but, say, an epoll instance or a pipe")}},
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\np = getpeername c\nassert $p == "
               "$srv.local",
    .pages = "getpeername(2), ip(7), unix(7)",
    .call = CALL_GETPEERNAME,
    .run = run_getsockname,
};

const struct command command_set_blocking = {
    .name = "set-blocking",
    .aliases = {"setblocking"},
    .group = GROUP_OPTION,
    .arguments = {SOCKET_ARGUMENT, {.name = "MODE", .kind = &argument_keyword, .words = "on|off"}},
    .summary = N_("lets the calls on a socket wait, or not"),
    .manual = N_("Reads the flags with fcntl (F_GETFL), and sets them (F_SETFL) with or without "
                 "O_NONBLOCK. On a non-blocking socket a call that would have to wait fails with "
                 "EAGAIN, and connect with EINPROGRESS. The flag belongs to the open socket: every "
                 "descriptor of it (dup) has it; a socket that accept gives does not inherit it."),
    .python = "s.setblocking(False)",
    .blocks = N_("never"),
    .errors = {{EBADF, N_("the socket is closed already")}},
    .example =
        "a b = socketpair unix stream\nset-blocking b off\nexpect EAGAIN recv b\nset-blocking b on",
    .pages = "fcntl(2), socket(7)",
    .run = run_set_blocking,
};

const struct command command_fcntl = {
    .name = "fcntl",
    .group = GROUP_OPTION,
    .arguments = {SOCKET_ARGUMENT,
                  {.name = FILE_COMMANDS, .kind = &argument_symbol, .set = &constant_file_commands},
                  {.name = "FLAGS",
                   .kind = &argument_file_flags,
                   .flags = OPTIONAL,
                   .set = &constant_file_flags}},
    .results = {"flags"},
    .summary = N_("reads or sets the flags of a descriptor, and whom it sends signals"),
    .manual =
        N_("getfl and setfl (F_GETFL, F_SETFL) are about the open socket, which several "
           "descriptors may share: O_NONBLOCK, O_ASYNC. getfd and setfd (F_GETFD, F_SETFD) "
           "are about this one descriptor: FD_CLOEXEC. Setting replaces all flags, so a "
           "program gets them first; 0 sets none.\n\n"
           "getown and setown (F_GETOWN, F_SETOWN) are about the process that gets SIGIO when "
           "the socket becomes ready and O_ASYNC is set, and SIGURG when urgent data comes: "
           "self is this shell, which tells of each signal behind the next command. getsig "
           "and setsig (F_GETSIG, F_SETSIG) choose another signal than SIGIO, which also "
           "says which descriptor it is (si_fd) and what for (si_band)."),
    .prototype = "int fcntl(int fd, int op, ... /* arg */ );",
    .python = "flags = fcntl.fcntl(s, fcntl.F_GETFL)",
    .blocks = N_("never"),
    .errors = {{EINVAL, N_("sockets do not have this flag, or there is no such signal")},
               {ESRCH, N_("there is no such process")},
               {EBADF, N_("the socket is closed already")}},
    .example = "s = socket inet stream\nfcntl s setfl nonblock\nfcntl s getfl\nfcntl s setfd "
               "cloexec\nexpect 1 fcntl s getfd",
    .pages = "fcntl(2)",
    .run = run_fcntl,
    .check = check_fcntl,
};

const struct command command_ioctl = {
    .name = "ioctl",
    .group = GROUP_OPTION,
    .arguments = {SOCKET_ARGUMENT,
                  {.name = "REQUEST", .kind = &argument_symbol, .set = &constant_requests},
                  {.name = "VALUE", .kind = &argument_number, .flags = OPTIONAL}},
    .results = {"value"},
    .summary = N_("asks the kernel about a socket's queues, or sets a mode"),
    .manual =
        N_("REQUEST is a name as in C: fionread (bytes that can be read), siocoutq (bytes "
           "not yet acknowledged), siocatmark (whether the next byte is the urgent one), "
           "fionbio (non-blocking, with VALUE 1 or 0) and others, or a number. The result is "
           "the value that the kernel gave. siocgskns and siocunixfile make a descriptor, which "
           "is listed by status and can be closed."),
    .prototype = "int ioctl(int fd, unsigned long op, ...);",
    .python = "value = fcntl.ioctl(s, termios.FIONREAD, b\"\\0\\0\\0\\0\")",
    .blocks = N_("never"),
    .errors = {{ENOTTY, N_("this kind of socket does not know the request")},
               {EINVAL, N_("the request makes no sense in the state that the socket is in, as "
                           "siocinq or siocoutq on a listener")},
               {ENOENT, N_("no datagram with a time was received yet")},
               {EPERM, N_("only a privileged user may do this")},
               {ESRCH, N_("there is no such process")}},
    .example = "a b = socketpair unix stream\nsend a \"hello\"\nexpect 5 ioctl b fionread",
    .pages = "ioctl(2), socket(7), tcp(7), udp(7)",
    .run = run_ioctl,
    .check = check_ioctl,
};
