/* packet_condition: what a rule says of a packet, as it is typed behind `when`. */
#ifndef SOCKSH_COMMANDS_LAB_PACKET_CONDITION_H
#define SOCKSH_COMMANDS_LAB_PACKET_CONDITION_H

#include "command/invocation.h"
#include "lab/lab.h"

/* The keyword of the words that are a condition. */
#define KEYWORD_CONDITION "when"

/* Reads the words behind it, two by two. Hosts are looked for only where `lab` is not NULL. 0,
 * or -1 with a usage error. */
int packet_condition_read(struct invocation *invocation, const struct lab *lab,
                          struct wire_condition *condition);

/* Appends it as it was typed, term by term, each behind a space; nothing for any packet. */
void packet_condition_append(const struct wire_condition *condition, struct bytes *text);

#endif
