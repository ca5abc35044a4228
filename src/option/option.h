/* option: socket options, each one row: its level, number, real C type, and what it is for.
 *
 * The types turn words into the bytes that setsockopt(2) takes, and bytes that getsockopt(2) gave
 * into text. Adding an option is one row in option_table.c; adding a type is one row in
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
};

struct option_type {
  const char *name;   /* as C names it: "int", "struct linger", "struct timeval" */
  const char *values; /* the words it takes, for usage: "on|off", "off|DURATION", "GROUP [ADDRESS]
                         [INTERFACE]" */
  /* Those of them that are typed as they stand, "on|off", and the names of C that are: what can be
   * completed. NULL: none. */
  const char *words;
  const struct constant_set *symbols;
  bool interface; /* a word may be the name of an interface, which only the machine knows */
  size_t size;    /* bytes to ask getsockopt for; the most, where the length varies */
  size_t minimum; /* the fewest words */
  size_t maximum; /* the most words */

  /* Turns words into the value's bytes, added to *value. 0, or -1 with a usage error that names the
   * word and what is expected. NULL: the option can't be set by words of its own, only with hex:.
   */
  int (*parse)(const struct option_word *words, size_t count, struct bytes *value,
               struct error *error);

  /* Adds the value as a person reads it, in strace's notation: "[1]", "{onoff=1, linger=5}",
   * "{sec=1, usec=0}", "\"lo\"". The length may be shorter than `size`, or zero: never read beyond
   * it. */
  void (*format)(const void *value, size_t length, struct bytes *text);

  /* The value as one number, for `expect` and `assert`; -1 where it is no number. NULL: never one.
   */
  int (*number)(const void *value, size_t length, long long *number);

  bool pointer; /* setsockopt takes a struct sock_fprog that points to these bytes */
};

/* What may be done with an option. */
enum option_access {
  OPTION_READ = 1,
  OPTION_WRITE = 2,
  OPTION_BOTH = 3,
};

struct option {
  const char *name; /* as in C: "SO_REUSEADDR". NULL ends the table */
  int level;        /* SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP */
  int number;
  const struct option_type *type;
  enum option_access access;
  bool consumes;           /* reading it changes something (SO_ERROR): never read to look around */
  const char *explanation; /* for `explain`: what it does, its default, what to try; N_() */
};

/* All options, ordered by level, ended by a row without name. */
extern const struct option option_table[];

/* The option that a word names, whole ("SO_REUSEADDR") or without its prefix ("reuseaddr"), in
 * either case. `level` narrows the search; -1 looks at all. NULL with a usage error where there is
 * none ("did you mean") or where a short name fits several (it lists them, and says to name the
 * level). */
const struct option *option_find(int level, const char *text, size_t length, struct error *error);

/* The option with these numbers, or NULL. */
const struct option *option_by_number(int level, int number);

/* What is printed of a value whose option is unknown, or which was given as hex: bytes in
 * hexadecimal. */
extern const struct option_type option_type_raw;

/* The size of the prefix of an option's name that may be left out: 3 for "SO_", 5 for "IPV6_". */
size_t option_prefix_length(const struct option *option);

#endif
