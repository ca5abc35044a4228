/* index: finds sockets by a number that identifies them, such as a cookie. Several may share a
 * number. Like the entries, it is guarded by the session's lock. */
#ifndef SOCKSH_SOCKET_INDEX_H
#define SOCKSH_SOCKET_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct socket;

/* A socket's membership in one index. */
struct socket_link {
  struct socket *next; /* the next in the same bucket, with the same number or another */
  uint64_t number;
  bool linked;
};

/* The indexes, each with a link in the socket. */
enum socket_index_kind { INDEX_COOKIE, INDEX_PAIR, INDEX_COUNT };

/* Zeroed, with its kind set, it is an empty index. */
struct socket_index {
  enum socket_index_kind kind;
  struct socket **buckets;
  size_t room; /* a power of two, or 0 */
  size_t count;
};

/* Files a socket under this number, and removes it from its former one. If there is no memory it
 * can't be found: a look finds less, and no call fails. */
void index_put(struct socket_index *index, struct socket *socket, uint64_t number);
void index_remove(struct socket_index *index, struct socket *socket);

/* The next socket with this number after `after`, the first for NULL; NULL: none. */
struct socket *index_next(const struct socket_index *index, uint64_t number,
                          const struct socket *after);

void index_free(struct socket_index *index);

#endif
