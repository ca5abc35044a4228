#include "commands/packetdrill/pkt_event.h"

#include <string.h>

/* The script that a step is of. */
static const struct source *source_of(const struct pkt_state *state) {
  return state->current->source;
}

static struct pkt_text text_of(const struct pkt_state *state, const struct pkt_step *step) {
  struct pkt_text text = {source_of(state)->text + step->place.offset, step->place.length};
  while (text.length > 0 && strchr(" \t\r\n", text.text[text.length - 1]))
    text.length--;
  return text;
}

struct pkt_told pkt_event_begin(struct pkt_state *state, const struct pkt_step *step) {
  struct runner *runner = state->runner;
  struct pkt_told told = {step, runner->statement};
  struct pkt_text text = text_of(state, step);
  runner->depth++;
  if (!source_of(state)->name[0])
    return told; /* a line that was typed is the statement itself */
  struct event event = {.kind = EVENT_STATEMENT};
  event.line = (struct event_statement){.source = source_of(state)->name,
                                        .line = step->line,
                                        .text = text.text,
                                        .length = text.length,
                                        .origin = ORIGIN_SCRIPT,
                                        .depth = runner->depth};
  runner->statement = runner_append(runner, &event);
  return told;
}

static bool expects(const struct pkt_step *step) {
  return step->kind == PKT_CALL || (step->kind == PKT_SEGMENT && step->segment.outbound);
}

static void append_test(struct pkt_state *state, const struct pkt_step *step,
                        const struct error *error) {
  struct bytes line = {0};
  struct pkt_text text = text_of(state, step);
  for (size_t i = 0; i < text.length; i++)
    bytes_append_char(&line, strchr("\r\n\t", text.text[i]) ? ' ' : text.text[i]);
  struct event event = {.kind = EVENT_TEST};
  event.test = (struct event_test){
      .passed = !error,
      .what = "packetdrill",
      .text = bytes_text(&line),
      .expected = state->difference.expected[0] ? state->difference.expected : bytes_text(&line),
      .got = error ? error->message : ""};
  runner_append(state->runner, &event);
  bytes_free(&line);
}

void pkt_event_end(struct pkt_state *state, const struct pkt_told *told, struct error *error) {
  struct runner *runner = state->runner;
  if (error ? error->kind == ERROR_FAILURE : expects(told->step))
    append_test(state, told->step, error);
  if (error && source_of(state)->name[0])
    pkt_event_error(state, source_of(state), error);
  else if (error)
    pkt_event_difference(state);
  runner->depth--;
  runner->statement = told->outer;
}

void pkt_event_difference(struct pkt_state *state) {
  struct error ignored;
  if (!state->difference.differs || answer_row_count(&state->difference.answer) < 2)
    return;
  runner_answer(state->runner, &state->difference.answer, &ignored);
  state->difference = (struct pkt_difference){.differs = false};
}

void pkt_event_error(struct pkt_state *state, const struct source *source, struct error *error) {
  struct event event = {.kind = EVENT_ERROR};
  if (error->told || error->place.length == 0 || error->kind == ERROR_INTERRUPTED)
    return;
  event.error = (struct event_error){
      .kind = error->kind,
      .number = error->number,
      .source = source->name,
      .line = source->first_line + source_newlines(source, 0, error->place.offset),
      .excerpt = source_excerpt(source, error->place),
      .command = "",
      .message = error->message,
      .hint = "",
  };
  runner_append(state->runner, &event);
  pkt_event_difference(state);
  error->told = true;
}

void pkt_event_stays(struct pkt_state *state) {
  runner_note(state->runner,
              state->behind
                  ? _("its sockets stay open: `states` shows them, `diagram sequence` what came "
                      "before; lines of packetdrill play on, and `packetdrill continue` goes on "
                      "behind this line")
                  : _("its sockets stay open: `states` shows them, `diagram sequence` what came "
                      "before"));
}
