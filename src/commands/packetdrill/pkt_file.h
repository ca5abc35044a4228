/* pkt_file: files that a script opens, for sendfile. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_FILE_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_FILE_H

#include "commands/packetdrill/pkt_state.h"

/* open("/tmp/data", O_RDONLY) = 5: opens it, where the call is that. 1: it was, and gave what it
 * should; 0: it is another call; -1 with an error. */
int pkt_file_open(struct pkt_state *state, const struct pkt_call *spoken, struct error *error);
/* The same of a close of such a file. */
int pkt_file_close(struct pkt_state *state, const struct pkt_call *spoken);
void pkt_file_close_all(struct pkt_state *state);

/* The file with this number in the script, or NULL. */
const struct pkt_file *pkt_file_find(const struct pkt_state *state, long number);

#endif
