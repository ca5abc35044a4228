#include "commands/survive/survive_runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "language/chance.h"
#include "language/number.h"
#include "session/child.h"
#include "system/descriptor.h"
#include "system/file.h"

enum {
  OUTPUT_LIMIT = 16 << 20,
  AT_ONCE = 128, /* places for runs; those that end take some, too */
  TRIES = 3,
  PAUSE = 2000000, /* nanoseconds between two looks */
};

/* What the names of pages begin with, so that nobody else's are taken for them. */
#define PAGE_MARK "fault-"

/* A process that makes a run. */
struct run {
  pid_t process; /* 0: this place is free */
  int output;
  int errors;
  size_t number;  /* of its fault */
  int64_t began;  /* monotonic nanoseconds */
  bool ending;    /* it has said its verdict, and waits for the kernel to take its lab down */
  unsigned tries; /* so many times its fault has not come about */
};

struct runs {
  struct runner *runner;
  const struct survive_plan *plan;
  struct survive_end *end;
  struct run running[AT_ONCE];
  size_t next; /* the fault that comes next */
  size_t done;
  int64_t began; /* monotonic nanoseconds */
};

/* A word of the language that stands for exactly this text. */
static void append_word(const char *text, struct bytes *line) {
  bytes_append_char(line, '"');
  for (; *text; text++) {
    if ((unsigned char)*text < ' ') {
      bytes_append_format(line, "\\x%02x", (unsigned char)*text);
      continue;
    }
    if (strchr("\"\\$", *text))
      bytes_append_char(line, '\\');
    bytes_append_char(line, *text);
  }
  bytes_append_char(line, '"');
}

static void append_script(const struct survive_plan *plan, struct bytes *line) {
  for (size_t i = 0; i < plan->word_count; i++) {
    bytes_append_char(line, ' ');
    append_word(plan->script[i], line);
  }
}

void survive_runs_append_line(const struct survive_plan *plan, const struct survive_end *end,
                              const struct survive_fault *fault, struct bytes *line) {
  bytes_append_text(line, "survive with ");
  append_word(fault->line, line);
  append_script(plan, line);
  if (!fault->done || fault->verdict == VERDICT_HUNG || plan->limit > 0) {
    bytes_append_text(line, " --limit ");
    duration_append(line, end->limit);
  }
  if (end->open > 0)
    bytes_append_format(line, " --open %zu", end->open);
  if (end->ended > 0)
    bytes_append_format(line, " --ended %zu", end->ended);
}

static void append_learning(const struct survive_plan *plan, int64_t limit, struct bytes *line) {
  bytes_append_text(line, "survive list");
  append_script(plan, line);
  bytes_append_text(line, " --limit ");
  duration_append(line, limit);
  if (plan->open > 0)
    bytes_append_format(line, " --open %zu", plan->open);
  if (plan->choice.packets)
    bytes_append_text(line, " --packets");
  if (plan->choice.calls)
    bytes_append_text(line, " --calls");
  if (plan->choice.forever)
    bytes_append_text(line, " --forever");
  for (size_t i = 0; i < plan->choice.only_count; i++)
    bytes_append_format(line, " --call %s", call_rows[plan->choice.only[i]].name);
}

void survive_runs_append_page(const struct survive_plan *plan, size_t number, struct bytes *path) {
  bytes_append_format(path, "%s/" PAGE_MARK "%03zu.html", plan->pages, number + 1);
}

static void close_run(struct run *run) {
  if (run->output >= 0)
    close(run->output);
  if (run->errors >= 0)
    close(run->errors);
  run->output = run->errors = -1;
  run->process = 0;
}

/* Starts a session of its own with this line. 0, or -1 with an error. */
static int start(struct runs *runs, struct run *run, const char *line, const char *page,
                 struct error *error) {
  const char *words[] = {"/proc/self/exe", "-q", "-c", line, page ? "--report" : NULL, page, NULL};
  int input = descriptor_open("/dev/null", O_RDONLY, 0);
  run->output = descriptor_open_unlinked();
  run->errors = descriptor_open_unlinked();
  if (input < 0 || run->output < 0 || run->errors < 0) {
    error_set_errno(error, errno, _("there is no descriptor for a run"));
  } else {
    struct child_streams streams = {
        .input = input, .output = run->output, .errors = run->errors, .words = words};
    run->process = child_start(runs->runner, line, strlen(line), &streams, error);
  }
  if (input >= 0)
    close(input);
  run->began = clock_monotonic();
  if (run->process > 0)
    return 0;
  close_run(run);
  return -1;
}

/* What a process has written, once; the caller frees it. */
static struct bytes take_all(int *descriptor) {
  struct bytes text = {0};
  lseek(*descriptor, 0, SEEK_SET);
  file_read_descriptor(*descriptor, OUTPUT_LIMIT, &text);
  *descriptor = -1;
  return text;
}

/* A run ends within its script's time, which may come twice, and what judging takes: one that does
 * not is stuck itself. */
static void end_stuck(const struct runs *runs, const struct run *run) {
  const int64_t patience = INT64_C(60000000000) + 4 * runs->end->limit;
  if (clock_monotonic() - run->began > patience)
    kill(run->process, SIGKILL);
}

/* A run that has ended; NULL: none has. */
static struct run *find_ended(struct runs *runs, int *status) {
  for (size_t i = 0; i < AT_ONCE; i++) {
    struct run *run = &runs->running[i];
    if (run->process <= 0)
      continue;
    if (waitpid(run->process, status, WNOHANG) == run->process)
      return run;
    end_stuck(runs, run);
  }
  return NULL;
}

/* The user has interrupted: nothing of it goes on. */
static void end_all(struct runs *runs) {
  for (size_t i = 0; i < AT_ONCE; i++)
    if (runs->running[i].process > 0)
      kill(runs->running[i].process, SIGTERM);
  for (size_t i = 0; i < AT_ONCE; i++)
    if (runs->running[i].process > 0) {
      while (waitpid(runs->running[i].process, NULL, 0) < 0 && errno == EINTR)
        ;
      close_run(&runs->running[i]);
    }
}

/* Its last line that says where an error is, without that: the reason for what a run came to. */
static void append_error(struct bytes *text, struct bytes *line) {
  static const char place[] = "-c:1: ";
  const char *found = NULL;
  for (const char *at = bytes_text(text); (at = strstr(at, place)); at++)
    found = at;
  found = found ? found + sizeof place - 1 : bytes_text(text);
  bytes_append(line, found, strcspn(found, "\n"));
}

/* Takes the lines of `survive list`, "FAULT  # WHAT". 0, or -1 when there is no memory. */
static int take_faults(struct survive_end *end, struct bytes *text) {
  const char *line = strstr(bytes_text(text), SURVIVE_BEGIN);
  if (!line)
    return 0;
  sscanf(line, SURVIVE_HEAD, &end->packets, &end->calls, &end->open, &end->ended, &end->outside);
  for (const char *next; *line; line = next) {
    const char *newline = strchr(line, '\n');
    next = newline ? newline + 1 : line + strlen(line);
    size_t length = (size_t)(next - line) - (newline != NULL);
    const char *between = memmem(line, length, LEARNED_BETWEEN, strlen(LEARNED_BETWEEN));
    if (*line == '#' || !between)
      continue;
    const char *what = between + strlen(LEARNED_BETWEEN);
    struct survive_fault *grown = realloc(end->faults, (end->count + 1) * sizeof *end->faults);
    if (!grown)
      return -1;
    end->faults = grown;
    struct survive_fault *fault = &grown[end->count++];
    *fault = (struct survive_fault){.line = strndup(line, (size_t)(between - line)),
                                    .what = strndup(what, length - (size_t)(what - line))};
    if (!fault->line || !fault->what)
      return -1;
  }
  return 0;
}

/* How long a run may take: a script that is slow, or on a machine that is, has more time. */
static int64_t limit_of(const struct survive_plan *plan, int64_t took) {
  const int64_t second = 1000000000;
  if (plan->limit > 0)
    return plan->limit;
  return 5 * took > SURVIVE_LIMIT ? (5 * took + second - 1) / second * second : SURVIVE_LIMIT;
}

/* Runs the script without a fault, and finds out what can be done to it. */
static int learn(struct runs *runs, struct error *error) {
  static const char by[] = "survive list: "; /* who says it there */
  struct bytes line = {0};
  struct run *run = &runs->running[0];
  int status = 0;
  runs->end->limit = runs->plan->limit ? runs->plan->limit : SURVIVE_PATIENCE;
  append_learning(runs->plan, runs->end->limit, &line);
  int started =
      line.failed ? error_set_memory(error) : start(runs, run, bytes_text(&line), NULL, error);
  bytes_free(&line);
  while (started == 0 && !find_ended(runs, &status))
    started = runner_wait_until(runs->runner, clock_monotonic() + PAUSE, error);
  if (started < 0)
    return -1;
  struct bytes output = take_all(&run->output);
  struct bytes errors = take_all(&run->errors);
  struct bytes why = {0};
  int taken = 0;
  append_error(&errors, &why);
  runs->end->limit = limit_of(runs->plan, clock_monotonic() - run->began);
  if (status != 0)
    taken =
        error_set(error, ERROR_FAILURE, "%s: %s", runs->plan->script[0],
                  bytes_text(&why) + (memcmp(bytes_text(&why), by, strlen(by)) ? 0 : strlen(by)));
  else if (output.failed || take_faults(runs->end, &output) < 0)
    taken = error_set_memory(error);
  bytes_free(&output);
  bytes_free(&errors);
  bytes_free(&why);
  close_run(run);
  return taken;
}

static void free_fault(struct survive_fault *fault) {
  free(fault->line);
  free(fault->what);
  free(fault->why);
}

void survive_end_free(struct survive_end *end) {
  for (size_t i = 0; i < end->count; i++)
    free_fault(&end->faults[i]);
  free(end->faults);
}

/* Leaves so many of them, each as likely as another, in their order. */
static void draw_sample(const struct survive_plan *plan, struct survive_end *end) {
  uint64_t random = chance_stream(plan->seed, 0);
  size_t kept = 0;
  if (plan->sample == 0 || plan->sample >= end->count)
    return;
  for (size_t i = 0; i < end->count; i++) {
    double chance = (double)(plan->sample - kept) / (double)(end->count - i);
    if (chance_draw(&random) < chance)
      end->faults[kept++] = end->faults[i];
    else
      free_fault(&end->faults[i]);
  }
  end->count = kept;
}

static int begin(struct runs *runs, size_t number, unsigned tries, struct error *error) {
  struct bytes line = {0};
  struct bytes page = {0};
  struct run *run = runs->running;
  while (run->process > 0)
    run++;
  run->number = number;
  run->ending = false;
  run->tries = tries;
  survive_runs_append_line(runs->plan, runs->end, &runs->end->faults[number], &line);
  survive_runs_append_page(runs->plan, number, &page);
  int status = line.failed || page.failed
                   ? error_set_memory(error)
                   : start(runs, run, bytes_text(&line), bytes_text(&page), error);
  bytes_free(&line);
  bytes_free(&page);
  return status;
}

/* What a run came to, as it has said, or as its end shows where it could not. */
static void read_verdict(struct run *run, int status, struct survive_fault *fault) {
  const char *why;
  size_t length;
  struct bytes output = take_all(&run->output);
  struct bytes errors = take_all(&run->errors);
  struct bytes line = {0};
  int verdict = output.length ? verdict_find(output.data, output.length, &why, &length) : -1;
  if (verdict >= 0) {
    bytes_append(&line, why, length);
  } else if (WIFSIGNALED(status)) {
    verdict = VERDICT_FAILED;
    bytes_append_format(&line, _("the session was ended by SIG%s"), sigabbrev_np(WTERMSIG(status)));
  } else {
    verdict = VERDICT_FAILED;
    append_error(&errors, &line);
  }
  fault->verdict = (enum verdict)verdict;
  free(fault->why);
  fault->why = strdup(bytes_text(&line));
  bytes_free(&output);
  bytes_free(&errors);
  bytes_free(&line);
}

static bool in_time(const struct runs *runs) {
  return runs->plan->time == 0 || clock_monotonic() - runs->began < runs->plan->time;
}

/* A run is over. What has not come about is tried again, for it may depend on timing. */
static int take_end(struct runs *runs, struct run *run, int status, survive_told *told,
                    struct error *error) {
  struct survive_fault *fault = &runs->end->faults[run->number];
  struct run over = *run;
  struct bytes page = {0};
  read_verdict(run, status, fault);
  close_run(run);
  bool steady = fault->verdict != VERDICT_NOT_REACHED && fault->verdict != VERDICT_UNSTEADY;
  if (!steady && over.tries + 1 < TRIES && in_time(runs))
    return begin(runs, over.number, over.tries + 1, error);
  survive_runs_append_page(runs->plan, over.number, &page);
  if (!verdict_rows[fault->verdict].broke)
    unlink(bytes_text(&page));
  bytes_free(&page);
  fault->done = true;
  runs->done++;
  runs->end->verdicts[fault->verdict]++;
  told(runs->runner, runs->plan, runs->end, over.number);
  return 0;
}

static bool may_begin(const struct runs *runs) {
  return runs->next < runs->end->count && in_time(runs);
}

static bool has_verdict(const struct run *run) {
  char tail[2048];
  const char *why;
  size_t length;
  off_t size = lseek(run->output, 0, SEEK_END);
  off_t from = size > (off_t)sizeof tail ? size - (off_t)sizeof tail : 0;
  ssize_t got = size > 0 ? pread(run->output, tail, sizeof tail, from) : 0;
  return got > 0 && verdict_find(tail, (size_t)got, &why, &length) >= 0;
}

/* How many places are taken, and how many of their runs are at work. */
static size_t count_runs(struct runs *runs, size_t *working) {
  size_t count = 0;
  *working = 0;
  for (size_t i = 0; i < AT_ONCE; i++) {
    struct run *run = &runs->running[i];
    if (run->process <= 0)
      continue;
    run->ending = run->ending || has_verdict(run);
    *working += !run->ending;
    count++;
  }
  return count;
}

/* Begins as many runs as there is work for. 0, or -1 with an error. */
static int begin_some(struct runs *runs, struct error *error) {
  size_t most = runs->plan->at_once < AT_ONCE / 2 ? runs->plan->at_once : AT_ONCE / 2;
  size_t places = runs->end->outside > 0 ? 1 : AT_ONCE - 1;
  size_t working;
  while (may_begin(runs) && count_runs(runs, &working) < places && working < most)
    if (begin(runs, runs->next++, 0, error) < 0)
      return -1;
  return 0;
}

static int run_all(struct runs *runs, survive_told *told, struct error *error) {
  size_t working;
  while (may_begin(runs) || count_runs(runs, &working) > 0) {
    int status = 0;
    if (begin_some(runs, error) < 0)
      return -1;
    struct run *run = find_ended(runs, &status);
    if (!run && runner_wait_until(runs->runner, clock_monotonic() + PAUSE, error) < 0)
      return -1;
    if (run && take_end(runs, run, status, told, error) < 0)
      return -1;
  }
  return 0;
}

/* Those of an earlier time would be taken for pages of this one. */
static void remove_pages(const struct survive_plan *plan) {
  int descriptor = descriptor_open(plan->pages, O_RDONLY | O_DIRECTORY, 0);
  DIR *directory = descriptor < 0 ? NULL : fdopendir(descriptor);
  const struct dirent *entry;
  while (directory && (entry = readdir(directory))) {
    size_t mark = strlen(PAGE_MARK);
    if (strncmp(entry->d_name, PAGE_MARK, mark) != 0)
      continue;
    size_t digits = strspn(entry->d_name + mark, "0123456789");
    if (digits >= 3 && strcmp(entry->d_name + mark + digits, ".html") == 0)
      unlinkat(dirfd(directory), entry->d_name, 0);
  }
  if (directory)
    closedir(directory);
  else if (descriptor >= 0)
    close(descriptor);
}

int survive_runs_make(struct runner *runner, const struct survive_plan *plan,
                      struct survive_end *end, survive_told *told, struct error *error) {
  struct runs runs = {.runner = runner, .plan = plan, .end = end, .began = clock_monotonic()};
  *end = (struct survive_end){.began = runs.began};
  for (size_t i = 0; i < AT_ONCE; i++)
    runs.running[i].output = runs.running[i].errors = -1;
  int status = learn(&runs, error);
  end->found = end->count;
  if (status == 0)
    draw_sample(plan, end);
  if (status == 0)
    remove_pages(plan);
  bool made = status == 0 && mkdir(plan->pages, 0777) == 0;
  struct stat known;
  int problem = status == 0 && !made ? errno : 0;
  if (problem == EEXIST && stat(plan->pages, &known) == 0)
    problem = S_ISDIR(known.st_mode) ? 0 : ENOTDIR;
  if (problem)
    status = error_set_errno(error, problem, _("the directory %s can't be made"), plan->pages);
  if (status == 0)
    status = run_all(&runs, told, error);
  end->took = clock_monotonic() - end->began;
  end_all(&runs);
  if (made)
    rmdir(plan->pages); /* where it is empty */
  return status;
}
