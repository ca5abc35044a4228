/* file: files read and written whole, where it takes no number that the user's next socket would
 * get. */
#ifndef SOCKSH_SYSTEM_FILE_H
#define SOCKSH_SYSTEM_FILE_H

#include "language/bytes.h"

/* Adds a file's bytes. 0, or an errno: EISDIR for a directory, EFBIG when there are more than
 * `limit`, ENOMEM. */
int file_read(const char *path, size_t limit, struct bytes *bytes);

/* The same for a descriptor, which is closed. */
int file_read_descriptor(int descriptor, size_t limit, struct bytes *bytes);

/* Writes a file, over what was in it. 0, or an errno. A named pipe that nobody reads is refused
 * rather than waited for. */
int file_write(const char *path, const void *data, size_t length);

/* Writes a new file beside the old one and puts it in its place, so that the old one is whole until
 * the new one is. 0, or an errno, with the old one as it was. */
int file_replace(const char *path, const void *data, size_t length);

#endif
