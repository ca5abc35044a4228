/* file_source: files of the program's own for calls that move data between a socket and a file. */
#ifndef SOCKSH_COMMANDS_SOCKET_FILE_SOURCE_H
#define SOCKSH_COMMANDS_SOCKET_FILE_SOURCE_H

#include <stdint.h>

#include "command/invocation.h"

/* Opens a regular file for reading, out of the way of the user's numbers. Its descriptor, with its
 * size in *size; -1 with an error. */
int move_open(const char *path, uint64_t *size, struct error *error);

/* A call of sendfile, to be made and freed by the caller. 0, or -1 when there is no memory. */
int move_prepare_sendfile(struct call *call, struct socket *socket, const char *path, int file,
                          uint64_t offset, size_t count);

#endif
