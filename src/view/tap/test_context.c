#include "view/tap/test_context.h"

#include <string.h>

static void note_state(struct test_context *context, uint64_t socket, const struct bytes *line) {
  size_t at = 0;
  while (at < context->state_count && context->states[at].socket != socket)
    at++;
  if (at == TEST_CONTEXT_STATES) { /* the oldest is dropped */
    bytes_free(&context->states[0].line);
    memmove(context->states, context->states + 1,
            (TEST_CONTEXT_STATES - 1) * sizeof *context->states);
    context->states[TEST_CONTEXT_STATES - 1] = (struct test_state){0};
    at = TEST_CONTEXT_STATES - 1;
    context->state_count--;
  }
  if (at == context->state_count)
    context->states[context->state_count++] = (struct test_state){.socket = socket};
  bytes_clear(&context->states[at].line);
  bytes_append(&context->states[at].line, line->data, line->length);
}

static void note_statement(struct test_context *context, const struct event *event) {
  const struct event_statement *line = &event->line;
  bytes_clear(&context->statement);
  bytes_append(&context->statement, line->text, line->length);
  context->began = event->monotonic;
  if (line->depth > 0 && line->line == 0)
    return; /* inside a block: the place is the block's */
  bytes_clear(&context->place);
  bytes_append_format(&context->place, "%s:%u", line->source ? line->source : "", line->line);
}

void test_context_note(struct test_context *context, const struct event *event,
                       const struct bytes *line) {
  switch (event->kind) {
  case EVENT_STATEMENT:
    if (event->job == 0)
      note_statement(context, event);
    break;
  case EVENT_CALL_FINISH:
    if (event->job == 0) {
      bytes_clear(&context->call);
      bytes_append(&context->call, line->data, line->length);
    }
    break;
  case EVENT_STATE:
    note_state(context, event->state->socket.id, line);
    break;
  default:
    break;
  }
}

bool test_context_fits(const struct event *event) {
  return event->job == 0 && event->statement != 0;
}

void test_context_free(struct test_context *context) {
  for (size_t i = 0; i < context->state_count; i++)
    bytes_free(&context->states[i].line);
  bytes_free(&context->statement);
  bytes_free(&context->place);
  bytes_free(&context->call);
}
