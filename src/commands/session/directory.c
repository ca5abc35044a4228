/* directory: the command that changes the directory, and the one that clears the screen. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/invocation.h"

/* The directory before the last cd, for `cd -`; guarded by the session's lock. Empty: none. */
static struct bytes before;

/* The current directory; empty if it can't be told. */
static void append_current(struct bytes *path) {
  char *current = getcwd(NULL, 0);
  bytes_append_text(path, current ? current : "");
  free(current);
}

/* Where the word leads: ~ is the home, as for other shells, and - the directory before. 0, or -1
 * with an error. */
static int find_target(struct invocation *invocation, struct bytes *target) {
  const struct argument_value *word = invocation_value(invocation, "DIRECTORY");
  struct bytes text = {0};
  const char *path = word ? argument_value_text(word, &text) : "~";
  const char *home = getenv("HOME");
  bool at_home = path[0] == '~' && (path[1] == '\0' || path[1] == '/');
  int status = 0;
  if (at_home && (!home || !*home))
    status = error_set(invocation->error, ERROR_FAILURE,
                       _("HOME is not set, so there is no directory to go to: name one"));
  else if (at_home)
    bytes_append_format(target, "%s%s", home, path + 1);
  else if (strcmp(path, "-") != 0)
    bytes_append_text(target, path);
  else if (before.length > 0)
    bytes_append(target, before.data, before.length);
  else
    status = error_set(invocation->error, ERROR_FAILURE,
                       _("there was no cd before this one, so - stands for nothing"));
  bytes_free(&text);
  return status < 0 ? -1 : target->failed ? error_set_memory(invocation->error) : 0;
}

static int run_cd(struct invocation *invocation) {
  const struct argument_value *word = invocation_value(invocation, "DIRECTORY");
  struct bytes target = {0};
  struct bytes current = {0};
  append_current(&current);
  int status = find_target(invocation, &target);
  if (status == 0 && chdir(bytes_text(&target)) < 0)
    status = error_set_errno(invocation->error, errno, _("%.300s"), bytes_text(&target));
  if (status < 0 && word)
    error_set_place(invocation->error, word->place);
  if (status == 0) {
    bytes_free(&before);
    before = current;
    current = (struct bytes){0};
  }
  if (status == 0 && word && argument_is(word, "-")) {
    struct answer answer;
    answer_text(&answer, "directory");
    append_current(&answer.text);
    bytes_append_char(&answer.text, '\n');
    status = runner_answer(invocation->runner, &answer, invocation->error);
  }
  bytes_free(&target);
  bytes_free(&current);
  return status;
}

/* An answer that is brought up to date takes the place of the whole screen: here by nothing. */
static int run_clear(struct invocation *invocation) {
  struct answer answer;
  answer_text(&answer, "clear");
  answer.again = true;
  return runner_answer(invocation->runner, &answer, invocation->error);
}

const struct command command_cd = {
    .name = "cd",
    .group = GROUP_SESSION,
    .arguments = {{.name = "DIRECTORY", .kind = &argument_file, .flags = OPTIONAL}},
    .summary = N_("changes the directory"),
    .manual = N_("Names of files, of scripts and of Unix sockets begin there from now on, and "
                 "programs are started there. Without a word it is the home directory, with - the "
                 "one before, and ~ at the beginning stands for the home. `shell pwd` tells it."),
    .blocks = N_("never"),
    .errors = {{ENOENT, N_("there is no such directory")},
               {ENOTDIR, N_("it is a file")},
               {EACCES, N_("it may not be entered")}},
    .example = "cd /\nshell pwd",
    .pages = "chdir(2)",
    .run = run_cd,
};

const struct command command_clear = {
    .name = "clear",
    .group = GROUP_SESSION,
    .summary = N_("clears the screen"),
    .manual = N_("What stood there is still in the terminal's memory, and in `log`. Ctrl-L does "
                 "the same, and keeps the line being typed. Without a terminal nothing happens."),
    .blocks = N_("never"),
    .example = "clear",
    .run = run_clear,
};
