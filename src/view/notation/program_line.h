/* program_line: what a program does that was started in this session, as a line. */
#ifndef SOCKSH_VIEW_NOTATION_PROGRAM_LINE_H
#define SOCKSH_VIEW_NOTATION_PROGRAM_LINE_H

#include "language/escape.h"
#include "timeline/event.h"

/* Appends who has printed it: "p: " or "p err: ". */
void program_append_mark(const struct event_program *program, struct bytes *bytes);

/* Appends what was printed, escaped, without the carriage return before its newline. */
void program_append_printed(const struct event_program *program, enum escape_style style,
                            struct bytes *bytes);

/* Appends how it has ended: "ended with status 1", "was ended by SIGTERM". */
void program_append_end(const struct event_program *program, struct bytes *bytes);

/* Appends any of its events: "p: listening", "p ended with status 1". */
void program_append_line(const struct event_program *program, enum escape_style style,
                         struct bytes *bytes);

#endif
