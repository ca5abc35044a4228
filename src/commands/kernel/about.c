#include "commands/kernel/about.h"

#include "packet/packet.h"

static bool call_is_about(const struct call *call, const struct socket *socket) {
  const struct call_items *items = call_items(call);
  for (size_t i = 0; items && i < items->count; i++)
    if (socket_has_label(socket, &items->item[i].label))
      return true;
  return socket_has_label(socket, &call->subject) || socket_has_label(socket, &call->object) ||
         socket_has_label(socket, &call->made_label[0]) ||
         socket_has_label(socket, &call->made_label[1]);
}

/* True for a packet to or from the socket. */
static bool packet_is_about(const struct event_packet *event, const struct socket *socket) {
  struct packet packet;
  packet_read(event->bytes, event->length, event->total, &packet);
  struct address source = packet_source(&packet);
  struct address target = packet_destination(&packet);
  const struct address *local = &socket->seen.local;
  const struct address *peer = &socket->seen.peer;
  bool sent = address_equal(local, &source) && (peer->length == 0 || address_equal(peer, &target));
  bool came = address_equal(local, &target) && (peer->length == 0 || address_equal(peer, &source));
  return (socket->host || socket->replayed) && (sent || came);
}

bool about_socket(const struct event *event, const struct socket *socket) {
  switch (event->kind) {
  case EVENT_CALL_FINISH:
  case EVENT_CALL_BLOCKED:
  case EVENT_CALL_START:
    return call_is_about(event->call, socket);
  case EVENT_STATE:
    return socket_has_label(socket, &event->state->socket);
  case EVENT_PACKET:
    return packet_is_about(&event->packet, socket);
  default:
    return false;
  }
}
