/* held_output: lines that --stable holds back until their statement has ended, or their job was
 * waited for: calls and the like first, then packets, then states by socket, so that their order
 * does not depend on timing. Packets belong to no statement, and go with the foreground's. */
#ifndef SOCKSH_VIEW_TEXT_HELD_OUTPUT_H
#define SOCKSH_VIEW_TEXT_HELD_OUTPUT_H

#include "timeline/event.h"
#include "view/output.h"

/* A zeroed struct is empty. */
struct held_output {
  struct bytes lines;
  size_t added; /* lines so far */
};

/* Keeps a line about an event, for a descriptor. Without memory it is lost. */
void held_output_add(struct held_output *kept, const struct event *event, int descriptor,
                     const struct bytes *line);

/* Passes those of a job, 0 for the foreground, to the output; or all of them. */
void held_output_release(struct held_output *kept, struct output *output, unsigned job);
void held_output_release_all(struct held_output *kept, struct output *output);

void held_output_free(struct held_output *kept);

#endif
