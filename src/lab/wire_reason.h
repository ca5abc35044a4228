/* wire_reason: why a packet was lost, and how it came to be what it is, in an event's `reason`. The
 * manual page socksh-json(5) lists them; tests/json compares. */
#ifndef SOCKSH_LAB_WIRE_REASON_H
#define SOCKSH_LAB_WIRE_REASON_H

/* By a rule, with its name: wire_rule.h. */
#define WIRE_REASON_RULE "rule NAME"

/* Lost. */
#define WIRE_REASON_BY_CHANCE "loss"
#define WIRE_REASON_CUT "cut"
#define WIRE_REASON_NO_ADDRESS "nobody has the address"
#define WIRE_REASON_REFUSES "the host refuses it"
#define WIRE_REASON_TOO_MANY "too many are held"
#define WIRE_REASON_QUEUE_FULL "the queue is full"
#define WIRE_REASON_NO_MEMORY "no memory"

/* Dropped by the wire. */
#define WIRE_REASON_QUEUE "queue"

/* Sent again, because what acknowledges it is still held. */
#define WIRE_REASON_UNANSWERED "unanswered"

/* Made or changed by a command. */
#define WIRE_REASON_INJECT "inject"
#define WIRE_REASON_DUPLICATE "duplicate"
#define WIRE_REASON_EDITED "edited"
#define WIRE_REASON_CORRUPTED "corrupted"
#define WIRE_REASON_MOVED "moved"

#endif
