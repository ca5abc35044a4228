#include "system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/file_thread.h"
#include "system/replace.h"

/* The input and output of the work in the thread. */
struct file_work {
  const char *path;
  size_t limit;
  struct bytes *bytes;
  const char *data;
  size_t length;
  int problem;
};

int file_read_descriptor(int descriptor, size_t limit, struct bytes *bytes) {
  struct stat status;
  int problem = 0;
  size_t start = bytes->length;
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode))
    problem = EISDIR;
  while (!problem) {
    if (bytes_reserve(bytes, 65536) < 0) {
      problem = ENOMEM;
      break;
    }
    ssize_t got = read(descriptor, bytes->data + bytes->length, 65536);
    if (got == 0)
      break;
    if (got < 0 && errno != EINTR)
      problem = errno;
    bytes->length += got > 0 ? (size_t)got : 0;
    if (bytes->length - start > limit)
      problem = EFBIG;
  }
  close(descriptor);
  return problem;
}

static void work_read(void *argument) {
  struct file_work *work = argument;
  int file = open(work->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  work->problem = file < 0 ? errno : file_read_descriptor(file, work->limit, work->bytes);
}

static int write_all(int file, const char *data, size_t length) {
  while (length > 0) {
    ssize_t written = write(file, data, length);
    if (written < 0 && errno != EINTR)
      return errno;
    if (written > 0) {
      data += written;
      length -= (size_t)written;
    }
  }
  return 0;
}

static void work_write(void *argument) {
  struct file_work *work = argument;
  int file =
      open(work->path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
  work->problem = file < 0 ? errno : write_all(file, work->data, work->length);
  if (file >= 0 && close(file) < 0 && !work->problem)
    work->problem = errno;
}

static void work_replace(void *argument) {
  struct file_work *work = argument;
  struct replacement replacement;
  work->problem = replacement_begin(&replacement, work->path);
  if (!work->problem)
    work->problem =
        replacement_end(&replacement, replacement_write(&replacement, work->data, work->length));
}

static int run(void (*function)(void *argument), struct file_work *work) {
  return file_thread_run(function, work) < 0 ? errno : work->problem;
}

int file_read(const char *path, size_t limit, struct bytes *bytes) {
  struct file_work work = {.path = path, .limit = limit, .bytes = bytes};
  return run(work_read, &work);
}

int file_write(const char *path, const void *data, size_t length) {
  struct file_work work = {.path = path, .data = data, .length = length};
  return run(work_write, &work);
}

int file_replace(const char *path, const void *data, size_t length) {
  struct file_work work = {.path = path, .data = data, .length = length};
  return run(work_replace, &work);
}
