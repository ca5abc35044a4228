/* file_source: files of socksh's own, for calls that move data between a file and a socket. */
#ifndef SOCKSH_COMMANDS_SOCKET_FILE_SOURCE_H
#define SOCKSH_COMMANDS_SOCKET_FILE_SOURCE_H

#include <stdint.h>

#include "command/invocation.h"

/* Opens a regular file for reading, with a number out of the user's way. Returns its descriptor,
 * which the caller closes, and its size in bytes; -1 with an error. */
int file_source_open(const char *path, uint64_t *size, struct error *error);

/* Initializes a sendfile call, which the caller makes and frees. 0, or -1 if out of memory. */
int file_source_prepare_sendfile(struct call *call, struct socket *socket, const char *path,
                                 int file, uint64_t offset, size_t count);

#endif
