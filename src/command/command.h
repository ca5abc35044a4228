/* command: a command as data. From the table of commands, lines are run, checked, completed and
 * explained, and the manual is written. To add a command, add its entry to the file of its family,
 * and its line to the table. */
#ifndef SOCKSH_COMMAND_COMMAND_H
#define SOCKSH_COMMAND_COMMAND_H

#include "call/call.h"
#include "command/argument.h"
#include "command/kinds.h"
#include "language/script.h"

/* Groups of commands, in the order of the manual. */
enum command_group {
  GROUP_SOCKET,
  GROUP_TRANSFER,
  GROUP_OPTION,
  GROUP_READY,
  GROUP_SERVICE,
  GROUP_STATES,
  GROUP_LAB,
  GROUP_COMPOUND,
  GROUP_LOOKUP,
  GROUP_CONVERT,
  GROUP_DATA,
  GROUP_SESSION,
  GROUP_COUNT,
};
extern const char *const command_group_titles[GROUP_COUNT];

/* An error worth knowing, and its usual cause. */
struct command_error {
  int number; /* an errno; 0 ends the list */
  const char *cause;
};

enum { ARGUMENT_LIMIT = 20, COMMAND_ERRORS = 14, RESULTS_NAMED = 2 };

struct command {
  const char *name;
  const char *aliases[3]; /* ends with NULL */
  enum command_group group;
  struct argument arguments[ARGUMENT_LIMIT + 1]; /* ends with an argument without a name */
  const char *results[RESULTS_NAMED + 1];        /* values for names before `=`; ends with NULL */
  bool results_vary;     /* there may be more of the last one, or fewer, than are named */
  const char *summary;   /* one line, without a full stop */
  const char *manual;    /* manual entry: whole sentences, paragraphs separated by an empty line */
  const char *prototype; /* C declaration of the call; NULL: none */
  const char *python;    /* the same call in Python; NULL: none */
  const char *blocks;    /* until when it blocks, or "never" */
  struct command_error errors[COMMAND_ERRORS];
  const char *example; /* lines that run as a test */
  const char *pages;   /* further manual pages: "accept(2), tcp(7)" */
  enum call_name call; /* the call that it makes, for a `run` that several commands share */
  bool takes_line; /* what it takes is a line of packetdrill's, also without its name in front */
  bool starts_program; /* what runs on beside the lines behind it */
  bool awaits;         /* it waits for what something does */
  bool parts; /* another command may be named by this name and a second word: `wire hold` */
  /* Whether the words go together, as far as they show by themselves. Called before the line runs,
   * when some values are still `unknown`, and again before `run`. 0, or -1 with a usage error.
   * NULL: they always do. */
  int (*check)(struct invocation *invocation);
  /* 0 with the result filled in, or -1 with the error. */
  int (*run)(struct invocation *invocation);
};

/* Sets the table of commands, which is in the order of the manual and ends with NULL. It is kept
 * by reference. Call this before there are threads. 0, or -1 if out of memory. */
int command_start(const struct command *const *table);

/* The table of commands. */
const struct command *const *command_list(void);

/* The command with this name or alias, or NULL. */
const struct command *command_find(const char *text, size_t length);

/* The same or, failing that, the only command whose name begins with the text. NULL if none or
 * several do; then `error`, unless that is NULL, has a usage error that lists or suggests names. */
const struct command *command_complete(const char *text, size_t length, struct error *error);

/* For the parser: exact names only, or unique abbreviations as well. */
extern const struct vocabulary command_vocabulary;
extern const struct vocabulary command_vocabulary_abbreviated;

/* Appends the synopsis, made from the declared arguments: "recv SOCKET [SIZE] [FLAGS]". */
void command_append_synopsis(const struct command *command, struct bytes *bytes);

/* Appends what the command gives: "socket, address", or "nothing". */
void command_append_results(const struct command *command, struct bytes *bytes);

/* The argument with this key: its keyword if it has one ("--to"), else its name ("SOCKET"). NULL if
 * the command declares none. */
const struct argument *command_argument(const struct command *command, const char *key);

/* The usual cause of this errno in this command, or NULL if none is declared. */
const char *command_error_cause(const struct command *command, int number);

#endif
