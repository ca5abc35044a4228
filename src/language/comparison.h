/* comparison: the operators that compare two values, as `assert` and `await` use them. */
#ifndef SOCKSH_LANGUAGE_COMPARISON_H
#define SOCKSH_LANGUAGE_COMPARISON_H

#include <stdbool.h>

/* In the order of the words. */
enum comparison {
  COMPARISON_EQUAL,
  COMPARISON_UNEQUAL,
  COMPARISON_LESS,
  COMPARISON_LESS_OR_EQUAL,
  COMPARISON_GREATER,
  COMPARISON_GREATER_OR_EQUAL,
  COMPARISON_MATCHES, /* a regular expression, for which order has no meaning */
};

#define COMPARISON_WORDS "==|!=|<|<=|>|>="
#define COMPARISON_WORDS_AND_MATCHES COMPARISON_WORDS "|~"

/* Whether the comparison holds for two values of which the first is less than (below zero), equal
 * to (zero) or greater than (above zero) the second. Not for COMPARISON_MATCHES. */
bool comparison_holds(enum comparison comparison, int order);

#endif
