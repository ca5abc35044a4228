/* expand: turns words into bytes: literal text is kept, and each expansion becomes its value.
 *
 * An expanded value always remains part of the one word it stands in: it is never split, never
 * unescaped, never read again. */
#ifndef SOCKSH_LANGUAGE_EXPAND_H
#define SOCKSH_LANGUAGE_EXPAND_H

#include "language/names.h"
#include "language/script.h"

/* Where names are looked up. */
struct scope {
  struct names *names;          /* the session's, or those of a job */
  const char *const *arguments; /* $0 the script, $1 ... */
  size_t argument_count;
  const struct value *last; /* $?: the last result of this thread; may be NULL */
  int last_error;           /* $errno of this thread, 0: empty */
  long long round;          /* $i: the count of the innermost repeat; 0 outside */
};

/* A word after expansion. `data` points into the script, or into `own`. */
struct expanded {
  const char *data;
  size_t length;
  size_t bare; /* leading bytes that were typed without quotes or escapes */
  struct place place;
  struct value field; /* the value, if the word is exactly one expansion */
  struct bytes own;   /* memory for a word with several pieces */
};

/* 0, or -1 with an error about the word. */
int word_expand(const struct word *word, const struct scope *scope, struct expanded *expanded,
                struct error *error);
void expanded_free(struct expanded *expanded);

/* The value that the whole word stands for, or NULL if it is text. */
const struct value *expanded_value(const struct expanded *expanded);

/* Names that every scope knows, ended by NULL: "?", "errno", "i". */
extern const char *const expand_special_names[];

#endif
