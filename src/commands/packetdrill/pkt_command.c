#include "commands/packetdrill/pkt_command.h"

#include <ctype.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session/child.h"

/* Runs a line with /bin/sh on the tested host. */
static int run_line(struct pkt_state *state, const char *line, size_t length, struct error *error) {
  int status = 0;
  pid_t child = child_start(state->runner, line, length, NULL, error);
  if (child < 0)
    return -1;
  if (pkt_state_wait_child(state, child, &status) < 0)
    return runner_interrupted(state->runner, error);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return 0;
  return error_set(error, ERROR_FAILURE, _("the command ended with status %d"),
                   WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Scripts name files after the process that runs them, which is outside of the host's processes:
 * there its number is 0. */
static void append_command(struct pkt_text text, struct bytes *line) {
  static const char *const names[] = {"${PPID}", "$PPID"};
  for (size_t at = 0; at < text.length;) {
    size_t length = 0;
    for (size_t i = 0; i < 2 && length == 0; i++)
      if (text.length - at >= strlen(names[i]) &&
          memcmp(text.text + at, names[i], strlen(names[i])) == 0)
        length = strlen(names[i]);
    if (length > 0)
      bytes_append_number(line, getpid());
    else
      bytes_append_char(line, text.text[at]);
    at += length ? length : 1;
  }
}

int pkt_command_run(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  struct bytes line = {0};
  const char *path = state->options.path ? state->options.path : "";
  const char *slash = strrchr(path, '/');
  bytes_append_format(&line, "export PACKETDRILL_PID=%ld; cd '", (long)getpid());
  for (const char *at = slash ? path : "."; slash ? at < slash : *at; at++)
    bytes_append_text(&line, *at == '\'' ? "'\\''" : (char[]){*at, 0});
  bytes_append_text(&line, slash == path ? "/' || exit; " : "' || exit; ");
  append_command(step->text, &line);
  int status =
      line.failed ? error_set_memory(error) : run_line(state, line.data, line.length, error);
  bytes_free(&line);
  return status;
}

/* What all network namespaces share. */
static const char *const shared[] = {"/sys/module/", "/sys/kernel/", "/proc/sys/kernel/",
                                     "/proc/sys/vm/", "/sys/class/net/"};

struct pkt_text pkt_command_outside(const struct pkt_step *step) {
  struct pkt_text text = step->text;
  for (size_t at = 0; at < text.length; at++)
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
      size_t length = strlen(shared[i]);
      if (text.length - at < length || memcmp(text.text + at, shared[i], length) != 0)
        continue;
      while (at + length < text.length && !isspace((unsigned char)text.text[at + length]) &&
             !strchr("\"'`;|&", text.text[at + length]))
        length++;
      return (struct pkt_text){text.text + at, length};
    }
  return (struct pkt_text){.length = 0};
}
