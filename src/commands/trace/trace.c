/* trace: commands that read other programs' socket calls, and take their sockets. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "command/argument_program.h"
#include "command/invocation.h"
#include "command/kinds.h"
#include "command/offer.h"
#include "commands/session/run_programs.h"
#include "language/escape.h"
#include "language/number.h"
#include "session/foreign_name.h"
#include "session/process.h"
#include "system/descriptor.h"

/* A line that is a number alone, or a program of the session (p, %1, $p.pid), is a process that
 * runs. */
static bool is_process(const struct runner *runner, const struct argument_value *line,
                       long long *number) {
  static const char field[] = ".pid";
  enum { FIELD = sizeof field - 1 };
  const char *text = line->word.data + line->size;
  size_t length = line->word.length - line->size;
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
    length--;
  if (number_parse(text, length, number) == 0)
    return *number > 0 && *number <= INT32_MAX;
  bool expands = length > 1 && text[0] == '$';
  if (expands && length > FIELD && memcmp(text + length - FIELD, field, FIELD) == 0)
    length -= FIELD;
  const struct process *program =
      length > (size_t)expands ? process_find(runner, text + expands, length - expands) : NULL;
  if (program)
    *number = program->pid;
  return program != NULL;
}

static int run_trace(struct invocation *invocation) {
  const struct argument_value *line = invocation_value(invocation, "COMMAND");
  long long number;
  if (!is_process(invocation->runner, line, &number))
    return run_program(invocation, true);
  struct process *process = process_attach(invocation->runner, (pid_t)number, invocation->error);
  if (!process)
    return -1;
  result_add(invocation->result, value_from_object(&process->object));
  object_release(&process->object);
  return 0;
}

const struct command command_trace = {
    .name = "trace",
    .group = GROUP_SESSION,
    .starts_program = true,
    .arguments = {{.name = "COMMAND", .kind = &argument_program_line}},
    .results = {"process"},
    .summary = N_("starts a program whose socket calls are shown like the session's own"),
    .manual =
        N_("COMMAND is started as with spawn, and is a program like that: its output, `type p`, "
           "`await p`, `kill p`, $p.status. Its socket calls come onto the timeline as well, each "
           "when it ends, with its arguments and result, and what states its sockets went through; "
           "p: stands before them, and p.2:, p.3: before those of its further threads and "
           "processes, in the order in which they made their first. A call that blocks is shown "
           "so. With -q, --json and the rest it is as with calls of the session.\n\n"
           "A number in the place of COMMAND, or a program of spawn, is a process that runs "
           "already: its "
           "calls are read "
           "from now on, until `untrace`, and it goes on when the session ends.\n\n"
           "p.4 is descriptor 4 of p, and p.2.4 that of its second process: a SOCKET that states, "
           "tcp-info, options, transitions, backlog, diagram and await look at. `adopt` gives a "
           "descriptor of it to make calls on. `leaks p` tells what it never closed.\n\n"
           "What it costs, and what can't be seen: socksh-trace(7)."),
    .blocks = N_("never"),
    .example = "p = trace python3 -c 'import socket; socket.socket()'\nawait p exit\nleaks p",
    .pages = "ptrace(2), seccomp(2)",
    .run = run_trace,
};

static int run_untrace(struct invocation *invocation) {
  const struct argument_value *value = invocation_value(invocation, "PROGRAM");
  return process_leave(invocation->runner, value->process, invocation->error);
}

const struct command command_untrace = {
    .name = "untrace",
    .group = GROUP_SESSION,
    .arguments = {{.name = "PROGRAM", .kind = &argument_program}},
    .summary = N_("leaves a program that `trace PID` has attached as it was"),
    .manual = N_("It goes on, and its calls are read no more. A program that trace has started "
                 "can't be left: a filter in it stops it at each of these calls."),
    .blocks = N_("until it is stopped for a moment"),
    .example = "p = spawn exec cat\ntype p x\nawait p line\nq = trace p\nuntrace q\nkill p",
    .run = run_untrace,
};

/* A process, and the number that a descriptor has there. */
struct origin {
  pid_t process;
  int descriptor;
  struct host *host;
  struct bytes name; /* as shown in the call */
};

static int read_origin(struct invocation *invocation, struct argument_value *value) {
  long long number;
  const char *text = value->word.data;
  size_t length = value->word.length;
  bool known = (number_parse(text, length, &number) == 0 && number > 0 && number <= INT32_MAX) ||
               foreign_name_is(text, length) || name_valid(text, length) ||
               (length > 1 && text[0] == '%');
  return known
             ? 0
             : argument_wrong(invocation, value,
                              _("is neither a process id, nor a program, nor its socket, as p.4"));
}

static bool fits_origin(const struct argument *argument, const struct match_word *word) {
  (void)argument, (void)word;
  return true;
}

static const struct argument_kind argument_origin = {
    .name = "origin", .fits = fits_origin, .read = read_origin};

static int find_origin(struct invocation *invocation, struct origin *origin) {
  const struct argument_value *owner = invocation_value(invocation, "OWNER");
  const struct argument_value *number = invocation_value(invocation, "FD");
  const char *text = owner->word.data;
  size_t length = owner->word.length;
  struct runner *runner = invocation->runner;
  long long process;
  escape_append(&origin->name, text, length, ESCAPE_ASCII);
  if (foreign_name_is(text, length)) {
    if (number)
      return invocation_wrong(invocation, number, _("the descriptor is named already"));
    return foreign_name_locate(runner, text, length, &origin->process, &origin->descriptor,
                               &origin->host, invocation->error);
  }
  if (!number)
    return invocation_wrong(invocation, NULL, _("FD is missing: adopt PID FD, or adopt p.4"));
  origin->descriptor = (int)number->number;
  const struct process *program = process_find(runner, text, length);
  if (program) {
    origin->process = program->pid;
    origin->host = (struct host *)program->host;
    return 0;
  }
  if (number_parse(text, length, &process) < 0)
    return error_set(invocation->error, ERROR_FAILURE, _("no program is called %s"),
                     bytes_text(&origin->name));
  origin->process = (pid_t)process;
  origin->host = runner->host;
  return 0;
}

static int adopt(struct invocation *invocation, const struct origin *origin) {
  struct call call;
  int handle = descriptor_move_up((int)syscall(SYS_pidfd_open, origin->process, 0));
  if (handle < 0)
    return error_set_errno(invocation->error, errno, _("process %ld can't be reached"),
                           (long)origin->process);
  call_init(&call, CALL_PIDFD_GETFD, NULL);
  call.file.descriptor = handle;
  call.file.name = strdup(bytes_text((struct bytes *)&origin->name));
  call.number[0] = origin->descriptor;
  int status = invocation_call(invocation, &call);
  if (status == 0 && call.made_entry[0]) {
    call.made_entry[0]->host = origin->host;
    result_add(invocation->result, value_from_object(&call.made_entry[0]->object));
  }
  call_free(&call);
  close(handle);
  return status;
}

static int run_adopt(struct invocation *invocation) {
  struct origin origin = {0};
  int status = find_origin(invocation, &origin);
  if (status == 0)
    status = adopt(invocation, &origin);
  bytes_free(&origin.name);
  return status;
}

const struct command command_adopt = {
    .name = "adopt",
    .group = GROUP_SESSION,
    .arguments = {{.name = "OWNER", .kind = &argument_origin},
                  {.name = "FD", .kind = &argument_number, .flags = OPTIONAL}},
    .results = {"socket"},
    .summary = N_("gives a descriptor of the session's own for another program's socket"),
    .manual =
        N_("OWNER is the socket of a traced program, as p.4, or a program or process id, with FD "
           "its number there. Both have the socket open from then on: every command works on it, "
           "and to close the new descriptor leaves the owner's connection as it is, while shutdown "
           "ends it for both. The kernel allows it where it would allow to trace the process: for "
           "one of the same user, that is no setuid program, and where Yama "
           "(/proc/sys/kernel/yama/ptrace_scope) does not forbid it, one that was started here. "
           "Linux 5.6 is needed."),
    .blocks = N_("never"),
    .errors = {{EPERM, N_("the process is another user's, or Yama forbids it")},
               {EBADF, N_("the process has no such descriptor")},
               {ENOSYS, N_("the kernel is older than Linux 5.6")}},
    .example =
        "p = trace python3 -c 'import socket, time; s = socket.create_server((\"127.0.0.1\", "
        "0)); print(1, flush=True); time.sleep(60)'\nawait p line\ns = adopt p.3\n"
        "getsockname s",
    .pages = "pidfd_getfd(2)",
    .run = run_adopt,
};
