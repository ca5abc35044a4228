/* alias: names for what differs from run to run, so that `--stable` prints the same each time: ports the kernel chose
 * as P1, P2, times as T1, cookies as C1, process ids as I1, in order of appearance. */
#ifndef SOCKSH_VIEW_ALIAS_H
#define SOCKSH_VIEW_ALIAS_H

#include "language/bytes.h"
#include "socket/address.h"

/* A zeroed struct knows nothing yet. */
struct aliases {
  struct bytes entries; /* struct alias */
  unsigned counts[26];  /* how many there are of each letter */
};

/* Adds the alias of a value: the letter and its number. */
void alias_append(struct aliases *aliases, char letter, long long value, struct bytes *bytes);

/* Remembers a port that the user wrote: it is printed as it is. */
void alias_keep_port(struct aliases *aliases, int port);

/* Adds an address, its port as alias unless the user wrote it or it is 0. */
void alias_append_address(struct aliases *aliases, const struct address *address, struct bytes *bytes);

/* Adds text in which each number that is a known port stands as its alias, and each number behind "pid=" or "cookie" as
 * one of theirs. */
void alias_append_text(struct aliases *aliases, const char *text, size_t length, struct bytes *bytes);

void aliases_free(struct aliases *aliases);

#endif
