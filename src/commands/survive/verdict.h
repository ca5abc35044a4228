/* verdict: what a fault has done to the program that a script tests. */
#ifndef SOCKSH_COMMANDS_SURVIVE_VERDICT_H
#define SOCKSH_COMMANDS_SURVIVE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

enum verdict {
  VERDICT_SURVIVED,
  VERDICT_GAVE_UP,     /* it could not do what it is for, and ended with a status that says so */
  VERDICT_NOT_REACHED, /* the packet did not come, or the call was not made */
  VERDICT_UNSTEADY,    /* the script has failed before the fault came about */
  VERDICT_FAILED,      /* what the script expects does not hold */
  VERDICT_ENDED,       /* it ended, though others are to be served */
  VERDICT_CRASHED,     /* a signal has ended it */
  VERDICT_HUNG,        /* the script did not end in time */
  VERDICT_SPUN,        /* it makes the same calls again and again, or is busy with nothing */
  VERDICT_LEAKED,      /* it has left a socket open whose connection is over */
  VERDICT_COUNT
};

struct verdict_row {
  const char *word;    /* as it is written, for people and programs alike */
  bool broke;          /* it counts as not survived */
  const char *meaning; /* a few words */
};
extern const struct verdict_row verdict_rows[VERDICT_COUNT];

/* What stands before it where a trial has ended: "survive: hung: ...". */
#define VERDICT_MARK "survive: "

/* Finds the last line that is a verdict: it, and in *why the text behind it, `length` bytes. -1:
 * there is none. */
int verdict_find(const char *text, size_t size, const char **why, size_t *length);

#endif
