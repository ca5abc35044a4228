#include "shell/packetdrill_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "language/bytes.h"
#include "language/error.h"
#include "shell/packetdrill_line.h"
#include "system/descriptor.h"
#include "system/file.h"

enum { VERSIONS = 3, OUTPUT_LIMIT = 1 << 20 };

/* A script by one version of IP. */
struct run {
  size_t file;
  unsigned version;
  pid_t process; /* 0: not begun, or ended */
  int output;    /* what it prints; -1: not begun */
  bool ended;
  int status;
};

static const char *const versions[VERSIONS] = {"ipv4", "ipv4-mapped-ipv6", "ipv6"};

struct work {
  const struct shell_options *options;
  struct run *runs;
  size_t count;
  size_t begun;
  size_t running;
  size_t shown;
  size_t tests; /* TAP: files that are shown */
  bool failed;
};

bool packetdrill_files_wanted(const struct shell_options *options) {
  if (!options->path || options->commands || options->step || options->trace ||
      (options->argument_count < 2 && options->packetdrill.processes == 0))
    return false;
  for (size_t i = 0; i < options->argument_count; i++)
    if (!packetdrill_line_fits(options->arguments[i]))
      return false;
  return true;
}

static bool is_wanted(const struct packetdrill_options *options, unsigned version) {
  const bool wanted[VERSIONS] = {options->ipv4, options->mapped, options->ipv6};
  return wanted[version] || (!options->ipv4 && !options->mapped && !options->ipv6);
}

/* This program, with the line that runs the script by one version. */
static _Noreturn void become(const struct work *work, const struct run *run) {
  struct packetdrill_options one = work->options->packetdrill;
  struct bytes line = {0};
  one.ipv4 = run->version == 0;
  one.mapped = run->version == 1;
  one.ipv6 = run->version == 2;
  packetdrill_line_append(&one, work->options->arguments[run->file], &line);
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0)
    dup2(nothing, STDIN_FILENO);
  dup2(run->output, STDOUT_FILENO);
  dup2(run->output, STDERR_FILENO);
  descriptor_end();
  if (!line.failed)
    execl("/proc/self/exe", "socksh", "-q", "-c", bytes_text(&line), (char *)NULL);
  _exit(127);
}

static void begin(struct work *work) {
  struct run *run = &work->runs[work->begun++];
  run->output = descriptor_open_unlinked();
  run->process = run->output < 0 ? -1 : fork();
  if (run->process == 0)
    become(work, run);
  if (run->process > 0) {
    work->running++;
    return;
  }
  fprintf(stderr, _("socksh: %s can't be run: %s\n"), work->options->arguments[run->file],
          strerror(errno));
  run->ended = true;
  run->status = 1;
}

static void await_one(struct work *work) {
  int status;
  pid_t process = waitpid(-1, &status, 0);
  for (size_t i = 0; process > 0 && i < work->begun; i++) {
    struct run *run = &work->runs[i];
    if (run->process != process)
      continue;
    run->process = 0;
    run->ended = true;
    run->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    work->running--;
  }
}

/* What it has printed, each line behind a mark. */
static void show_output(struct run *run, const char *mark) {
  struct bytes text = {0};
  if (run->output < 0)
    return;
  lseek(run->output, 0, SEEK_SET);
  file_read_descriptor(run->output, OUTPUT_LIMIT, &text);
  run->output = -1;
  for (size_t at = 0; at < text.length;) {
    const char *newline = memchr(text.data + at, '\n', text.length - at);
    size_t end = newline ? (size_t)(newline - text.data) : text.length;
    printf("%s%.*s\n", mark, (int)(end - at), text.data + at);
    at = end + 1;
  }
  bytes_free(&text);
}

static void show_lines(struct run *runs, size_t count, const char *path, bool passed) {
  printf("%s: %s (", path, passed ? _("passed") : _("FAILED"));
  const char *between = "";
  for (size_t i = 0; i < count; i++)
    if (passed || runs[i].status != 0) {
      printf("%s%s", between, versions[runs[i].version]);
      between = ", ";
    }
  puts(")");
  for (size_t i = 0; i < count; i++)
    if (runs[i].status != 0)
      show_output(&runs[i], "  ");
}

static void show_tap(struct run *runs, size_t count, const char *path, bool passed, size_t number) {
  printf("# Subtest: %s\n    1..%zu\n", path, count);
  for (size_t i = 0; i < count; i++) {
    printf("    %sok %zu - %s\n", runs[i].status ? "not " : "", i + 1, versions[runs[i].version]);
    if (runs[i].status != 0)
      show_output(&runs[i], "    # ");
  }
  printf("%sok %zu - %s\n", passed ? "" : "not ", number, path);
}

/* Shows the files of which all has ended, and none before them is left. */
static void show_ended(struct work *work) {
  while (work->shown < work->count) {
    size_t first = work->shown;
    size_t end = first;
    bool passed = true;
    while (end < work->count && work->runs[end].file == work->runs[first].file) {
      if (!work->runs[end].ended)
        return;
      passed = passed && work->runs[end].status == 0;
      end++;
    }
    const char *path = work->options->arguments[work->runs[first].file];
    if (work->options->output == OUTPUT_TAP)
      show_tap(work->runs + first, end - first, path, passed, ++work->tests);
    else
      show_lines(work->runs + first, end - first, path, passed);
    for (size_t i = first; i < end; i++)
      if (work->runs[i].output >= 0)
        close(work->runs[i].output);
    fflush(stdout);
    work->failed = work->failed || !passed;
    work->shown = end;
  }
}

int packetdrill_files_run(const struct shell_options *options) {
  struct work work = {.options = options};
  size_t limit = options->packetdrill.processes ? options->packetdrill.processes : 1;
  work.runs = calloc(options->argument_count * VERSIONS, sizeof *work.runs);
  if (!work.runs) {
    fprintf(stderr, "socksh: %s\n", strerror(ENOMEM));
    return 1;
  }
  for (size_t file = 0; file < options->argument_count; file++)
    for (unsigned version = 0; version < VERSIONS; version++)
      if (is_wanted(&options->packetdrill, version))
        work.runs[work.count++] = (struct run){.file = file, .version = version, .output = -1};
  if (options->output == OUTPUT_TAP)
    printf("TAP version 14\n1..%zu\n", options->argument_count);
  fflush(stdout); /* or each process would print it, too */
  while (work.shown < work.count) {
    while (work.begun < work.count && work.running < limit)
      begin(&work);
    if (work.running > 0)
      await_one(&work);
    show_ended(&work);
  }
  free(work.runs);
  return work.failed ? 1 : 0;
}
