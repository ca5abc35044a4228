/* watcher: the one place where signals and clocks are looked at, for all threads that run commands:
 * Ctrl-C, deadlines, calls that block, and output that waits to be written. */
#ifndef SOCKSH_SHELL_WATCHER_H
#define SOCKSH_SHELL_WATCHER_H

#include "session/session.h"

/* Blocks, in this thread and all it will start, every signal that the watcher takes, and opens the
 * descriptor it takes them from. 0, or -1 with errno set. At the prompt Ctrl-Z and changes of the
 * window are taken, too. */
int watcher_prepare(bool prompt);
void watcher_discard(void);

/* Waits until something happens, and attends to what it can: interrupts waits whose time is over,
 * announces calls that block. `extra` is a descriptor to be waited for as well, or -1; `longest`
 * the most to wait, in milliseconds, or -1. */
struct watcher_news {
  bool readable; /* `extra` can be read, or has hung up */
  bool flush;    /* output that was waiting while a call blocks should be written */
  int signal;    /* a signal that came, 0: none */
};
void watcher_wait(struct session *session, int extra, int longest, struct watcher_news *news);

/* The thread that watches where no terminal's thread does: in a session without a prompt, and at
 * the end of one with it. */
int watcher_start(struct session *session);
void watcher_stop(struct session *session);

/* Interrupts the foreground, as Ctrl-C does. */
void watcher_interrupt_foreground(struct session *session);

/* Ends the session in order, for a signal: no further statement is run, and waits are interrupted.
 */
void watcher_end_session(struct session *session, int status);

/* Undoes in a child what watcher_prepare did: default signals. */
void watcher_reset_child(void);

#endif
