/* text_part: what the files of the text view share. */
#ifndef SOCKSH_VIEW_TEXT_TEXT_PART_H
#define SOCKSH_VIEW_TEXT_TEXT_PART_H

#include "view/notation/notation.h"
#include "view/notation/service_line.h"
#include "view/text/held_output.h"
#include "view/text/text_program.h"
#include "view/view.h"

struct text_view {
  struct view view;
  struct bytes line;             /* the line being built, kept for its memory */
  struct aliases aliases;        /* --stable */
  struct held_output kept;       /* --stable */
  struct service_lines services; /* --stable */
  struct program_lines programs;
  int64_t service_since; /* lines about services are shown within a budget that grows with time */
  int64_t service_budget;
  unsigned long long service_skipped;
  bool progress; /* a progress line is on the terminal */
};

/* Colours of a terminal. */
enum style { STYLE_NONE, STYLE_ERROR, STYLE_STATE, STYLE_NOTE, STYLE_PACKET };

void text_style_on(struct text_view *text, enum style style);
void text_style_off(struct text_view *text);

struct notation text_notation(struct text_view *text, bool names);

/* Appends bytes to the line, escaped; `lines` keeps newlines. */
void text_put(struct text_view *text, const char *data, size_t length, bool lines);

/* Sends the line to a descriptor, or holds it back, and starts the next. */
void text_emit(struct text_view *text, const struct event *event, int descriptor);

/* Erases the progress line before another line is shown in its place. */
void text_end_progress(struct text_view *text);

#endif
