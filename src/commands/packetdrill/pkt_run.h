/* pkt_run: runs lines of packetdrill: those of a script, in a lab of two hosts of which one is
 * tested and the other is the script, or those that are typed. The session's lock is held in all
 * functions. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_RUN_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_RUN_H

#include "commands/packetdrill/pkt_state.h"

/* Zeroed before. */
struct pkt_outcome {
  bool left_out;     /* it is for another version of IP, and nothing was run */
  char skipped[160]; /* why it could not be run here; empty: it could */
};

/* Runs a script. 0, or -1 with an error, which has been told of. Where it fails at the prompt, what
 * it has made stays, and it can go on: pkt_run_go_on. */
int pkt_run(struct runner *runner, struct source *source, const struct pkt_options *options,
            struct pkt_outcome *outcome, struct error *error);

/* Goes on behind the step at which the newest script has failed. As pkt_run. */
int pkt_run_go_on(struct runner *runner, struct error *error);

/* Runs a line that was typed: on the host of the runner where that is a peer, else on the newest
 * peer, else on one that is made. The place of the error is in the line. */
int pkt_run_line(struct runner *runner, const char *line, size_t length, struct error *error);

#endif
