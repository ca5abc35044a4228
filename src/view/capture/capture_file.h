/* capture_file: writes packets to a file for Wireshark and tcpdump, in the format pcapng
 * (draft-ietf-opsawg-pcapng): several interfaces, and comments. */
#ifndef SOCKSH_VIEW_CAPTURE_CAPTURE_FILE_H
#define SOCKSH_VIEW_CAPTURE_CAPTURE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "language/error.h"

struct capture_file;

/* An IP packet for the file. */
struct capture_frame {
  unsigned interface; /* on which it was seen: what capture_file_interface returned */
  bool outbound;      /* its sender has that interface */
  int64_t wall;       /* when, in nanoseconds of wall-clock time */
  int64_t monotonic;
  const void *bytes;
  size_t length; /* bytes kept */
  size_t total;
  const char *comment; /* "" for none */
};

/* Opens a file, replacing its contents. NULL with an error. The caller makes sure that only one
 * thread uses a file at a time. */
struct capture_file *capture_file_open(const char *path, struct error *error);

/* The interface with a name; the first time it is written to the file, with what is said about it.
 * Errors are kept for capture_file_close. */
unsigned capture_file_interface(struct capture_file *file, const char *name,
                                const char *description);

/* Writes a packet. An error is kept for capture_file_close. */
void capture_file_add(struct capture_file *file, const struct capture_frame *frame);

/* Flushes what was added to the kernel, so that others see it. This also happens now and then by
 * itself. */
void capture_file_flush(struct capture_file *file);

/* How many packets were written. */
uint64_t capture_file_count(const struct capture_file *file);

/* Closes the file, and frees it. 0, or -1 with an error if something could not be written. */
int capture_file_close(struct capture_file *file, struct error *error);

#endif
