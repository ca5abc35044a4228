/* rehearsal: a lesson is run once, unseen, in a process of its own, to learn where it is worth
 * asking: which lines change a state, fail, block. What happened there is no answer to a question:
 * the line that is run for the user is. */
#ifndef SOCKSH_SHELL_REHEARSAL_H
#define SOCKSH_SHELL_REHEARSAL_H

#include "names/constant.h"
#include "session/runner.h"
#include "shell/options.h"

/* The name of that process, argv[0], by which `main` knows it. */
#define REHEARSAL_PROGRAM "socksh-rehearsal"

enum { FACT_SOCKETS = 2 };

/* What happened at a statement. */
struct fact {
  char socket[FACT_SOCKETS][32];         /* whose state has changed, the first two; "" for none */
  enum socket_state state[FACT_SOCKETS]; /* to what */
  char call[32];                         /* which call failed; "": none */
  char error[32];                        /* the name of its errno */
  bool blocks;
  bool packet;
  bool received;
  long long wanted; /* bytes asked for */
  long long came;
};

struct rehearsal {
  struct fact *facts; /* of the statements that stand in no block, in order; owned */
  size_t count;
};

/* Runs the text as a script. The session's lock is held, and given up meanwhile. 0; or -1 with an
 * error, where it could not be run, or was interrupted. */
int rehearsal_run(struct runner *runner, const char *text, size_t length,
                  struct rehearsal *rehearsal, struct error *error);

/* Adds what happened at a line that belongs to another one: which states it has seen. */
void rehearsal_add(struct fact *fact, const struct fact *added);

void rehearsal_free(struct rehearsal *rehearsal);

/* The options of the process that rehearses: standard input is the script. */
void rehearsal_options(struct shell_options *options);

#endif
