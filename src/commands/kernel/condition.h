/* condition: what can be waited for: the table of it, and whether it is so. */
#ifndef SOCKSH_COMMANDS_KERNEL_CONDITION_H
#define SOCKSH_COMMANDS_KERNEL_CONDITION_H

#include "command/invocation.h"
#include "language/comparison.h"
#include "session/process.h"

struct condition;

/* What is waited for. */
struct awaited {
  struct runner *runner;
  const struct condition *condition;
  struct socket *socket;      /* NULL: no socket is */
  struct address address;     /* `listening` */
  enum socket_state state;    /* a state by its name; STATE_UNKNOWN: none */
  enum comparison comparison; /* of a figure */
  long long number;           /* with this */
};

/* What a condition is of: a bit each. */
enum subject { OF_SOCKET = 1, OF_PROCESS = 2, OF_SERVICE = 4, OF_WIRE = 8 };

/* A row for each condition but the states, the figures of a service, and the flags of a packet,
 * which have tables of their own. A new one is a row. */
struct condition {
  const char *name;
  unsigned of;
  /* Of a socket: whether it is so, or the figure that is compared, -1: not known. */
  bool (*holds)(const struct awaited *awaited);
  int64_t (*figure)(const struct awaited *awaited);
  short events; /* the kernel wakes for these of poll(2); 0: it is looked at again and again */
  bool closed;  /* it may be asked of a socket whose descriptor is closed */
  enum process_condition process; /* of a process */
  enum comparison comparison;     /* of the wire: how many packets are held, where it is not said */
  long long number;
};

/* The word that names one: completed from the table. */
extern const struct argument_kind argument_condition;

/* The condition of one of these subjects that the word names; NULL: none. */
const struct condition *condition_find(const struct argument_value *value, unsigned of);

/* Of the wire: a packet with some flags is held. */
extern const struct condition condition_flags;

/* Looks the condition of a socket up: a row of the table, or a state. 0, or -1 with a usage error.
 */
int condition_read(struct invocation *invocation, struct awaited *awaited);

/* Whether it is so now. */
bool condition_holds(const struct awaited *awaited);

/* Whether a figure, -1 where it is not known, compares as is awaited. */
bool condition_compare(const struct awaited *awaited, int64_t value);

#endif
