/* invocation: one run of a command: its words as values, the calls it makes, and its result. */
#ifndef SOCKSH_COMMAND_INVOCATION_H
#define SOCKSH_COMMAND_INVOCATION_H

#include "command/command.h"
#include "session/runner_call.h"

/* A line is read before it is run. */
enum invocation_phase {
  INVOCATION_READ, /* nothing outside the line is looked at, and there is no runner */
  INVOCATION_RUN,
};

/* The words of a repeated command as the values that they have become, so that the next round need
 * not find them again. Only what would be found again is kept: words without expansions, and of
 * those that stand for sockets and data the names and the text. */
struct prepared {
  struct argument_value *values; /* owned; NULL: none are kept */
  size_t count;
  const struct names *names; /* the names in force, and their version */
  uint64_t version;
  const struct host *host; /* the host of the @HOST prefix */
};

/* The commands of a repeat, by their index from the first one in it. A zeroed struct has none. */
struct prepared_list {
  struct prepared *items;
  size_t count;
};

struct invocation {
  enum invocation_phase phase;
  struct runner *runner; /* NULL in INVOCATION_READ */
  const struct command *command;
  struct argument_value *values; /* all words but keywords, in the order of the line */
  size_t count;
  bool lent;   /* the values are those of a struct prepared, which frees them */
  size_t room; /* how many `values` has memory for; it returns to the runner's spare memory */
  struct result *result; /* what the command gives, to be filled in */
  struct error *error;
};

/* Turns words into values. 0, or -1 with an error and its place. The session's lock is held, and
 * given up during lookups of names. `prepared` is where the values of a repeated command are kept;
 * NULL: it is not repeated. Call invocation_free in both cases. */
int invocation_prepare(struct invocation *invocation, const struct word *words, size_t count,
                       struct prepared *prepared);
void invocation_free(struct invocation *invocation);

/* The place for the command with this index; NULL if there is no memory for it, which costs no more
 * than time. It is valid until the next call. */
struct prepared *prepared_at(struct prepared_list *list, size_t index);
void prepared_list_free(struct prepared_list *list);

/* The value of a declared argument, by its key: its keyword if it has one ("--to"), else its name
 * ("SOCKET"). The first, or the n-th (from 0) of a repeated one. NULL if it was omitted. To ask for
 * an argument that is not declared is a bug, and aborts in builds without optimization. There may
 * be a million values: walk them with invocation_next. */
const struct argument_value *invocation_value(const struct invocation *invocation, const char *key);
const struct argument_value *invocation_nth(const struct invocation *invocation, const char *key,
                                            size_t n);
/* The next value of the same argument behind this one. NULL: it was the last. */
const struct argument_value *invocation_next(const struct invocation *invocation,
                                             const struct argument_value *value);

/* True if the command declares this argument: for code that several commands share. */
bool invocation_takes(const struct invocation *invocation, const char *key);

/* Shorthands with a default for an omitted argument. */
struct socket *invocation_socket(const struct invocation *invocation, const char *key);
long long invocation_number(const struct invocation *invocation, const char *key,
                            long long otherwise);
size_t invocation_size(const struct invocation *invocation, const char *key, size_t otherwise);
int64_t invocation_duration(const struct invocation *invocation, const char *key,
                            int64_t otherwise);

/* Makes a call: see runner_call. 0, or -1 with the invocation's error. The caller frees the call in
 * both cases. */
int invocation_call(struct invocation *invocation, struct call *call);

/* The same, with the call's return value as the result. Frees the call. */
int invocation_simple_call(struct invocation *invocation, struct call *call);

/* Sets what the command gives. The number is what `expect` compares; the others add the next value
 * for a name before `=`. 0, or -1 with an error if out of memory. */
void invocation_give_number(struct invocation *invocation, long long number);
int invocation_give_text(struct invocation *invocation, const char *text, size_t length);
int invocation_give_data(struct invocation *invocation, const void *data, size_t length);
int invocation_give_address(struct invocation *invocation, const struct address *address);

/* Shows an answer that explains the result, and frees it. With -q it is left out if the result is
 * bound to a name. 0, or -1 with an error if building it ran out of memory. */
int invocation_explain(struct invocation *invocation, struct answer *answer);

/* Fills in a usage error about one argument, or about the command if `value` is NULL. Always
 * returns -1. */
int invocation_wrong(struct invocation *invocation, const struct argument_value *value,
                     const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
