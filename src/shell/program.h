/* program: a text that was read and checked, shared by the threads that run it. */
#ifndef SOCKSH_SHELL_PROGRAM_H
#define SOCKSH_SHELL_PROGRAM_H

#include "command/command.h"
#include "language/script.h"

struct program {
  struct script script;
  _Atomic unsigned references;
};

/* Reads and checks a text: the grammar, and each command's words. For SCRIPT_READ *program is the
 * caller's reference. `abbreviated` allows unique abbreviations of commands. */
enum script_status program_read(const char *name, const char *text, size_t length, unsigned line,
                                bool abbreviated, struct program **program, struct source **source,
                                struct error *error);

struct program *program_retain(struct program *program);
void program_release(struct program *program);

#endif
