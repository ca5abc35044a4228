/* pkt_run: runs a script of packetdrill: in a lab of two hosts, of which one is tested, and the
 * other is the script. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_RUN_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_RUN_H

#include "commands/packetdrill/pkt_state.h"

/* Zeroed before. */
struct pkt_outcome {
  bool left_out;     /* it is for another version of IP, and nothing was run */
  struct bytes came; /* where a segment is not what is expected: that segment, as the script would
                        write it; owned */
};

/* Runs all of it. 0, or -1 with an error whose place is the step that failed. The session's lock is
 * held. */
int pkt_run(struct runner *runner, const struct source *source, const struct pkt_options *options,
            struct pkt_outcome *outcome, struct error *error);

#endif
