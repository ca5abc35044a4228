/* error: what went wrong, in a form that can be shown to a person.
 *
 * The one error convention of the program: a function returns 0 or a pointer on success; otherwise
 * -1 or NULL, with a struct error filled in. */
#ifndef SOCKSH_LANGUAGE_ERROR_H
#define SOCKSH_LANGUAGE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sentences for people pass through these, ready for gettext. */
#define _(text) (text)
#define N_(text) text

enum error_kind {
  ERROR_NONE,        /* nothing is wrong */
  ERROR_SYNTAX,      /* the line does not follow the grammar: exit status 2 */
  ERROR_USAGE,       /* the command does not take these words: exit status 2 */
  ERROR_FAILURE,     /* the command was right and failed: exit status 1 */
  ERROR_INTERRUPTED, /* the user or a deadline interrupted it: exit status 130 */
};

/* The word that an error is about, as a range of the source text. */
struct place {
  uint32_t offset; /* bytes from the start of the source; sources are shorter than 4 GiB, and a tree
                      has many places */
  uint32_t length; /* bytes; 0: the error is about no particular word */
};

static inline struct place place_at(size_t offset, size_t length) {
  return (struct place){(uint32_t)offset, (uint32_t)length};
}

struct command; /* an entry of the command table; only passed along */

struct error {
  enum error_kind kind;
  int number;         /* the errno that caused it, 0 for none */
  struct place place; /* the word it is about */
  bool told;          /* it has already been shown where it happened, in a sourced file */
  bool call;          /* it says only what has been shown: a call's result, or an interruption */
  bool explained;     /* a note has said why, so no usual cause is to be told */
  const struct command
      *command;      /* the command that failed, if not the statement's own: inside a block */
  char message[600]; /* one sentence, escaped, without a period at its end. With ERROR_NONE: what is
                        to be said of a result that is not the expected one; "" for nothing */
};

/* Resets the error. The message's memory is not cleared, since a script resets an error for each of
 * its lines. */
static inline void error_clear(struct error *error) {
  error->kind = ERROR_NONE;
  error->number = 0;
  error->place = (struct place){0, 0};
  error->told = false;
  error->call = false;
  error->explained = false;
  error->command = NULL;
  error->message[0] = '\0';
}

/* Fills in the error; bytes that are not printable ASCII are escaped. Always returns -1, so that
 * `return error_set(...)` reads well. */
int error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with an errno: appends ": what the errno means (ENAME)" to the message. */
int error_set_errno(struct error *error, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The error for every failed allocation. Returns -1. */
int error_set_memory(struct error *error);

/* Says which word an error is about, unless that is already set. */
void error_set_place(struct error *error, struct place place);

/* The C name of an errno, such as "ECONNREFUSED"; "E?" for a number that Linux does not use. */
const char *error_number_name(int number);

/* The errno with this name, such as "ECONNREFUSED"; 0 if there is none. */
int error_number_find(const char *text, size_t length);

#endif
