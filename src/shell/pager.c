#include "shell/pager.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session/child.h"
#include "shell/prompt.h"

/* Prints the file as it is. */
static void print_file(struct output *output, int file) {
  char part[16 * 1024];
  ssize_t got;
  lseek(file, 0, SEEK_SET);
  while ((got = read(file, part, sizeof part)) > 0 || (got < 0 && errno == EINTR)) {
    output_add(output, STDOUT_FILENO, part, got > 0 ? (size_t)got : 0);
    output_flush(output);
  }
}

/* The answer has its colours already, and may fit after all where the pager counts otherwise. */
static const char *pager_line(void) {
  const char *chosen = getenv("PAGER");
  return chosen && *chosen ? chosen : "less -FRX";
}

/* Runs the pager on the file. False if it could not be started, or shows nothing. */
static bool run_pager(struct runner *runner, int file) {
  struct session *session = runner->session;
  struct host *host = runner->host;
  const char *line = pager_line();
  struct child_streams streams = {
      .input = file, .output = STDOUT_FILENO, .errors = STDERR_FILENO, .foreground = true};
  struct error ignored;
  int status = 0;
  lseek(file, 0, SEEK_SET);
  runner->host = NULL; /* it reads on the machine, whatever host the answer is of */
  pid_t child = child_start(runner, line, strlen(line), &streams, &ignored);
  runner->host = host;
  if (child < 0)
    return false;
  session->shell->lend_terminal(session, child);
  child_wait(runner, child, &status);
  session->shell->lend_terminal(session, 0);
  return !WIFEXITED(status) || (WEXITSTATUS(status) != 127 && WEXITSTATUS(status) != 126);
}

void pager_show(struct runner *runner) {
  struct output *output = &runner->session->output;
  int file = output_take_paged(output);
  if (file < 0)
    return;
  output_flush(output);
  if (!run_pager(runner, file))
    print_file(output, file);
  close(file);
}
