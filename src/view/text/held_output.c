#include "view/text/held_output.h"

#include <stdlib.h>
#include <string.h>

#include "language/loss.h"

enum rank { RANK_CALL, RANK_PACKET, RANK_STATE };

struct held_line {
  unsigned job;
  enum rank rank;
  uint64_t socket;
  uint64_t number; /* the number of its event, for the order, */
  size_t order;    /* and its own among the lines of that */
  int descriptor;
  char *text;
  size_t length;
};

static size_t count_of(const struct held_output *kept) {
  return kept->lines.length / sizeof(struct held_line);
}

void held_output_add(struct held_output *kept, const struct event *event, int descriptor,
                     const struct bytes *line) {
  bool state = event->kind == EVENT_STATE;
  bool packet = event->kind == EVENT_PACKET || event->kind == EVENT_COUNTER;
  struct held_line added = {.job = event->job,
                            .rank = state    ? RANK_STATE
                                    : packet ? RANK_PACKET
                                             : RANK_CALL,
                            .socket = state ? event->state->socket.id : 0,
                            .number = event->serial,
                            .order = kept->added++,
                            .descriptor = descriptor,
                            .text = malloc(line->length + 1),
                            .length = line->length};
  if (!added.text) {
    loss_of_memory();
    return;
  }
  if (line->length > 0)
    memcpy(added.text, line->data, line->length);
  if (bytes_reserve(&kept->lines, sizeof added) == 0) {
    bytes_append(&kept->lines, &added, sizeof added);
    return;
  }
  free(added.text);
  kept->lines.failed = false; /* only this line is lost */
}

/* By rank, and states by socket; otherwise in order of arrival. */
static int compare(const void *first, const void *second) {
  const struct held_line *a = first;
  const struct held_line *b = second;
  if (a->rank != b->rank)
    return a->rank < b->rank ? -1 : 1;
  if (a->socket != b->socket)
    return a->socket < b->socket ? -1 : 1;
  if (a->number != b->number)
    return a->number < b->number ? -1 : 1;
  return a->order < b->order ? -1 : 1;
}

void held_output_release(struct held_output *kept, struct output *output, unsigned job) {
  struct held_line *lines = (struct held_line *)kept->lines.data;
  size_t count = count_of(kept);
  size_t left = 0;
  if (count > 0)
    qsort(lines, count, sizeof *lines, compare);
  for (size_t i = 0; i < count; i++) {
    if (lines[i].job != job) {
      lines[left++] = lines[i];
      continue;
    }
    output_add(output, lines[i].descriptor, lines[i].text, lines[i].length);
    free(lines[i].text);
  }
  kept->lines.length = left * sizeof *lines;
}

void held_output_release_all(struct held_output *kept, struct output *output) {
  while (count_of(kept) > 0)
    held_output_release(kept, output, ((struct held_line *)kept->lines.data)->job);
}

void held_output_free(struct held_output *kept) {
  struct held_line *lines = (struct held_line *)kept->lines.data;
  for (size_t i = 0; i < count_of(kept); i++)
    free(lines[i].text);
  bytes_free(&kept->lines);
}
