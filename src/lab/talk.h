/* talk: a question to the lab's helper, and its answer. */
#ifndef SOCKSH_LAB_TALK_H
#define SOCKSH_LAB_TALK_H

#include "lab/lab.h"

/* Both messages are too large for every stack. */
struct talk {
  struct lab_request request;
  struct lab_reply reply;
  int descriptors[LAB_DESCRIPTORS]; /* what came with the answer, -1: nothing; owned by the caller
                                     */
};

/* Creates a question about a host, by its index. NULL when there is no memory. Free it with
 * free(). */
struct talk *talk_create(enum lab_ask what, unsigned host);

/* Asks, and waits for the answer. Descriptors for the program's own use are moved up, the user's
 * get the lowest numbers. 0, or an errno, which is then also in the reply. Any thread may call
 * it. */
int talk_ask(struct lab *lab, struct talk *talk, bool own, bool close_on_exec);

/* The same for the program's own use: 0, or -1 with an error that says what to do. */
int talk_own(struct lab *lab, struct talk *talk, struct error *error);

#endif
