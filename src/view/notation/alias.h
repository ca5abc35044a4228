/* alias: names for what differs from run to run, so that `--stable` prints the same each time:
 * ports the kernel chose as P1, P2, names it chose as A1, times as T1, cookies as C1, process ids
 * as I1, ids of fragments as F1, in order of appearance. */
#ifndef SOCKSH_VIEW_NOTATION_ALIAS_H
#define SOCKSH_VIEW_NOTATION_ALIAS_H

#include "language/bytes.h"
#include "names/address.h"

/* A zeroed struct knows nothing yet. */
struct aliases {
  struct bytes entries; /* struct alias */
  unsigned counts[26];  /* how many there are of each letter */
};

/* Adds the alias of a value: the letter and its number. */
void alias_append(struct aliases *aliases, char letter, long long value, struct bytes *bytes);

/* Adds a port, as its alias unless it is kept as it is or 0. */
void alias_append_port(struct aliases *aliases, int port, struct bytes *bytes);

/* Remembers a port that nobody chose but the user, or that a service has: it is printed as it is.
 */
void alias_keep_port(struct aliases *aliases, int port);

/* The same for every number in a line as it was typed. What stands behind a $ may come from a
 * program that printed it. */
void alias_keep_ports(struct aliases *aliases, const char *text, size_t length);

/* Adds an address, its port as alias unless the user wrote it or it is 0. */
void alias_append_address(struct aliases *aliases, const struct address *address,
                          struct bytes *bytes);

/* Adds text in which each number that is a known port stands as its alias, and each number behind
 * "pid=" or "cookie" as one of theirs. */
void alias_append_text(struct aliases *aliases, const char *text, size_t length,
                       struct bytes *bytes);

void aliases_free(struct aliases *aliases);

#endif
