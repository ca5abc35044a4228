/* run_part: what the files that run statements share. */
#ifndef SOCKSH_SHELL_RUN_PART_H
#define SOCKSH_SHELL_RUN_PART_H

#include "command/invocation.h"
#include "session/runner.h"
#include "shell/program.h"

/* How a statement ended. */
enum flow {
  FLOW_DONE,
  FLOW_FAILED, /* the error is filled in */
  FLOW_LEFT,   /* an `until` matched: leave the innermost repeat */
};

/* What running one statement needs. */
struct run {
  struct runner *runner;
  struct program *program;
  const struct statement *statement;
  enum event_origin origin;
  struct result *result;
  struct error *error;
  struct prepared_list *prepared; /* of the outermost repeat around it; NULL: there is none */
  uint32_t first;                 /* the index of the statement that is that repeat */
};

static inline const struct source *run_source(const struct run *run) {
  return run->program->script.source;
}

static inline enum flow flow_from(int status) {
  return status < 0 ? FLOW_FAILED : FLOW_DONE;
}

#endif
