/* test_context: what a report of tests tells beside a failure: the line that ran, its place, the
 * last call, the states of the sockets, the programs. */
#ifndef SOCKSH_VIEW_TAP_TEST_CONTEXT_H
#define SOCKSH_VIEW_TAP_TEST_CONTEXT_H

#include "timeline/event.h"

enum { TEST_CONTEXT_STATES = 64 };

/* The last state seen of a socket, as a line. */
struct test_state {
  uint64_t socket;
  struct bytes line;
};

/* What a failure tells of a program: how it ended, and what it last wrote to standard error. */
enum { TEST_PROGRAMS = 16, TEST_PROGRAM_LINES = 10 };
struct test_program {
  unsigned number; /* 0: none */
  struct bytes name;
  struct bytes end;                       /* empty: it runs */
  struct bytes lines[TEST_PROGRAM_LINES]; /* a ring: `count` were written so far */
  size_t count;
};

/* A zeroed struct knows nothing yet. */
struct test_context {
  struct bytes statement; /* the line being run, */
  struct bytes place;     /* its place, FILE:LINE, */
  int64_t began;          /* and when it began, by the monotonic clock in nanoseconds */
  struct bytes call;      /* the last call */
  struct test_state states[TEST_CONTEXT_STATES]; /* the latest; the oldest are dropped */
  size_t state_count;
  struct test_program programs[TEST_PROGRAMS]; /* the newest: number N at N modulo TEST_PROGRAMS */
};

/* Remembers what an event tells. `line` is the event as a line of text. */
void test_context_note(struct test_context *context, const struct event *event,
                       const struct bytes *line);

/* True if the line, its place and the call belong to this event: a job's line is not the one seen
 * last. */
bool test_context_fits(const struct event *event);

/* The program, if there is something to tell of it; NULL: there is not. And its `n`th line, the
 * oldest first; NULL behind the last. */
const struct test_program *test_context_program(const struct test_context *context, size_t place);
const struct bytes *test_program_line(const struct test_program *program, size_t n);

void test_context_free(struct test_context *context);

#endif
