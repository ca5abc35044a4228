/* pkt_part: parts of a call that a script leaves out, or writes otherwise than strace. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_PART_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_PART_H

#include "commands/packetdrill/pkt_state.h"
#include "import/strace_reader.h"

/* Reads the reader's part. 1: read; 0: it is as strace writes it; -1: it is not understood.
 * *arguments is how many it takes. */
int pkt_part_read(const struct pkt_state *state, struct strace_reader *reader, int *arguments);

/* What is registered with epoll, as fd=4. False: it is not said. */
bool pkt_part_data(const struct strace_node *event, long long *data);

#endif
