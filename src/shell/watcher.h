/* watcher: one thread handles signals and deadlines for all threads that run commands: Ctrl-C,
 * timeouts, calls that block, and pending output. */
#ifndef SOCKSH_SHELL_WATCHER_H
#define SOCKSH_SHELL_WATCHER_H

#include "session/session.h"

/* Blocks every signal that the watcher takes, in this thread and those it starts, and opens the
 * descriptor that delivers them. At the prompt these include Ctrl-Z and changes of the window. 0,
 * or -1 with errno set. watcher_discard closes the descriptor. */
int watcher_prepare(bool prompt);
void watcher_discard(void);

/* Waits until something happens and does what it can: interrupts waits past their deadline,
 * announces blocked calls. `extra` is another descriptor to wait for, or -1. `longest` is the most
 * to wait, in milliseconds, or -1. */
struct watcher_news {
  bool readable; /* `extra` is readable, or was hung up */
  bool flush;    /* pending output should be written */
  int signal;    /* a signal that arrived; 0: none */
};
void watcher_wait(struct session *session, int extra, int longest, struct watcher_news *news);

/* Waits until a descriptor is readable, or hung up: true. False as soon as there is a signal for
 * watcher_wait to take instead. */
bool watcher_wait_readable(int descriptor);

/* The watching thread where none reads the terminal: in a session without a prompt, and while one
 * with a prompt ends. watcher_start: 0, or -1 with errno set. */
int watcher_start(struct session *session);
void watcher_stop(struct session *session);

/* Interrupts the foreground command, as Ctrl-C does. */
void watcher_interrupt_foreground(struct session *session);

/* Ends the session in good order: no more statements run, and waits are interrupted. `status` is
 * its exit status. */
void watcher_end_session(struct session *session, int status);

/* Restores in a child the signals that watcher_prepare changed. Async-signal-safe. */
void watcher_reset_child(void);

#endif
