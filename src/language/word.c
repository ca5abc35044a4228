#include "language/word.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "language/bytes.h"
#include "language/escape.h"

/* How much of a word an error shows: enough to recognize it; with four characters for each byte it
 * still fits into struct word_shown. */
enum { SHOWN_LIMIT = 48 };

/* A longer word is no misspelling of a name, and comparing it letter by letter would take long. */
enum { DISTANCE_LIMIT = 48 };

const char *word_show(struct word_shown *shown, const char *text, size_t length) {
  struct bytes bytes = {0};
  escape_append_quoted(&bytes, text, length, SHOWN_LIMIT, escape_chosen());
  const char *result = bytes_text(&bytes);
  strncpy(shown->text, bytes.failed ? "\"...\"" : result, sizeof shown->text - 1);
  shown->text[sizeof shown->text - 1] = '\0';
  bytes_free(&bytes);
  return shown->text;
}

bool word_begins(const char *text, size_t length, const char *beginning) {
  size_t size = strlen(beginning);
  return length >= size && (size == 0 || strncasecmp(text, beginning, size) == 0);
}

bool word_is(const char *text, size_t length, const char *name) {
  return length == strlen(name) && word_begins(text, length, name);
}

int word_copy(const char *text, size_t length, char *copy, size_t size) {
  if (length >= size || (length > 0 && memchr(text, '\0', length)))
    return -1;
  if (length > 0)
    memcpy(copy, text, length);
  copy[length] = '\0';
  return 0;
}

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

static bool same_letter(char a, char b) {
  return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The Damerau-Levenshtein distance, in the variant that swaps no letters twice, so that three rows
 * of the table are enough. Words too long to compare get the largest distance possible for their
 * lengths. */
size_t word_distance(const char *a, size_t a_length, const char *b) {
  size_t b_length = strlen(b);
  if (a_length > DISTANCE_LIMIT || b_length > DISTANCE_LIMIT)
    return a_length > b_length ? a_length : b_length;
  size_t rows[3][DISTANCE_LIMIT + 1];
  for (size_t j = 0; j <= b_length; j++)
    rows[0][j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    size_t *row = rows[i % 3];
    const size_t *above = rows[(i + 2) % 3];
    const size_t *second_above = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      row[j] = above[j - 1] + !same_letter(a[i - 1], b[j - 1]);
      row[j] = smaller(row[j], smaller(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]))
        row[j] = smaller(row[j], second_above[j - 2] + 1);
    }
  }
  return rows[a_length % 3][b_length];
}

void word_guess_try(struct word_guess *guess, const char *name, size_t prefix) {
  bool whole = prefix > 0 && guess->length >= prefix && strncasecmp(guess->text, name, prefix) == 0;
  size_t compared = whole ? guess->length - prefix : guess->length;
  if (compared == 0 || compared > DISTANCE_LIMIT)
    return;
  /* One letter in three may be wrong; with more, the suggestion would have nothing to do with the
   * word. Even a one-letter word must keep something in common. */
  size_t most = smaller(compared > 5 ? compared / 3 : 1, compared - 1);
  const char *candidate = whole ? name : name + prefix;
  size_t distance = word_distance(guess->text, guess->length, candidate);
  if (distance > most || (guess->name && distance >= guess->distance))
    return;
  guess->name = candidate;
  guess->distance = distance;
}

void word_guess_append(const struct word_guess *guess, struct error *error) {
  if (!guess->name)
    return;
  bool small = true;
  for (size_t i = 0; i < guess->length; i++)
    if (isupper((unsigned char)guess->text[i]))
      small = false;
  char name[DISTANCE_LIMIT + 1];
  size_t length = 0;
  for (const char *from = guess->name; *from && length < sizeof name - 1; from++)
    name[length++] = small ? (char)tolower((unsigned char)*from) : *from;
  name[length] = '\0';
  size_t used = strlen(error->message);
  snprintf(error->message + used, sizeof error->message - used, _(", did you mean %s?"), name);
}
