/* word: helpers for typed words, which are not zero-terminated, may hold zero bytes, and may have
 * any length. */
#ifndef SOCKSH_LANGUAGE_WORD_H
#define SOCKSH_LANGUAGE_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include "language/error.h"

/* A word as an error message shows it: quoted, escaped, and cut if it is long. */
struct word_shown {
  char text[208];
};

/* Fills in `shown` and returns its text, so that the call can be an argument of error_set. */
const char *word_show(struct word_shown *shown, const char *text, size_t length);

/* True if the word is this name, ignoring case. */
bool word_is(const char *text, size_t length, const char *name);

/* True if the word begins with this, ignoring case. */
bool word_begins(const char *text, size_t length, const char *beginning);

/* Copies the word and terminates it with a zero byte. 0, or -1 if it holds a zero byte or does not
 * fit. */
int word_copy(const char *text, size_t length, char *copy, size_t size);

/* The edit distance of two words, for "did you mean": how many letters must be added, dropped,
 * changed or swapped with their neighbour, ignoring case. */
size_t word_distance(const char *a, size_t a_length, const char *b);

/* The search for the name that a misspelled word may mean. */
struct word_guess {
  const char *text; /* the word, as typed */
  size_t length;
  const char *name; /* the nearest name so far, from a static table; NULL: none is near */
  size_t distance;  /* its distance */
};

/* Compares the word with another name, whose first `prefix` bytes may be left out. */
void word_guess_try(struct word_guess *guess, const char *name, size_t prefix);

/* Appends ", did you mean X?" to the error if a name was near, in lower case if the word was. */
void word_guess_append(const struct word_guess *guess, struct error *error);

#endif
