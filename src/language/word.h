/* word: small helpers for words that were typed, which are neither zero-terminated nor free of
 * zeros, and which may be any length. */
#ifndef SOCKSH_LANGUAGE_WORD_H
#define SOCKSH_LANGUAGE_WORD_H

#include <stdbool.h>
#include <stddef.h>

#include "language/error.h"

/* A word as an error message shows it: quoted, escaped, and cut where it is long. */
struct word_shown {
  char text[208];
};

/* Fills in `shown` and returns its text, so that it can be an argument of error_set. */
const char *word_show(struct word_shown *shown, const char *text, size_t length);

/* True when the word is this name, in either case. */
bool word_is(const char *text, size_t length, const char *name);

/* True when the word begins with this, in either case. */
bool word_begins(const char *text, size_t length, const char *beginning);

/* Copies the word and ends it with a zero byte. -1 where it holds a zero byte or does not fit. */
int word_copy(const char *text, size_t length, char *copy, size_t size);

/* How far apart two words are, for "did you mean": how many letters must be added, dropped, changed
 * or swapped with their neighbour, without regard to case. */
size_t word_distance(const char *a, size_t a_length, const char *b);

/* The search for the name that a misspelled word may have meant. */
struct word_guess {
  const char *text; /* the word, as typed */
  size_t length;
  const char
      *name; /* the nearest name so far, in the static table it came from; NULL: none is near */
  size_t distance; /* how far that is */
};

/* Compares the word with one more name, of which the first `prefix` bytes may be left out. */
void word_guess_try(struct word_guess *guess, const char *name, size_t prefix);

/* Adds ", did you mean X?" to the error where a name was near, in small letters if the word was. */
void word_guess_append(const struct word_guess *guess, struct error *error);

#endif
