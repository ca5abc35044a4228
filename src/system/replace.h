/* replace: what becomes of a file that a user names, and whose contents are to be replaced as a
 * whole, as an editor would do it: a symbolic link stays, and what it leads to is replaced; the new
 * file has the permissions and the owner of the old one; and what is no file, such as a device, is
 * never replaced by one, nor are its permissions changed. */
#ifndef SOCKSH_SYSTEM_REPLACE_H
#define SOCKSH_SYSTEM_REPLACE_H

#include <stdbool.h>
#include <sys/types.h>

struct replace {
  char *path;   /* behind all links; owned */
  bool there;   /* there is something of this name */
  bool regular; /* and it is a file, which a new one may replace */
  mode_t mode;  /* its permissions */
  uid_t user;   /* its owner */
  gid_t group;
};

/* Finds out. 0, or an errno: ENOENT also for a link that leads nowhere. */
int replace_find(struct replace *replace, const char *path);
void replace_free(struct replace *replace);

/* Creates a file beside it, which does not exist yet, and that nobody can read who could not read
 * the old one. The descriptor, or -1 with errno set. */
int replace_create(const struct replace *replace, const char *beside);

/* What new contents are written to, part by part. */
struct replacement {
  struct replace old;
  char *beside; /* the new file's name; NULL: what is no file is written into */
  int file;
};

/* Finds what has this name, and opens what its new contents are to be written to. 0, or an errno
 * with nothing left open. */
int replacement_begin(struct replacement *replacement, const char *path);

/* 0, or an errno. */
int replacement_write(const struct replacement *replacement, const char *data, size_t length);

/* Ends it. If `problem` is 0 the new contents take the place of the old ones; else, or where that
 * fails, these are as they were. 0, or an errno: `problem`, or what else went wrong. */
int replacement_end(struct replacement *replacement, int problem);

#endif
