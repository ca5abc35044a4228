/* descriptor: which numbers are the user's, and which the program's own.
 *
 * The user's sockets get 3, 4, 5 and so on, as in a small C program. Everything the program opens
 * for itself is close-on-exec and moved to the top. */
#ifndef SOCKSH_SYSTEM_DESCRIPTOR_H
#define SOCKSH_SYSTEM_DESCRIPTOR_H

#include <stdbool.h>
#include <sys/resource.h>

/* To be called first: opens 0 to 2 if they are closed, and raises the soft limit on descriptors to
 * the hard one. 0, or -1 with errno set. */
int descriptor_start(void);

/* The limit on descriptors that the program was started with: what children get. */
struct rlimit descriptor_original_limit(void);

/* Moves a descriptor of the program's own to the top, close-on-exec. The new number, or -1 with
 * errno set and the old one closed. A negative one is handed through. */
int descriptor_move_up(int descriptor);

/* opens a file for the program's own use, at the top. As open(2), with O_CLOEXEC. */
int descriptor_open(const char *path, int flags, unsigned mode);

/* Closes every inherited descriptor from 3 up that is not one of the program's own. `adopt` is
 * asked about each socket among them first; those for which it returns true stay open. */
void descriptor_sort_inherited(bool (*adopt)(int descriptor, void *context), void *context);

/* Gives the calling thread a table of descriptors of its own, which keeps the standard ones and the
 * program's own. Where that is refused it shares the program's on. */
void descriptor_unshare(void);

/* The same with the standard ones alone. */
void descriptor_unshare_standard(void);

/* A pipe with both ends at the top, close-on-exec. 0, or -1 with errno set, both ends -1 and
 * nothing open. */
int descriptor_pipe(int ends[2]);

/* A copy of a descriptor, at the top, close-on-exec. -1 with errno set. */
int descriptor_copy_up(int descriptor);

/* Gives the calling thread a table of descriptors of its own, in which there are the standard ones,
 * `kept` under its own number (-1: none), and this one, which may lie anywhere. Its number there,
 * the lowest that is free; or -1 with errno set, and nothing changed. */
int descriptor_unshare_alone(int descriptor, int kept);

/* True in a thread whose table of descriptors is not the session's: it does not have what was
 * opened there since. */
bool descriptor_is_apart(void);

/* Says so of the calling thread, which shares the table of one that is. */
void descriptor_set_apart(void);

/* True for the program's own descriptors, which the user may not name. */
bool descriptor_is_own(int descriptor);

/* True where it is open, whosesoever it is. */
bool descriptor_is_open(int descriptor);

#endif
