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

/* Whom the descriptors attached to an answer are for. */
enum talk_for {
  TALK_FOR_PROGRAM,            /* moved up, and close-on-exec; no signal ends the question, but the
                                  end of the session does, and an interrupt by the user */
  TALK_FOR_USER,               /* the lowest numbers */
  TALK_FOR_USER_CLOSE_ON_EXEC, /* the same, close-on-exec */
};

/* Asks, and waits for the answer, 10 s at most, and half a second after one that has not come: the
 * helper may be stopped, or have lost it. 0, or an errno, which is then also in the reply. Any
 * thread may call it. */
int talk_ask(struct lab *lab, struct talk *talk, enum talk_for whom);

/* The same for the program's own use: 0, or -1 with an error that says what to do. */
int talk_own(struct lab *lab, struct talk *talk, struct error *error);

#endif
