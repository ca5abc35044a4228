/* hosts_file: the /etc/hosts of a host: a file of its own, which begins with the names of the lab's
 * hosts and goes on with what the machine's has. For the helper, which allocates no memory. */
#ifndef SOCKSH_LAB_HOSTS_FILE_H
#define SOCKSH_LAB_HOSTS_FILE_H

#include <stddef.h>

/* Puts one in the place of /etc/hosts, and an empty file in that of /etc/resolv.conf, in the
 * calling process's mount namespace. Returns a descriptor of the first, or -1 if that is refused.
 */
int hosts_file_make(void);

/* Writes the lab's lines, in place of those written last; what programs have added stays. 0, or an
 * errno. */
int hosts_file_write(int file, const char *lines, size_t length);

/* Remembers the lines as those written last, once all files have them. */
void hosts_file_remember(const char *lines, size_t length);

#endif
