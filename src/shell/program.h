/* program: a text that was read and checked, shared by the threads that run it. */
#ifndef SOCKSH_SHELL_PROGRAM_H
#define SOCKSH_SHELL_PROGRAM_H

#include "command/command.h"
#include "language/script.h"

struct program {
  struct script script;
  _Atomic unsigned references;
};

/* A text to be read. */
struct program_text {
  const char *name; /* of its source: a path, "-c", "" at the prompt */
  const char *data;
  size_t length;
  unsigned line;    /* the number of its first line */
  bool abbreviates; /* commands may be abbreviated, where only one begins so */
};

/* Reads and checks a text: the grammar, and each command's words. For SCRIPT_READ *program is the
 * caller's reference. */
enum script_status program_read(const struct program_text *text, struct program **program,
                                struct source **source, struct error *error);

struct program *program_retain(struct program *program);
void program_release(struct program *program);

#endif
