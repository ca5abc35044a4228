/* offer_socket: offers the open sockets. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "command/offer.h"

static void describe_socket(const struct socket *socket, struct bytes *text) {
  bytes_append_number(text, socket->descriptor);
  if (socket->seen.state != STATE_UNKNOWN) {
    bytes_append_char(text, ' ');
    constant_append(&constant_states, socket->seen.state, text);
  }
  if (socket->seen.local.length > 0) {
    bytes_append_char(text, ' ');
    address_append(&socket->seen.local, text);
  }
  if (socket->seen.peer.length > 0) {
    bytes_append_text(text, " -> ");
    address_append(&socket->seen.peer, text);
  }
}

static int offer_named_socket(const char *name, const struct value *value, void *context) {
  struct offer *offer = context;
  const struct socket *socket =
      value->kind == VALUE_OBJECT ? socket_from_object(value->object) : NULL;
  struct bytes text = {0};
  if (!socket || socket->descriptor < 0)
    return 0;
  describe_socket(socket, &text);
  offer_text(offer, name, bytes_text(&text));
  bytes_free(&text);
  return 0;
}

void offer_sockets(struct offer *offer) {
  names_walk(&offer->session->names, offer_named_socket, offer);
  const struct socket_table *table = &offer->session->sockets;
  for (struct socket *socket = socket_table_next(table, 0); socket;
       socket = socket_table_next(table, socket->descriptor + 1)) {
    const struct value *bound =
        names_get(&offer->session->names, socket->name, strlen(socket->name));
    bool named = bound && bound->kind == VALUE_OBJECT && bound->object == &socket->object;
    bool digits = offer->length > 0 && isdigit((unsigned char)offer->word[0]);
    char number[16];
    struct bytes text = {0};
    if (named && !digits)
      continue;
    snprintf(number, sizeof number, "%d", socket->descriptor);
    describe_socket(socket, &text);
    offer_text(offer, number, bytes_text(&text));
    bytes_free(&text);
  }
}
