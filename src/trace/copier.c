#include "trace/copier.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system/descriptor.h"
#include "system/thread.h"
#include "system/wait.h"

enum errand_kind { ERRAND_OPEN, ERRAND_CLOSE, ERRAND_READ, ERRAND_FILE, ERRAND_END };

/* What the thread is to do. Whoever asks keeps it until it is done. */
struct errand {
  enum errand_kind kind;
  pid_t process;
  int handle;
  int descriptor;
  void (*read)(int copy, void *context);
  void *context;
  const char *path;
  char *text;
  size_t size;
  int result; /* a handle, a length; or minus an errno */
};

struct copier {
  pthread_t thread;
  pthread_mutex_t asking; /* held by whoever has an errand */
  struct errand *errand;  /* handed over by `asked`, and back by `done` */
  _Atomic unsigned asked; /* futexes: how many errands were given, and done */
  _Atomic unsigned done;
};

static int read_copy(const struct errand *errand) {
  int copy = (int)syscall(SYS_pidfd_getfd, errand->handle, errand->descriptor, 0);
  if (copy < 0)
    return -errno;
  errand->read(copy, errand->context);
  close(copy);
  return 0;
}

static int read_file(const struct errand *errand) {
  int file = open(errand->path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? 0 : read(file, errand->text, errand->size - 1);
  if (file >= 0)
    close(file);
  return length < 0 ? 0 : (int)length;
}

static int run_errand(const struct errand *errand) {
  int handle;
  switch (errand->kind) {
  case ERRAND_OPEN:
    handle = (int)syscall(SYS_pidfd_open, errand->process, 0);
    return handle < 0 ? -errno : handle;
  case ERRAND_CLOSE:
    close(errand->handle);
    return 0;
  case ERRAND_READ:
    return read_copy(errand);
  case ERRAND_FILE:
    return read_file(errand);
  case ERRAND_END:
    break;
  }
  return 0;
}

static void *run(void *argument) {
  struct copier *copier = argument;
  bool goes_on = true;
  descriptor_unshare_standard();
  for (unsigned count = 0; goes_on; count++) {
    while (copier->asked == count)
      futex_wait(&copier->asked, count, 0);
    goes_on = copier->errand->kind != ERRAND_END;
    copier->errand->result = run_errand(copier->errand);
    copier->done = count + 1;
    futex_wake(&copier->done);
  }
  return NULL;
}

static int ask(struct copier *copier, struct errand *errand) {
  pthread_mutex_lock(&copier->asking);
  unsigned count = copier->done;
  copier->errand = errand;
  copier->asked = count + 1;
  futex_wake(&copier->asked);
  while (copier->done == count)
    futex_wait(&copier->done, count, 0);
  pthread_mutex_unlock(&copier->asking);
  return errand->result;
}

struct copier *copier_create(void) {
  struct copier *copier = calloc(1, sizeof *copier);
  if (!copier)
    return NULL;
  pthread_mutex_init(&copier->asking, NULL);
  int problem = thread_start(&copier->thread, 0, 0, run, copier);
  if (problem == 0)
    return copier;
  pthread_mutex_destroy(&copier->asking);
  free(copier);
  errno = problem;
  return NULL;
}

void copier_free(struct copier *copier) {
  struct errand errand = {.kind = ERRAND_END};
  if (!copier)
    return;
  ask(copier, &errand);
  pthread_join(copier->thread, NULL);
  pthread_mutex_destroy(&copier->asking);
  free(copier);
}

int copier_open(struct copier *copier, pid_t process) {
  struct errand errand = {.kind = ERRAND_OPEN, .process = process};
  int handle = ask(copier, &errand);
  if (handle >= 0)
    return handle;
  errno = -handle;
  return -1;
}

void copier_close(struct copier *copier, int handle) {
  struct errand errand = {.kind = ERRAND_CLOSE, .handle = handle};
  if (handle >= 0)
    ask(copier, &errand);
}

int copier_read(struct copier *copier, int handle, int descriptor,
                void (*read)(int copy, void *context), void *context) {
  struct errand errand = {.kind = ERRAND_READ,
                          .handle = handle,
                          .descriptor = descriptor,
                          .read = read,
                          .context = context};
  return handle < 0 ? EBADF : -ask(copier, &errand);
}

size_t copier_read_file(struct copier *copier, const char *path, char *text, size_t size) {
  struct errand errand = {.kind = ERRAND_FILE, .path = path, .text = text, .size = size};
  int length = ask(copier, &errand);
  text[length] = '\0';
  return (size_t)length;
}
