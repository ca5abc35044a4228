/* learned: what one run of a script has shown - the packets that crossed its lab's wires, and the
 * calls that its traced programs made - as single faults that can be put to it: each a line of this
 * shell, to be run before the script. */
#ifndef SOCKSH_COMMANDS_SURVIVE_LEARNED_H
#define SOCKSH_COMMANDS_SURVIVE_LEARNED_H

#include "session/session.h"

/* Which faults are wanted. */
struct learned_choice {
  bool packets;               /* each packet lost, doubled, and overtaken by the next one */
  bool calls;                 /* each call cut short, and failed with each errno that it may give */
  const enum call_name *only; /* such calls alone */
  size_t only_count;          /* 0: all */
  bool forever; /* each packet lost together with all that repeats it, not only of handshakes */
};

/* What was found. Zeroed but for `from`, it is empty. */
struct learned {
  uint64_t from;      /* the serial of the first event that counts */
  struct bytes lines; /* "FAULT  # what it is\n", one by one; owned */
  size_t faults;
  size_t packets; /* that crossed, without retransmissions */
  size_t calls;   /* that programs made */
  size_t outside; /* programs whose calls are read, and that run on no host of the lab */
};

/* What stands between a fault and what it is. */
#define LEARNED_BETWEEN "  # "

/* Both walk the timeline from there on, count all, and add the faults that are wanted. The lock is
 * held. */
void learned_add_packets(struct session *session, const struct learned_choice *choice,
                         struct learned *learned);
void learned_add_calls(struct session *session, const struct learned_choice *choice,
                       struct learned *learned);

#endif
