/* rounds: what the rounds of a repeat show at the prompt. Where they come fast, and show what an
 * earlier one has shown, they are counted instead. Rounds are the same if they differ in numbers
 * alone: descriptors, ports, times; a count of bytes that were moved is compared. */
#ifndef SOCKSH_VIEW_TEXT_ROUNDS_H
#define SOCKSH_VIEW_TEXT_ROUNDS_H

#include "timeline/event.h"

enum { ROUNDS_KNOWN = 8 };

/* A zeroed struct is outside of any repeat. */
struct rounds {
  bool inside;                      /* within a round */
  bool holds;                       /* its lines are held until it is over */
  unsigned long long round;         /* its number, from 1 */
  int64_t began;                    /* monotonic clock, nanoseconds */
  struct bytes text;                /* what it has shown, if it holds */
  struct bytes shape;               /* the same without its numbers */
  struct bytes known[ROUNDS_KNOWN]; /* the shapes of rounds that were shown; the next one replaces
                                       known[next] */
  unsigned next;
  unsigned long long more; /* rounds that were counted since something was shown */
  int64_t told;            /* when their number was shown last */
};

/* A round begins, the first with number 1. */
void rounds_begin(struct rounds *rounds, unsigned long long round, int64_t now);

/* Takes a line for standard output if it is to be held. False: show it now. What is held must be
 * shown before it: see rounds_release. */
bool rounds_take(struct rounds *rounds, const struct event *event, const struct bytes *line);

/* The functions below append to `shown` what is to be shown now.
 *
 * Shows what is held: something is shown that can't wait for the round's end. */
void rounds_release(struct rounds *rounds, struct bytes *shown);

/* The round is over: shows it or counts it. True if the number of those that were counted is to be
 * shown in passing. */
bool rounds_end(struct rounds *rounds, int64_t now, struct bytes *shown);

/* Shows how many were counted, and forgets them. */
void rounds_tell(struct rounds *rounds, struct bytes *shown);

/* The repeat is over. */
void rounds_finish(struct rounds *rounds, struct bytes *shown);

void rounds_free(struct rounds *rounds);

#endif
