/* run_programs: commands that run other programs. */
#include <string.h>
#include <sys/wait.h>

#include "command/invocation.h"
#include "session/child.h"
#include "session/process.h"

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

static int run_shell(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct session *session = runner->session;
  const struct argument_value *words = invocation_value(invocation, "COMMAND");
  if (memchr(words->word.data, '\0', words->word.length))
    return invocation_wrong(invocation, words, _("a command line can't hold a zero byte"));
  pid_t child =
      child_start(runner, words->word.data, words->word.length, false, NULL, invocation->error);
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

static int run_spawn(struct invocation *invocation) {
  const struct argument_value *words = invocation_value(invocation, "COMMAND");
  if (memchr(words->word.data, '\0', words->word.length))
    return invocation_wrong(invocation, words, _("a command line can't hold a zero byte"));
  struct process *process =
      process_spawn(invocation->runner, words->word.data, words->word.length, invocation->error);
  if (!process)
    return -1;
  result_add(invocation->result, value_from_object(&process->object));
  object_release(&process->object);
  return 0;
}

const struct command command_spawn = {
    .name = "spawn",
    .group = GROUP_SESSION,
    .arguments = {{.name = "COMMAND", .kind = &argument_raw}},
    .results = {"process"},
    .summary = N_("starts a command of the system in the background"),
    .manual =
        N_("/bin/sh gets the rest of the line, as with shell, and the session goes on: a server or "
           "client in any language can be tested. The program is a job: jobs lists it, kill ends "
           "it, and so does the end of the session. On a host of the lab all that it has started "
           "ends with the session, too; on the machine a process that left the program's process "
           "group (setsid, a daemon) goes on, and so does what it has left behind when it ended by "
           "itself. That is so however the session ends: of one that is killed by SIGKILL, the "
           "process called session-guard, which ps shows below it, kills the programs. A name "
           "before = stands for the process: $p.out "
           "and $p.err are what it has printed so far (the first 1M of each), $p.line is the line "
           "that was awaited last; $p.status is its exit status once it has ended (128 and the "
           "signal where one ended it), $p.pid its process id. `await p line` waits for its next "
           "line, such as the port it has chosen, `await p exit` for its end, and `await listening "
           "ADDRESS` until it has opened its port."),
    .blocks = N_("never"),
    .example = "p = spawn echo hello; exit 3\nawait p exit\nassert $p.status == 3\nassert $p.out "
               "== \"hello\\n\"",
    .run = run_spawn,
};
