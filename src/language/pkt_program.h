/* pkt_program: a script of packetdrill as a script of this language: a statement for each step. */
#ifndef SOCKSH_LANGUAGE_PKT_PROGRAM_H
#define SOCKSH_LANGUAGE_PKT_PROGRAM_H

#include "language/script.h"

/* Each statement is this command, with the step, or a setting in front, as its one word. As
 * script_read. */
enum script_status pkt_program_read(struct source *source, const struct command *command,
                                    struct script *script, struct error *error);

#endif
