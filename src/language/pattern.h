/* pattern: the RESULT that `expect` and `until` compare with what a command gave, and the regular
 * expressions in it: POSIX extended syntax over bytes, zero included. */
#ifndef SOCKSH_LANGUAGE_PATTERN_H
#define SOCKSH_LANGUAGE_PATTERN_H

#include "language/result.h"
#include "language/script.h"

/* Compiles pattern->word, for PATTERN_REGEX. 0, or -1 with a syntax error. */
int pattern_compile(struct pattern *pattern, struct error *error);
void pattern_free(struct pattern *pattern);

/* True when the result is what the pattern says. `text` is its word's text, for PATTERN_TEXT. */
bool pattern_matches(const struct pattern *pattern, const char *text, size_t length,
                     const struct result *result);

/* Adds the pattern as it reads in a sentence: `ECONNREFUSED`, `5`, `"hello"`. */
void pattern_append(const struct pattern *pattern, const char *text, size_t length,
                    struct bytes *bytes);

/* Adds what the command gave, in the same notation. */
void result_append(const struct result *result, struct bytes *bytes);

/* Looks for an expression in bytes, as the operator ~ of `assert` does. 1 when found, 0 when not,
 * -1 with a usage error for an expression that is none. */
int regex_search(const char *expression, size_t expression_length, const char *text, size_t length,
                 struct error *error);

#endif
