/* look_note: tells a look that failed from one that was answered with no. */
#ifndef SOCKSH_SOCKET_LOOK_NOTE_H
#define SOCKSH_SOCKET_LOOK_NOTE_H

#include <stdbool.h>

/* Given what a call returned, and errno: notes a failure that is no answer, such as ENOBUFS, so
 * that the session says once that the kernel could not be asked. Returns the status; errno stays.
 */
int look_note(int status, const char *call);

#endif
