/* alias: names for what differs from run to run, so that `--stable` prints the same each time:
 * ports that the kernel chose as P1, P2, names that it chose as A1, times as T1, cookies as C1,
 * process ids as I1, fragment ids as F1, what epoll gives back as D1, in order of appearance. */
#ifndef SOCKSH_VIEW_NOTATION_ALIAS_H
#define SOCKSH_VIEW_NOTATION_ALIAS_H

#include "language/bytes.h"
#include "names/address.h"

/* A zeroed struct is empty. */
struct aliases {
  struct bytes entries; /* struct alias */
  unsigned counts[26];  /* how many there are for each letter */
};

/* Appends the alias of a value: the letter and its number. */
void alias_append(struct aliases *aliases, char letter, long long value, struct bytes *bytes);

/* Appends a port: as its alias, unless it is 0 or kept unchanged. */
void alias_append_port(struct aliases *aliases, int port, struct bytes *bytes);

/* Keeps a port unchanged, because it comes from the user or from the name of a service. */
void alias_keep_port(struct aliases *aliases, int port);

/* The same for every number in a line as typed. A number after a $ is skipped: its value may come
 * from a program's output. */
void alias_keep_ports(struct aliases *aliases, const char *text, size_t length);

/* Appends an address, with its port as an alias unless the user wrote it or it is 0. */
void alias_append_address(struct aliases *aliases, const struct address *address,
                          struct bytes *bytes);

/* Gives the port of an address its alias, if the text is one, since nobody but a kernel has chosen
 * it: a program's socket is in no call. */
void alias_note_address(struct aliases *aliases, const char *text, size_t length);

/* Appends the text of an address of netlink, with its port number as an alias. */
void alias_append_netlink(struct aliases *aliases, const struct bytes *plain, struct bytes *bytes);

/* Appends text, with an alias for each number that is a known port, or that follows "pid=" or
 * "cookie". */
void alias_append_text(struct aliases *aliases, const char *text, size_t length,
                       struct bytes *bytes);

void aliases_free(struct aliases *aliases);

#endif
