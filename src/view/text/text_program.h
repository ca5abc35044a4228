/* text_program: what programs print, a line a line, each marked with the program's name. */
#ifndef SOCKSH_VIEW_TEXT_TEXT_PROGRAM_H
#define SOCKSH_VIEW_TEXT_TEXT_PROGRAM_H

#include "language/bytes.h"
#include "timeline/event.h"

struct text_view;

/* What --stable holds back: the lines of a program appear when they were waited for, in the order
 * of its streams, or at the end of the session. A zeroed struct is empty. */
struct program_lines {
  struct bytes kept; /* struct program_line */
  /* At a terminal so many lines are shown at once, and more as time goes by; the rest is counted,
   * so that a program that prints without end leaves the prompt usable. */
  int64_t since;
  int64_t budget;
  unsigned long long skipped;
};

/* Shows an event of a program, unless the settings hide it. */
void text_show_program(struct text_view *text, const struct event *event);

/* The session is over: shows what was held back. */
void text_finish_programs(struct text_view *text);

void program_lines_free(struct program_lines *lines);

#endif
