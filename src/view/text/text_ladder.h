/* text_ladder: calls, states and packets as a ladder that grows, for `set ladder on`. */
#ifndef SOCKSH_VIEW_TEXT_TEXT_LADDER_H
#define SOCKSH_VIEW_TEXT_TEXT_LADDER_H

#include "view/text/text_part.h"

/* Appends the lines of the ladder that an event adds; the names of the lifelines in front of them,
 * where those have changed. */
void text_ladder_put(struct text_view *text, const struct event *event);

/* Takes from an answer how the hosts of a lab stand, whether a ladder is drawn or not yet. */
void text_ladder_take_answer(struct text_view *text, const struct event *event);

/* The same for a call that has returned. */
void text_ladder_put_call(struct text_view *text, const struct event *event);

void text_ladder_free(struct text_view *text);

#endif
