/* pattern: the RESULT that `expect` and `until` compare with what a command returned. */
#ifndef SOCKSH_LANGUAGE_PATTERN_H
#define SOCKSH_LANGUAGE_PATTERN_H

#include "language/result.h"
#include "language/script.h"

/* Whether the word is a result of the language: ok, eof, blocks. */
bool pattern_find_plain(const char *text, size_t length, enum pattern_kind *kind);

/* The error that a bare word is no result, with what it probably means. */
void pattern_set_unknown(struct error *error, const char *text, size_t length);

/* Compiles pattern->word, for PATTERN_REGEX. 0, or -1 with a syntax error. */
int pattern_compile(struct pattern *pattern, struct error *error);
void pattern_free(struct pattern *pattern);

/* What a pattern is compared with beside the result. */
struct pattern_search {
  const char *text; /* PATTERN_TEXT: the text of its word */
  size_t length;
  const _Atomic int *stop; /* ends a long search once it is not 0; NULL: nothing does */
};

/* 1 if the result matches the pattern, 0 if not, -1 with an error: out of memory, or interrupted.
 */
int pattern_matches(const struct pattern *pattern, const struct pattern_search *search,
                    const struct result *result, struct error *error);

/* Appends the pattern as it reads in a sentence: `ECONNREFUSED`, `5`, `"hello"`. */
void pattern_append(const struct pattern *pattern, const char *text, size_t length,
                    struct bytes *bytes);

/* Appends what the command returned, in the same notation. */
void result_append(const struct result *result, struct bytes *bytes);

#endif
