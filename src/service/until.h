/* until: the search for the bytes that end a service, in a stream that comes in pieces. */
#ifndef SOCKSH_SERVICE_UNTIL_H
#define SOCKSH_SERVICE_UNTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is searched for: the text, and how far a search falls back where a byte does not fit (Knuth,
 * Morris and Pratt). */
struct until {
  char *text;     /* owned; NULL: nothing is searched for */
  uint32_t *back; /* owned */
  size_t length;
};

/* Copies the text, which has at least one byte. 0, or -1 when there is no memory. */
int until_create(struct until *until, const void *text, size_t length);
void until_free(struct until *until);

/* Goes on with a search, *place being how much of the text has come; 0 at first. True when all of
 * it has. */
bool until_search(const struct until *until, uint32_t *place, const char *data, size_t length);

#endif
