/* possible_error: which errors a call may give to a program that makes no mistake, as its manual
 * page has them: accept(2), recv(2), tcp(7) and the like. What only a mistake brings about, such as
 * EBADF, EFAULT or ENOTSOCK, is not among them; nor is an error of close(2), which on Linux closes
 * all the same. */
#ifndef SOCKSH_COMMANDS_SURVIVE_POSSIBLE_ERROR_H
#define SOCKSH_COMMANDS_SURVIVE_POSSIBLE_ERROR_H

#include "call/call_row.h"

/* What an error means for the program that gets it. */
enum error_effect {
  EFFECT_AGAIN, /* nothing has happened: the same call, made again, succeeds */
  EFFECT_LASTS, /* something is short, for a while: so do all calls of the kind meanwhile; a client
                   may be turned away */
  EFFECT_LOSES, /* this connection is lost, or this client: others are not concerned */
  EFFECT_REFUSES, /* what was to be set up can't be */
};

/* When it may come. All that are set must be so. */
enum error_when {
  WHEN_WAITS = 1 << 0,    /* the call may block */
  WHEN_NO_WAIT = 1 << 1,  /* the socket is non-blocking, or has a timeout */
  WHEN_STREAM = 1 << 2,   /* of a stream */
  WHEN_DATAGRAM = 1 << 3, /* of datagrams */
  WHEN_PEER = 1 << 4,     /* of datagrams, and connected: others get no errors that come back */
  WHEN_ADD = 1 << 5,      /* of epoll_ctl: another descriptor is registered */
  WHEN_LEVEL = 1 << 6, /* no epoll instance has it edge-triggered: then the kernel would say again
                          when it is ready, and a fault does not */
};

struct possible_error {
  int number;
  enum error_effect effect;
  unsigned when; /* bits of enum error_when; 0: always */
};

/* The errors of a call, ended by one whose number is 0. */
const struct possible_error *possible_errors(enum call_name call);

/* What it means that a call fails with an errno. False: it is none of those above. */
bool possible_error_effect(enum call_name call, int number, enum error_effect *effect);

#endif
