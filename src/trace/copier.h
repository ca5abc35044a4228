/* copier: a thread with a descriptor table of its own, where copies of other programs' descriptors
 * are made (pidfd_getfd(2), Linux 5.6) and looked at. The numbers of the user's sockets stay what
 * they would be without. */
#ifndef SOCKSH_TRACE_COPIER_H
#define SOCKSH_TRACE_COPIER_H

#include <stddef.h>
#include <sys/types.h>

struct copier;

/* NULL with errno set. */
struct copier *copier_create(void);
void copier_free(struct copier *copier);

/* A handle of a process, for the next; -1 with errno set. To be given back. */
int copier_open(struct copier *copier, pid_t process);
void copier_close(struct copier *copier, int handle);

/* Calls `read` in that thread with a copy of the process's descriptor, which is closed when it
 * returns. Waits for it. 0, or an errno. Any thread may call it. */
int copier_read(struct copier *copier, int handle, int descriptor,
                void (*read)(int copy, void *context), void *context);

/* Reads the beginning of a file of /proc there, as text: at most `size` bytes with the zero that
 * ends it. The length; 0 where it can't be read. */
size_t copier_read_file(struct copier *copier, const char *path, char *text, size_t size);

#endif
