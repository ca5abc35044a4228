/* memory: bytes of another process, read in bounds (process_vm_readv(2)), and written. It may
 * change them at any time: what was read is what counts, and is read once. */
#ifndef SOCKSH_TRACE_MEMORY_H
#define SOCKSH_TRACE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "language/value.h"

/* Reads `length` bytes at an address of the process. 0; or -1, when not all of them can be read:
 * what could be is in front, and the rest is zero. */
int memory_read(pid_t process, uint64_t address, void *buffer, size_t length);

/* Writes one word. 0, or -1: it can't be. */
int memory_write_word(pid_t process, uint64_t address, uint64_t word);

/* The same as memory_read as a new blob, at most `most` bytes of them, as far as they can be read.
 * NULL when there is no memory. */
struct blob *memory_read_blob(pid_t process, uint64_t address, size_t length, size_t most);

#endif
