/* helper: the process that is in the hosts' network namespaces, where the session itself can't be.
 * It has one thread, makes what it is asked for, hands the descriptors over and keeps none but
 * those of the namespaces. It ends when the session does, however that ends, since then its socket
 * is at its end. */
#ifndef SOCKSH_LAB_HELPER_H
#define SOCKSH_LAB_HELPER_H

#include <sys/types.h>

#include "lab/request.h"

struct helper {
  pid_t pid;
  int control; /* a SOCK_SEQPACKET socket, one of the program's own */
};

/* Starts one. 0, or an errno with how far it came. */
int helper_start(struct helper *helper, enum lab_stage *stage);

/* Ends it, and waits for that. */
void helper_stop(struct helper *helper);

#endif
