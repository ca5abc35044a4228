#include "system/family.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "language/loss.h"
#include "system/descriptor.h"

/* What /proc/PID/stat says of a process. */
struct relation {
  pid_t process;
  pid_t parent;
  pid_t group;
  pid_t session;
  bool member;
};

/* Notes what kept /proc from being read, unless that is an answer: the process is gone, or another
 * user's. */
static void note_failure(const char *call) {
  if (errno != ENOENT && errno != ESRCH && errno != EACCES && errno != EPERM && errno != ENOTDIR)
    loss_of_look(call, errno);
}

/* At the top of the descriptors: a lower number may be the user's next. */
static DIR *open_directory(const char *path) {
  int descriptor = descriptor_open(path, O_RDONLY | O_DIRECTORY, 0);
  DIR *directory = descriptor < 0 ? NULL : fdopendir(descriptor);
  if (!directory)
    note_failure("open");
  if (!directory && descriptor >= 0)
    close(descriptor);
  return directory;
}

/* Reads a small file as text. Its length; 0 if it can't be read. */
static size_t read_file(const char *path, char *text, size_t size) {
  int file = descriptor_open(path, O_RDONLY, 0);
  ssize_t length = file < 0 ? -1 : read(file, text, size - 1);
  if (length < 0)
    note_failure(file < 0 ? "open" : "read");
  if (file >= 0)
    close(file);
  text[length > 0 ? length : 0] = '\0';
  return length > 0 ? (size_t)length : 0;
}

/* The next entry; NULL at the end, or where there was a failure. */
static const struct dirent *next_entry(DIR *directory) {
  errno = 0;
  const struct dirent *entry = readdir(directory);
  if (!entry && errno != 0)
    note_failure("getdents64");
  return entry;
}

/* The name in the brackets may hold anything, brackets too, so the last one counts. */
static bool read_relation(pid_t process, struct relation *relation) {
  char path[64];
  char text[512];
  int parent, group, session;
  snprintf(path, sizeof path, "/proc/%ld/stat", (long)process);
  const char *end = read_file(path, text, sizeof text) > 0 ? strrchr(text, ')') : NULL;
  if (!end || sscanf(end, ") %*c %d %d %d", &parent, &group, &session) != 3)
    return false;
  *relation = (struct relation){process, parent, group, session, false};
  return true;
}

static int compare(const void *first, const void *second) {
  const struct relation *a = first;
  const struct relation *b = second;
  return a->process < b->process ? -1 : a->process > b->process;
}

void family_take(struct family_all *all) {
  struct relation relation;
  DIR *directory = open_directory("/proc");
  const struct dirent *entry;
  bytes_clear(&all->relations);
  if (!directory)
    loss_of_look("open", errno); /* of /proc itself no is no answer */
  while (directory && (entry = next_entry(directory))) {
    pid_t process = (pid_t)strtol(entry->d_name, NULL, 10);
    if (process > 0 && read_relation(process, &relation))
      bytes_append(&all->relations, &relation, sizeof relation);
  }
  if (directory)
    closedir(directory);
  if (all->relations.length > 0)
    qsort(all->relations.data, all->relations.length / sizeof relation, sizeof relation, compare);
}

void family_forget(struct family_all *all) {
  bytes_free(&all->relations);
}

/* Children of members are members, until none is new. */
static void mark_members(struct relation *list, size_t count, pid_t first) {
  for (size_t i = 0; i < count; i++)
    list[i].member = first == 0 || list[i].process == first || list[i].group == first ||
                     list[i].session == first;
  for (bool more = first != 0; more;) {
    more = false;
    for (size_t i = 0; i < count; i++) {
      struct relation key = {.process = list[i].parent};
      const struct relation *parent =
          list[i].member ? NULL : bsearch(&key, list, count, sizeof key, compare);
      if (parent && parent->member)
        more = list[i].member = true;
    }
  }
}

void family_list(struct family_all *all, pid_t first, struct bytes *processes) {
  struct relation *list = (struct relation *)all->relations.data;
  size_t count = all->relations.length / sizeof *list;
  if (count > 0)
    mark_members(list, count, first);
  for (size_t i = 0; i < count; i++)
    if (list[i].member)
      bytes_append(processes, &list[i].process, sizeof list[i].process);
  processes->failed |= all->relations.failed;
}

static int refusal(int error) {
  return error == EACCES || error == EPERM ? error : 0;
}

int family_walk_sockets(pid_t process, void (*each)(int descriptor, uint32_t inode, void *context),
                        void *context) {
  char path[320];
  char link[64];
  unsigned inode;
  int refused = 0;
  snprintf(path, sizeof path, "/proc/%ld/fd", (long)process);
  DIR *directory = open_directory(path);
  const struct dirent *entry;
  if (!directory)
    return refusal(errno);
  while ((entry = next_entry(directory))) {
    snprintf(path, sizeof path, "/proc/%ld/fd/%s", (long)process, entry->d_name);
    ssize_t length = entry->d_name[0] == '.' ? 0 : readlink(path, link, sizeof link - 1);
    if (length < 0) {
      note_failure("readlink");
      refused = refusal(errno) ? errno : refused;
      continue;
    }
    link[length] = '\0';
    if (sscanf(link, "socket:[%u]", &inode) == 1)
      each((int)strtol(entry->d_name, NULL, 10), inode, context);
  }
  closedir(directory);
  return refused;
}

void family_name(pid_t process, char name[FAMILY_NAME_SIZE]) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/comm", (long)process);
  read_file(path, name, FAMILY_NAME_SIZE);
  name[strcspn(name, "\n")] = '\0';
}

/* Whether an epoll instance watches descriptor 0: its fdinfo has a line for each. */
static enum family_reads epoll_reads(pid_t process, unsigned long descriptor) {
  char path[96];
  char text[8192];
  snprintf(path, sizeof path, "/proc/%ld/fdinfo/%lu", (long)process, descriptor);
  size_t length = read_file(path, text, sizeof text);
  if (length == 0 || length == sizeof text - 1)
    return FAMILY_READS_UNKNOWN;
  for (const char *at = text; (at = strstr(at, "tfd:")); at++)
    if (strtol(at + 4, NULL, 10) == 0)
      return FAMILY_READS_UNKNOWN;
  return FAMILY_READS_NOT;
}

/* What a thread is blocked in: the number of the system call, and its arguments. Calls that wait
 * for another thread or process say nothing of the program. */
static enum family_reads call_reads(pid_t process, long call, unsigned long first) {
  switch (call) {
  case SYS_read:
  case SYS_readv:
    return first == 0 ? FAMILY_READS : FAMILY_READS_NOT;
  case SYS_accept:
  case SYS_accept4:
  case SYS_connect:
  case SYS_recvfrom:
  case SYS_recvmsg:
  case SYS_sendto:
  case SYS_sendmsg:
  case SYS_write:
  case SYS_nanosleep:
  case SYS_clock_nanosleep:
  case SYS_wait4:
  case SYS_waitid:
  case SYS_futex:
  case SYS_rt_sigtimedwait:
  case SYS_rt_sigsuspend:
    return FAMILY_READS_NOT;
#ifdef SYS_pause
  case SYS_pause:
    return FAMILY_READS_NOT;
#endif
#ifdef SYS_epoll_wait
  case SYS_epoll_wait:
#endif
  case SYS_epoll_pwait:
    return epoll_reads(process, first);
  default: /* poll, select and io_uring may wait for it, among others */
    return FAMILY_READS_UNKNOWN;
  }
}

static enum family_reads thread_reads(pid_t process, const char *thread) {
  char path[320];
  char text[256];
  long call;
  unsigned long first = 0;
  snprintf(path, sizeof path, "/proc/%ld/task/%s/syscall", (long)process, thread);
  if (read_file(path, text, sizeof text) == 0)
    return FAMILY_READS_UNKNOWN;
  if (strncmp(text, "running", 7) == 0)
    return FAMILY_READS_NOT;
  if (sscanf(text, "%ld %lx", &call, &first) < 1 || call < 0)
    return FAMILY_READS_UNKNOWN;
  return call_reads(process, call, first);
}

static enum family_reads process_reads(pid_t process) {
  char path[64];
  enum family_reads all = FAMILY_READS_UNKNOWN;
  snprintf(path, sizeof path, "/proc/%ld/task", (long)process);
  DIR *directory = open_directory(path);
  const struct dirent *entry;
  while (directory && (entry = next_entry(directory))) {
    if (entry->d_name[0] == '.')
      continue;
    all = thread_reads(process, entry->d_name);
    if (all != FAMILY_READS_NOT)
      break;
  }
  if (directory)
    closedir(directory);
  return all;
}

enum family_reads family_reads_input(pid_t first) {
  struct bytes processes = {0};
  struct family_all all = {{0}};
  enum family_reads reads = FAMILY_READS_UNKNOWN;
  family_take(&all);
  family_list(&all, first, &processes);
  const pid_t *list = (const pid_t *)processes.data;
  for (size_t i = 0; i < processes.length / sizeof *list; i++) {
    reads = process_reads(list[i]);
    if (reads != FAMILY_READS_NOT)
      break;
  }
  bytes_free(&processes);
  family_forget(&all);
  return reads;
}
