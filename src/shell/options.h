/* options: the command line. Its options are one table, from which getopt's arrays, the text of
 * --help and the completions for other shells are made. To add an option, add its row and its entry
 * in the manual. */
#ifndef SOCKSH_SHELL_OPTIONS_H
#define SOCKSH_SHELL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The format of the output. OUTPUT_FACTS is that of a rehearsal (rehearsal.h), and no option. */
enum shell_output { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_TAP, OUTPUT_FACTS, OUTPUT_COUNT };

enum { PACKETDRILL_DEFINITIONS = 64 };

/* How scripts of packetdrill run. */
struct packetdrill_options {
  bool ipv4, mapped, ipv6;                          /* by these versions alone; none: by all */
  const char *definitions[PACKETDRILL_DEFINITIONS]; /* -D: NAME=VALUE */
  size_t definition_count;
  unsigned long tolerance; /* --tolerance-usecs: microseconds; 0: the usual */
  unsigned processes;      /* -j: how many run at a time; 0: it is not said */
  bool strict;             /* --strict: a segment that no line expects fails, too */
  bool html;               /* --html: a page for each script and version */
  bool debug;              /* --debug: what follows on standard input runs where a script fails */
};

/* The result of reading the command line. The strings stay argv's. */
struct shell_options {
  enum shell_output output;
  bool quiet;
  bool verbose;
  bool keep_going;
  bool stable;
  bool step;
  bool ask;               /* --ask: the walk asks */
  bool apart;             /* the walk is a lesson of another session: LESSON_PROGRAM */
  unsigned from;          /* --from: the line that the walk begins with; 0: the first */
  bool lab;               /* --lab: run `lab` first */
  bool trace;             /* --trace: the operands are a program to trace */
  const char *trace_file; /* -o: where what is seen of it goes; NULL: standard error */
  struct packetdrill_options packetdrill;
  int64_t deadline;     /* --deadline: the most the session may take, in nanoseconds; 0: no limit */
  const char *commands; /* -c; NULL: none */
  const char *junit;    /* --junit: the file for a report of the tests; NULL: none */
  const char *diagram;  /* --diagram: the file for a picture of the session; NULL: none */
  const char *report;   /* --report: the page that begins with what failed; NULL: none */
  const char *save_timeline; /* --save-timeline: where its events go at its end; NULL: nowhere */
  const char *replay; /* --replay: a saved timeline that the session begins with; NULL: none */
  int replay_file;    /* its descriptor, opened early; -1: not opened */
  bool from_input;    /* FILE is "-": read standard input as a script, even from a terminal */
  const char *path;   /* FILE; NULL: standard input, or the prompt */
  int script;         /* FILE's descriptor, opened early; -1: not opened */
  const char *const *arguments; /* $0, $1 ... */
  size_t argument_count;
};

/* How another shell completes the option's argument. */
enum option_completion {
  COMPLETES_NOTHING,
  COMPLETES_COMMANDS,
  COMPLETES_DURATION,
  COMPLETES_FILE
};

struct shell_option;

/* Applies an option. `argument` is NULL if the option takes none. Returns -1 to go on, else the
 * exit status. */
typedef int option_apply(const struct shell_option *option, const char *argument,
                         struct shell_options *options);

/* A row of the table. */
struct shell_option {
  /* Long name, without hyphens; NULL: none. */
  const char *name;
  /* '\0': it has only a long name. */
  char letter;
  /* Placeholder of its argument in --help; NULL: it takes none. */
  const char *argument;
  enum option_completion completion;
  /* Position in the usage line, from 1. Options with the same position exclude each other, or are
   * combined if they are letters. 0: the option ends the program. */
  unsigned place;
  /* One line for --help and the completions; NULL ends the table. */
  const char *help;
  option_apply *apply;
  /* For flags and texts: offset of the bool or the string in struct shell_options. */
  size_t flag;
  /* For --json and --tap. */
  enum shell_output output;
};

/* All options, in the order of --help. */
extern const struct shell_option options_table[];

/* Reads the command line. Returns -1 to go on, else the exit status, after --help, --version or an
 * error reported on standard error. */
int options_read(int argc, char **argv, struct shell_options *options);

#endif
