#include "commands/kernel/await_program.h"

#include "session/process_await.h"
#include "session/process_console.h"

bool await_is_regex(const struct argument_value *condition) {
  const struct expanded *word = &condition->word;
  return word->bare == 1 && word->length >= 2 && word->data[0] == '/' &&
         word->data[word->length - 1] == '/';
}

/* Without its slashes. NULL with an error. */
static struct regex *compile(struct invocation *invocation,
                             const struct argument_value *condition) {
  struct regex *regex =
      regex_compile(condition->word.data + 1, condition->word.length - 2, invocation->error);
  if (!regex)
    error_set_place(invocation->error, condition->place);
  return regex;
}

int await_check_regex(struct invocation *invocation, const struct argument_value *condition) {
  struct regex *regex = compile(invocation, condition);
  regex_free(regex);
  return regex ? 0 : -1;
}

/* Should the status not be the expected one, its last words are of interest. */
static void give_status(struct invocation *invocation, const struct process *process) {
  struct bytes text = {0};
  invocation_give_number(invocation, process->status);
  if (process->status == 0 || !invocation->runner->expectation.expects)
    return;
  process_append_end(process, &text);
  process_append_last_words(process, &text);
  error_set(invocation->error, ERROR_NONE, "%s", bytes_text(&text));
  bytes_free(&text);
}

static int give(struct invocation *invocation, const struct process_awaited *awaited) {
  switch (awaited->condition) {
  case PROCESS_EXIT:
    give_status(invocation, awaited->process);
    break;
  case PROCESS_LISTENING:
    return invocation_give_address(invocation, &awaited->address);
  case PROCESS_LINE:
  case PROCESS_MATCH:
    break;
  }
  return 0;
}

int await_read_program(struct invocation *invocation, struct process *process,
                       struct process_awaited *awaited) {
  const struct argument_value *word = invocation_value(invocation, "CONDITION");
  const struct condition *condition = condition_find(word, OF_PROCESS);
  *awaited = (struct process_awaited){.process = process, .condition = PROCESS_MATCH};
  if (condition)
    awaited->condition = condition->process;
  else if (await_is_regex(word))
    awaited->regex = compile(invocation, word);
  else
    return condition_none_of_program(invocation, word);
  return condition || awaited->regex ? 0 : -1;
}

int await_program(struct invocation *invocation, struct process *process, int64_t deadline) {
  struct process_awaited awaited;
  if (await_read_program(invocation, process, &awaited) < 0)
    return -1;
  /* To show what the program has done. */
  invocation->runner->touched.lab = invocation->runner->session->lab != NULL;
  int status = process_await(invocation->runner, &awaited, deadline, invocation->error);
  regex_free(awaited.regex);
  return status < 0 ? -1 : give(invocation, &awaited);
}

int await_failed_program(struct runner *runner, const struct address *address,
                         struct error *error) {
  struct process *failed = process_failed_last(runner->session, runner->host);
  struct bytes text = {0};
  if (!failed)
    return 0;
  bytes_append_text(&text, _("nobody listens at "));
  address_append(address, &text);
  bytes_append_text(&text, _(", and "));
  process_append_end(failed, &text);
  process_append_last_words(failed, &text);
  process_notice_end(runner, failed);
  error_set(error, ERROR_FAILURE, "%s", bytes_text(&text));
  bytes_free(&text);
  return -1;
}
