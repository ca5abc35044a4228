/* walk_text: what a walk through a script shows of it. */
#ifndef SOCKSH_SHELL_WALK_TEXT_H
#define SOCKSH_SHELL_WALK_TEXT_H

#include "language/source.h"
#include "session/runner.h"

/* Whether a comment begins a line in this range of the source. */
bool walk_text_has_comment(const struct source *source, size_t from, size_t to);

/* Appends the comment lines in a range of the source without their #, with the empty lines between
 * them. "# ask: ..." is not shown: what stands there is appended to `mark`, unless that is NULL. */
void walk_text_append_comments(const struct source *source, size_t from, size_t to,
                               struct bytes *bytes, struct bytes *mark);

/* Appends a statement as it stands in the source, each line behind "> ". `hides`: a question mark
 * stands for the RESULT that it expects. */
void walk_text_append_line(const struct source *source, const struct statement *statement,
                           bool hides, struct bytes *bytes);

/* Appends what await and assert lines have found since the event with this serial. */
void walk_text_append_found(struct runner *runner, uint64_t since, struct bytes *bytes);

#endif
