/* main: reads the command line, then runs a prompt or a script. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "call/resolve.h"
#include "command/command.h"
#include "commands/command_table.h"
#include "commands/habit_table.h"
#include "session/lesson.h"
#include "shell/prompt.h"
#include "shell/script_file.h"
#include "shell/shell.h"
#include "system/descriptor.h"
#include "system/guard.h"

int main(int argc, char **argv) {
  struct shell_options options = {.script = -1};
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
  struct bytes lesson = {0};
  if (options.path && options.step && lesson_stands_for(options.path, &lesson))
    options.path = bytes_text(&lesson);
  /* Open it now: as /dev/fd/63 it may name a descriptor that is closed soon. */
  if (options.path)
    options.script = descriptor_open(options.path, O_RDONLY | O_NOCTTY, 0);
  bool interactive = !options.commands && (!options.path || options.step) && !options.from_input &&
                     isatty(STDIN_FILENO);
  if (shell_start(&session, &options, interactive) < 0)
    return 1;
  status = interactive ? prompt_run(&session, &options) : script_file_run(&session, &options);
  status = shell_stop(&session, status);
  bytes_free(&lesson);
  return status;
}
