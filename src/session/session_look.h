/* session_look: one look at one socket of the session: what changed becomes an event. */
#ifndef SOCKSH_SESSION_SESSION_LOOK_H
#define SOCKSH_SESSION_SESSION_LOOK_H

#include "session/session.h"

/* What causes a look. */
struct look_cause {
  uint64_t event;   /* serial number of the call's event, or the packet's; 0: none */
  uint64_t subject; /* id of the socket that the call was made on */
  int error;        /* errno of the call */
  bool exact;       /* it is made behind a packet, before anything else can follow */
  bool reset;       /* the packet was a RST that came */
  bool unreachable; /* the packet was an ICMP error that came */
  unsigned job;
  uint64_t statement;
  int64_t time; /* monotonic nanoseconds */
  bool asked;   /* an answer that shows the states follows */
};

/* Looks at a socket and appends what changed. Returns whether anything did. */
bool session_look(struct session *session, struct socket *socket, const struct look_cause *cause);

/* Reads how many bytes are in the queues of an open socket, and appends that, where it has changed;
 * if it is known not to be readable, nothing has to be asked for that. session_look does so, too.
 * Nothing is read where it is not wanted (`set queues`), nor with --stable: how much is there
 * depends on timing. */
void session_look_queues(struct session *session, struct socket *socket,
                         const struct look_cause *cause, bool readable);
/* The same with what the kernel's list says; -1: unknown. */
void session_tell_queues(struct session *session, struct socket *socket,
                         const struct look_cause *cause, int receive_queue, int send_queue);

/* Appends what a look by other means has found: the socket as it is seen now, and as it was. */
void session_tell_change(struct session *session, const struct socket *socket,
                         const struct snapshot *before, const struct look_cause *cause);

#endif
