#include "session/unaccepted.h"

#include "session/inventory.h"
#include "socket/look.h"

/* Whether the other end of a client's connection is in the kernel, without a descriptor. */
static bool is_queued(struct kernel *kernel, const struct socket *client) {
  struct kernel_socket found;
  struct error ignored;
  return kernel_find(kernel, &client->seen.peer, &client->seen.local, 0, &found, &ignored) > 0 &&
         found.state != STATE_LISTEN && found.state != STATE_TIME_WAIT && found.inode == 0;
}

static bool is_client_of(const struct socket *client, const struct socket *listener) {
  const struct address *peer = &client->seen.peer;
  return socket_has_tcp_states(client) && peer->length > 0 && client->seen.local.length > 0 &&
         address_port(peer) == address_port(&listener->seen.local) &&
         inventory_fit(&listener->seen.local, peer) > 0;
}

void unaccepted_find(const struct session *session, const struct socket *listener,
                     struct unaccepted *unaccepted) {
  struct socket *client = NULL;
  if (!listener || !socket_has_tcp_states(listener) || listener->seen.state != STATE_LISTEN ||
      !socket_kernel(listener))
    return;
  unaccepted->listener = socket_label(listener);
  unaccepted->kernel = socket_kernel(listener);
  for (int i = 0;
       (client = socket_table_next(&session->sockets, i)) && unaccepted->count < UNACCEPTED_LIMIT;
       i = client->descriptor + 1)
    if (is_client_of(client, listener) && is_queued(unaccepted->kernel, client))
      unaccepted->client[unaccepted->count++] = (struct socket *)object_retain(&client->object);
}

void unaccepted_settle(struct unaccepted *unaccepted) {
  for (size_t i = 0; i < unaccepted->count; i++)
    if (!is_queued(unaccepted->kernel, unaccepted->client[i]))
      unaccepted->client[i]->reset_by = unaccepted->listener;
  unaccepted_free(unaccepted);
}

void unaccepted_free(struct unaccepted *unaccepted) {
  while (unaccepted->count > 0)
    object_release(&unaccepted->client[--unaccepted->count]->object);
}
