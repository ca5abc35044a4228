/* pattern: the RESULT that `expect` and `until` compare with what a command returned, and the
 * regular expressions in it: POSIX extended syntax over bytes, including zero bytes. */
#ifndef SOCKSH_LANGUAGE_PATTERN_H
#define SOCKSH_LANGUAGE_PATTERN_H

#include "language/result.h"
#include "language/script.h"

/* Compiles pattern->word, for PATTERN_REGEX. 0, or -1 with a syntax error. */
int pattern_compile(struct pattern *pattern, struct error *error);
void pattern_free(struct pattern *pattern);

/* True if the result matches the pattern. `text` is the text of its word, for PATTERN_TEXT. */
bool pattern_matches(const struct pattern *pattern, const char *text, size_t length,
                     const struct result *result);

/* Appends the pattern as it reads in a sentence: `ECONNREFUSED`, `5`, `"hello"`. */
void pattern_append(const struct pattern *pattern, const char *text, size_t length,
                    struct bytes *bytes);

/* Appends what the command returned, in the same notation. */
void result_append(const struct result *result, struct bytes *bytes);

/* Searches bytes for an expression, as the operator ~ of `assert` does. 1 if it matches, 0 if not,
 * -1 with a usage error if the expression is invalid. */
int regex_search(const char *expression, size_t expression_length, const char *text, size_t length,
                 struct error *error);

#endif
