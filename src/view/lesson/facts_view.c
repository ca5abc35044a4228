#include "view/lesson/facts_view.h"

#include <unistd.h>

#include "call/call.h"
#include "language/error.h"

struct facts_view {
  struct view view;
  unsigned statement;   /* the number of the one that runs */
  unsigned last_packet; /* the highest number of a packet so far */
};

static void put(struct facts_view *facts, struct bytes *fact) {
  struct bytes line = {0};
  if (facts->statement == 0)
    return;
  bytes_append_format(&line, "%u %s\n", facts->statement, bytes_text(fact));
  output_add(facts->view.output, STDOUT_FILENO, line.data, line.length);
  bytes_free(&line);
}

static void put_state(struct facts_view *facts, const struct event_state *state) {
  struct bytes fact = {0};
  bool own = state->socket.role == ROLE_OPEN || state->socket.role == ROLE_LINGERING;
  if (!own || !state->socket.name[0] || state->before.state == state->now.state)
    return;
  bytes_append_format(&fact, "state %s ", state->socket.name);
  constant_append(&constant_states, state->now.state, &fact);
  put(facts, &fact);
  bytes_free(&fact);
}

static void put_call(struct facts_view *facts, const struct call *call) {
  struct bytes fact = {0};
  if (call_has_failed(call))
    bytes_append_format(&fact, "fails %s %s", call_row(call)->name, error_number_name(call->error));
  else if (call_row(call)->direction == RECEIVES)
    bytes_append_format(&fact, "bytes %zu %ld", call->size, call->result);
  if (fact.length > 0)
    put(facts, &fact);
  bytes_free(&fact);
}

static void put_word(struct facts_view *facts, const char *word) {
  struct bytes fact = {0};
  bytes_append_text(&fact, word);
  put(facts, &fact);
  bytes_free(&fact);
}

static void facts_event(struct view *view, const struct event *event) {
  struct facts_view *facts = (struct facts_view *)view;
  switch (event->kind) {
  case EVENT_STATEMENT:
    if (event->job == 0 && event->line.depth == 0)
      facts->statement++;
    break;
  case EVENT_STATE:
    put_state(facts, event->state);
    break;
  case EVENT_CALL_FINISH:
    if (event->job == 0)
      put_call(facts, event->call);
    break;
  case EVENT_CALL_BLOCKED:
    if (event->job == 0)
      put_word(facts, "blocks");
    break;
  case EVENT_PACKET:
    if (event->packet.number > facts->last_packet) {
      facts->last_packet = event->packet.number;
      put_word(facts, "packet");
    }
    break;
  default:
    break;
  }
}

const struct view_class view_facts = {
    .name = "facts",
    .size = sizeof(struct facts_view),
    .leaves_out =
        ~(VIEW_KIND(EVENT_STATEMENT) | VIEW_KIND(EVENT_STATE) | VIEW_KIND(EVENT_CALL_FINISH) |
          VIEW_KIND(EVENT_CALL_BLOCKED) | VIEW_KIND(EVENT_PACKET)),
    .event = facts_event,
};
