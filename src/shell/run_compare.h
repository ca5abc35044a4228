/* run_compare: what `expect` and `until` make of the result of what follows them. */
#ifndef SOCKSH_SHELL_RUN_COMPARE_H
#define SOCKSH_SHELL_RUN_COMPARE_H

#include "shell/run_part.h"

/* Kept while what follows the prefix runs. */
struct comparison {
  const struct prefix *prefix;
  struct expanded text; /* the pattern's word; owned */
  bool of_number;       /* what the runner expected before */
  bool of_blocks;
  bool expects;
  unsigned long losses; /* of memory, before */
};

/* Before it runs: expands the pattern's word, and tells the runner what is expected. 0, or -1 with
 * the run's error. */
int run_compare_begin(struct run *run, const struct prefix *prefix, struct comparison *comparison);

/* After it has run and ended as `flow` says: a failure that a pattern may match is a result, too.
 * FLOW_LEFT if an `until` matches; FLOW_FAILED, with the run's error, if an `expect` does not. */
enum flow run_compare_end(struct run *run, struct comparison *comparison, enum flow flow);

#endif
