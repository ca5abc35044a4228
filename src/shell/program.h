/* program: a text that was parsed and checked, shared by the threads that run it. */
#ifndef SOCKSH_SHELL_PROGRAM_H
#define SOCKSH_SHELL_PROGRAM_H

#include "command/command.h"
#include "language/script.h"

struct program {
  struct script script;
  _Atomic unsigned references;
};

/* A text to parse; program_read copies it. */
struct program_text {
  const char *name; /* name of its source: a path, "-c", or "" at the prompt */
  const char *data;
  size_t length;
  unsigned line;    /* number of its first line */
  bool abbreviates; /* commands may be abbreviated if unambiguous */
  bool packetdrill; /* it is a script of packetdrill, of which each step becomes a statement */
};

/* Parses and checks a text: the grammar, and each command's words. On SCRIPT_READ the caller owns a
 * reference in *program; else it is NULL and the error is filled in. The caller always releases
 * *source, NULL if out of memory. */
enum script_status program_read(const struct program_text *text, struct program **program,
                                struct source **source, struct error *error);

struct program *program_retain(struct program *program);
void program_release(struct program *program);

#endif
