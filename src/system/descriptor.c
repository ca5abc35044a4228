#include "system/descriptor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many numbers at the top are reserved for the program itself: at least OWN_ROOM, and one in
 * OWN_PART of all; a lab takes three for each host. */
enum { OWN_ROOM = 64, OWN_PART = 16, CEILING = 65536 };

static struct rlimit original_limit;
static int own_base; /* the first number of the program's own range */

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
  rlim_t ceiling = raised.rlim_cur < CEILING ? raised.rlim_cur : CEILING;
  int room = (int)ceiling / OWN_PART > OWN_ROOM ? (int)ceiling / OWN_PART : OWN_ROOM;
  own_base = (int)ceiling > 2 * room ? (int)ceiling - room : (int)ceiling / 2;
  return 0;
}

struct rlimit descriptor_original_limit(void) {
  return original_limit;
}

int descriptor_move_up(int descriptor) {
  if (descriptor < 0)
    return -1;
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, own_base);
  int error = errno;
  close(descriptor);
  errno = error;
  return moved;
}

int descriptor_open(const char *path, int flags, unsigned mode) {
  return descriptor_move_up(open(path, flags | O_CLOEXEC, mode));
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
  close_apart(3, (unsigned)own_base - 1);
}

void descriptor_unshare_standard(void) {
  close_apart(3, ~0U);
}

int descriptor_copy_up(int descriptor) {
  return fcntl(descriptor, F_DUPFD_CLOEXEC, own_base);
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
  return own_base > 0 && descriptor >= own_base;
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
