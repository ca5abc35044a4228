/* main: reads the command line, then runs a prompt or a script. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "call/resolve.h"
#include "command/command.h"
#include "commands/command_table.h"
#include "commands/habit_table.h"
#include "session/lesson.h"
#include "shell/packetdrill_files.h"
#include "shell/packetdrill_line.h"
#include "shell/prompt.h"
#include "shell/rehearsal.h"
#include "shell/script_file.h"
#include "shell/shell.h"
#include "shell/trace_run.h"
#include "system/descriptor.h"
#include "system/guard.h"

/* Becomes the program once more, for a walk in a new session. Returns only if it can't. */
static int begin_again(const struct session_again *again, const char *program,
                       const struct shell_options *options) {
  char number[16];
  struct bytes words = {0}; /* char *, ended by NULL */
  const char *const first[] = {
      program, again->asks ? "--ask" : "--step", "--from",
      number,  options->lab ? "--lab" : "--",    options->lab ? "--" : NULL};
  snprintf(number, sizeof number, "%u", again->from);
  for (size_t i = 0; i < sizeof first / sizeof *first && first[i]; i++)
    bytes_append(&words, &first[i], sizeof first[i]);
  bytes_append(&words, &again->path, sizeof again->path);
  for (size_t i = 1; i < options->argument_count; i++)
    bytes_append(&words, &options->arguments[i], sizeof options->arguments[i]);
  const char *end = NULL;
  bytes_append(&words, &end, sizeof end);
  descriptor_end();
  shell_operations.reset_child();
  if (!words.failed)
    execv("/proc/self/exe", (char **)words.data);
  fprintf(stderr, _("socksh: no new session can begin: %s\n"), strerror(errno));
  return 1;
}

/* Ends as the program did that was traced, for whoever asks. */
static void end_by_signal(int number) {
  const struct rlimit none = {0};
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, number);
  setrlimit(RLIMIT_CORE, &none);
  signal(number, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &only, NULL);
  raise(number);
}

static int open_replay(struct shell_options *options) {
  options->replay_file = descriptor_open(options->replay, O_RDONLY | O_NOCTTY, 0);
  if (options->replay_file < 0)
    fprintf(stderr, _("socksh: the saved timeline %s can't be opened: %s (%s)\n"), options->replay,
            strerror(errno), error_number_name(errno));
  return options->replay_file < 0 ? -1 : 0;
}

int main(int argc, char **argv) {
  struct shell_options options = {.script = -1, .replay_file = -1};
  bool rehearses = argc > 0 && strcmp(argv[0], REHEARSAL_PROGRAM) == 0;
  static struct session session; /* what it holds is referred to until the very end */
  if (argc > 0 && strcmp(argv[0], RESOLVE_PROGRAM) == 0)
    return resolve_serve();
  if (argc > 0 && strcmp(argv[0], GUARD_PROGRAM) == 0)
    return guard_serve();
  /* What characters are, and the C library's messages; each further part would be a file to read
   * at the start, and numbers are written as in C. */
  setlocale(LC_CTYPE, "");
  setlocale(LC_MESSAGES, "");
  if (descriptor_start() < 0) {
    fprintf(stderr, _("socksh: descriptors can't be set up: %s\n"), strerror(errno));
    return 1;
  }
  if (command_start(command_table) < 0) {
    fprintf(stderr, _("socksh: %s\n"), strerror(errno));
    return 1;
  }
  habit_start(habit_table);
  int status = options_read(argc, argv, &options);
  if (status >= 0)
    return status;
  if (rehearses)
    rehearsal_options(&options);
  if (packetdrill_files_wanted(&options))
    return packetdrill_files_run(&options);
  options.apart = options.step && strcmp(argv[0], LESSON_PROGRAM) == 0;
  struct bytes lesson = {0};
  if (options.path && options.step && lesson_stands_for(options.path, &lesson))
    options.path = bytes_text(&lesson);
  /* Open it now: as /dev/fd/63 it may name a descriptor that is closed soon. */
  if (options.path && !options.trace)
    options.script = descriptor_open(options.path, O_RDONLY | O_NOCTTY, 0);
  if (options.replay && open_replay(&options) < 0)
    return 2;
  bool goes_on = options.path && packetdrill_line_fits(options.path) &&
                 options.output == OUTPUT_TEXT && isatty(STDOUT_FILENO);
  bool interactive = !options.commands && (!options.path || options.step || goes_on) &&
                     !options.from_input && isatty(STDIN_FILENO);
  int output = options.trace ? trace_run_prepare(&options) : -1;
  if (options.trace && output < 0)
    return 1;
  interactive = interactive && !options.trace && (!options.replay || isatty(STDOUT_FILENO));
  if (shell_start(&session, &options, interactive) < 0)
    return 1;
  int ended_by = 0;
  if (options.trace)
    status = trace_run(&session, &options, output, &ended_by);
  else
    status = interactive ? prompt_run(&session, &options) : script_file_run(&session, &options);
  status = shell_stop(&session, &options, status);
  if (session.again)
    status = begin_again(session.again, argv[0], &options);
  bytes_free(&lesson);
  if (ended_by)
    end_by_signal(ended_by);
  return status;
}
