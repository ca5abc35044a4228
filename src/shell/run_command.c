#include "shell/run_command.h"

#include "session/observe.h"
#include "session/signal_notice.h"
#include "shell/run_event.h"
#include "shell/run_output.h"

/* Sets `$?` and `$errno`. */
static void remember(struct runner *runner, const struct result *result, int error) {
  value_clear(&runner->last_value);
  runner->scope.last_error = error;
  if (error)
    return;
  if (result->count > 0)
    runner->last_value = value_copy(&result->values[0]);
  else if (result->numbered)
    runner->last_value = value_from_number(result->number);
}

/* With -q calls are not shown, so data that nothing else takes is shown as an answer. */
static int show_received(struct run *run) {
  struct runner *runner = run->runner;
  const struct result *result = run->result;
  if (!runner->session->settings.view.quiet || !result->received || result->number == 0 ||
      runner->binding.names || runner->expectation.expects || result->count == 0 ||
      result->values[0].kind != VALUE_DATA)
    return 0;
  const struct blob *data = result->values[0].blob;
  return runner_answer_data(runner, ANSWER_DATA, data->data, data->length, run->error);
}

enum flow run_command(struct run *run) {
  struct runner *runner = run->runner;
  struct invocation invocation = {.phase = INVOCATION_RUN,
                                  .runner = runner,
                                  .command = run->statement->command,
                                  .result = run->result,
                                  .error = run->error};
  if (runner->depth > 0)
    run_event_statement(run->runner, run_source(run), run->statement, run->origin);
  result_clear(run->result);
  runner->binding.done_early = false;
  struct prepared *prepared =
      run->prepared ? prepared_at(run->prepared, run->statement->index - run->first) : NULL;
  int status =
      invocation_prepare(&invocation, run->statement->words, run->statement->count, prepared);
  if (status == 0)
    status = invocation.command->run(&invocation);
  invocation_free(&invocation);
  if (status == 0)
    status = show_received(run);
  if (status < 0) {
    error_set_place(run->error, run->statement->command_place);
    run->error->command = run->statement->command;
  }
  waiter_forget_deadline(&runner->waiter);
  remember(runner, run->result, status < 0 ? run->error->number : 0);
  runner_look(runner);
  signal_notice_tell(runner);
  run_output_drain(runner);
  return flow_from(status);
}
