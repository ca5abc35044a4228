#include "commands/packetdrill/pkt_life.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/packetdrill/pkt_call.h"
#include "commands/packetdrill/pkt_clock.h"
#include "commands/packetdrill/pkt_file.h"
#include "commands/packetdrill/pkt_turn.h"
#include "session/runner_call.h"

static const char *copy_text(struct pkt_state *state, const char *text) {
  return text ? arena_copy(&state->arena, text, strlen(text)) : NULL;
}

static int copy_options(struct pkt_state *state, const struct pkt_options *options) {
  size_t count = options->definition_count;
  struct pkt_definition *copies =
      arena_allocate(&state->arena, (count ? count : 1) * sizeof *copies);
  state->options = *options;
  state->options.definitions = copies;
  state->options.path = copy_text(state, options->path);
  for (size_t i = 0; copies && i < count; i++) {
    copies[i].name = copy_text(state, options->definitions[i].name);
    copies[i].value = copy_text(state, options->definitions[i].value);
    if (!copies[i].name || !copies[i].value)
      return -1;
  }
  return copies && (state->options.path || !options->path) ? 0 : -1;
}

struct pkt_state *pkt_life_create(struct runner *runner, const struct pkt_options *options,
                                  struct error *error) {
  enum { FIRST_PORT = 50000 };
  struct pkt_state *state = calloc(1, sizeof *state);
  if (state && copy_options(state, options) == 0 && (state->slots = slots_create())) {
    state->runner = runner;
    state->tolerance = options->tolerance;
    state->peer = -1;
    state->turn = -1;
    state->clock = -1;
    state->next_port = FIRST_PORT;
    return state;
  }
  if (state)
    arena_free(&state->arena);
  free(state);
  error_set_memory(error);
  return NULL;
}

/* The slots give their references up by themselves. */
static void let_go(struct socket *socket, void *context) {
  (void)socket, (void)context;
}

void pkt_life_close(struct pkt_state *state) {
  for (size_t i = 0; i < state->slots->room; i++) {
    const struct slot *slot = slots_find(state->slots, (long)i);
    struct call call;
    struct error ignored = {0};
    if (!slot || !slot->socket || slot->socket->descriptor < 0)
      continue;
    call_init(&call, CALL_CLOSE, slot->socket);
    runner_call(state->runner, NULL, &call, &ignored);
    call_free(&call);
  }
}

static void free_readings(struct pkt_reading **readings) {
  while (*readings) {
    struct pkt_reading *reading = *readings;
    *readings = reading->next;
    pkt_script_free(&reading->script);
    source_release(reading->source);
    free(reading);
  }
}

static void free_one(struct pkt_state *state) {
  pkt_call_forget(state);
  slots_release(state->slots, let_go, NULL);
  if (state->peer >= 0)
    close(state->peer);
  pkt_turn_end(state->turn);
  pkt_clock_close(state);
  pkt_file_close_all(state);
  free_readings(&state->readings);
  pkt_difference_free(&state->difference);
  bytes_free(&state->got);
  bytes_free(&state->code);
  arena_free(&state->arena);
  free(state);
}

void pkt_life_free(struct pkt_state *state) {
  while (state) {
    struct pkt_state *next = state->next;
    free_one(state);
    state = next;
  }
}

struct pkt_script *pkt_life_read(struct pkt_state *state, struct source *source, bool typed,
                                 struct error *error) {
  if (typed && !state->pending && !state->behind)
    free_readings(&state->readings); /* nothing points into them any more */
  struct pkt_reading *reading = calloc(1, sizeof *reading);
  if (!reading) {
    error_set_memory(error);
    return NULL;
  }
  struct pkt_reading **last = &state->readings;
  while (*last)
    last = &(*last)->next;
  *last = reading;
  state->current = reading;
  reading->source = source_retain(source);
  int status = typed ? pkt_line_read(source, &reading->script, error)
                     : pkt_script_read(source, &reading->script, error);
  return status == 0 ? &reading->script : NULL;
}

void pkt_life_keep(struct pkt_state *state, struct session *session) {
  state->next = session->packetdrill;
  session->packetdrill = state;
  session->packetdrill_free = pkt_life_free;
}
