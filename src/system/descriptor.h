/* descriptor: which descriptor numbers are the user's, and which are the program's own.
 *
 * The user's sockets get 3, 4, 5 and so on, as in a small C program. Everything the program opens
 * for itself is close-on-exec and moved up, out of their way. */
#ifndef SOCKSH_SYSTEM_DESCRIPTOR_H
#define SOCKSH_SYSTEM_DESCRIPTOR_H

#include <stdbool.h>
#include <sys/resource.h>

/* Must be called first: opens 0 to 2 if they are closed, and raises the soft limit on descriptors
 * to the hard one. 0, or -1 with errno set. */
int descriptor_start(void);

/* Before the program becomes another one: nothing but 0 to 2 stays open, and the limit is what it
 * was. */
void descriptor_end(void);

/* The limit on descriptors that the program was started with, which its children get back. */
struct rlimit descriptor_original_limit(void);

/* Moves a descriptor of the program's own up, close-on-exec. Returns the new number; or -1
 * with errno set, and the old descriptor closed. A negative number is returned as it is. */
int descriptor_move_up(int descriptor);

/* opens a file for the program itself, moved up. As open(2), with O_CLOEXEC */
int descriptor_open(const char *path, int flags, unsigned mode);

/* Opens a new file that no directory lists, in $TMPDIR or /tmp, to read and to write; moved up. -1
 * with errno set on failure. */
int descriptor_open_unlinked(void);

/* Closes every inherited descriptor from 3 up that is not the program's own. `adopt` is asked about
 * each socket first; those for which it returns true stay open. */
void descriptor_sort_inherited(bool (*adopt)(int descriptor, void *context), void *context);

/* Gives the calling thread a descriptor table of its own, with the standard descriptors and the
 * program's own. If that is refused, the thread goes on sharing the process's table. */
void descriptor_unshare(void);

/* The same with the standard descriptors alone. */
void descriptor_unshare_standard(void);

/* Makes a pipe with both ends moved up, close-on-exec. 0, or -1 with errno set and both ends
 * -1. */
int descriptor_pipe(int ends[2]);

/* Duplicates a descriptor, moved up, close-on-exec. -1 with errno set on failure. */
int descriptor_copy_up(int descriptor);

/* Gives the calling thread a descriptor table of its own that holds the standard descriptors,
 * `kept` under its own number (-1: none), and `descriptor`, moved to the lowest free number.
 * Returns that number, or -1 with errno set and nothing changed. */
int descriptor_unshare_alone(int descriptor, int kept);

/* True in a thread whose descriptor table is not the session's: it lacks what was opened there
 * since. */
bool descriptor_is_apart(void);

/* Marks the calling thread as apart, because it shares the table of a thread that is. */
void descriptor_set_apart(void);

/* True for the program's own descriptors, which the user may not name. */
bool descriptor_is_own(int descriptor);

/* The kernel has given this number to the user: if it was the program's own before, it is not any
 * more. */
void descriptor_give_away(int descriptor);

/* True if it is open, whoever owns it. */
bool descriptor_is_open(int descriptor);

#endif
