/* diagnosis_peer: what a call means for the other end of its connection, where both ends are here,
 * or the kernel's rule leaves no choice. */
#ifndef SOCKSH_SESSION_DIAGNOSIS_PEER_H
#define SOCKSH_SESSION_DIAGNOSIS_PEER_H

#include "session/runner.h"

/* How many bytes wait to be received at a stream that the call is about to close; 0: none, it is no
 * such call, or it is not known. */
int diagnosis_unread(const struct runner *runner, const struct call *call);

/* Appends the notes that are due behind a call that has not failed. `unread` is what
 * diagnosis_unread said before it. */
void diagnosis_note_peer(struct runner *runner, struct call *call, int unread);

#endif
