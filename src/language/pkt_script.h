/* pkt_script: scripts of packetdrill, as a list of steps: when each is due, and what it is: a
 * segment that comes in or has to go out, a call, a command, or code.
 *
 * Only the form is read here. What a flag, an option or a call means is for those who run it. The
 * text may be anything. */
#ifndef SOCKSH_LANGUAGE_PKT_SCRIPT_H
#define SOCKSH_LANGUAGE_PKT_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "language/arena.h"
#include "language/pkt_text.h"
#include "language/source.h"

/* When a step is due. */
enum pkt_moment {
  PKT_AT,    /* 1.5: since the script began */
  PKT_AFTER, /* +1.5: since the step before */
  PKT_ANY,   /* *: whenever it comes */
};

struct pkt_time {
  enum pkt_moment moment;
  int64_t from; /* nanoseconds */
  int64_t to;   /* +.1~+.2: not later than that, as `from` counts; otherwise `from` */
  bool blocks;  /* +0...0.2: a call that returns at `to`; as +0...+.2, since the step before */
  bool end_after;
};

enum pkt_kind { PKT_SEGMENT, PKT_CALL, PKT_COMMAND, PKT_CODE };

enum { PKT_NUMBERS = 8, PKT_OPTIONS = 40 };

/* An option of TCP: its name, and the numbers behind it: those of "TS val 1 ecr 2", of
 * "sack 1:2 3:4" both ends of each block, of "ECN e1b 1 ceb 0 e0b 1" the counters; or a word, as
 * the cookie of "FO 0a1b", or the first counter's name. */
struct pkt_option {
  struct pkt_text name;
  uint32_t number[PKT_NUMBERS];
  size_t count;
  struct pkt_text word;
};

struct pkt_segment {
  bool outbound;         /* >: it has to come from the host under test */
  struct pkt_text bits;  /* IP's bits for congestion: "ect0"; empty: not said */
  struct pkt_text icmp;  /* the word behind "icmp"; empty: it is TCP */
  struct pkt_text code;  /* of ICMP: "host_unreachable" */
  struct pkt_text flags; /* of TCP, as tcpdump writes them: "S.", "P.", "-" for none */
  bool ranged;           /* sequence, end and length are said */
  uint32_t sequence;
  uint32_t end;
  uint32_t length; /* bytes of data */
  bool acknowledges;
  uint32_t acknowledgment;
  bool has_window;
  uint32_t window;
  uint32_t urgent;
  uint32_t mtu;     /* of ICMP; 0: not said */
  bool any_options; /* <...>: whatever they are */
  struct pkt_option *option;
  size_t option_count;
};

struct pkt_call {
  struct pkt_text name;
  struct pkt_text whole;  /* the call with its arguments: socket(..., SOCK_STREAM, 0) */
  struct pkt_text result; /* "3", "-1", "0x2", or "..." */
  struct pkt_text error;  /* "EAGAIN"; empty: none */
};

struct pkt_step {
  struct pkt_step *next;
  struct pkt_time time;
  enum pkt_kind kind;
  unsigned line;      /* where it begins, counted from 1 */
  struct place place; /* all of it, with its time */
  union {
    struct pkt_segment segment;
    struct pkt_call call;
    struct pkt_text text; /* of a command or code, without its quotes */
  };
};

/* A line in front of the script: --tolerance_usecs=5000. */
struct pkt_setting {
  struct pkt_setting *next;
  struct pkt_text name;
  struct pkt_text value;
  struct place place;
};

struct pkt_script {
  struct arena arena; /* all of the tree */
  struct pkt_setting *settings;
  struct pkt_step *first;
};

/* Whether a line of packetdrill's begins here: < or >, or a time, as +.1 or *, and behind it a
 * segment, a call, a command or code. */
bool pkt_line_begins(const char *text, size_t length);

/* Reads a time that is one moment, +.1 or 1.5. False: it is none. */
bool pkt_time_read(const char *word, size_t length, struct pkt_time *time);

/* Reads a script, which the source must outlive. 0, or -1 with a syntax error that has a place; one
 * that has no step tests nothing, and is an error.
 * Free it with pkt_script_free in either case. */
int pkt_script_read(const struct source *source, struct pkt_script *script, struct error *error);
/* The same of lines that are typed: they need no time. A segment that has to come may then come at
 * any time, and all else is due at once. */
int pkt_line_read(const struct source *source, struct pkt_script *script, struct error *error);
void pkt_script_free(struct pkt_script *script);

#endif
