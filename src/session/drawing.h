/* drawing: a picture of the session, in one of its forms. */
#ifndef SOCKSH_SESSION_DRAWING_H
#define SOCKSH_SESSION_DRAWING_H

#include "session/session.h"
#include "view/ladder/ladder.h"
#include "view/picture/picture.h"

/* Gives a ladder for a page what its calls are in C and in Python. `leaves_out` is the serial of a
 * statement that is no part of it; 0: none. */
void drawing_add_code(struct session *session, struct ladder *ladder, uint64_t leaves_out);

#endif
