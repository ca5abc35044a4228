/* unaccepted: the session's clients whose connections wait in a listener's queue when it is closed.
 * The kernel resets them, and afterwards nobody can tell why. */
#ifndef SOCKSH_SESSION_UNACCEPTED_H
#define SOCKSH_SESSION_UNACCEPTED_H

#include "session/session.h"

/* More than these are not remembered. */
enum { UNACCEPTED_LIMIT = 64 };

struct unaccepted {
  struct socket_label listener;
  struct kernel *kernel;                   /* where the listener is */
  struct socket *client[UNACCEPTED_LIMIT]; /* references */
  size_t count;
};

/* Finds the clients of a socket that may be about to stop listening. */
void unaccepted_find(const struct session *session, const struct socket *listener,
                     struct unaccepted *unaccepted);

/* Notes in those whose connections are gone now which listener it was, and frees the list. */
void unaccepted_settle(struct unaccepted *unaccepted);
void unaccepted_free(struct unaccepted *unaccepted);

#endif
