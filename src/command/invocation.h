/* invocation: one run of a command: its words turned into values, the calls it makes, and what it
 * gives. */
#ifndef SOCKSH_COMMAND_INVOCATION_H
#define SOCKSH_COMMAND_INVOCATION_H

#include "command/command.h"
#include "session/runner_call.h"

/* A word turned into what its argument stands for. */
struct argument_value {
  const struct argument *argument;
  struct place place;
  bool unknown; /* before the script is run: what it stands for hangs on an expansion, or on a
                   socket */
  struct expanded word; /* its text; owned */
  long long number;     /* number, symbol, flags, keyword's index, level, job, poll's events */
  size_t size;
  int64_t duration;               /* nanoseconds; -1: `off` */
  struct socket *socket;          /* a reference */
  struct process *process;        /* a reference; see process.h */
  struct service_handle *service; /* a reference; see served.h */
  struct blob *data;              /* a reference */
  const struct option *option;    /* NULL: an unknown one, given by number */
  struct lab_host *host;          /* of the lab, which keeps it */
  double fraction;                /* a percentage: 0 to 1 */
  struct address address;
};

/* Frees what the value owns. */
void argument_value_free(struct argument_value *value);

/* Its word as a zero-terminated text, copied into `text`, which the caller frees. "" where there is
 * no memory. */
const char *argument_value_text(const struct argument_value *value, struct bytes *text);

enum { VALUE_LIMIT = 4096 };

struct invocation {
  struct runner *runner;
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

/* Checks a command's words as far as that is possible before it runs: their number, and what is
 * written out. Where all are, which argument each is does not change any more, and becomes its
 * role: a repeat need not find it out each time. */
int invocation_check(const struct command *command, struct word *words, size_t count,
                     struct error *error);

/* The value of a declared argument, by its index in the command's list: the first, or the n-th of a
 * repeated one. NULL where it was left out. */
const struct argument_value *invocation_value(const struct invocation *invocation, size_t argument);
const struct argument_value *invocation_nth(const struct invocation *invocation, size_t argument,
                                            size_t n);

/* Shorthands with a default. */
struct socket *invocation_socket(const struct invocation *invocation, size_t argument);
long long invocation_number(const struct invocation *invocation, size_t argument,
                            long long otherwise);
size_t invocation_size(const struct invocation *invocation, size_t argument, size_t otherwise);
int64_t invocation_duration(const struct invocation *invocation, size_t argument,
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

/* Which declared arguments may stand at the next word, for completion: fills `next` (room for
 * ARGUMENT_LIMIT) and returns how many. The words before it are as typed. */
size_t invocation_next(const struct command *command, const struct word *words, size_t count,
                       const struct argument **next);

#endif
