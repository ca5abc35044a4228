#include "system/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

int replace_find(struct replace *replace, const char *path) {
  struct stat status;
  *replace = (struct replace){0};
  replace->path = realpath(path, NULL);
  if (!replace->path) {
    int error = errno;
    if (error != ENOENT || lstat(path, &status) == 0)
      return error; /* a link that leads nowhere, among others */
    replace->path = strdup(path);
    return replace->path ? 0 : ENOMEM;
  }
  if (stat(replace->path, &status) < 0)
    return errno;
  replace->there = true;
  replace->regular = S_ISREG(status.st_mode);
  replace->mode = status.st_mode & 0777;
  replace->user = status.st_uid;
  replace->group = status.st_gid;
  return 0;
}

void replace_free(struct replace *replace) {
  free(replace->path);
  *replace = (struct replace){0};
}

/* The owner of a file can be given by root alone. Where the group can't be kept, its permissions
 * are not given to another one. */
static int dress(const struct replace *replace, int file) {
  struct stat status;
  mode_t mode = replace->mode;
  if (fstat(file, &status) < 0)
    return -1;
  if ((status.st_uid != replace->user || status.st_gid != replace->group) &&
      fchown(file, replace->user, replace->group) < 0 &&
      fchown(file, (uid_t)-1, replace->group) < 0)
    mode &= ~(mode_t)070;
  return fchmod(file, mode);
}

int replace_create(const struct replace *replace, const char *beside) {
  mode_t first = replace->there ? 0600 : 0666; /* the umask takes its part of the latter */
  int file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, first);
  if (file < 0 || !replace->there || dress(replace, file) == 0)
    return file;
  int error = errno;
  unlink(beside);
  close(file);
  errno = error;
  return -1;
}

/* Creates the new file, under a name that nothing has. */
static int create_beside(struct replacement *replacement) {
  int problem;
  do {
    uint32_t number = 0;
    (void)!getrandom(&number, sizeof number, 0);
    if (asprintf(&replacement->beside, "%s.%08x", replacement->old.path, (unsigned)number) < 0) {
      replacement->beside = NULL;
      return ENOMEM;
    }
    replacement->file = replace_create(&replacement->old, replacement->beside);
    problem = replacement->file < 0 ? errno : 0;
    if (problem)
      free(replacement->beside);
  } while (problem == EEXIST);
  if (problem)
    replacement->beside = NULL;
  return problem;
}

int replacement_begin(struct replacement *replacement, const char *path) {
  *replacement = (struct replacement){.file = -1};
  int problem = replace_find(&replacement->old, path);
  if (!problem && replacement->old.there && !replacement->old.regular) {
    replacement->file = open(replacement->old.path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    problem = replacement->file < 0 ? errno : 0;
  } else if (!problem) {
    problem = create_beside(replacement);
  }
  if (problem)
    replace_free(&replacement->old);
  return problem;
}

int replacement_write(const struct replacement *replacement, const char *data, size_t length) {
  while (length > 0) {
    ssize_t written = write(replacement->file, data, length);
    if (written < 0 && errno != EINTR)
      return errno;
    if (written > 0) {
      data += written;
      length -= (size_t)written;
    }
  }
  return 0;
}

int replacement_end(struct replacement *replacement, int problem) {
  if (close(replacement->file) < 0 && !problem)
    problem = errno;
  if (!problem && replacement->beside && rename(replacement->beside, replacement->old.path) < 0)
    problem = errno;
  if (problem && replacement->beside)
    unlink(replacement->beside);
  free(replacement->beside);
  replace_free(&replacement->old);
  *replacement = (struct replacement){.file = -1};
  return problem;
}
