#include "view/tap/test_context.h"

#include <string.h>

#include "view/notation/program_line.h"

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

static void forget_program(struct test_program *program) {
  bytes_free(&program->name);
  bytes_free(&program->end);
  for (size_t i = 0; i < TEST_PROGRAM_LINES; i++)
    bytes_free(&program->lines[i]);
  *program = (struct test_program){0};
}

static void note_program(struct test_context *context, const struct event_program *program) {
  struct test_program *kept = &context->programs[program->number % TEST_PROGRAMS];
  if (kept->number != program->number)
    forget_program(kept);
  kept->number = program->number;
  bytes_clear(&kept->name);
  bytes_append_text(&kept->name, program->name);
  if (program->phase == PROGRAM_ENDED)
    program_append_end(program, &kept->end);
  if (program->phase != PROGRAM_PRINTED || program->stream != PROGRAM_ERRORS)
    return;
  struct bytes *line = &kept->lines[kept->count++ % TEST_PROGRAM_LINES];
  bytes_clear(line);
  bytes_append(line, program->data, program->kept);
}

const struct test_program *test_context_program(const struct test_context *context, size_t place) {
  const struct test_program *program = &context->programs[place];
  bool tells = program->number != 0 && (program->count > 0 || program->end.length > 0);
  return tells ? program : NULL;
}

const struct bytes *test_program_line(const struct test_program *program, size_t n) {
  size_t first = program->count > TEST_PROGRAM_LINES ? program->count - TEST_PROGRAM_LINES : 0;
  return first + n < program->count ? &program->lines[(first + n) % TEST_PROGRAM_LINES] : NULL;
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
  case EVENT_PROGRAM:
    note_program(context, event->program);
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
  for (size_t i = 0; i < TEST_PROGRAMS; i++)
    forget_program(&context->programs[i]);
  bytes_free(&context->statement);
  bytes_free(&context->place);
  bytes_free(&context->call);
}
