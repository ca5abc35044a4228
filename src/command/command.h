/* command: a command as data. The table of them is what runs a line, checks it, completes it,
 * explains it, and writes the manual. Adding a command is one entry, in the file of its family, and
 * its line in the table. */
#ifndef SOCKSH_COMMAND_COMMAND_H
#define SOCKSH_COMMAND_COMMAND_H

#include "call/call.h"
#include "command/argument.h"
#include "command/kinds.h"
#include "language/script.h"

/* Families of commands, in the order of the manual. */
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

/* An error worth knowing, and what usually causes it here. */
struct command_error {
  int number; /* an errno; 0 ends the list */
  const char *cause;
};

enum { ARGUMENT_LIMIT = 18, COMMAND_ERRORS = 10, RESULTS_NAMED = 2 };

struct command {
  const char *name;
  const char *aliases[3]; /* ended by NULL */
  enum command_group group;
  struct argument arguments[ARGUMENT_LIMIT + 1]; /* ended by one without a name */
  const char *results[RESULTS_NAMED + 1]; /* what names before = get, in order, ended by NULL */
  bool results_vary;   /* there may be more of the last, or fewer, than are named */
  const char *summary; /* one line, without a full stop */
  const char
      *manual; /* its entry in the manual: whole sentences, paragraphs separated by an empty line */
  const char *prototype; /* as C declares the call; NULL where there is none */
  const char *python;    /* the same call in Python; NULL where there is none */
  const char *blocks;    /* whether, and until when */
  struct command_error errors[COMMAND_ERRORS];
  const char *example; /* lines that run */
  const char *pages;   /* manual pages to read: "accept(2), tcp(7)" */
  enum call_name call; /* the one that it makes, for a `run` that several commands share */
  bool parts;        /* the word behind it may make it another command of the table: `wire hold` */
  bool sends_signal; /* a C program gets SIGPIPE where this fails with EPIPE */
  /* Whether the words go together, as far as one can tell without looking at anything: called
   * before the script is run, when some words are still `unknown`, and again before `run`. 0, or -1
   * with a usage error. NULL: they always do. */
  int (*check)(struct invocation *invocation);
  /* 0 with the result filled in, or -1 with the error. */
  int (*run)(struct invocation *invocation);
};

/* Takes the table of commands, in the order of the manual and ended by NULL, which lasts as long as
 * the program: the first thing, before there are threads. 0, or -1 when there is no memory. */
int command_start(const struct command *const *table);

/* The table. */
const struct command *const *command_list(void);

/* The command with this name or alias. */
const struct command *command_find(const char *text, size_t length);

/* The same, and else the only one whose name begins so. Where there is none, or several, NULL with
 * a usage error that says what was meant. */
const struct command *command_complete(const char *text, size_t length, struct error *error);

/* For the parser: exact names, and exact names or unique abbreviations. */
extern const struct vocabulary command_vocabulary;
extern const struct vocabulary command_vocabulary_abbreviated;

/* Adds the synopsis, made from the declared arguments: "recv SOCKET [SIZE] [FLAGS]". */
void command_append_synopsis(const struct command *command, struct bytes *bytes);

/* Adds what the command gives: "socket, address"; "nothing" where that is so. */
void command_append_results(const struct command *command, struct bytes *bytes);

/* The argument of this key, which is its keyword where it has one ("--to"), else its name
 * ("SOCKET"); NULL where the command declares none. */
const struct argument *command_argument(const struct command *command, const char *key);

/* What usually causes this errno in this command; NULL where nothing is said. */
const char *command_error_cause(const struct command *command, int number);

#endif
