/* address_in_use: who has the address that bind or listen could not get. */
#ifndef SOCKSH_SESSION_ADDRESS_IN_USE_H
#define SOCKSH_SESSION_ADDRESS_IN_USE_H

#include "session/runner.h"

/* Whether a failure of this call with EADDRINUSE is about its own socket's address. */
bool address_in_use_applies(const struct call *call);

/* Appends which socket has it, whose it is and how long it will, as the kernel's list says. */
void address_in_use_explain(const struct runner *runner, const struct call *call,
                            struct bytes *text);

#endif
