/* ladder: a session as a sequence diagram: a lifeline for each who takes part, and a row for each
 * thing that happened, time downwards. It is made of events and nothing else, and each row has the
 * serials of its events. How it is drawn is for ladder_text.h, ladder_svg.h and their like. */
#ifndef SOCKSH_VIEW_LADDER_LADDER_H
#define SOCKSH_VIEW_LADDER_LADDER_H

#include "view/ladder/ladder_model.h"

/* An empty one. `settings` is copied. Ended with ladder_free. */
void ladder_begin(struct ladder *ladder, const struct ladder_settings *settings);
void ladder_free(struct ladder *ladder);

/* Has what is drawn from now on drawn with other settings. */
void ladder_set(struct ladder *ladder, const struct ladder_settings *settings);

/* Takes the next event, in the order of the timeline. */
void ladder_take(struct ladder *ladder, const struct event *event);

/* When all were taken: puts the begin of calls where it was, and folds what repeats. */
void ladder_end(struct ladder *ladder);

#endif
