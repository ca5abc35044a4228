/* socket_orphan: sockets of the table without a descriptor, and the two indexes that find a socket:
 * by cookie, and by the addresses of both ends. */
#include <string.h>

#include "socket/socket.h"

void socket_follow_orphan(struct socket *socket, enum socket_role role) {
  struct socket_table *table = socket->table;
  if (table->orphan_count >= ORPHAN_LIMIT)
    socket_release_orphan(table->orphans_last);
  object_retain(&socket->object);
  socket->role = role;
  socket->orphan_before = NULL;
  socket->orphan_next = table->orphans;
  if (table->orphans)
    table->orphans->orphan_before = socket;
  else
    table->orphans_last = socket;
  table->orphans = socket;
  table->orphan_count++;
  socket_index(socket);
}

void socket_release_orphan(struct socket *socket) {
  struct socket_table *table = socket->table;
  if (!socket_is_followed(socket))
    return;
  if (socket->orphan_next)
    socket->orphan_next->orphan_before = socket->orphan_before;
  else
    table->orphans_last = socket->orphan_before;
  if (socket->orphan_before)
    socket->orphan_before->orphan_next = socket->orphan_next;
  else
    table->orphans = socket->orphan_next;
  socket->orphan_next = socket->orphan_before = NULL;
  table->orphan_count--;
  socket->role = ROLE_GONE;
  index_remove(&table->cookies, socket);
  index_remove(&table->pairs, socket);
  object_release(&socket->object);
}

/* An address as 18 bytes, the same for an IPv4 address and its IPv4-mapped IPv6 address. */
struct endpoint {
  unsigned char bytes[18];
};

static struct endpoint endpoint_of(const struct address *address) {
  static const unsigned char mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  struct endpoint endpoint = {{0}};
  if (address_family(address) == AF_INET) {
    memcpy(endpoint.bytes, mapped, sizeof mapped);
    memcpy(endpoint.bytes + 12, &address->inet.sin_addr, 4);
    memcpy(endpoint.bytes + 16, &address->inet.sin_port, 2);
  } else if (address_family(address) == AF_INET6) {
    memcpy(endpoint.bytes, &address->inet6.sin6_addr, 16);
    memcpy(endpoint.bytes + 16, &address->inet6.sin6_port, 2);
  }
  return endpoint;
}

/* A hash of an address: FNV-1a. */
static uint64_t endpoint_number(const struct address *address) {
  struct endpoint endpoint = endpoint_of(address);
  uint64_t number = 0xcbf29ce484222325u;
  for (size_t i = 0; i < sizeof endpoint.bytes; i++)
    number = (number ^ endpoint.bytes[i]) * 0x100000001b3u;
  return number;
}

/* A number for a pair of addresses, the same at both ends of a connection: each finds the other by
 * its own. */
static uint64_t pair_number(const struct address *local, const struct address *peer) {
  return endpoint_number(local) + endpoint_number(peer);
}

static bool has_pair(const struct socket *socket) {
  return socket_has_tcp_states(socket) && socket->seen.local.length > 0 &&
         socket->seen.peer.length > 0;
}

void socket_index(struct socket *socket) {
  struct socket_table *table = socket->table;
  if (socket->cookie)
    index_put(&table->cookies, socket, socket->cookie);
  if (!has_pair(socket)) {
    index_remove(&table->pairs, socket);
    return;
  }
  index_put(&table->pairs, socket, pair_number(&socket->seen.local, &socket->seen.peer));
}

struct socket *socket_table_find_cookie(const struct socket_table *table, uint64_t cookie,
                                        const struct socket *after) {
  return cookie ? index_next(&table->cookies, cookie, after) : NULL;
}

/* Whether the addresses of both belong to the same network: the lab's are not the machine's, and
 * each host has its own loopback. */
static bool same_network(const struct socket *a, const struct socket *b) {
  if (a->host == b->host)
    return true;
  bool loopback = address_is_loopback(&a->seen.local) || address_is_loopback(&b->seen.local);
  return a->host && b->host && !loopback;
}

static bool same(const struct address *a, const struct address *b) {
  if (address_family(a) == AF_INET && address_family(b) == AF_INET)
    return a->inet.sin_addr.s_addr == b->inet.sin_addr.s_addr &&
           a->inet.sin_port == b->inet.sin_port;
  struct endpoint one = endpoint_of(a);
  struct endpoint other = endpoint_of(b);
  return memcmp(&one, &other, sizeof other) == 0;
}

static bool is_other_end(const struct socket *socket, const struct socket *other) {
  return same(&socket->seen.peer, &other->seen.local) &&
         same(&socket->seen.local, &other->seen.peer) && same_network(socket, other);
}

struct socket *socket_find_peer(const struct socket *socket, const struct socket *after) {
  const struct socket_table *table = socket->table;
  if (!has_pair(socket))
    return NULL;
  const struct socket_link *link = &socket->links[INDEX_PAIR];
  uint64_t number =
      link->linked ? link->number : pair_number(&socket->seen.local, &socket->seen.peer);
  struct socket *found = index_next(&table->pairs, number, after);
  while (found && !is_other_end(socket, found))
    found = index_next(&table->pairs, number, found);
  return found;
}

struct socket *socket_find_cause(const struct socket *socket) {
  struct socket *peer = NULL;
  while ((peer = socket_find_peer(socket, peer)))
    if (peer->acting > 0 && !peer->stalled)
      return peer;
  while ((peer = socket_table_find_cookie(socket->table, socket->pair_cookie, peer)))
    if (peer->acting > 0 && !peer->stalled)
      return peer;
  return NULL;
}

struct socket *socket_find_pair(const struct socket_table *table, const struct host *host,
                                const struct address *local, const struct address *peer,
                                const struct socket *after) {
  uint64_t number = pair_number(local, peer);
  struct socket *found = index_next(&table->pairs, number, after);
  while (found &&
         !(found->host == host && same(local, &found->seen.local) && same(peer, &found->seen.peer)))
    found = index_next(&table->pairs, number, found);
  return found;
}

struct socket *socket_find_multipath(const struct socket_table *table, const struct host *host,
                                     uint32_t inode) {
  for (size_t at = 0; inode && table->multipath && at < table->highest; at++) {
    struct socket *socket = table->entries[at];
    if (socket && socket->inode == inode && socket->host == host && socket_is_multipath(socket))
      return socket;
  }
  return NULL;
}

void socket_set_listener(struct socket *socket, const struct socket *listener) {
  socket->listener = listener->id;
  socket->was_descriptor = listener->was_descriptor;
  socket->of_program = listener->of_program;
  memcpy(socket->name, listener->name, sizeof socket->name);
}
