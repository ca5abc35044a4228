/* option: socket options, one row each: its level, number, real C type, and purpose.
 *
 * The types convert words to the bytes that setsockopt(2) takes, and bytes from getsockopt(2) to
 * text. Adding an option takes one row in option_table.c; adding a type takes one row in
 * option_type.c. */
#ifndef SOCKSH_OPTION_OPTION_H
#define SOCKSH_OPTION_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"
#include "language/error.h"
#include "names/constant.h"

/* A word of the line after expansion. */
struct option_word {
  const char *text;
  size_t length;
  int network; /* in which an interface is looked for; see network.h */
};

struct option_type {
  const char *name;    /* the name in C: "int", "struct linger", "struct timeval" */
  const char *values;  /* the words it takes, for usage: "on|off", "off|DURATION", "GROUP [ADDRESS]
                          [INTERFACE]" */
  const char *example; /* words that it takes; NULL: those of its symbols, or hex: */
  /* Those of the words that are typed literally, "on|off", and names of C, for completion. NULL:
   * none. */
  const char *words;
  const struct constant_set *symbols;
  bool interface; /* a word may be an interface name, which only the machine knows */
  size_t size;    /* the number of bytes to ask getsockopt for; the most, if the length varies */
  const void *request; /* what stands in them before: some options read it; NULL: zeros */
  size_t request_size;
  size_t minimum; /* the fewest words */
  size_t maximum; /* the most words */

  /* Converts words to the value's bytes, appended to *value. 0, or -1 with a usage error that names
   * the word and what was expected. NULL: the option can only be set with hex:. */
  int (*parse)(const struct option_word *words, size_t count, struct bytes *value,
               struct error *error);

  /* Appends the value for a person, in strace's notation: "[1]", "{onoff=1, linger=5}", "{sec=1,
   * usec=0}", "\"lo\"". The length may be less than `size`, or zero: never read beyond it. */
  void (*format)(const void *value, size_t length, struct bytes *text);

  /* The value as one number, for `expect` and `assert`; -1 if it is not a number. NULL: it never
   * is. */
  int (*number)(const void *value, size_t length, long long *number);

  bool pointer; /* setsockopt takes a struct sock_fprog that points to these bytes */
};

/* What a program may do with an option. */
enum option_access {
  OPTION_READ = 1,
  OPTION_WRITE = 2,
  OPTION_BOTH = 3,
};

struct option {
  const char *name; /* the name in C: "SO_REUSEADDR". NULL ends the table */
  int level;        /* SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP, SOL_MPTCP */
  int number;
  const struct option_type *type;
  enum option_access access;
  bool consumes;           /* reading it clears something (SO_ERROR): never read it just to look */
  const char *explanation; /* for `explain`: what it does, its default, what to try; N_() */
};

/* All options, ordered by level, ended by a row without a name. */
extern const struct option option_table[];

/* The option that a word names, in full ("SO_REUSEADDR") or without its prefix ("reuseaddr"),
 * ignoring case. `level` narrows the search; -1 searches all. NULL with a usage error if there is
 * none ("did you mean") or if a short name matches several (it lists them, and says to name the
 * level). */
const struct option *option_find(int level, const char *text, size_t length, struct error *error);

/* The option with this level and number, or NULL. */
const struct option *option_by_number(int level, int number);

/* Appends words that the option's type takes, such as a person might type. */
void option_append_example(const struct option *option, struct bytes *words);

/* Whether the option's type takes these words, which spaces divide. */
bool option_takes(const struct option *option, const char *words, size_t length);

/* True if reading the option makes a new descriptor, which is its value. False for NULL. */
bool option_makes_descriptor(const struct option *option);

/* The type of a value whose option is unknown, or that was given as hex: bytes in hexadecimal. */
extern const struct option_type option_type_raw;

/* The length of the prefix of an option's name that may be left out: 3 for "SO_", 5 for "IPV6_". */
size_t option_prefix_length(const struct option *option);

#endif
