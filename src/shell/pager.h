/* pager: shows an answer that is longer than the screen. */
#ifndef SOCKSH_SHELL_PAGER_H
#define SOCKSH_SHELL_PAGER_H

#include "session/runner.h"

/* Shows what waits for the pager, if anything does, with $PAGER or less(1), until the user has
 * read it. Where no pager can be started, it is printed. The session's lock is held, and given up
 * meanwhile. */
void pager_show(struct runner *runner);

#endif
