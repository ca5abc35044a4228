/* options: the command line. Its options are one table: getopt's arrays, the text of --help and the
 * completions of other shells are made from it. Adding one is a row and its entry in the manual. */
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

/* What another shell completes where an option's argument stands. */
enum option_completion { COMPLETES_NOTHING, COMPLETES_COMMANDS, COMPLETES_DURATION };

struct shell_option;

/* Does what an option says; `argument` is NULL where none is taken. -1 to go on, else the exit
 * status. */
typedef int option_apply(const struct shell_option *option, const char *argument,
                         struct shell_options *options);

/* An option of the command line: a row of the table. */
struct shell_option {
  /* The long name, without its hyphens; NULL: it has only a letter. */
  const char *name;
  /* '\0': it has only a long name. */
  char letter;
  /* Its argument, as --help names it; NULL: it takes none. */
  const char *argument;
  enum option_completion completion;
  /* Where it stands in the line of usage, from 1. Options that share a place exclude each other,
   * or, where they are letters, stand together. 0: it ends the program. */
  unsigned place;
  /* One line for --help and the completions; NULL ends the table. */
  const char *help;
  option_apply *apply;
  /* For the flags: which bool in struct shell_options, as an offset. */
  size_t flag;
  /* For --json and --tap. */
  enum shell_output output;
};

/* All options, in the order of --help. */
extern const struct shell_option options_table[];

/* Reads the command line. -1 to go on, else the exit status: after --help, --version, or a
 * complaint. */
int options_read(int argc, char **argv, struct shell_options *options);

#endif
