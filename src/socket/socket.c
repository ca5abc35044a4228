#include "socket/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language/loss.h"
#include "socket/look_field.h"
#include "system/descriptor.h"

static void socket_destroy(struct object *object) {
  free(object);
}

static void socket_text(const struct object *object, struct bytes *text) {
  const struct socket *socket = socket_from_object(object);
  bytes_append_number(text, socket->descriptor >= 0 ? socket->descriptor : socket->was_descriptor);
}

static const struct object_class socket_class = {
    .title = N_("socket"),
    .text = socket_text,
    .field = look_field,
    .destroy = socket_destroy,
};

struct socket *socket_from_object(const struct object *object) {
  return object && object->class == &socket_class ? (struct socket *)object : NULL;
}

bool socket_has_label(const struct socket *socket, const struct socket_label *label) {
  return label->descriptor >= 0 &&
         (label->id == socket->id ||
          (socket->cookie && label->cookie == socket->cookie && !socket_is_multipath(socket)));
}

void socket_table_start(struct socket_table *table) {
  *table =
      (struct socket_table){.cookies.kind = INDEX_COOKIE, .pairs.kind = INDEX_PAIR, .ends = -1};
}

/* Grows the slots to at least `needed`. */
static int table_grow(struct socket_table *table, size_t needed) {
  if (needed <= table->room)
    return 0;
  size_t room = table->room ? table->room : 64;
  while (room < needed)
    room *= 2;
  struct socket **entries = realloc(table->entries, room * sizeof(struct socket *));
  if (!entries)
    return -1;
  memset(entries + table->room, 0, (room - table->room) * sizeof(struct socket *));
  table->entries = entries;
  table->room = room;
  return 0;
}

struct socket *socket_reserve(struct socket_table *table) {
  /* The kernel gives out the lowest free number: at most one above the highest open one, plus those
   * in progress and a few of the program's own. */
  if (table_grow(table, table->highest + table->reserved + 64) < 0)
    return NULL;
  struct socket *socket = calloc(1, sizeof *socket);
  if (!socket)
    return NULL;
  socket->object = (struct object){.class = &socket_class, .references = 1};
  socket->descriptor = -1;
  socket->was_descriptor = -1;
  socket->table = table;
  socket->reserved = true;
  table->reserved++;
  return socket;
}

static void take_reserved(struct socket *socket) {
  if (socket->reserved)
    socket->table->reserved--;
  socket->reserved = false;
}

void socket_unreserve(struct socket *socket) {
  if (!socket)
    return;
  take_reserved(socket);
  object_release(&socket->object);
}

struct socket *socket_create_queued(struct socket_table *table, struct host *host,
                                    const struct kernel_socket *from) {
  struct socket *socket = socket_reserve(table);
  if (!socket) {
    loss_of_memory(); /* it is not shown */
    return NULL;
  }
  table->reserved--;
  socket->reserved = false;
  socket->id = ++table->next_id;
  socket->family = from->family;
  socket->type = from->type;
  socket->protocol = from->protocol;
  socket->cookie = from->cookie;
  socket->host = host;
  socket->seen = (struct snapshot){.local = from->local, .peer = from->peer};
  return socket;
}

struct socket *socket_create_replayed(struct socket_table *table,
                                      const struct socket_label *label) {
  enum { LAST_ID = 1 << 30 }; /* a file may say anything: what this session makes has ids, too */
  struct socket *socket = label->id < (uint64_t)LAST_ID << 30 ? socket_reserve(table) : NULL;
  if (!socket)
    return NULL;
  take_reserved(socket);
  socket->id = label->id;
  if (table->next_id < socket->id)
    table->next_id = socket->id;
  socket->replayed = true;
  socket->of_program = label->of_program;
  if (label->of_program)
    memcpy(socket->name, label->name, sizeof socket->name);
  socket->was_descriptor = label->descriptor;
  socket->role = ROLE_GONE;
  socket->family = label->family;
  socket->protocol = label->protocol;
  socket->type =
      label->protocol == IPPROTO_TCP || label->protocol == IPPROTO_MPTCP ? SOCK_STREAM : 0;
  return socket;
}

int socket_identify(struct socket *socket) {
  if (socket_is_none(socket))
    return 0;
  if (socket_read_number(socket->descriptor, SO_DOMAIN, &socket->family) < 0) {
    /* EBADF: the descriptor was opened with O_PATH. */
    if (errno != ENOTSOCK && errno != EBADF)
      return -1;
    socket->family = AF_UNSPEC;
    socket->kind = descriptor_kind_of(socket->descriptor);
    return 0;
  }
  if (socket_read_number(socket->descriptor, SO_TYPE, &socket->type) < 0)
    return -1;
  if (socket_read_number(socket->descriptor, SO_PROTOCOL, &socket->protocol) < 0)
    socket->protocol = 0;
  return 0;
}

int socket_table_add(struct socket_table *table, struct socket *socket, int descriptor) {
  if (table_grow(table, (size_t)descriptor + 1) < 0)
    return -1;
  take_reserved(socket);
  descriptor_give_away(descriptor);
  socket->id = ++table->next_id;
  socket->descriptor = descriptor;
  socket->was_descriptor = descriptor;
  socket->may_change_local = true;
  /* The number can only be in use by an entry whose close(2) has returned in another thread and
   * whose call_finish has not run yet. */
  if (table->entries[descriptor])
    socket_table_remove(table, table->entries[descriptor]);
  table->entries[descriptor] = (struct socket *)object_retain(&socket->object);
  table->count++;
  if ((size_t)descriptor >= table->highest)
    table->highest = (size_t)descriptor + 1;
  return 0;
}

void socket_note_connected(struct socket *socket, const struct address *peer) {
  bool inet = address_family(peer) == AF_INET || address_family(peer) == AF_INET6;
  bool told = !inet || address_port(peer) != 0 || address_is_any(peer);
  struct address portless = {.length = 0};
  struct socket *duplicate = NULL;
  if (!told && !socket_has_tcp_states(socket))
    portless = *peer;
  socket->portless = portless;
  while (socket->cookie &&
         (duplicate = socket_table_find_cookie(socket->table, socket->cookie, duplicate)))
    duplicate->portless = portless;
}

void socket_table_remove(struct socket_table *table, struct socket *socket) {
  if (socket->descriptor < 0)
    return; /* its number was already reused by another socket */
  table->entries[socket->descriptor] = NULL;
  table->count--;
  while (table->highest > 0 && !table->entries[table->highest - 1])
    table->highest--;
  socket->descriptor = -1;
  socket->role = ROLE_GONE;
  index_remove(&table->cookies, socket);
  index_remove(&table->pairs, socket);
  object_release(&socket->object);
}

struct socket *socket_table_next(const struct socket_table *table, int descriptor) {
  for (size_t at = descriptor < 0 ? 0 : (size_t)descriptor; at < table->highest; at++)
    if (table->entries[at])
      return table->entries[at];
  return NULL;
}

void socket_table_clear(struct socket_table *table) {
  struct socket *socket;
  while ((socket = socket_table_next(table, 0))) {
    close(socket->descriptor);
    socket_table_remove(table, socket);
  }
  while (table->orphans)
    socket_release_orphan(table->orphans);
  index_free(&table->cookies);
  index_free(&table->pairs);
  kernel_close(table->kernel);
  if (table->ends >= 0)
    close(table->ends);
  free(table->entries);
  socket_table_start(table);
}
