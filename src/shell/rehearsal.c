#include "shell/rehearsal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system/descriptor.h"

extern char **environ;

enum { STATEMENTS = 2000, OUTPUT = 1 << 20, DEADLINE = 30 };

void rehearsal_options(struct shell_options *options) {
  options->output = OUTPUT_FACTS;
  options->keep_going = true;
  options->from_input = true;
  options->deadline = DEADLINE * 1000000000LL;
}

void rehearsal_free(struct rehearsal *rehearsal) {
  free(rehearsal->facts);
  *rehearsal = (struct rehearsal){0};
}

/* An unlinked file with the text, to be read from its beginning. -1 with errno set. */
static int file_of(const char *text, size_t length) {
  int file = descriptor_open_unlinked();
  for (size_t at = 0; file >= 0 && at < length;) {
    ssize_t written = write(file, text + at, length - at);
    if (written < 0 && errno != EINTR) {
      int problem = errno;
      close(file);
      errno = problem;
      return -1;
    }
    at += written > 0 ? (size_t)written : 0;
  }
  if (file >= 0)
    lseek(file, 0, SEEK_SET);
  return file;
}

/* Starts the process in a group of its own. 0, or an errno. */
static int start(int in, int out, pid_t *process) {
  static char *const arguments[] = {(char *)REHEARSAL_PROGRAM, NULL};
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  int problem = posix_spawn_file_actions_init(&actions);
  if (problem)
    return problem;
  problem = posix_spawnattr_init(&attributes);
  if (problem == 0) {
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    if ((problem = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO)) == 0 &&
        (problem = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO)) == 0 &&
        (problem = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY,
                                                    0)) == 0 &&
        (problem = posix_spawn_file_actions_addclosefrom_np(&actions, 3)) == 0)
      problem = posix_spawn(process, "/proc/self/exe", &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return problem;
}

static void add_state(struct fact *fact, const char *socket, enum socket_state state) {
  for (int at = 0; at < FACT_SOCKETS; at++)
    if (!fact->socket[at][0] || strcmp(fact->socket[at], socket) == 0) {
      snprintf(fact->socket[at], sizeof fact->socket[at], "%s", socket);
      fact->state[at] = state;
      return;
    }
}

void rehearsal_add(struct fact *fact, const struct fact *added) {
  for (int at = 0; at < FACT_SOCKETS && added->socket[at][0]; at++)
    add_state(fact, added->socket[at], added->state[at]);
  fact->packet = fact->packet || added->packet;
}

/* Takes one line of what the process says. */
static void take_fact(struct rehearsal *rehearsal, const char *line) {
  unsigned statement;
  char word[16];
  char first[32] = "";
  char second[32] = "";
  int fields = sscanf(line, "%u %15s %31s %31s", &statement, word, first, second);
  if (fields < 2 || statement == 0 || statement > rehearsal->count)
    return;
  struct fact *fact = &rehearsal->facts[statement - 1];
  if (strcmp(word, "state") == 0 && fields == 4) {
    long state;
    if (constant_parse(&constant_states, second, strlen(second), &state, NULL) == 0)
      add_state(fact, first, (enum socket_state)state);
  } else if (strcmp(word, "fails") == 0 && fields == 4) {
    strcpy(fact->call, first);
    strcpy(fact->error, second);
  } else if (strcmp(word, "blocks") == 0) {
    fact->blocks = true;
  } else if (strcmp(word, "packet") == 0) {
    fact->packet = true;
  } else if (strcmp(word, "bytes") == 0 && fields == 4) {
    fact->received = true;
    fact->wanted = strtoll(first, NULL, 10);
    fact->came = strtoll(second, NULL, 10);
  }
}

static void take_facts(struct rehearsal *rehearsal, const struct bytes *said) {
  for (size_t at = 0; at < said->length;) {
    const char *end = memchr(said->data + at, '\n', said->length - at);
    struct bytes line = {0};
    if (!end)
      break;
    bytes_append(&line, said->data + at, (size_t)(end - said->data) - at);
    take_fact(rehearsal, bytes_text(&line));
    bytes_free(&line);
    at = (size_t)(end - said->data) + 1;
  }
}

/* Reads what the process says, to its end. 0, or -1 if this thread was interrupted: the process is
 * ended then. */
static int hear(struct runner *runner, int from, pid_t process, struct bytes *said) {
  char part[4096];
  ssize_t got;
  do {
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED)) {
      kill(-process, SIGKILL);
      return -1;
    }
    got = read(from, part, sizeof part);
    int problem = errno;
    runner_wait_end(runner);
    if (got > 0 && said->length < OUTPUT)
      bytes_append(said, part, (size_t)got);
    if (got < 0 && problem == EINTR)
      got = 1;
  } while (got > 0);
  return 0;
}

int rehearsal_run(struct runner *runner, const char *text, size_t length,
                  struct rehearsal *rehearsal, struct error *error) {
  struct bytes said = {0};
  int out[2] = {-1, -1};
  pid_t process = 0;
  *rehearsal = (struct rehearsal){.facts = calloc(STATEMENTS, sizeof *rehearsal->facts),
                                  .count = STATEMENTS};
  if (!rehearsal->facts)
    return error_set_memory(error);
  int in = file_of(text, length);
  int problem = in < 0 || descriptor_pipe(out) < 0 ? errno : start(in, out[1], &process);
  if (in >= 0)
    close(in);
  if (out[1] >= 0)
    close(out[1]);
  int status = 0;
  if (problem) {
    status = error_set_errno(error, problem, _("the lesson can't be rehearsed"));
  } else {
    status = hear(runner, out[0], process, &said);
    int ended = 0;
    while (waitpid(process, &ended, 0) < 0 && errno == EINTR)
      ;
    /* Ctrl-C may come before it has a group of its own, and end it, too. */
    if (runner->waiter.reason != WAIT_NOT_INTERRUPTED ||
        (WIFSIGNALED(ended) && WTERMSIG(ended) == SIGINT))
      status = -1;
    if (status < 0)
      runner_interrupted(runner, error);
    else
      take_facts(rehearsal, &said);
  }
  if (out[0] >= 0)
    close(out[0]);
  bytes_free(&said);
  if (status < 0)
    rehearsal_free(rehearsal);
  return status;
}
