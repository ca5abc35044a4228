#include "socket/descriptor_kind.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "socket/look_note.h"

/* Constants that old headers lack. */
#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC 0x50494446
#endif

static const struct kind_row {
  const char *title;
  const char *link; /* what its link in /proc/self/fd begins with, if it is in no file system */
} rows[] = {
    [DESCRIPTOR_SOCKET] = {"socket", NULL},
    [DESCRIPTOR_EPOLL] = {"epoll", "anon_inode:[eventpoll]"},
    [DESCRIPTOR_PIPE] = {"pipe", NULL},
    [DESCRIPTOR_FILE] = {"file", NULL},
    [DESCRIPTOR_DIRECTORY] = {"directory", NULL},
    [DESCRIPTOR_DEVICE] = {"device", NULL},
    [DESCRIPTOR_PATH] = {"path", NULL},
    [DESCRIPTOR_PROCESS] = {"pidfd", "anon_inode:[pidfd]"},
    [DESCRIPTOR_NAMESPACE] = {"namespace", NULL},
    [DESCRIPTOR_EVENT] = {"eventfd", "anon_inode:[eventfd]"},
    [DESCRIPTOR_TIMER] = {"timerfd", "anon_inode:[timerfd]"},
    [DESCRIPTOR_SIGNAL] = {"signalfd", "anon_inode:[signalfd]"},
    [DESCRIPTOR_OTHER] = {"other", NULL},
};
enum { ROWS = sizeof rows / sizeof *rows };

/* Those that are in no file system differ by the name of their inode alone. */
static enum descriptor_kind anonymous_kind(int descriptor) {
  char path[32];
  char link[64];
  snprintf(path, sizeof path, "/proc/thread-self/fd/%d", descriptor);
  ssize_t length = readlink(path, link, sizeof link - 1);
  look_note((int)length, "readlink");
  link[length < 0 ? 0 : length] = '\0';
  for (int kind = 0; kind < ROWS; kind++)
    if (rows[kind].link && strcmp(link, rows[kind].link) == 0)
      return (enum descriptor_kind)kind;
  return DESCRIPTOR_OTHER;
}

enum descriptor_kind descriptor_kind_of(int descriptor) {
  struct stat status;
  struct statfs system;
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fstat(descriptor, &status) < 0)
    return DESCRIPTOR_OTHER;
  if (flags & O_PATH)
    return DESCRIPTOR_PATH;
  /* pidfds and namespaces are regular files of file systems of their own. */
  if (fstatfs(descriptor, &system) == 0) {
    if (system.f_type == PID_FS_MAGIC)
      return DESCRIPTOR_PROCESS;
    if (system.f_type == NSFS_MAGIC)
      return DESCRIPTOR_NAMESPACE;
    if (system.f_type == ANON_INODE_FS_MAGIC)
      return anonymous_kind(descriptor);
  }
  switch (status.st_mode & S_IFMT) {
  case S_IFIFO:
    return DESCRIPTOR_PIPE;
  case S_IFREG:
    return DESCRIPTOR_FILE;
  case S_IFDIR:
    return DESCRIPTOR_DIRECTORY;
  case S_IFCHR:
  case S_IFBLK:
    return DESCRIPTOR_DEVICE;
  default:
    return DESCRIPTOR_OTHER;
  }
}

const char *descriptor_kind_title(enum descriptor_kind kind) {
  return rows[kind].title;
}
