/* file: reads and writes whole files without using a number that the user's next socket would
 * get. */
#ifndef SOCKSH_SYSTEM_FILE_H
#define SOCKSH_SYSTEM_FILE_H

#include "language/bytes.h"

/* Appends the contents of a file. 0, or an errno: EISDIR for a directory, EFBIG if it holds more
 * than `limit` bytes, ENOMEM. */
int file_read(const char *path, size_t limit, struct bytes *bytes);

/* The same for a descriptor, which it closes. */
int file_read_descriptor(int descriptor, size_t limit, struct bytes *bytes);

/* Writes a file, replacing its contents. 0, or an errno. A named pipe without a reader is refused,
 * not waited for. */
int file_write(const char *path, const void *data, size_t length);

/* Writes a new file beside the old one and renames it over the old one, so that there is always a
 * complete file; replace.h says what stays of the old one. What is no file is written into. 0, or
 * an errno, with the old file unchanged. */
int file_replace(const char *path, const void *data, size_t length);

#endif
