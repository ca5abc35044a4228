/* script_ahead: a glance at what follows, before anything is read ahead for good. */
#ifndef SOCKSH_LANGUAGE_SCRIPT_AHEAD_H
#define SOCKSH_LANGUAGE_SCRIPT_AHEAD_H

#include "language/lexer.h"

/* True if an "=" may follow within `most` words, or if the text ends in a joined line: only then is
 * it worth reading ahead. It scans only those few words, so that the time for a long line stays
 * linear. */
bool script_equals_near(const struct lexer *lexer, int most);

#endif
