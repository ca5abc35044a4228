/* packetdrill_line: scripts of packetdrill among those of this shell, known by their name. */
#ifndef SOCKSH_SHELL_PACKETDRILL_LINE_H
#define SOCKSH_SHELL_PACKETDRILL_LINE_H

#include <stdbool.h>

#include "language/bytes.h"

/* Whether a file is one: its name ends in .pkt. */
bool packetdrill_line_fits(const char *path);

/* Appends the line that runs it. */
void packetdrill_line_append(const char *path, struct bytes *line);

#endif
