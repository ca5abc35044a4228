#include "shell/script_run.h"

#include "shell/run.h"
#include "shell/run_event.h"
#include "shell/run_output.h"

static int exit_status_of(const struct error *error) {
  switch (error->kind) {
  case ERROR_SYNTAX:
  case ERROR_USAGE:
    return STATUS_USAGE;
  case ERROR_INTERRUPTED:
    return STATUS_INTERRUPTED;
  default:
    return STATUS_FAILED;
  }
}

bool script_run_ended(const struct script_run *run) {
  return run->session->quitting || (run->status && !run->keep_going) ||
         run->status == STATUS_INTERRUPTED;
}

void script_run_program(struct script_run *run, struct program *program, enum event_origin origin) {
  struct result result = {0};
  struct error error;
  for (const struct statement *statement = program->script.first;
       statement && !script_run_ended(run); statement = statement->next) {
    if (run->runner.waiter.reason != WAIT_NOT_INTERRUPTED) {
      run->status = STATUS_INTERRUPTED;
      break;
    }
    bool failed = run_statement(&run->runner, program, statement, origin, &result, &error) < 0;
    if (failed && error.kind != ERROR_NONE) {
      run->status = exit_status_of(&error);
      if (run->keep_going && run->status != STATUS_INTERRUPTED)
        run->status = STATUS_FAILED;
      run_output_flush(run->session);
    }
    result_clear(&result);
    session_yield_lock(run->session);
  }
}

void script_run_report(struct script_run *run, const struct source *source,
                       const struct error *error) {
  if (source) {
    run_event_error(&run->runner, source, NULL, error);
  } else {
    struct event event = {.kind = EVENT_ERROR};
    event.error = (struct event_error){.kind = error->kind,
                                       .number = error->number,
                                       .source = "socksh",
                                       .command = "",
                                       .message = error->message,
                                       .hint = ""};
    runner_append(&run->runner, &event);
  }
}

void script_run_text(struct script_run *run, const char *name, const char *text, size_t length) {
  struct program *program;
  struct source *source;
  struct error error;
  if (program_read(&(struct program_text){.name = name, .data = text, .length = length, .line = 1},
                   &program, &source, &error) == SCRIPT_READ) {
    script_run_program(run, program, ORIGIN_SCRIPT);
  } else {
    script_run_report(run, source, &error);
    run->status = STATUS_USAGE;
  }
  program_release(program);
  source_release(source);
}
