/* packetdrill_line: scripts of packetdrill among those of this shell, known by their name. */
#ifndef SOCKSH_SHELL_PACKETDRILL_LINE_H
#define SOCKSH_SHELL_PACKETDRILL_LINE_H

#include <stdbool.h>

#include "language/bytes.h"
#include "shell/options.h"

/* Whether a file is one: its name ends in .pkt. */
bool packetdrill_line_fits(const char *path);

/* Appends the lines that run it by the versions that are wanted; `options` NULL: by all. */
void packetdrill_line_append(const struct packetdrill_options *options, const char *path,
                             struct bytes *lines);

/* The same as one block, behind which the session ends if none fails. */
void packetdrill_line_append_block(const struct packetdrill_options *options, const char *path,
                                   struct bytes *lines);

#endif
