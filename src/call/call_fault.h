/* call_fault: what is done to a call on purpose, so that a program meets what it must be ready
 * for. */
#ifndef SOCKSH_CALL_CALL_FAULT_H
#define SOCKSH_CALL_CALL_FAULT_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed: nothing. */
struct call_fault {
  int error;     /* the call is not made, and fails with this errno */
  size_t limit;  /* it is made for so many bytes at most: what is left stays where it is */
  int64_t delay; /* it is made so many nanoseconds later */
};

static inline int call_fault_any(const struct call_fault *fault) {
  return fault->error != 0 || fault->limit != 0 || fault->delay != 0;
}

#endif
