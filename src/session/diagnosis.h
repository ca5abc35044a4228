/* diagnosis: explains in one line a result that would have ended, or surprised, an ordinary
 * program. */
#ifndef SOCKSH_SESSION_DIAGNOSIS_H
#define SOCKSH_SESSION_DIAGNOSIS_H

#include "session/runner.h"

/* Appends the notes that are due. `pending` is the length in bytes of the datagram received, 0 if
 * unknown. True if the call failed and one of them says why. */
bool diagnosis_note(struct runner *runner, const struct call *call, int pending);

#endif
