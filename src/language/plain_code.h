/* plain_code: the part of Python that the code of packetdrill's scripts mostly keeps to: assert and
 * print, with expressions over whole numbers and text. */
#ifndef SOCKSH_LANGUAGE_PLAIN_CODE_H
#define SOCKSH_LANGUAGE_PLAIN_CODE_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"
#include "language/error.h"

/* Where names have their values from. */
struct plain_names {
  bool (*find)(void *context, const char *name, size_t length, long long *number);
  void *context;
};

enum plain_result {
  PLAIN_HOLDS,
  PLAIN_FAILS,   /* an assertion does not hold: the error says which, and the values of its names */
  PLAIN_UNKNOWN, /* it is more than that, or wrong: nothing was done */
};

/* Runs it, and appends what it prints. The text may be anything. */
enum plain_result plain_code_run(const char *text, size_t length, const struct plain_names *names,
                                 struct bytes *printed, struct error *error);

#endif
