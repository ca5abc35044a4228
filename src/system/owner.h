/* owner: which process has a socket open, by its inode, as /proc tells. */
#ifndef SOCKSH_SYSTEM_OWNER_H
#define SOCKSH_SYSTEM_OWNER_H

#include "system/family.h"

/* The first process that has it open, with its name (its "comm"); 0 if there is none, or only such
 * as this user may not look into. It reads the descriptors of all processes, so it is for
 * failures. */
pid_t owner_of_socket(uint32_t inode, char name[FAMILY_NAME_SIZE]);

#endif
