/* argument: what the words of a command stand for. What a kind of argument takes is one row, in the
 * file of its functions: how a word is known, read, found, completed and written in a synopsis. The
 * rows are listed in kinds.h; one that only one family of commands has stands with that family. */
#ifndef SOCKSH_COMMAND_ARGUMENT_H
#define SOCKSH_COMMAND_ARGUMENT_H

#include <stddef.h>
#include <string.h>

#include "language/expand.h"
#include "names/address.h"
#include "names/constant.h"

struct invocation;
struct offer;
struct runner;
struct argument;
struct argument_value;

/* A word as far as it is known: before it is run, one that holds an expansion is not. */
struct match_word {
  const char *data;
  size_t length;
  size_t bare;
  struct place place;
  bool known;
};

/* A kind of argument. A function that is NULL does what is said there. */
struct argument_kind {
  const char *name;    /* for people who debug, and the tests: "socket" */
  bool lone_keyword;   /* its keyword is all there is: no word stands behind that */
  unsigned more_words; /* how many words beyond the first stand behind its keyword */
  bool rest_of_line;   /* it is the raw rest of the line, as one word */

  /* Whether a known word looks like one of this kind: which argument a word is hangs on that. NULL:
   * every word does. */
  bool (*fits)(const struct argument *argument, const struct match_word *word);

  /* Reads what the word of value->word says by itself, before the line is run: nothing outside the
   * line is looked at, and there is no runner. The invocation has the values before it, some of
   * them `unknown`. 0, or -1 with a usage error. NULL: every word is right. */
  int (*read)(struct invocation *invocation, struct argument_value *value);

  /* Takes the place of `read` when the line is run: finds what the word stands for, a socket, a
   * file or a host. 0, or -1 with a usage error or a failure. NULL: what is read is all there is.
   */
  int (*find)(struct invocation *invocation, struct argument_value *value);

  /* Offers the words that may stand there. NULL: there are none to offer. */
  void (*complete)(const struct argument *argument, struct offer *offer);

  /* Adds how the synopsis calls it. NULL: by the argument's name. */
  void (*describe)(const struct argument *argument, struct bytes *text);
};

enum argument_flag {
  OPTIONAL = 1, /* may be left out */
  REPEATED = 2, /* once or more; with OPTIONAL: any number of times */
  NONE_TOO = 4, /* an address may be `none` */
  ON_WIRE = 8,  /* an address is one of the lab, whoever asks */
};

/* An argument as a command declares it. */
struct argument {
  const char *name; /* as the synopsis has it: "SOCKET"; NULL ends the list */
  const struct argument_kind *kind;
  unsigned flags;
  const struct constant_set *set; /* of a symbol, and of flags: the names it takes */
  const char *words;              /* of a choice: "rd|wr|rdwr" */
  /* The word that must stand before it: "--to"; such an argument may stand anywhere. */
  const char *keyword;
};

/* A word turned into what its argument stands for. */
struct argument_value {
  const struct argument *argument;
  struct place place;
  bool unknown;     /* before the script is run: what it stands for hangs on an expansion, or on a
                       socket */
  long long number; /* number, symbol, flags, index of a choice, level, job, events of poll */
  size_t size;
  int64_t duration;               /* nanoseconds; -1: `off` */
  struct socket *socket;          /* a reference */
  struct process *process;        /* a reference; see process.h */
  struct service_handle *service; /* a reference; see service_handle.h */
  struct blob *data;              /* a reference */
  const struct option *option;    /* NULL: an unknown one, given by number */
  struct lab_host *host;          /* of the lab, which keeps it */
  double fraction;                /* a percentage: 0 to 1 */
  struct expanded word;           /* its text; owned */
  struct address address;         /* that of the kind address; its length is 0 for others */
};

/* Begins a value, whose word is filled in by the caller: every word of every line is one, so no
 * more is cleared than is read. */
static inline void argument_value_begin(struct argument_value *value, struct place place) {
  memset(value, 0, offsetof(struct argument_value, word));
  value->place = place;
  value->address.length = 0;
}

/* Its word as a zero-terminated text, copied into `text`, which the caller frees. "" where there is
 * no memory. */
const char *argument_value_text(const struct argument_value *value, struct bytes *text);

/* True when the word is this text. */
bool argument_is(const struct argument_value *value, const char *text);

/* What an argument is asked for by: its keyword where it has one ("--to"), else its name. */
static inline const char *argument_key(const struct argument *argument) {
  return argument->keyword ? argument->keyword : argument->name;
}

/* True where the argument is asked for by this key. Most often both are one literal, which the
 * linker keeps once. */
static inline bool argument_has_key(const struct argument *argument, const char *key) {
  const char *own = argument_key(argument);
  if (own == key)
    return true;
  while (*own && *own == *key) {
    own++;
    key++;
  }
  return *own == *key;
}

/* True when the word looks like what the argument takes. */
bool argument_fits(const struct argument *argument, const struct match_word *word);

/* Adds the synopsis of one argument: "[--to ADDRESS]". */
void argument_append_synopsis(const struct argument *argument, struct bytes *bytes);

/* A usage error that shows the word, as in `"x" is no size`. Always -1. */
int argument_wrong(struct invocation *invocation, const struct argument_value *value,
                   const char *what);

/* Turns the word of value->word into its value, by the row of its kind: read, or, when the line is
 * run, found. 0, or -1 with a usage error or a failure. */
int argument_convert(struct invocation *invocation, struct argument_value *value);

/* The index of the word in "rd|wr|rdwr", or -1. */
int keyword_index(const char *words, const char *text, size_t length);

#endif
