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

enum { VERSIONS = 3, OUTPUT_LIMIT = 1 << 24, SKIPPED = 77 /* as test harnesses have it */ };

/* A script by one version of IP. */
struct run {
  size_t file;
  unsigned version;
  pid_t process; /* 0: not begun, or ended */
  int output;    /* what it prints; -1: not begun */
  bool ended;
  int status;
};

/* How a process shows what it does. */
static const char *const forms[] = {
    [OUTPUT_TEXT] = "-q", [OUTPUT_JSON] = "--json", [OUTPUT_TAP] = "--tap"};

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
  const struct packetdrill_options *packetdrill = &options->packetdrill;
  bool apart = options->argument_count > 1 || packetdrill->processes > 0 || packetdrill->html ||
               options->output == OUTPUT_TAP;
  if (!options->path || options->commands || options->step || options->trace ||
      packetdrill->debug || options->junit || options->save_timeline || options->diagram ||
      options->report || !apart)
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

/* close.pkt becomes close-ipv4.html, in the directory in which the program runs. */
static void append_page(const struct work *work, const struct run *run, struct bytes *name) {
  const char *path = work->options->arguments[run->file];
  const char *slash = strrchr(path, '/');
  const char *base = slash ? slash + 1 : path;
  const char *dot = strrchr(base, '.');
  bytes_append(name, base, dot ? (size_t)(dot - base) : strlen(base));
  bytes_append_format(name, "-%s.html", versions[run->version]);
}

/* This program, with the line that runs the script by one version. */
static _Noreturn void become(const struct work *work, const struct run *run) {
  struct packetdrill_options one = work->options->packetdrill;
  struct bytes line = {0};
  struct bytes page = {0};
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
  append_page(work, run, &page);
  const char *words[8] = {"socksh", forms[work->options->output], "-c", bytes_text(&line)};
  if (one.html) {
    words[4] = words[2];
    words[5] = words[3];
    words[2] = "--report";
    words[3] = bytes_text(&page);
  }
  if (!line.failed && !page.failed)
    execv("/proc/self/exe", (char **)words);
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

/* What it has printed; the caller frees it. */
static struct bytes take_output(struct run *run) {
  struct bytes text = {0};
  if (run->output >= 0) {
    lseek(run->output, 0, SEEK_SET);
    file_read_descriptor(run->output, OUTPUT_LIMIT, &text);
    run->output = -1;
  }
  return text;
}

/* The next line of a text. */
static bool next_line(const struct bytes *text, size_t *at, const char **line, size_t *length) {
  if (*at >= text->length)
    return false;
  const char *newline = memchr(text->data + *at, '\n', text->length - *at);
  size_t end = newline ? (size_t)(newline - text->data) : text->length;
  *line = text->data + *at;
  *length = end - *at;
  *at = end + 1;
  return true;
}

/* Those lines that begin with `begin`, each behind a mark. */
static void show_output(const struct bytes *text, const char *begin, const char *mark) {
  const char *line;
  size_t length;
  size_t skipped = strlen(begin);
  for (size_t at = 0; next_line(text, &at, &line, &length);)
    if (length >= skipped && memcmp(line, begin, skipped) == 0)
      printf("%s%.*s\n", mark, (int)length, line);
}

static bool has_failed(const struct run *run) {
  return run->status != 0 && run->status != SKIPPED;
}

/* "passed (ipv4, ipv6)", of those whose status fits; nothing where there is none. */
static void show_versions(const struct run *runs, size_t count, const char *what,
                          bool (*fits)(const struct run *run), const char **between) {
  const char *mark = "(";
  for (size_t i = 0; i < count; i++) {
    if (!fits(&runs[i]))
      continue;
    printf("%s%s%s", *mark == '(' ? *between : "", *mark == '(' ? what : "",
           *mark == '(' ? " " : "");
    printf("%s%s", mark, versions[runs[i].version]);
    mark = ", ";
  }
  if (*mark == ',') {
    putchar(')');
    *between = ", ";
  }
}

static bool is_passed(const struct run *run) {
  return run->status == 0;
}

static bool is_skipped(const struct run *run) {
  return run->status == SKIPPED;
}

static void show_lines(struct run *runs, size_t count, const char *path) {
  const char *between = " ";
  printf("%s:", path);
  show_versions(runs, count, _("FAILED"), has_failed, &between);
  show_versions(runs, count, _("passed"), is_passed, &between);
  show_versions(runs, count, _("skipped"), is_skipped, &between);
  putchar('\n');
  for (size_t i = 0; i < count; i++) {
    struct bytes text = take_output(&runs[i]);
    if (runs[i].status != 0)
      show_output(&text, "", "  ");
    bytes_free(&text);
  }
}

/* A process has shown the version of IP as a subtest, which goes one level deeper, and last a point
 * of its own, whose place another takes here. */
static void show_tap(struct run *runs, size_t count, const char *path, bool passed, size_t number) {
  printf("    # Subtest: %s\n", path);
  for (size_t i = 0; i < count; i++) {
    struct bytes text = take_output(&runs[i]);
    show_output(&text, "    ", "    ");
    printf("    %sok %zu - %s%s\n", has_failed(&runs[i]) ? "not " : "", i + 1,
           versions[runs[i].version], runs[i].status == SKIPPED ? " # SKIP" : "");
    bytes_free(&text);
  }
  printf("    1..%zu\n%sok %zu - %s\n", count, passed ? "" : "not ", number, path);
}

static void show_json(struct run *runs, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct bytes text = take_output(&runs[i]);
    fwrite(text.data ? text.data : "", 1, text.length, stdout);
    bytes_free(&text);
  }
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
      passed = passed && !has_failed(&work->runs[end]);
      end++;
    }
    const char *path = work->options->arguments[work->runs[first].file];
    if (work->options->output == OUTPUT_TAP)
      show_tap(work->runs + first, end - first, path, passed, ++work->tests);
    else if (work->options->output == OUTPUT_JSON)
      show_json(work->runs + first, end - first);
    else
      show_lines(work->runs + first, end - first, path);
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
