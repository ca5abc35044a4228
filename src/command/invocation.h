/* invocation: one run of a command: its words turned into values, the calls it makes, and what it
 * gives. */
#ifndef SOCKSH_COMMAND_INVOCATION_H
#define SOCKSH_COMMAND_INVOCATION_H

#include "command/command.h"
#include "session/runner_call.h"

/* Frees what the value owns. */
void argument_value_free(struct argument_value *value);

enum { VALUE_LIMIT = 4096 };

/* A line is read before it is run. */
enum invocation_phase {
  INVOCATION_READ, /* nothing outside the line is looked at, and there is no runner */
  INVOCATION_RUN,
};

struct invocation {
  enum invocation_phase phase;
  struct runner *runner; /* NULL while the line is only read */
  const struct command *command;
  struct argument_value *values; /* all words, in the order of the line */
  size_t count;
  size_t room;           /* for how many there is memory, which is the runner's spare one */
  struct result *result; /* what the command gives: to be filled in */
  struct error *error;
};

/* Turns words into values. 0, or -1 with an error that has its place. The session's lock is held,
 * and given up while names of hosts are looked up. */
int invocation_prepare(struct invocation *invocation, const struct word *words, size_t count);
void invocation_free(struct invocation *invocation);

/* The value of a declared argument, by its key, which is its keyword where it has one ("--to"),
 * else its name ("SOCKET"): the first, or the n-th of a repeated one. NULL where it was left out.
 * To ask for what the command does not declare is a fault of the program, and ends it. */
const struct argument_value *invocation_value(const struct invocation *invocation, const char *key);
const struct argument_value *invocation_nth(const struct invocation *invocation, const char *key,
                                            size_t n);

/* True where the command declares such an argument: for what several commands share. */
bool invocation_takes(const struct invocation *invocation, const char *key);

/* Shorthands with a default. */
struct socket *invocation_socket(const struct invocation *invocation, const char *key);
long long invocation_number(const struct invocation *invocation, const char *key,
                            long long otherwise);
size_t invocation_size(const struct invocation *invocation, const char *key, size_t otherwise);
int64_t invocation_duration(const struct invocation *invocation, const char *key,
                            int64_t otherwise);

/* Makes a call, as events, with the lock given up meanwhile. 0 when the call succeeded; -1 with the
 * invocation's error filled in. The call is still the caller's to free, in both cases. */
int invocation_call(struct invocation *invocation, struct call *call);

/* Makes the call, sets the number returned as the result, and frees the call. */
int invocation_simple_call(struct invocation *invocation, struct call *call);

/* What the command gives. The number is what `expect` compares; the others are the next value for a
 * name before =. 0, or -1 when there is no memory. */
void invocation_give_number(struct invocation *invocation, long long number);
int invocation_give_text(struct invocation *invocation, const char *text, size_t length);
int invocation_give_data(struct invocation *invocation, const void *data, size_t length);
int invocation_give_address(struct invocation *invocation, const struct address *address);

/* Shows an answer that explains the result, and frees it. Quiet output with the result bound to a
 * name does without. 0, or -1 when memory ran out on the way. */
int invocation_explain(struct invocation *invocation, struct answer *answer);

/* A usage error about one argument. Always -1. */
int invocation_wrong(struct invocation *invocation, const struct argument_value *value,
                     const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
