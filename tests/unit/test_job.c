/* job: one with a body has neither a program nor a statement, and may fail like any other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "language/error.h"
#include "shell/job.h"
#include "shell/run.h"
#include "system/descriptor.h"
#include "timeline/timeline.h"

/* What was told; guarded by the timeline's lock while a job runs. */
struct told {
  unsigned errors;
  unsigned job;
  char source[16];
  char message[200];
};

static void notice(const struct event *event, void *context) {
  struct told *told = context;
  if (event->kind != EVENT_ERROR)
    return;
  told->errors++;
  told->job = event->job;
  assert_null(event->error.excerpt.text);
  strncpy(told->source, event->error.source, sizeof told->source - 1);
  strncpy(told->message, event->error.message, sizeof told->message - 1);
}

struct fixture {
  struct session session;
  struct runner runner;
  struct scope scope;
  struct told told;
};

static struct fixture *begin(bool interactive) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  struct session *session = &fixture->session;
  assert_non_null(fixture);
  socket_table_start(&session->sockets);
  session->settings.timeout = 10000000000;
  session->interactive = interactive;
  session->timeline = timeline_create(notice, &fixture->told);
  assert_non_null(session->timeline);
  assert_int_equal(jobs_create(session, run_job_statement), 0);
  assert_int_equal(waiter_list_start(&session->waiters), 0);
  runner_start(&fixture->runner, session, 0, &fixture->scope);
  waiter_register(&fixture->runner.waiter);
  session_lock(session);
  return fixture;
}

static void end(struct fixture *fixture) {
  struct session *session = &fixture->session;
  job_end_all(session);
  runner_stop(&fixture->runner);
  session_unlock(session);
  waiter_unregister(&fixture->runner.waiter);
  jobs_free(session);
  socket_table_clear(&session->sockets);
  timeline_free(session->timeline);
  waiter_list_stop(&session->waiters);
  free(fixture);
}

static int fail_on(struct runner *runner, void *context, struct result *result,
                   struct error *error) {
  (void)runner;
  (void)context;
  (void)result;
  return error_set(error, ERROR_FAILURE, "it broke");
}

/* Starts such a job, and waits for its end. */
static void run(struct fixture *fixture) {
  struct error error = {0};
  struct result result = {0};
  unsigned number = job_start_body(&fixture->runner, "a program", 9, fail_on, NULL, &error);
  assert_int_equal(number, 1);
  assert_int_equal(job_wait(&fixture->runner, number, 0, &result, &error), -1);
  assert_string_equal(error.message, "job %1 failed: it broke");
}

static void test_prompt(void **state) {
  (void)state;
  struct fixture *fixture = begin(true);
  run(fixture);
  assert_int_equal(fixture->told.errors, 1);
  assert_int_equal(fixture->told.job, 1);
  assert_string_equal(fixture->told.source, "");
  assert_string_equal(fixture->told.message, "job %1 failed: it broke");
  end(fixture);
}

static int fail_later(struct runner *runner, void *context, struct result *result,
                      struct error *error) {
  *(_Atomic unsigned *)context = 1;
  return fail_on(runner, context, result, error);
}

/* In a script it is told at the end, where nobody has waited for it. */
static void test_script(void **state) {
  (void)state;
  struct fixture *fixture = begin(false);
  struct error error = {0};
  _Atomic unsigned ran = 0;
  assert_int_equal(
      job_start_body(&fixture->runner, "a program", 9, fail_later, (void *)&ran, &error), 1);
  while (job_last(&fixture->session) > 0) {
    session_unlock(&fixture->session);
    sched_yield();
    session_lock(&fixture->session);
  }
  assert_int_equal(ran, 1);
  assert_int_equal(fixture->told.errors, 0);
  assert_int_equal(job_conclude(&fixture->runner), -1);
  assert_int_equal(fixture->told.errors, 1);
  assert_int_equal(fixture->told.job, 0);
  assert_string_equal(fixture->told.message, "job %1 failed: it broke");
  end(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_prompt), cmocka_unit_test(test_script)};
  if (descriptor_start() < 0)
    return 1;
  return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
