#include "socket/index.h"

#include <stdlib.h>

#include "language/loss.h"
#include "socket/socket.h"

static struct socket_link *link_of(const struct socket_index *index, const struct socket *socket) {
  return (struct socket_link *)&socket->links[index->kind];
}

static struct socket **bucket_of(const struct socket_index *index, uint64_t number) {
  /* Cookies and addresses may differ only in their low bits, so the bits are mixed. */
  number *= 0x9e3779b97f4a7c15u;
  return &index->buckets[(number >> 32) & (index->room - 1)];
}

static void insert(struct socket_index *index, struct socket *socket) {
  struct socket_link *link = link_of(index, socket);
  struct socket **bucket = bucket_of(index, link->number);
  link->next = *bucket;
  *bucket = socket;
}

static void grow(struct socket_index *index) {
  size_t room = index->room ? 2 * index->room : 64;
  struct socket **old = index->buckets;
  size_t old_room = index->room;
  struct socket **buckets = calloc(room, sizeof(struct socket *));
  if (!buckets)
    return; /* the chains get longer then */
  index->buckets = buckets;
  index->room = room;
  for (size_t i = 0; i < old_room; i++)
    for (struct socket *socket = old[i]; socket;) {
      struct socket *next = link_of(index, socket)->next;
      insert(index, socket);
      socket = next;
    }
  free(old);
}

void index_put(struct socket_index *index, struct socket *socket, uint64_t number) {
  struct socket_link *link = link_of(index, socket);
  if (link->linked && link->number == number)
    return;
  index_remove(index, socket);
  if (index->count >= index->room)
    grow(index);
  if (index->room == 0) {
    loss_of_memory(); /* what is not here is not found as a peer */
    return;
  }
  *link = (struct socket_link){.number = number, .linked = true};
  insert(index, socket);
  index->count++;
}

void index_remove(struct socket_index *index, struct socket *socket) {
  struct socket_link *link = link_of(index, socket);
  if (!link->linked)
    return;
  struct socket **place = bucket_of(index, link->number);
  while (*place != socket)
    place = &link_of(index, *place)->next;
  *place = link->next;
  *link = (struct socket_link){0};
  index->count--;
}

struct socket *index_next(const struct socket_index *index, uint64_t number,
                          const struct socket *after) {
  if (index->room == 0)
    return NULL;
  struct socket *socket = after ? link_of(index, after)->next : *bucket_of(index, number);
  while (socket && link_of(index, socket)->number != number)
    socket = link_of(index, socket)->next;
  return socket;
}

void index_free(struct socket_index *index) {
  free(index->buckets);
  index->buckets = NULL;
  index->room = index->count = 0;
}
