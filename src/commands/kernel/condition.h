/* condition: the table of conditions that commands can wait for, and whether they hold. */
#ifndef SOCKSH_COMMANDS_KERNEL_CONDITION_H
#define SOCKSH_COMMANDS_KERNEL_CONDITION_H

#include "command/invocation.h"
#include "language/comparison.h"
#include "session/process_await.h"

struct condition;

/* What a command waits for. */
struct awaited {
  struct runner *runner;
  const struct condition *condition;
  struct socket *socket;      /* NULL: it waits for no socket; not a reference */
  struct socket *held;        /* the same, of a program's descriptor: a reference; else NULL */
  struct address address;     /* of `listening` */
  bool udp;                   /* of UDP */
  enum socket_state state;    /* of a condition that is a state; STATE_UNKNOWN: none */
  enum comparison comparison; /* for a figure */
  long long number;           /* what the figure is compared with */
};

/* What a condition applies to, as bits. */
enum subject { OF_SOCKET = 1, OF_PROCESS = 2, OF_SERVICE = 4, OF_WIRE = 8 };

/* A row for each condition, except states, figures of a service, and flags of packets, which have
 * their own tables. */
struct condition {
  const char *name;
  unsigned of;
  /* For a socket: whether it holds, or the figure to compare, -1 if unknown. The other is NULL. */
  bool (*holds)(const struct awaited *awaited);
  int64_t (*figure)(const struct awaited *awaited);
  short events; /* events of poll(2) that may make it true; 0: it is polled */
  bool reads;   /* what it looks at takes a descriptor, so of a program's socket a copy */
  bool closed;  /* it applies to a socket whose descriptor is closed, too */
  enum process_condition process; /* for a process */
  enum comparison comparison; /* for the wire: default comparison of the number of held packets */
  long long number;
};

/* The word that names a condition. */
extern const struct argument_kind argument_condition;

/* The condition with this name for one of these subjects, or NULL. */
const struct condition *condition_find(const struct argument_value *value, unsigned of);

/* For the wire: a packet with given flags is held. */
extern const struct condition condition_flags;

/* Finds the condition of a socket: a row of the table, or a state. 0, or -1 with a usage error. */
int condition_read(struct invocation *invocation, struct awaited *awaited);

/* Says what a program is awaited by, where the word is none of it. -1. */
int condition_none_of_program(struct invocation *invocation, const struct argument_value *value);

/* Whether a socket's condition holds now. */
bool condition_holds(const struct awaited *awaited);

/* Whether a figure compares as awaited. Never for -1, an unknown figure. */
bool condition_compare(const struct awaited *awaited, int64_t value);

#endif
