/* inventory_why: why a socket without a descriptor still exists, and what will end it. */
#include "session/inventory.h"
#include "socket/look.h"

static const char *half_open_why(const struct socket *socket) {
  const struct socket *listener = socket_table_find(socket->table, socket->was_descriptor);
  bool defers = listener && listener->id == socket->listener && look_defers(listener);
  if (defers)
    return socket->acknowledged
               ? _("half-open: data is awaited (TCP_DEFER_ACCEPT)")
               : _("half-open: data is awaited (TCP_DEFER_ACCEPT), or its ACK, too");
  return socket->acknowledged ? _("half-open: its ACK has come and was dropped")
                              : _("half-open: its ACK is awaited");
}

static const char *queued_why(const struct socket *socket, enum socket_state state) {
  switch (state) {
  case STATE_SYN_RECV:
    return half_open_why(socket);
  case STATE_ESTABLISHED:
    return _("waits for accept");
  default:
    return _("waits for accept; the peer has closed");
  }
}

static const char *lingering_why(const struct kernel_socket *kernel) {
  if (kernel->inode != 0)
    return _("open still: in a blocked job, or another process");
  switch (kernel->state) {
  case STATE_FIN_WAIT1:
    if (kernel->send_queue > 1)
      return _("closed; sends its buffer, then its FIN");
    return _("closed; the ACK of its FIN is awaited");
  case STATE_FIN_WAIT2:
    return _("closed; awaits the peer's FIN, or the timer");
  case STATE_CLOSING:
    return _("both closed; the ACK of its FIN is awaited");
  case STATE_LAST_ACK:
    return _("closed second; the last ACK is awaited");
  case STATE_TIME_WAIT:
    return _("over; keeps its addresses until the timer ends");
  default:
    return _("closed; sends what is in its buffer");
  }
}

/* sock_diag counts a FIN that was received and not yet read; SIOCINQ does not. */
static bool counts_fin(const struct inventory_entry *entry) {
  enum socket_state state = entry->kernel.state;
  bool fin = state == STATE_CLOSE_WAIT || state == STATE_LAST_ACK || state == STATE_CLOSING;
  return fin && entry->socket->descriptor >= 0 && entry->kernel.receive_queue > 0 &&
         look_pending(entry->socket) == entry->kernel.receive_queue - 1;
}

static const char *open_why(const struct inventory_entry *entry) {
  if (entry->kernel.state == STATE_TIME_WAIT)
    return _("over; keeps its addresses until the timer ends");
  return counts_fin(entry) ? _("RECVQ counts the peer's FIN as one byte") : "";
}

const char *inventory_why(const struct inventory_entry *entry) {
  if (!entry->listed)
    return "";
  switch (entry->socket->role) {
  case ROLE_QUEUED:
    return queued_why(entry->socket, entry->kernel.state);
  case ROLE_OF_SERVICE:
    return entry->kernel.inode ? _("served in the background") : lingering_why(&entry->kernel);
  case ROLE_LINGERING:
    return lingering_why(&entry->kernel);
  case ROLE_OF_PROGRAM:
    if (entry->kernel.inode || !socket_is_tcp(entry->socket))
      return "";
    return inventory_may_be_queued(&entry->kernel) ? queued_why(entry->socket, entry->kernel.state)
                                                   : lingering_why(&entry->kernel);
  case ROLE_SUBFLOW:
    return entry->kernel.inode ? _("carries the connection") : lingering_why(&entry->kernel);
  default:
    return open_why(entry);
  }
}
