/* options: the command line. */
#ifndef SOCKSH_SHELL_OPTIONS_H
#define SOCKSH_SHELL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How what happens is written. */
enum shell_output { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_TAP, OUTPUT_COUNT };

/* What the command line asked for. */
struct shell_options {
  enum shell_output output;
  bool quiet;
  bool verbose;
  bool keep_going;
  bool stable;
  bool step;
  bool lab;         /* --lab: `lab` comes first */
  int64_t deadline; /* --deadline: how long the whole session may take, in nanoseconds; 0: without
                       end */
  const char *commands;         /* -c; NULL */
  bool from_input;              /* "-": standard input is the script, even if it is a terminal */
  const char *path;             /* the script; NULL: standard input, or the prompt */
  int script;                   /* the script, open, at the top; -1: not opened */
  const char *const *arguments; /* $0, $1 ... */
  size_t argument_count;
};

/* Reads the command line. -1 to go on, else the exit status: after --help, --version, or a
 * complaint. */
int options_read(int argc, char **argv, struct shell_options *options);

#endif
