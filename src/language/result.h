/* result: what a command gave: success or an errno, a number, and the values that names may take.
 */
#ifndef SOCKSH_LANGUAGE_RESULT_H
#define SOCKSH_LANGUAGE_RESULT_H

#include "language/value.h"

enum { RESULT_VALUES = 8 };

struct result {
  bool failed;   /* the command failed: `number` is an errno, or 0 where no call was at fault */
  bool blocked;  /* it was interrupted since it had not returned after `set blocks-after` */
  bool received; /* it is one that receives: a number of 0 means the end of the stream */
  bool numbered; /* `number` was returned */
  long long number;
  struct value values[RESULT_VALUES]; /* what names before = get, in order */
  size_t count;                       /* how many of them there are */
};

void result_clear(struct result *result);

/* Appends a value, taking it over. */
void result_add(struct result *result, struct value value);

#endif
