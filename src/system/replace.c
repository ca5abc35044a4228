#include "system/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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
