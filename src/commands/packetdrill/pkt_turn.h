/* pkt_turn: several scripts at a time take turns where they disturb each other's clocks: while
 * hosts are made and commands run in front, and when all of it ends. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_TURN_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_TURN_H

#include "session/runner.h"

/* Waits for it: no other session of this program, by this or another user of the file, has it then.
 * Sets *alone to whether none had it before, either. A descriptor; -1 where there is none, or where
 * the wait was interrupted: it goes on without. */
int pkt_turn_begin(struct runner *runner, bool *alone);
void pkt_turn_end(int turn);

#endif
