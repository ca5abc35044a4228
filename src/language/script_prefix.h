/* script_prefix: reads what may stand in front of a command: names, @HOST, expect, repeat ... */
#ifndef SOCKSH_LANGUAGE_SCRIPT_PREFIX_H
#define SOCKSH_LANGUAGE_SCRIPT_PREFIX_H

#include "language/script_reader.h"

/* Reads one prefix if there is one, and moves *end behind it. 1; 0 if there is none; -1 with an
 * error. */
int script_prefix_read(struct script_reader *reader, struct prefix ***end);

#endif
