/* diagnosis: what a call gave that would have ended, or surprised, an ordinary program: one line
 * says so. */
#ifndef SOCKSH_SESSION_DIAGNOSIS_H
#define SOCKSH_SESSION_DIAGNOSIS_H

#include "session/runner.h"

/* Appends the note, if one is due. `pending` is how many bytes the datagram had that was received,
 * 0 where that is not known. */
void diagnosis_note(struct runner *runner, const struct call *call, int pending);

#endif
