/* text_part: what the files of the text view share. */
#ifndef SOCKSH_VIEW_TEXT_TEXT_PART_H
#define SOCKSH_VIEW_TEXT_TEXT_PART_H

#include "view/notation/notation.h"
#include "view/notation/service_line.h"
#include "view/text/held_output.h"
#include "view/text/pages.h"
#include "view/text/rounds.h"
#include "view/text/text_program.h"
#include "view/view.h"

enum { SERVICE_SHAPES = 8 };

/* How many lines may be shown: it grows with time. */
struct line_budget {
  int64_t since; /* when it has grown last; monotonic nanoseconds; 0: never */
  int64_t lines;
};

/* Lines about services that differ in numbers alone: so many of them fit now. */
struct service_shape {
  uint64_t hash; /* of the line without its numbers; 0: none */
  struct line_budget budget;
};

struct text_view {
  struct view view;
  struct bytes line;             /* the line being built, kept for its memory */
  struct aliases aliases;        /* --stable */
  struct held_output kept;       /* --stable */
  struct service_lines services; /* --stable */
  struct program_lines programs;
  struct line_budget service_budget;
  struct service_shape service_shapes[SERVICE_SHAPES]; /* at the prompt */
  unsigned service_next;                               /* the one that is replaced next */
  unsigned long long service_skipped;
  unsigned long long states_skipped;
  uint64_t remarked;   /* the statement in which a remark on a state was last due, */
  int64_t remarked_at; /* when, on the monotonic clock, 0: never, and which */
  enum state_reason remark;
  struct pages pages;
  struct rounds rounds;
  struct bytes left_out;      /* the columns that a table was last said to lack */
  size_t unkept;              /* rows, or bytes, of the parts of an answer that were not kept */
  struct bytes rows;          /* of the table that is brought up to date in place */
  struct text_ladder *ladder; /* see text_ladder.h; NULL: none was drawn yet */
  bool ladder_changed; /* the names of the lifelines were put in front of what it drew last */
  struct bytes hosts;  /* their names, in the order in which they were met, each ended by zero */
  unsigned depth;      /* of the statement that runs in the foreground: 0: as it was typed */
  bool progress;       /* a progress line is on the terminal */
};

/* Colours of a terminal, each for one thing. */
enum style {
  STYLE_NONE,
  STYLE_ERROR,
  STYLE_CHANGED, /* what has just changed */
  STYLE_NOTE,
  STYLE_THERE, /* a packet from the host of two that was named first */
  STYLE_BACK,  /* one from the other */
  STYLE_HOST,  /* the first host; others follow */
  STYLE_HOSTS = STYLE_HOST + 6,
};

/* The style of a host: each keeps its own. */
enum style text_host_style(struct text_view *text, const char *host);

/* The sequence that switches a colour on; STYLE_NONE: all off. */
const char *text_style_code(enum style style);
void text_style_on(struct text_view *text, enum style style);
void text_style_off(struct text_view *text);

/* The style of a packet, by its direction. */
enum style text_packet_style(struct text_view *text, const struct event_packet *packet);

struct notation text_notation(struct text_view *text, bool names);

/* The columns that a line may take: what was set, or those of the terminal; 0: unlimited. */
size_t text_width(const struct text_view *text);

/* Folds what the line holds to that width. `paragraphs` as for fold_append. */
void text_fold(struct text_view *text, bool paragraphs);

/* Appends bytes to the line, escaped; `lines` keeps newlines. */
void text_put(struct text_view *text, const char *data, size_t length, bool lines);

/* Folds the line, sends it to a descriptor, or holds it back, and starts the next. */
void text_emit(struct text_view *text, const struct event *event, int descriptor);

/* The same for what must stay as it is: data, or lines that are folded already. */
void text_emit_unfolded(struct text_view *text, const struct event *event, int descriptor);

/* A round of a repeat begins; 0: the repeat is over. */
void text_round(struct text_view *text, unsigned long long round);

/* Erases the progress line before another line is shown in its place. */
void text_end_progress(struct text_view *text);

#endif
