/* regex: searches bytes, zero among them, for a regular expression (regex_parse.h has its syntax).
 *
 * The data may come from a peer that wants the search to take long, so it takes a time that grows
 * with the length of the data alone: each byte is looked at once, by an automaton whose states are
 * made when they are first needed, from sets of steps of the program. What they take of memory is
 * bounded: when it is used up they are forgotten, and made again. */
#ifndef SOCKSH_LANGUAGE_REGEX_H
#define SOCKSH_LANGUAGE_REGEX_H

#include "language/error.h"

struct regex;

/* NULL with an error if the text is no expression, or there is no memory. */
struct regex *regex_compile(const char *text, size_t length, struct error *error);
void regex_free(struct regex *regex);

/* 1 if the expression is found in the data, 0 if not, -1 with an error: out of memory, or
 * interrupted, since *stop is not 0 any more (NULL: nothing interrupts it). What a search has
 * learnt is kept for the next one, so one thread at a time searches. */
int regex_search(struct regex *regex, const char *data, size_t length, const _Atomic int *stop,
                 struct error *error);

#endif
