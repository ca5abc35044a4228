#include "shell/worker.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/habit.h"
#include "language/escape.h"
#include "shell/job.h"
#include "shell/pager.h"
#include "shell/program.h"
#include "shell/run.h"
#include "shell/run_event.h"
#include "system/thread.h"

enum { WORK_NONE, WORK_TEXT, WORK_END };

struct worker {
  struct worker_pool *pool;
  pthread_t thread;
  struct runner runner;
  _Atomic unsigned work; /* WORK_: what the thread shall do; it sets WORK_NONE when done */
  struct bytes text;     /* what was typed; the thread's own while there is work */
  /* Guarded by the session's lock: */
  struct program *program; /* the running program; NULL: none */
  const struct statement *statement;
  const char *rest; /* the lines behind the one that runs */
  size_t rest_length;
  bool detached;      /* its command became a job: the thread ends with it */
  _Atomic bool ended; /* the thread has ended and can be joined */
  struct worker *next;
};

/* Runs one statement of a program or, with `all`, those after it too. If the command becomes a job,
 * the rest of the line belongs to the job. */
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
    if (!worker->detached)
      pager_show(runner);
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

/* Runs a line of the walk. False if it is over: by this line, which may have begun another one. */
static bool run_walked(void *context, struct program *program, const struct statement *statement) {
  struct worker *worker = context;
  struct walk *walk = worker->pool->walk;
  run_program(worker, program, statement, false);
  return !worker->detached && worker->pool->walk == walk &&
         worker->runner.waiter.reason == WAIT_NOT_INTERRUPTED && !worker->runner.session->quitting;
}

/* Reads lines as they were typed. */
static enum script_status read_typed(const char *text, size_t length, bool abbreviates,
                                     struct program **program, struct source **source,
                                     struct error *error) {
  return program_read(
      &(struct program_text){
          .name = "", .data = text, .length = length, .line = 1, .abbreviates = abbreviates},
      program, source, error);
}

/* Whether a line is a name in use alone: that comes before a command that it abbreviates. */
static bool is_name(const struct runner *runner, const char *text, size_t length) {
  while (length > 0 && isspace((unsigned char)text[length - 1]))
    length--;
  while (length > 0 && isspace((unsigned char)*text))
    text++, length--;
  return length > 0 && names_get(runner->scope.names, text, length) != NULL;
}

/* Of a line of very many words, the first ones and the last: whoever typed `close *` knows which
 * are between. */
static void shorten(struct bytes *line) {
  enum { MOST = 200, FIRST = 60 };
  if (line->failed || line->length <= MOST)
    return;
  const char *space = memchr(line->data + FIRST, ' ', line->length - FIRST);
  const char *last = memrchr(line->data, ' ', line->length);
  if (!space || space >= last)
    return;
  struct bytes shown = {0};
  bytes_append(&shown, line->data, (size_t)(space - line->data));
  bytes_append_text(&shown, " ...");
  bytes_append(&shown, last, line->length - (size_t)(last - line->data));
  bytes_free(line);
  *line = shown;
}

/* Puts the line that was certainly meant in the place of one that can't be read, and says so. False
 * if there is none; where there was no memory to read it, `error` says that. */
static bool read_habit(struct runner *runner, const char *text, size_t length,
                       struct program **program, struct error *error) {
  struct habit_found found;
  struct source *source = NULL;
  struct error own = {0};
  struct bytes shown = {0};
  bool utf8 = runner->session->settings.view.utf8;
  if (error->number == ENOMEM || !habit_find(runner, text, length, &found))
    return false;
  bool reads = found.certain && read_typed(found.line.data, found.line.length, true, program,
                                           &source, &own) == SCRIPT_READ;
  if (reads) {
    escape_append_plain(&shown, found.line.data, found.line.length, false,
                        utf8 ? ESCAPE_UTF8 : ESCAPE_ASCII);
    shorten(&shown);
    runner_note(runner, _("here: %s"), bytes_text(&shown));
  } else if (own.number == ENOMEM) {
    *error = own;
    error->place = (struct place){0, 0}; /* it was another line's */
  }
  bytes_free(&shown);
  source_release(source);
  habit_found_free(&found);
  return reads;
}

/* Says what a line that is right probably meant instead. True if that is so certain that it is not
 * run. */
static bool doubt(struct runner *runner, const struct source *source, const char *text,
                  size_t length) {
  struct habit_found found;
  if (!habit_find_doubt(runner, text, length, &found))
    return false;
  bool stops = found.habit->kind == HABIT_DOUBTED;
  if (stops)
    run_event_doubt(runner, source, &found);
  else
    runner_note(runner, "%s: %s", _(found.habit->note), bytes_text(&found.line));
  habit_found_free(&found);
  return stops;
}

/* Whether a line behind a call that is still open begins something new: it is blank, or can be read
 * by itself. */
static bool begins_anew(const char *line, size_t length) {
  struct program *program;
  struct source *source;
  struct error error;
  size_t blank = 0;
  while (blank < length && strchr(" \t\r\n", line[blank]) && line[blank])
    blank++;
  bool reads =
      blank < length && read_typed(line, length, false, &program, &source, &error) == SCRIPT_READ;
  if (blank < length) {
    program_release(program);
    source_release(source);
  }
  return blank >= length || reads;
}

/* Lets the lines behind the one that runs stand at the next prompt: they came with it in one paste,
 * and whoever has stopped the one decides about them. */
static void offer_rest(struct worker *worker, struct runner *runner) {
  struct worker_pool *pool = worker->pool;
  size_t length = worker->rest_length;
  while (length > 0 && worker->rest[length - 1] == '\n')
    length--;
  worker->rest_length = 0;
  if (length == 0)
    return;
  bytes_append(&pool->offered, worker->rest, length);
  runner_note(runner, _("what was pasted behind it stands at the prompt: Enter runs it, Ctrl-C "
                        "drops it"));
}

/* Runs the complete lines. The rest waits for more. */
static void run_lines(struct worker *worker) {
  struct worker_pool *pool = worker->pool;
  struct runner *runner = &worker->runner;
  struct bytes text = pool->pending;
  size_t start = 0;
  size_t end = 0;
  pool->pending = (struct bytes){0};
  while (start < text.length && !worker->detached &&
         runner->waiter.reason == WAIT_NOT_INTERRUPTED && !runner->session->quitting) {
    const char *newline = memchr(text.data + end, '\n', text.length - end);
    if (!newline)
      break;
    size_t last = end;
    end = (size_t)(newline - text.data) + 1;
    bool broken = last > start && habit_is_open(text.data + start, last - start) &&
                  begins_anew(text.data + last, end - last);
    if (broken)
      end = last;
    worker->rest = text.data + end;
    worker->rest_length = text.length - end;
    struct program *program;
    struct source *source;
    struct error error;
    const char *line = text.data + start;
    enum script_status status = read_typed(line, end - start, !is_name(runner, line, end - start),
                                           &program, &source, &error);
    bool doubted = status == SCRIPT_READ && doubt(runner, source, line, end - start);
    if (status == SCRIPT_WRONG && read_habit(runner, line, end - start, &program, &error))
      status = SCRIPT_READ;
    if (status == SCRIPT_WRONG && !broken &&
        (habit_is_open(line, end - start) || habit_is_open_block(runner, line, end - start)))
      status = SCRIPT_INCOMPLETE;
    if (status == SCRIPT_READ && !doubted)
      run_program(worker, program, program->script.first, true);
    else if (status == SCRIPT_WRONG)
      run_event_error(runner, source, NULL, &error);
    if (status != SCRIPT_INCOMPLETE)
      start = end;
    program_release(program);
    source_release(source);
  }
  if (!worker->detached && runner->waiter.reason == WAIT_NOT_INTERRUPTED && start < text.length)
    bytes_append(&pool->pending, text.data + start, text.length - start);
  if (!worker->detached && !runner->session->quitting &&
      runner->waiter.reason != WAIT_NOT_INTERRUPTED)
    offer_rest(worker, runner);
  worker->rest_length = 0;
  bytes_free(&text);
}

/* Shows where the walk is. When a walk ends, the outer one goes on. */
static void show_walk(struct worker_pool *pool, struct runner *runner) {
  while (pool->walk && !walk_show(pool->walk, runner)) {
    struct walk *outer = walk_outer(pool->walk);
    walk_free(pool->walk);
    pool->walk = outer;
  }
}

static bool is_blank(const struct bytes *text) {
  return text->length == 1 && text->data[0] == '\n';
}

/* Says that what was typed found no memory, and forgets it: none of it has run. */
static void refuse_text(struct worker *worker) {
  struct error error;
  error_set_errno(&error, ENOMEM, _("the line was not run"));
  run_event_error(&worker->runner, NULL, NULL, &error);
  bytes_free(&worker->pool->pending);
}

/* The prompt comes even where something is wrong in the file: what was read before that is there.
 */
static void run_replay(struct worker_pool *pool, struct runner *runner) {
  struct error error;
  if (replayed_read(runner, pool->replay, &error) < 0)
    run_event_error(runner, NULL, NULL, &error);
  pool->replay = NULL;
}

static void run_text(struct worker *worker) {
  struct worker_pool *pool = worker->pool;
  struct runner *runner = &worker->runner;
  if (pool->replay)
    run_replay(pool, runner);
  if (worker->text.failed) {
    refuse_text(worker);
    return;
  }
  struct walk *walk = pool->pending.length == 0 ? pool->walk : NULL;
  enum walk_answer answer = WALK_TYPED;
  if (worker->text.length == 0)
    answer = WALK_DONE; /* only show where the walk is */
  else if (walk)
    answer = walk_answer(walk, worker->text.data, worker->text.length, runner);
  bool again = runner->session->stepping && is_blank(&worker->text) && pool->pending.length == 0;
  runner->session->stepping = false;
  if (answer == WALK_TYPED) {
    if (again)
      bytes_append_text(&pool->pending, "step");
    bytes_append(&pool->pending, worker->text.data, worker->text.length);
    if (pool->pending.failed)
      refuse_text(worker);
    else
      run_lines(worker);
  } else if (answer != WALK_DONE) {
    walk_run(walk, answer == WALK_REST, runner, run_walked, worker);
  }
  if (!worker->detached && pool->pending.length == 0 && !runner->session->quitting)
    show_walk(pool, runner);
}

static void *run_worker(void *argument) {
  struct worker *worker = argument;
  struct session *session = worker->pool->session;
  waiter_register(&worker->runner.waiter);
  bool detached = false;
  while (!detached) {
    futex_wait(&worker->work, WORK_NONE, 0);
    if (worker->work == WORK_END)
      break;
    if (worker->work == WORK_NONE)
      continue;
    session_lock(session);
    run_text(worker);
    detached = worker->detached;
    waiter_take_reason(&worker->runner.waiter); /* Ctrl-C was meant for this line, not the next */
    session_unlock(session);
    worker->work = WORK_NONE;
    waiter_list_wake(&session->waiters);
  }
  session_lock(session);
  runner_stop(&worker->runner);
  session_unlock(session);
  waiter_unregister(&worker->runner.waiter);
  worker->ended = true;
  return NULL;
}

/* Frees workers whose command became a job and has ended. */
static void reap_workers(struct worker_pool *pool) {
  for (struct worker **link = &pool->all; *link;) {
    struct worker *worker = *link;
    if (!worker->ended) {
      link = &worker->next;
      continue;
    }
    *link = worker->next;
    pthread_join(worker->thread, NULL);
    bytes_free(&worker->text);
    free(worker);
  }
}

static int add_worker(struct worker_pool *pool) {
  struct worker *worker = calloc(1, sizeof *worker);
  if (!worker)
    return -1;
  worker->pool = pool;
  runner_start(&worker->runner, pool->session, 0, &pool->scope);
  int problem = thread_start(&worker->thread, 0, wait_signal(), run_worker, worker);
  if (problem) {
    free(worker);
    errno = problem;
    return -1;
  }
  worker->next = pool->all;
  pool->all = worker;
  pool->foreground = worker;
  return 0;
}

int worker_pool_start(struct worker_pool *pool, struct session *session,
                      const struct shell_options *options) {
  *pool = (struct worker_pool){.session = session};
  pool->scope.arguments = options->arguments;
  pool->scope.argument_count = options->argument_count;
  return add_worker(pool);
}

void worker_pool_stop(struct worker_pool *pool) {
  while (pool->all) {
    struct worker *worker = pool->all;
    pool->all = worker->next;
    while (worker->work == WORK_TEXT)
      futex_wait(&worker->work, WORK_TEXT, clock_monotonic() + 10000000);
    worker->work = WORK_END;
    futex_wake(&worker->work);
    pthread_join(worker->thread, NULL);
    bytes_free(&worker->text);
    free(worker);
  }
  while (pool->walk) {
    struct walk *outer = walk_outer(pool->walk);
    walk_free(pool->walk);
    pool->walk = outer;
  }
  bytes_free(&pool->pending);
  bytes_free(&pool->offered);
}

void worker_pool_submit(struct worker_pool *pool, const char *line) {
  struct worker *worker = pool->foreground;
  reap_workers(pool);
  bytes_clear(&worker->text);
  if (line) {
    bytes_append_text(&worker->text, line);
    bytes_append_char(&worker->text, '\n');
  }
  worker->work = WORK_TEXT;
  futex_wake(&worker->work);
}

bool worker_pool_busy(struct worker_pool *pool) {
  return pool->foreground->work != WORK_NONE;
}

/* The new foreground takes over the old one's last socket ("."), $? and $errno. */
static void inherit(struct runner *runner, const struct runner *from) {
  runner->last_value = value_copy(&from->last_value);
  runner->scope.last_error = from->scope.last_error;
  if (from->last_socket)
    runner->last_socket = (struct socket *)object_retain(&from->last_socket->object);
}

void worker_pool_detach(struct worker_pool *pool) {
  struct session *session = pool->session;
  session_lock(session);
  struct worker *worker = pool->foreground;
  if (worker->program && worker->runner.following) {
    worker->runner.following = 0; /* `fg` ends here, and the job goes on */
    waiter_interrupt(&worker->runner.waiter, WAIT_USER);
  } else if (worker->program && add_worker(pool) == 0) {
    if (job_detach(&worker->runner, worker->program, worker->statement)) {
      worker->detached = true;
      inherit(&pool->foreground->runner, &worker->runner);
      offer_rest(worker, &pool->foreground->runner);
    } else {
      pool->foreground = worker; /* out of memory: the command stays in the foreground */
    }
  }
  bool walks = worker->detached && pool->walk && pool->pending.length == 0;
  session_unlock(session);
  if (walks)
    worker_pool_submit(pool, NULL); /* the walk goes on with its next line */
}

int worker_pool_walk(struct worker_pool *pool, struct runner *runner,
                     const struct walk_plan *plan) {
  struct walk *walk = walk_create(plan, runner);
  if (!walk)
    return -1;
  walk_set_outer(walk, pool->walk);
  pool->walk = walk;
  return 0;
}
