/* index: sockets found by a number that says who they are, such as a cookie. Several may have the
 * same number. Like the entries, it is guarded by the session's lock. */
#ifndef SOCKSH_SOCKET_INDEX_H
#define SOCKSH_SOCKET_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct socket;

/* What each socket has for each index that it is in. */
struct socket_link {
  struct socket *next; /* with the same or another number, in the same bucket */
  uint64_t number;
  bool linked;
};

/* Which of a socket's links: an index of each. */
enum socket_index_kind { INDEX_COOKIE, INDEX_PAIR, INDEX_COUNT };

/* A zeroed struct with its kind is an empty index. */
struct socket_index {
  enum socket_index_kind kind;
  struct socket **buckets;
  size_t room; /* a power of two, or 0 */
  size_t count;
};

/* Puts a socket in under this number, and out of what it was in before. Where there is no memory it
 * is not found: a look finds less, and no call fails. */
void index_put(struct socket_index *index, struct socket *socket, uint64_t number);
void index_remove(struct socket_index *index, struct socket *socket);

/* The next socket with this number behind `after`, the first for NULL; NULL: none. */
struct socket *index_next(const struct socket_index *index, uint64_t number,
                          const struct socket *after);

void index_free(struct socket_index *index);

#endif
