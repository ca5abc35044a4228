/* argument: what the words of a command stand for. Each kind of argument is a row, in the file of
 * its functions: how words of this kind are recognized, read, found, completed and shown in a
 * synopsis. kinds.h declares the rows; a row that only one family of commands needs is with that
 * family. */
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

/* A word as far as it is known. Before the line runs, a word with an expansion is not. */
struct match_word {
  const char *data;
  size_t length;
  size_t bare;
  struct place place;
  bool known;
};

/* A kind of argument. The note on each function says what NULL means. */
struct argument_kind {
  const char *name;    /* for debugging and tests: "socket" */
  bool lone_keyword;   /* its keyword stands alone, without a word after it */
  unsigned more_words; /* number of words after its keyword, beyond the first */
  bool rest_of_line;   /* it is the raw rest of the line, as one word */
  bool regex;          /* a word of its command that begins with a slash ends with one, too */

  /* Whether a known word looks like one of this kind, which decides what argument a word is. NULL:
   * every word does. */
  bool (*fits)(const struct argument *argument, const struct match_word *word);

  /* Reads value->word before the line runs, without looking at anything outside the line: there is
   * no runner. The invocation has the values before this one, some of them `unknown`. 0, or -1 with
   * a usage error. NULL: every word is valid. */
  int (*read)(struct invocation *invocation, struct argument_value *value);

  /* Replaces `read` when the line runs: finds what the word stands for, such as a socket, a file or
   * a host. 0, or -1 with a usage error or a failure. NULL: `read` does. */
  int (*find)(struct invocation *invocation, struct argument_value *value);

  /* Whether `find` would find the same for this word again as long as no name is bound anew, so
   * that a repeated command need not ask. NULL: it is found anew each time. Without `find` it is
   * always the same. */
  bool (*steady)(const struct argument_value *value);

  /* Offers words as candidates. NULL: there are none. */
  void (*complete)(const struct argument *argument, struct offer *offer);

  /* Appends its name in the synopsis. NULL: the argument's name. */
  void (*describe)(const struct argument *argument, struct bytes *text);
};

enum argument_flag {
  OPTIONAL = 1,    /* may be omitted */
  REPEATED = 2,    /* one or more; with OPTIONAL: any number */
  ALLOWS_NONE = 4, /* an address may be `none` */
  LOOKS = 16,      /* a socket is only looked at, so that it may be another program's: p.4 */
  RECORDED = 32,   /* only its events are read, so that it may be one of a replayed session */
  ON_WIRE = 8,     /* an address may name a lab's host even without @HOST */
};

/* An argument as declared by a command. */
struct argument {
  const char *name; /* as in the synopsis: "SOCKET"; NULL ends the list */
  const struct argument_kind *kind;
  unsigned flags;
  const struct constant_set *set; /* for a symbol and for flags: the names to choose from */
  const char *words;              /* for a keyword argument: "rd|wr|rdwr" */
  /* The word that must come before it: "--to". Such an argument may be anywhere. NULL: none. */
  const char *keyword;
};

/* A word turned into what its argument stands for. argument_value_free frees what it owns. */
struct argument_value {
  const struct argument *argument;
  struct place place;
  bool unknown;     /* before the line runs: depends on an expansion, or on a socket */
  long long number; /* number, symbol, flags, index of a keyword, level, job, poll events */
  size_t size;
  int64_t duration;               /* nanoseconds; -1: `off` */
  struct socket *socket;          /* a reference */
  struct process *process;        /* a reference; see process.h */
  struct service_handle *service; /* a reference; see service_handle.h */
  struct blob *data;              /* a reference */
  const struct option *option;    /* NULL: an unknown one, given by number */
  struct lab_host *host;          /* owned by the lab */
  double fraction;                /* of a percentage: 0 to 1 */
  struct expanded word;           /* its text; owned */
  struct address address;         /* for the kind address, otherwise length 0 */
};

/* Starts a value whose word the caller fills in. Every word of every line becomes one, so this
 * clears no more than is read. */
static inline void argument_value_begin(struct argument_value *value, struct place place) {
  memset(value, 0, offsetof(struct argument_value, word));
  value->place = place;
  value->address.length = 0;
}

/* Frees what the value owns. */
void argument_value_free(struct argument_value *value);

/* Copies the word, terminated by zero, into `text`, which the caller frees. "" if out of memory. */
const char *argument_value_text(const struct argument_value *value, struct bytes *text);

/* True if the word is this text. */
bool argument_is(const struct argument_value *value, const char *text);

/* The key by which commands ask for an argument: its keyword if it has one ("--to"), else its name.
 */
static inline const char *argument_key(const struct argument *argument) {
  return argument->keyword ? argument->keyword : argument->name;
}

/* True if this is the argument's key. Usually both are the same literal, which the linker has
 * merged. */
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

/* True if the word looks like what the argument takes. */
bool argument_fits(const struct argument *argument, const struct match_word *word);

/* Appends the synopsis of one argument: "[--to ADDRESS]". */
void argument_append_synopsis(const struct argument *argument, struct bytes *bytes);

/* Fills in a usage error that quotes the word: `"x" is no size`. Always returns -1. */
int argument_wrong(struct invocation *invocation, const struct argument_value *value,
                   const char *what);

/* Turns value->word into its value with its kind's `read` or, when the line runs, `find`. 0, or -1
 * with a usage error or a failure. */
int argument_convert(struct invocation *invocation, struct argument_value *value);

/* The index of the word in "rd|wr|rdwr", or -1. */
int argument_keyword_index(const char *words, const char *text, size_t length);

#endif
