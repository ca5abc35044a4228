/* until: searches for the bytes that end a service, in a stream that comes in pieces. */
#ifndef SOCKSH_SERVICE_UNTIL_H
#define SOCKSH_SERVICE_UNTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The text to search for, and its table for the algorithm of Knuth, Morris and Pratt: where to
 * resume after a mismatch. */
struct until {
  char *text;     /* owned; NULL: there is nothing to search for */
  uint32_t *back; /* owned */
  size_t length;
};

/* Copies the text, which has at least one byte. 0, or -1 when there is no memory. */
int until_create(struct until *until, const void *text, size_t length);
void until_free(struct until *until);

/* Continues a search. *place is how many bytes of the text have matched, 0 at first. True when all
 * have. */
bool until_search(const struct until *until, uint32_t *place, const char *data, size_t length);

#endif
