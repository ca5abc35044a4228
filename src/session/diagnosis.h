/* diagnosis: explains in one line a result that would have ended, or surprised, an ordinary
 * program. */
#ifndef SOCKSH_SESSION_DIAGNOSIS_H
#define SOCKSH_SESSION_DIAGNOSIS_H

#include "session/runner.h"

/* Appends a note if one is due, and records in the runner that the failure was explained. `pending`
 * is the length in bytes of the datagram received, 0 if unknown. */
void diagnosis_note(struct runner *runner, const struct call *call, int pending);

#endif
