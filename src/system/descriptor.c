#include "system/descriptor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The program's own descriptors begin where those of most programs end, at their usual limit. The
 * kernel's table has a slot for each number below the highest, which each child copies: so not at
 * the top. Where there are fewer numbers, OWN_ROOM are left for the program. */
enum { OWN_USUAL = 1024, OWN_ROOM = 64 };

/* The numbers that can be the program's own. */
enum { OWN_MOST = 1 << 20, WORD_BITS = 64 };

static struct rlimit original_limit;
static int own_base; /* the program's own are not below this number */

/* A bit for each number that the program has taken for itself. It is not cleared when that is
 * closed, but when the user gets the number. Any thread may set and clear bits. */
static _Atomic uint64_t own[OWN_MOST / WORD_BITS];
static _Atomic int own_end; /* no bit is set from here on */

static int mark_own(int descriptor) {
  if (descriptor < 0 || descriptor >= OWN_MOST)
    return descriptor;
  int end = own_end;
  while (end <= descriptor && !atomic_compare_exchange_weak(&own_end, &end, descriptor + 1))
    ;
  own[descriptor / WORD_BITS] |= (uint64_t)1 << descriptor % WORD_BITS;
  return descriptor;
}

void descriptor_give_away(int descriptor) {
  if (descriptor >= own_base && descriptor < OWN_MOST)
    own[descriptor / WORD_BITS] &= ~((uint64_t)1 << descriptor % WORD_BITS);
}

static int open_standard(void) {
  for (int descriptor = 0; descriptor <= 2; descriptor++) {
    if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF)
      continue;
    /* Opened the wrong way round on purpose: reading from a closed standard input must still fail
     * with EBADF, and so must writing to a closed output. */
    int opened = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY);
    if (opened != descriptor)
      return -1;
  }
  return 0;
}

int descriptor_start(void) {
  if (open_standard() < 0 || getrlimit(RLIMIT_NOFILE, &original_limit) < 0)
    return -1;
  struct rlimit raised = original_limit;
  raised.rlim_cur = raised.rlim_max;
  setrlimit(RLIMIT_NOFILE, &raised); /* if refused, the soft limit stays as it is */
  if (getrlimit(RLIMIT_NOFILE, &raised) < 0)
    return -1;
  int ceiling =
      raised.rlim_cur < OWN_USUAL + OWN_ROOM ? (int)raised.rlim_cur : OWN_USUAL + OWN_ROOM;
  own_base = ceiling > 2 * OWN_ROOM ? ceiling - OWN_ROOM : ceiling / 2;
  return 0;
}

void descriptor_end(void) {
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  setrlimit(RLIMIT_NOFILE, &original_limit);
}

struct rlimit descriptor_original_limit(void) {
  return original_limit;
}

int descriptor_move_up(int descriptor) {
  if (descriptor < 0)
    return -1;
  int moved = descriptor_copy_up(descriptor);
  int error = errno;
  close(descriptor);
  errno = error;
  return moved;
}

int descriptor_open(const char *path, int flags, unsigned mode) {
  return descriptor_move_up(open(path, flags | O_CLOEXEC, mode));
}

int descriptor_open_unlinked(void) {
  char path[4096];
  const char *directory = getenv("TMPDIR");
  if (!directory || !*directory)
    directory = "/tmp";
  int file = descriptor_open(directory, O_TMPFILE | O_RDWR, 0600);
  if (file >= 0)
    return file;
  if (snprintf(path, sizeof path, "%s/socksh-XXXXXX", directory) >= (int)sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  file = mkostemp(path, O_CLOEXEC);
  if (file >= 0)
    unlink(path);
  return descriptor_move_up(file);
}

int descriptor_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) < 0) {
    ends[0] = ends[1] = -1;
    return -1;
  }
  ends[0] = descriptor_move_up(ends[0]);
  ends[1] = descriptor_move_up(ends[1]);
  if (ends[0] >= 0 && ends[1] >= 0)
    return 0;
  int error = errno;
  for (int i = 0; i < 2; i++) {
    if (ends[i] >= 0)
      close(ends[i]);
    ends[i] = -1;
  }
  errno = error;
  return -1;
}

/* close_range(2) in a descriptor table of the calling thread's own. */
static int close_apart(unsigned first, unsigned last) {
  int status = close_range(first, last, CLOSE_RANGE_UNSHARE);
  if (status == 0)
    descriptor_set_apart();
  return status;
}

void descriptor_unshare(void) {
  unsigned first = 3; /* of the gap between two of the program's own */
  if (close_apart(first, (unsigned)own_base - 1) < 0)
    return;
  first = (unsigned)own_base;
  for (unsigned number = first; number < (unsigned)own_end; number++) {
    if (!descriptor_is_own((int)number))
      continue;
    if (number > first)
      close_range(first, number - 1, 0);
    first = number + 1;
  }
  close_range(first, ~0U, 0);
}

void descriptor_unshare_standard(void) {
  close_apart(3, ~0U);
}

int descriptor_copy_up(int descriptor) {
  return mark_own(fcntl(descriptor, F_DUPFD_CLOEXEC, own_base));
}

int descriptor_unshare_alone(int descriptor, int kept) {
  int low = kept >= 0 && kept < descriptor ? kept : descriptor;
  int high = kept > descriptor ? kept : descriptor;
  if (close_apart((unsigned)high + 1, ~0U) < 0)
    return -1;
  if (high > low + 1)
    close_range((unsigned)low + 1, (unsigned)high - 1, 0);
  if (low > 3)
    close_range(3, (unsigned)low - 1, 0);
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  if (moved >= 0 && moved != descriptor)
    close(descriptor);
  return moved;
}

bool descriptor_is_own(int descriptor) {
  return descriptor >= 0 && descriptor < OWN_MOST &&
         own[descriptor / WORD_BITS] & (uint64_t)1 << descriptor % WORD_BITS;
}

bool descriptor_is_open(int descriptor) {
  return fcntl(descriptor, F_GETFD) >= 0;
}

void descriptor_sort_inherited(bool (*adopt)(int descriptor, void *context), void *context) {
  DIR *directory = opendir("/proc/self/fd");
  if (!directory)
    return;
  struct dirent *entry;
  while ((entry = readdir(directory))) {
    char *end;
    long number = strtol(entry->d_name, &end, 10);
    struct stat status;
    if (*end != '\0' || number < 3 || number == dirfd(directory) || descriptor_is_own((int)number))
      continue;
    if (fstat((int)number, &status) == 0 && S_ISSOCK(status.st_mode) && adopt((int)number, context))
      continue;
    close((int)number);
  }
  closedir(directory);
}
