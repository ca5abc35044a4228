/* run_programs: commands that run other programs. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "commands/session/run_programs.h"

#include "command/invocation.h"
#include "command/offer.h"
#include "language/escape.h"
#include "session/child.h"
#include "session/process_console.h"
#include "session/process_input.h"

static int give_status(struct invocation *invocation, int status) {
  if (WIFSIGNALED(status))
    return error_set(invocation->error, ERROR_FAILURE, _("the command was ended by signal %d (%s)"),
                     WTERMSIG(status), strsignal(WTERMSIG(status)));
  invocation->result->numbered = true;
  invocation->result->number = WEXITSTATUS(status);
  if (WEXITSTATUS(status) != 0 && !invocation->runner->expectation.of_number)
    return error_set(invocation->error, ERROR_FAILURE, _("the command ended with status %d"),
                     WEXITSTATUS(status));
  return 0;
}

/* A name's length at the beginning of a text; 0: none begins there. */
static size_t name_length(const char *text, size_t length) {
  size_t end = 0;
  while (end < length && name_valid(text, end + 1))
    end++;
  return end;
}

/* /bin/sh has variables for what is bound to text, and nothing for a socket or its fields: it would
 * put nothing in their place, in silence. */
static void tell_of_sockets(struct runner *runner, const char *line, size_t length) {
  for (size_t at = 0; at + 1 < length; at++) {
    const char *name = line + at + 1;
    size_t size = line[at] == '$' ? name_length(name, length - at - 1) : 0;
    const struct value *value = size ? names_get(runner->scope.names, name, size) : NULL;
    const char *behind = name + size;
    bool field = size + 2 < length - at && behind[0] == '.' && name_valid(behind + 1, 1);
    if (!value || value->kind != VALUE_OBJECT || !field)
      continue;
    runner_note(
        runner,
        _("/bin/sh, which gets this line, knows no fields of $%.*s: `let port $%.*s.local.port` "
          "gives it $port"),
        (int)size, name, (int)size, name);
    return;
  }
}

static int run_shell(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct session *session = runner->session;
  const struct argument_value *words = invocation_value(invocation, "COMMAND");
  if (memchr(words->word.data, '\0', words->word.length))
    return invocation_wrong(invocation, words, _("a command line can't hold a zero byte"));
  tell_of_sockets(runner, words->word.data, words->word.length);
  pid_t child = child_start(runner, words->word.data, words->word.length, NULL, invocation->error);
  if (child < 0)
    return -1;
  if (runner->job == 0)
    session->shell->lend_terminal(session, child);
  int status = 0;
  int waited = child_wait(runner, child, &status);
  if (runner->job == 0)
    session->shell->lend_terminal(session, 0);
  return waited < 0 ? runner_interrupted(runner, invocation->error)
                    : give_status(invocation, status);
}

const struct command command_shell = {
    .name = "shell",
    .aliases = {"!"},
    .group = GROUP_SESSION,
    .arguments = {{.name = "COMMAND", .kind = &argument_raw}},
    .results = {"exit status"},
    .summary = N_("runs a command of the system"),
    .manual = N_(
        "/bin/sh gets the rest of the line as it is: ; & # and $ are its own. Names that hold "
        "text, numbers or addresses are in its environment, so after `let port $srv.local.port` "
        "the line `shell nc -z 127.0.0.1 $port` works. It has none of the session's sockets. A "
        "status other than 0 is a failure, unless expect or until with a number stands before it."),
    .blocks = N_("until the command ends"),
    .example = "shell echo hello\nexpect 3 shell exit 3",
    .run = run_shell,
};

static int read_line(struct invocation *invocation, struct argument_value *value) {
  static const char option[] = "--pty";
  enum { LENGTH = sizeof option - 1 };
  const char *text = value->word.data;
  size_t length = value->word.length;
  if (memchr(text, '\0', length))
    return invocation_wrong(invocation, value, _("a command line can't hold a zero byte"));
  value->size = 0;
  value->number = length >= LENGTH && memcmp(text, option, LENGTH) == 0 &&
                  (length == LENGTH || text[LENGTH] == ' ' || text[LENGTH] == '\t');
  if (value->number)
    value->size = LENGTH;
  while (value->size < length && (text[value->size] == ' ' || text[value->size] == '\t'))
    value->size++;
  if (value->size == length)
    return invocation_wrong(invocation, value, _("COMMAND is missing: %s [--pty] COMMAND"),
                            invocation->command->name);
  return 0;
}

static void describe_line(const struct argument *argument, struct bytes *text) {
  (void)argument;
  bytes_append_text(text, "[--pty] COMMAND");
}

static void complete_line(const struct argument *argument, struct offer *offer) {
  (void)argument;
  offer_text(offer, "--pty", _("with a terminal of its own"));
}

const struct argument_kind argument_program_line = {
    .name = "program line",
    .rest_of_line = true,
    .read = read_line,
    .complete = complete_line,
    .describe = describe_line,
};

int run_program(struct invocation *invocation, bool traced) {
  const struct argument_value *line = invocation_value(invocation, "COMMAND");
  struct process_plan plan = {.line = line->word.data + line->size,
                              .length = line->word.length - line->size,
                              .terminal = line->number,
                              .traced = traced};
  tell_of_sockets(invocation->runner, plan.line, plan.length);
  struct process *process = process_spawn(invocation->runner, &plan, invocation->error);
  if (!process)
    return -1;
  result_add(invocation->result, value_from_object(&process->object));
  object_release(&process->object);
  return 0;
}

static int run_spawn(struct invocation *invocation) {
  return run_program(invocation, false);
}

const struct command command_spawn = {
    .name = "spawn",
    .group = GROUP_SESSION,
    .starts_program = true,
    .arguments = {{.name = "COMMAND", .kind = &argument_program_line}},
    .results = {"process"},
    .summary = N_("starts a command of the system in the background"),
    .manual = N_(
        "/bin/sh gets the rest of the line, as with shell, and the session goes on: a server or "
        "client in any language can be tested. A name before = is what the program is called, "
        "p here; of two with the same name, the newest has it, and the other is called by its "
        "job, as %1.\n\n"
        "What it prints appears as it comes, a line a line, after p: or, for standard error, p "
        "err:, escaped like all data from outside; a line without its newline is shown after "
        "0.2 s. `output p` gives it all, `log` and --json have each line. Its standard input is "
        "a pipe, to which `type p` writes. Programs in C and in Python hold back what they print "
        "into a pipe until it is 4K, or they end; `python3 -u` and `stdbuf -oL` do not. With --pty "
        "the program gets a terminal of its "
        "own for all three streams, as wide as that of the session and without echo, and prints "
        "line by line; its standard error is then a part of its output.\n\n"
        "`await p line` waits for its next line, `await p /REGEX/` for a line that matches, "
        "`await p listening` until it has opened a port, `await p exit` for its end; when the "
        "program ends before, they fail at once, with its status and its last words. $p.line is "
        "the line that was awaited last; $p.out and $p.err are what it has printed so far (the "
        "last 1M of each), $p.status is its exit status once it has ended (128 and the signal "
        "where one ended it), $p.pid its process id. `states p` shows its sockets.\n\n"
        "The program is a job: jobs lists it, `kill p` ends it, and so does the end of the "
        "session. On a host of the lab all that it has started ends with the session, too; on "
        "the machine a process that left the program's process group (setsid, a daemon) goes on, "
        "and so does what it has left behind when it ended by itself. That is so however the "
        "session ends: of one that is killed by SIGKILL, the process called session-guard, "
        "which ps shows below it, kills the programs."),
    .blocks = N_("never"),
    .example = "p = spawn read line; echo got $line; exit 3\ntype p hello\nawait p /got/\nawait p "
               "exit\nassert $p.status == 3\nassert $p.out == \"got hello\\n\"",
    .run = run_spawn,
};

/* What is typed: the data, and a newline unless it has one. */
static int typed_data(const struct invocation *invocation, struct bytes *text) {
  const struct argument_value *data = invocation_value(invocation, "DATA");
  bool always = invocation_value(invocation, "--line") != NULL;
  bool never = invocation_value(invocation, "--raw") != NULL;
  bool closes = invocation_value(invocation, "--eof") != NULL;
  for (const struct argument_value *word = data; word; word = invocation_next(invocation, word)) {
    bytes_append(text, " ", word == data ? 0 : 1);
    bytes_append(text, word->data->data, word->data->length);
  }
  bool ended = text->length > 0 && text->data[text->length - 1] == '\n';
  if (always || (!never && !ended && (data || !closes)))
    bytes_append_char(text, '\n');
  return text->failed ? error_set_memory(invocation->error) : 0;
}

static int check_type(struct invocation *invocation) {
  const struct argument_value *line = invocation_value(invocation, "--line");
  if (line && invocation_value(invocation, "--raw"))
    return invocation_wrong(invocation, line, _("--line and --raw exclude each other"));
  return 0;
}

static int run_type(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct process *process = invocation_value(invocation, "PROGRAM")->process;
  int64_t deadline = clock_monotonic() + runner->session->settings.timeout;
  struct bytes text = {0};
  int status = typed_data(invocation, &text);
  if (status == 0 && text.length > 0)
    status =
        process_input_write(runner, process, text.data, text.length, deadline, invocation->error);
  if (status == 0 && invocation_value(invocation, "--eof"))
    status = process_input_close(runner, process, invocation->error);
  bytes_free(&text);
  /* To show what the program does then. */
  runner->touched.lab = runner->session->lab != NULL;
  return status;
}

const struct command command_type = {
    .name = "type",
    .group = GROUP_SESSION,
    .arguments =
        {{.name = "PROGRAM", .kind = &argument_program},
         {.name = "DATA", .kind = &argument_data, .flags = OPTIONAL | REPEATED},
         {.name = "--line", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--line"},
         {.name = "--raw", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--raw"},
         {.name = "--eof", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--eof"}},
    .summary = N_("types a line to a program"),
    .manual = N_(
        "Writes DATA and a newline to the standard input of a program that spawn has started, as "
        "if it were typed there: `type p hello`. Data that ends with a newline gets no second "
        "one, unless --line is given; --raw writes DATA alone. Without DATA it is an empty line. "
        "--eof ends the input: alone, or behind DATA.\n\nOf a program with a terminal (spawn "
        "--pty) --eof is Ctrl-D, which it may read again behind; and `type p \"\\x03\" --raw` "
        "is Ctrl-C, which sends it SIGINT."),
    .blocks = N_("until the program has room for all of it, at most `set timeout`"),
    .errors = {{EPIPE, N_("the program has closed its standard input, or has ended")},
               {ETIMEDOUT, N_("the program does not read: 64K wait for it in its pipe, or 4K in "
                              "its terminal")}},
    .example = "p = spawn cat\ntype p hello\nawait p line\nassert $p.line == \"hello\"\ntype p "
               "--eof\nexpect 0 await p exit",
    .pages = "pipe(7), pty(7)",
    .check = check_type,
    .run = run_type,
};

/* Shows it a line a line, as it would appear by itself. */
static int show_output(struct invocation *invocation, const char *data, size_t length) {
  struct answer answer;
  answer_text(&answer, "output");
  escape_append_plain(&answer.text, data, length, true, ESCAPE_UTF8);
  if (length > 0 && data[length - 1] != '\n')
    bytes_append_char(&answer.text, '\n');
  return runner_answer(invocation->runner, &answer, invocation->error);
}

static int run_output(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  const struct process *process = invocation_value(invocation, "PROGRAM")->process;
  bool errors = invocation_value(invocation, "--err") != NULL;
  const struct process_stream *stream = &process->streams[errors ? PROGRAM_ERRORS : PROGRAM_OUTPUT];
  uint64_t from = stream->total > PROCESS_OUTPUT ? stream->total - PROCESS_OUTPUT : 0;
  size_t length;
  if (stream->broken)
    return error_set_errno(invocation->error, ENOMEM,
                           _("a part of what the program printed was lost"));
  const char *data = process_stream_from(stream, from, &length);
  bool shown = !runner->binding.names && !runner->expectation.expects;
  if (from > 0 && shown)
    runner_note(runner,
                _("%llu bytes before these are not at hand any more; `log` has their lines"),
                (unsigned long long)from);
  if (shown && show_output(invocation, data, length) < 0)
    return -1;
  return invocation_give_data(invocation, data, length);
}

const struct command command_output = {
    .name = "output",
    .group = GROUP_SESSION,
    .arguments =
        {{.name = "PROGRAM", .kind = &argument_program},
         {.name = "--err", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--err"}},
    .results = {"data"},
    .summary = N_("shows what a program has printed"),
    .manual =
        N_("Gives what a program that spawn has started has written so far to its standard output, "
           "or with --err to its standard error: the last 1M. `expect /REGEX/ output p` tests it. "
           "It does not wait: `await p /REGEX/` does, until a line matches, and `await p exit` "
           "until all is there."),
    .blocks = N_("never"),
    .example = "p = spawn echo one; echo two; echo three >&2\nawait p exit\nexpect /two/ output "
               "p\nexpect \"three\\n\" output p --err\noutput p",
    .run = run_output,
};
