#include "commands/kernel/await_descriptor.h"

#include <errno.h>

#include "commands/kernel/await_call.h"
#include "commands/kernel/await_interval.h"
#include "session/foreign_name.h"

void await_follow_descriptor(struct awaited *awaited, const struct argument_value *word) {
  struct error error = {0};
  struct socket *now =
      foreign_name_find(awaited->runner, word->word.data, word->word.length, &error);
  error_clear(&error);
  if (!now || now == awaited->held)
    return;
  object_retain(&now->object);
  if (awaited->held)
    object_release(&awaited->held->object);
  awaited->socket = awaited->held = now;
}

bool await_is_descriptor(const struct argument_value *first) {
  return !expanded_value(&first->word) && foreign_name_is(first->word.data, first->word.length) &&
         (!first->socket || first->socket->of_program);
}

int await_call_on_descriptor(struct invocation *invocation, const struct argument_value *first,
                             const struct argument_value *call, int64_t deadline) {
  struct awaited_calls calls;
  struct process *process = foreign_name_read(invocation->runner, first->word.data,
                                              first->word.length, &calls, invocation->error);
  return process ? await_call(invocation, process, &calls, call, deadline) : -1;
}

int await_descriptor(struct invocation *invocation, struct awaited *awaited, int64_t deadline) {
  const struct argument_value *first = invocation_value(invocation, "SOCKET");
  int64_t interval = AWAIT_SHORTEST;
  int waited = 0;
  while (waited == 0) {
    struct awaited_calls calls;
    error_clear(invocation->error);
    const struct process *process = foreign_name_read(
        awaited->runner, first->word.data, first->word.length, &calls, invocation->error);
    bool over = !process || process->done || process->left;
    awaited->socket = process ? foreign_name_find(awaited->runner, first->word.data,
                                                  first->word.length, invocation->error)
                              : NULL;
    if (awaited->socket || over)
      break;
    waited = await_interval(&(struct awaited){.runner = awaited->runner}, deadline, &interval,
                            invocation->error);
    if (waited > 0)
      return error_set_errno(invocation->error, ETIMEDOUT,
                             _("%s has had no socket yet that is its descriptor %ld"),
                             process->name, calls.descriptor);
  }
  return awaited->socket ? 0 : -1;
}
