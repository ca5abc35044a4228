/* states_count: the rows of `states`, summed. */
#ifndef SOCKSH_COMMANDS_KERNEL_STATES_COUNT_H
#define SOCKSH_COMMANDS_KERNEL_STATES_COUNT_H

#include "timeline/answer.h"

/* Makes the table "states-count" of the table "states": how many sockets each host has of a kind in
 * a state, and the bytes in their queues. */
void states_count(const struct answer *states, struct answer *answer);

#endif
