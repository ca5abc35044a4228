#include "view/text/rounds.h"

#include <string.h>

#include "call/call.h"

enum {
  SHOWN = 3,             /* so many rounds are always shown */
  FAST = 50000000,       /* nanoseconds: a round that takes longer is shown as it goes */
  TELL_EVERY = 200000000 /* nanoseconds between two looks at the count */
};

void rounds_begin(struct rounds *rounds, unsigned long long round, int64_t now) {
  bool fast = round > 1 && now - rounds->began < FAST;
  rounds->inside = true;
  rounds->holds = fast;
  rounds->round = round;
  rounds->began = now;
  bytes_clear(&rounds->text);
  bytes_clear(&rounds->shape);
}

/* Appends a line with a single 0 for each number in it. */
static void append_shape(const struct bytes *line, struct bytes *shape) {
  bool digits = false;
  for (size_t at = 0; at < line->length; at++) {
    char sign = line->data[at];
    bool digit = sign >= '0' && sign <= '9';
    if (!digit || !digits)
      bytes_append_char(shape, digit ? '0' : sign);
    digits = digit;
  }
}

bool rounds_take(struct rounds *rounds, const struct event *event, const struct bytes *line) {
  if (!rounds->inside || event->job)
    return false;
  append_shape(line, &rounds->shape);
  if (event->kind == EVENT_CALL_FINISH && call_row(event->call)->direction != MOVES_NOTHING)
    bytes_append_format(&rounds->shape, "%ld\n", event->call->result);
  if (!rounds->holds || rounds->shape.failed || event->kind == EVENT_CALL_BLOCKED)
    return false;
  bytes_append(&rounds->text, line->data, line->length);
  if (!rounds->text.failed)
    return true;
  rounds->text.failed = false; /* what did not fit is shown at once */
  return false;
}

void rounds_release(struct rounds *rounds, struct bytes *shown) {
  if (!rounds->inside)
    return;
  rounds_tell(rounds, shown);
  bytes_append(shown, rounds->text.data, rounds->text.length);
  bytes_clear(&rounds->text);
  rounds->holds = false;
}

static bool is_known(const struct rounds *rounds) {
  for (unsigned i = 0; i < ROUNDS_KNOWN; i++)
    if (rounds->known[i].length > 0 && bytes_equal(rounds->known[i].data, rounds->known[i].length,
                                                   rounds->shape.data, rounds->shape.length))
      return true;
  return false;
}

static void remember(struct rounds *rounds) {
  struct bytes *place = &rounds->known[rounds->next];
  if (rounds->shape.failed || is_known(rounds))
    return;
  bytes_clear(place);
  bytes_append(place, rounds->shape.data, rounds->shape.length);
  if (place->failed)
    bytes_free(place);
  rounds->next = (rounds->next + 1) % ROUNDS_KNOWN;
}

bool rounds_end(struct rounds *rounds, int64_t now, struct bytes *shown) {
  bool same = rounds->holds && rounds->round > SHOWN && rounds->text.length > 0 &&
              !rounds->shape.failed && is_known(rounds);
  if (!same) {
    rounds_release(rounds, shown);
    remember(rounds);
    rounds->inside = false;
    return false;
  }
  rounds->inside = false;
  rounds->more++;
  if (now - rounds->told < TELL_EVERY)
    return false;
  rounds->told = now;
  return true;
}

void rounds_tell(struct rounds *rounds, struct bytes *shown) {
  if (rounds->more > 0)
    bytes_append_format(shown, _("  x %llu more like that\n"), rounds->more);
  rounds->more = 0;
}

void rounds_finish(struct rounds *rounds, struct bytes *shown) {
  rounds_release(rounds, shown);
  rounds_tell(rounds, shown);
  rounds_free(rounds);
}

void rounds_free(struct rounds *rounds) {
  bytes_free(&rounds->text);
  bytes_free(&rounds->shape);
  for (unsigned i = 0; i < ROUNDS_KNOWN; i++)
    bytes_free(&rounds->known[i]);
  *rounds = (struct rounds){0};
}
