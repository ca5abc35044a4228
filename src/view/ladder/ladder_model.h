/* ladder_model: what a ladder is made of: lifelines and rows. ladder.h makes one of events. */
#ifndef SOCKSH_VIEW_LADDER_LADDER_MODEL_H
#define SOCKSH_VIEW_LADDER_LADDER_MODEL_H

#include "timeline/timeline.h"
#include "view/ladder/strings.h"
#include "view/notation/notation.h"

enum ladder_line_kind {
  LADDER_HOST,    /* of the lab */
  LADDER_PROGRAM, /* traced */
  LADDER_SOCKET,  /* of the session */
  LADDER_ADDRESS, /* what sends or gets packets, and is no host of the lab */
  LADDER_OTHERS,  /* those for which there was no lifeline left */
};

/* Who takes part. */
struct ladder_line {
  enum ladder_line_kind kind;
  char title[SOCKET_NAME_SIZE + 16];
  uint64_t socket;  /* LADDER_SOCKET: its id */
  int descriptor;   /* LADDER_SOCKET: its last number */
  uint64_t serial;  /* of the first event about it */
  unsigned sockets; /* LADDER_OTHERS: so many stand there together */
  int drawn; /* the number of the lifeline at which it is drawn: its own, or that of the others; -1:
                it was not asked for */
};

enum ladder_row_kind {
  LADDER_TYPED,  /* a line that was typed */
  LADDER_CALL,   /* a call that has returned */
  LADDER_START,  /* it began here, and returned further down, or not yet */
  LADDER_PACKET, /* it came onto the wire, and crossed it, or not */
  LADDER_STATE,  /* a socket's state */
  LADDER_REMARK, /* anything else: a note, an answer, a job, what a program printed ... */
  LADDER_TEST,   /* expect, assert or await */
  LADDER_ERROR,
  LADDER_FOLD, /* what repeats, counted */
};

/* Languages in which a page shows calls. */
enum ladder_code { LADDER_C, LADDER_PYTHON, LADDER_CODES };

/* What an event's call is in each of them: 1 + the number of a text; 0: nothing. */
struct ladder_code_of {
  uint32_t text[LADDER_CODES];
};

enum ladder_flag {
  LADDER_FAILED = 1,  /* the call, the test: it failed */
  LADDER_MARKED = 2,  /* the packet has labels: a retransmission, a zero window ... */
  LADDER_BULK = 4,    /* nothing but data or an ACK that crossed */
  LADDER_GROUPED = 8, /* it is shown by a LADDER_FOLD */
  LADDER_PART = 16,   /* a row that a LADDER_START stands for already */
};

struct ladder_row {
  enum ladder_row_kind kind;
  unsigned flags;        /* bits of enum ladder_flag */
  int line;              /* whose it is: a number of a lifeline; -1: nobody's */
  int other;             /* LADDER_PACKET: where it goes; -1 */
  uint64_t serial;       /* of its event; with --stable the row's number */
  uint64_t event;        /* that of its event in any case */
  uint64_t cause;        /* the serial of the event that caused it; 0 */
  uint64_t statement;    /* that of the line it belongs to; 0 */
  size_t more;           /* more serials: see ladder_serials */
  int64_t time;          /* monotonic nanoseconds; EVENT_AT_ONCE: not known */
  int64_t took;          /* LADDER_CALL: how long it took; LADDER_PACKET: since it was first sent */
  size_t text, text_end; /* what is written there: a range of ladder.texts */
  size_t whole, whole_end;   /* the event as one line */
  size_t detail, detail_end; /* what else a page tells of it, as JSON: a range of ladder.details */
  enum socket_state state;   /* LADDER_STATE */
  uint64_t socket;           /* LADDER_CALL, LADDER_STATE: what tells the socket from others; 0 */
  uint64_t id;               /* LADDER_STATE: the id of the socket; of a service: which client */
  unsigned job;              /* 0: the foreground */
  uint64_t held;             /* with --stable: for whom it is held back (enum ladder_holder) */
  uint64_t offset;       /* of a program's output: where it begins; where it is awaited: to which
                            offset it is shown */
  bool collects;         /* what is held back for them is shown, and the row itself is not */
  enum packet_fate fate; /* LADDER_PACKET */
  unsigned number;       /* LADDER_PACKET: its number; LADDER_FOLD: so many rows */
  uint64_t bytes;        /* data moved */
  uint64_t alike;        /* rows of which this is equal repeat one another */
};

/* Whose rows --stable holds back, until somebody has waited for them: which come first depends on
 * timing. A number is that of the job, the service, or the program. */
enum ladder_holder { HELD_NOT, HELD_JOB, HELD_SERVICE, HELD_OUTPUT, HELD_ERRORS, HELD_END };
static inline uint64_t ladder_held_for(enum ladder_holder holder, unsigned number) {
  return holder == HELD_JOB && number == 0 ? 0 : (uint64_t)number << 3 | holder;
}

struct ladder_settings {
  bool stable;    /* the same each time: no times */
  bool unfolded;  /* what repeats is shown, too */
  bool live;      /* it is drawn row by row as it grows */
  bool detailed;  /* for a page: details are kept */
  bool utf8;      /* lines and arrows may be drawn by characters beyond ASCII */
  size_t preview; /* bytes of data shown in a call */
  size_t most;    /* lifelines; the rest is one together */
  uint64_t from;  /* serials; to 0: no end */
  uint64_t to;
};

struct ladder {
  struct ladder_settings settings;
  struct bytes lines;     /* struct ladder_line */
  struct bytes rows;      /* struct ladder_row */
  struct bytes texts;     /* what the rows say */
  struct bytes serials;   /* struct ladder_serial */
  struct bytes wanted;    /* names of lifelines, each ended by zero; empty: all */
  struct bytes starts;    /* calls that have begun: struct ladder_start */
  struct bytes places;    /* which lifeline a socket has: struct ladder_place */
  struct bytes details;   /* for a page: see ladder_detail.c */
  struct bytes samples;   /* numbers of sockets that were watched, as the JSON of a list */
  struct bytes codes;     /* struct ladder_code_of: what calls are in other languages, by serial */
  struct strings strings; /* texts that the details refer to by their number */
  struct notation notation;
  struct aliases aliases;
  struct aliases *shared; /* those of somebody else, to be used instead; NULL: none */
  char source[128];       /* where its first line came from: a file, or that line itself, of -c;
                             empty: it was typed */
  int64_t began;          /* the time of the first row, */
  int64_t ended;          /* and of the last one */
  uint64_t spoken;        /* the statement of the last call, */
  unsigned spoken_job;
  int speaker;  /* and the lifeline at which it stands; -1 */
  bool ordered; /* the hosts stand in the order of their lab */
  bool renamed; /* a lifeline was added, or has another title, since that was set to false */
  bool failed;  /* no memory */
};

static inline size_t ladder_line_count(const struct ladder *ladder) {
  return ladder->lines.length / sizeof(struct ladder_line);
}
static inline struct ladder_line *ladder_line(const struct ladder *ladder, int number) {
  return (struct ladder_line *)ladder->lines.data + number;
}
static inline size_t ladder_row_count(const struct ladder *ladder) {
  return ladder->rows.length / sizeof(struct ladder_row);
}
static inline struct ladder_row *ladder_row(const struct ladder *ladder, size_t number) {
  return (struct ladder_row *)ladder->rows.data + number;
}
/* How many digits of a second its times have: all that matter, of a short one. */
static inline int ladder_time_digits(const struct ladder *ladder) {
  enum { SHORT = 100000000 }; /* nanoseconds */
  return !ladder->settings.live && ladder->ended - ladder->began < SHORT ? 6 : 3;
}
static inline const char *ladder_text(const struct ladder *ladder, size_t at) {
  return ladder->texts.data ? ladder->texts.data + at : "";
}

#endif
