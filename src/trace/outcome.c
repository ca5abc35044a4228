#include "trace/outcome.h"

#include "system/wait.h"

void outcome_add(struct tracing *tracing, struct socket *socket, bool is_closed,
                 const struct foreign_facts *facts) {
  if (tracing->outcome_count >= OUTCOMES)
    return;
  struct trace_outcome *outcome = &tracing->outcomes[tracing->outcome_count++];
  outcome->socket = (struct socket *)object_retain(&socket->object);
  outcome->closed = is_closed;
  if (facts)
    outcome->facts = *facts;
}

void outcome_tell_change(const struct tracing *tracing, const struct trace_task *task,
                         struct socket *socket, const struct foreign_facts *facts) {
  struct snapshot before;
  if (foreign_update(socket, facts, clock_monotonic(), &before))
    tracing->sink.changed(tracing->sink.context, task, socket, &before);
}

void outcome_tell_all(struct tracing *tracing, const struct trace_task *task) {
  for (size_t i = 0; i < tracing->outcome_count; i++) {
    struct trace_outcome *outcome = &tracing->outcomes[i];
    if (outcome->closed)
      tracing->sink.closed(tracing->sink.context, task, outcome->socket);
    else
      outcome_tell_change(tracing, task, outcome->socket, &outcome->facts);
    object_release(&outcome->socket->object);
  }
  tracing->outcome_count = 0;
}
