#include "trace/memory.h"

#include <string.h>
#include <sys/uio.h>

/* One iovec that reaches into a page that is not there is read up to that page. */
static size_t read_some(pid_t process, uint64_t address, void *buffer, size_t length) {
  struct iovec here = {.iov_base = buffer, .iov_len = length};
  struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = length};
  ssize_t got = length > 0 ? process_vm_readv(process, &here, 1, &there, 1, 0) : 0;
  return got < 0 ? 0 : (size_t)got;
}

static size_t read_all(pid_t process, uint64_t address, char *buffer, size_t length) {
  size_t done = 0;
  for (size_t got = 1; done < length && got > 0; done += got)
    got = read_some(process, address + done, buffer + done, length - done);
  return done;
}

int memory_read(pid_t process, uint64_t address, void *buffer, size_t length) {
  size_t done = read_all(process, address, buffer, length);
  memset((char *)buffer + done, 0, length - done);
  return done == length ? 0 : -1;
}

int memory_write_word(pid_t process, uint64_t address, uint64_t word) {
  struct iovec here = {.iov_base = &word, .iov_len = sizeof word};
  struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = sizeof word};
  return process_vm_writev(process, &here, 1, &there, 1, 0) == (ssize_t)sizeof word ? 0 : -1;
}

struct blob *memory_read_blob(pid_t process, uint64_t address, size_t length, size_t most) {
  struct blob *blob = blob_create(length < most ? length : most);
  if (blob)
    blob->length = read_all(process, address, blob->data, length < most ? length : most);
  return blob;
}
