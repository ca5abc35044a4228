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

#endif
