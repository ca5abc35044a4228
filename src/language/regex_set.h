/* regex_set: what stands between [ and ] in a regular expression, as a set of bytes. */
#ifndef SOCKSH_LANGUAGE_REGEX_SET_H
#define SOCKSH_LANGUAGE_REGEX_SET_H

#include "language/regex_parse.h"

void regex_set_add(struct regex_set *set, unsigned byte);
void regex_set_add_range(struct regex_set *set, unsigned first, unsigned last);
void regex_set_add_all(struct regex_set *set, const struct regex_set *more);
void regex_set_invert(struct regex_set *set);

/* Reads what follows a [, up to its ], and moves *at behind it. NULL, or a sentence that says what
 * is wrong. */
const char *regex_set_read(const char *text, size_t length, size_t *at, struct regex_set *set);

#endif
