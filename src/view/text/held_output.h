/* kept: the lines that --stable keeps until their statement is done, or their job was waited for: calls and the like first, then
 * packets, then states by socket, so that their order does not hang on time. Packets are of no statement, and stand with what the
 * foreground does. */
#ifndef SOCKSH_VIEW_TEXT_HELD_OUTPUT_H
#define SOCKSH_VIEW_TEXT_HELD_OUTPUT_H

#include "timeline/event.h"
#include "view/output.h"

/* A zeroed struct is empty. */
struct kept_lines {
  struct bytes lines;
};

/* Keeps a line about an event, for a descriptor. Without memory it is lost. */
void kept_add(struct kept_lines *kept, const struct event *event, int descriptor, const struct bytes *line);

/* Hands those of a job, 0 for the foreground, to the output; or all. */
void kept_release(struct kept_lines *kept, struct output *output, unsigned job);
void kept_release_all(struct kept_lines *kept, struct output *output);

void kept_free(struct kept_lines *kept);

#endif
