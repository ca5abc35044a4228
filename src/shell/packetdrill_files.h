/* packetdrill_files: several scripts of packetdrill, each in a process and a lab of its own, some
 * at a time. */
#ifndef SOCKSH_SHELL_PACKETDRILL_FILES_H
#define SOCKSH_SHELL_PACKETDRILL_FILES_H

#include "shell/options.h"

/* Whether the command line asks for that: FILE and all words behind it are such scripts, and there
 * are several, or -j is said. */
bool packetdrill_files_wanted(const struct shell_options *options);

/* Runs them, and prints what became of each in their order, as lines or as TAP with a subtest for
 * each version of IP. To be called in place of a session. Returns the exit status: 1 if one has
 * failed. */
int packetdrill_files_run(const struct shell_options *options);

#endif
