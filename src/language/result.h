/* result: what a command returned: success or an errno, a number, and the values for names. */
#ifndef SOCKSH_LANGUAGE_RESULT_H
#define SOCKSH_LANGUAGE_RESULT_H

#include "language/value.h"

enum { RESULT_VALUES = 8 };

struct result {
  bool failed;   /* the command failed: `number` is an errno, or 0 if no call failed */
  bool blocked;  /* it was interrupted because it had not returned after `set blocks-after` */
  bool received; /* it is a receiving command, and its first value the data */
  bool ended;    /* it found the end of the stream, and nothing before it: `eof` */
  bool numbered; /* it returned `number` */
  long long number;
  struct value values[RESULT_VALUES]; /* the values for the names before =, in order */
  size_t count;                       /* the number of values */
};

void result_clear(struct result *result);

/* Appends a value and takes ownership of it. */
void result_add(struct result *result, struct value value);

#endif
