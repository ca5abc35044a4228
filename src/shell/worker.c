#include "shell/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shell/job.h"
#include "shell/program.h"
#include "shell/run.h"
#include "system/thread.h"

enum { WORK_NONE, WORK_TEXT, WORK_END };

struct worker {
  struct workbench *bench;
  pthread_t thread;
  struct runner runner;
  _Atomic unsigned work; /* WORK_: what the thread is to do; it sets it back to WORK_NONE */
  struct bytes text;     /* what was typed; the thread's while there is work */
  /* Guarded by the session's lock: */
  struct program *program; /* what is being run, NULL for nothing */
  const struct statement *statement;
  bool left;         /* its command was left behind as a job: the thread ends with it */
  _Atomic bool over; /* it has: the thread can be joined */
  struct worker *next;
};

/* Runs one statement of a program; and what comes behind it, where `all` is set. When its command
 * is left behind as a job, the rest of the line belongs to the job. */
static void run_program(struct worker *worker, struct program *program,
                        const struct statement *statement, bool all) {
  struct runner *runner = &worker->runner;
  struct result result = {0};
  struct error error = {0};
  int status = 0;
  worker->program = program_retain(program);
  for (; statement; statement = all ? statement->next : NULL) {
    if (runner->waiter.reason != WAIT_NOT_INTERRUPTED || runner->session->quitting)
      break;
    worker->statement = statement;
    result_clear(&result);
    status = run_statement(runner, program, statement, ORIGIN_TYPED, &result, &error);
    session_yield_lock(runner->session);
  }
  worker->program = NULL;
  program_release(program);
  if (runner->job) {
    error.told = true;
    job_finish(runner, status, &result, &error);
  }
  result_clear(&result);
}

/* Runs the next lines of a walk: one, or all. The walk itself may be another one behind a line that
 * begins one. */
static void run_walk(struct worker *worker, struct walk *walk, bool all) {
  const struct statement *statement;
  while (!worker->left && worker->bench->walk == walk && (statement = walk_take(walk))) {
    run_program(worker, walk_program(walk), statement, false);
    if (!all || worker->runner.waiter.reason != WAIT_NOT_INTERRUPTED ||
        worker->runner.session->quitting)
      break;
  }
}

/* Runs as many lines as are complete; what is not waits for more. */
static void run_lines(struct worker *worker) {
  struct workbench *bench = worker->bench;
  struct runner *runner = &worker->runner;
  struct bytes text = bench->waiting;
  size_t start = 0;
  size_t end = 0;
  bench->waiting = (struct bytes){0};
  while (start < text.length && !worker->left && runner->waiter.reason == WAIT_NOT_INTERRUPTED &&
         !runner->session->quitting) {
    const char *newline = memchr(text.data + end, '\n', text.length - end);
    if (!newline)
      break;
    end = (size_t)(newline - text.data) + 1;
    struct program *program;
    struct source *source;
    struct error error;
    enum script_status status = program_read(&(struct program_text){.name = "",
                                                                    .data = text.data + start,
                                                                    .length = end - start,
                                                                    .line = 1,
                                                                    .abbreviates = true},
                                             &program, &source, &error);
    if (status == SCRIPT_READ)
      run_program(worker, program, program->script.first, true);
    else if (status == SCRIPT_WRONG && source)
      run_report_error(runner, source, NULL, &error);
    if (status != SCRIPT_INCOMPLETE)
      start = end;
    program_release(program);
    source_release(source);
  }
  if (!worker->left && runner->waiter.reason == WAIT_NOT_INTERRUPTED && start < text.length)
    bytes_append(&bench->waiting, text.data + start, text.length - start);
  bytes_free(&text);
}

/* Shows where the walk stands; one that is at its end goes, and the one around it goes on. */
static void show_walk(struct workbench *bench, struct runner *runner) {
  while (bench->walk && !walk_show(bench->walk, runner)) {
    struct walk *outer = walk_outer(bench->walk);
    walk_free(bench->walk);
    bench->walk = outer;
  }
}

static bool is_blank(const struct bytes *text) {
  return text->length == 1 && text->data[0] == '\n';
}

static void run_text(struct worker *worker) {
  struct workbench *bench = worker->bench;
  struct runner *runner = &worker->runner;
  struct walk *walk = bench->waiting.length == 0 ? bench->walk : NULL;
  enum walk_answer answer = WALK_TYPED;
  if (worker->text.length == 0)
    answer = WALK_DONE; /* only shows where the walk stands */
  else if (walk)
    answer = walk_answer(walk, worker->text.data, worker->text.length, runner);
  bool again = runner->session->stepping && is_blank(&worker->text) && bench->waiting.length == 0;
  runner->session->stepping = false;
  if (answer == WALK_TYPED) {
    if (again)
      bytes_append_text(&bench->waiting, "step");
    bytes_append(&bench->waiting, worker->text.data, worker->text.length);
    run_lines(worker);
  } else if (answer != WALK_DONE) {
    run_walk(worker, walk, answer == WALK_REST);
  }
  if (!worker->left && bench->waiting.length == 0)
    show_walk(bench, runner);
}

static void *run_worker(void *argument) {
  struct worker *worker = argument;
  struct session *session = worker->bench->session;
  waiter_register(&worker->runner.waiter);
  bool left = false;
  while (!left) {
    futex_wait(&worker->work, WORK_NONE, 0);
    if (worker->work == WORK_END)
      break;
    if (worker->work == WORK_NONE)
      continue;
    session_lock(session);
    run_text(worker);
    left = worker->left;
    waiter_take_reason(&worker->runner.waiter); /* Ctrl-C was for this line, not for the next */
    session_unlock(session);
    worker->work = WORK_NONE;
    waiter_list_wake(&session->waiters);
  }
  session_lock(session);
  runner_stop(&worker->runner);
  session_unlock(session);
  waiter_unregister(&worker->runner.waiter);
  worker->over = true;
  return NULL;
}

/* Frees those that have ended with the command that was left behind. */
static void reap_workers(struct workbench *bench) {
  for (struct worker **link = &bench->all; *link;) {
    struct worker *worker = *link;
    if (!worker->over) {
      link = &worker->next;
      continue;
    }
    *link = worker->next;
    pthread_join(worker->thread, NULL);
    bytes_free(&worker->text);
    free(worker);
  }
}

static int add_worker(struct workbench *bench) {
  struct worker *worker = calloc(1, sizeof *worker);
  if (!worker)
    return -1;
  worker->bench = bench;
  runner_start(&worker->runner, bench->session, 0, &bench->scope);
  int problem = thread_start(&worker->thread, 0, wait_signal(), run_worker, worker);
  if (problem) {
    free(worker);
    errno = problem;
    return -1;
  }
  worker->next = bench->all;
  bench->all = worker;
  bench->foreground = worker;
  return 0;
}

int workbench_start(struct workbench *bench, struct session *session,
                    const struct shell_options *options) {
  *bench = (struct workbench){.session = session};
  bench->scope.arguments = options->arguments;
  bench->scope.argument_count = options->argument_count;
  return add_worker(bench);
}

void workbench_stop(struct workbench *bench) {
  while (bench->all) {
    struct worker *worker = bench->all;
    bench->all = worker->next;
    while (worker->work == WORK_TEXT)
      futex_wait(&worker->work, WORK_TEXT, clock_monotonic() + 10000000);
    worker->work = WORK_END;
    futex_wake(&worker->work);
    pthread_join(worker->thread, NULL);
    bytes_free(&worker->text);
    free(worker);
  }
  while (bench->walk) {
    struct walk *outer = walk_outer(bench->walk);
    walk_free(bench->walk);
    bench->walk = outer;
  }
  bytes_free(&bench->waiting);
}

void workbench_submit(struct workbench *bench, const char *text) {
  struct worker *worker = bench->foreground;
  reap_workers(bench);
  bytes_clear(&worker->text);
  bytes_append_text(&worker->text, text);
  worker->work = WORK_TEXT;
  futex_wake(&worker->work);
}

bool workbench_busy(struct workbench *bench) {
  return bench->foreground->work != WORK_NONE;
}

/* The new foreground goes on with "." and $? as the old one had them. */
static void inherit(struct runner *runner, const struct runner *from) {
  runner->last_value = value_copy(&from->last_value);
  runner->scope.last_error = from->scope.last_error;
  if (from->last_socket)
    runner->last_socket = (struct socket *)object_retain(&from->last_socket->object);
}

void workbench_detach(struct workbench *bench) {
  struct session *session = bench->session;
  session_lock(session);
  struct worker *worker = bench->foreground;
  if (worker->program && worker->runner.following) {
    worker->runner.following = 0; /* `fg`: it is the command that ends, the job goes on */
    waiter_interrupt(&worker->runner.waiter, WAIT_USER);
  } else if (worker->program && add_worker(bench) == 0) {
    if (job_detach(&worker->runner, worker->program, worker->statement)) {
      worker->left = true;
      inherit(&bench->foreground->runner, &worker->runner);
    } else {
      bench->foreground = worker; /* no memory: it stays where it is */
    }
  }
  session_unlock(session);
}

int workbench_walk(struct workbench *bench, struct runner *runner, const char *name,
                   const struct bytes *text) {
  struct walk *walk = walk_create(name, text->data ? text->data : "", text->length, runner);
  if (!walk)
    return -1;
  walk_set_outer(walk, bench->walk);
  bench->walk = walk;
  return 0;
}
