#include "socket/foreign.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "language/loss.h"
#include "socket/look.h"
#include "socket/look_listed.h"

static int number_of(int descriptor, int option, int otherwise) {
  int number = otherwise;
  socklen_t length = sizeof number;
  return getsockopt(descriptor, SOL_SOCKET, option, &number, &length) < 0 ? otherwise : number;
}

static struct address address_of(int descriptor,
                                 int (*get)(int, struct sockaddr *restrict, socklen_t *restrict)) {
  struct address address = {.length = sizeof address.storage};
  if (get(descriptor, &address.any, &address.length) < 0)
    address.length = 0;
  return address;
}

static enum socket_state state_of(int descriptor, const struct foreign_facts *facts) {
  bool tcp = facts->type == SOCK_STREAM && (facts->family == AF_INET || facts->family == AF_INET6);
  bool stream = facts->family == AF_UNIX && facts->type != SOCK_DGRAM;
  if (tcp) {
    unsigned char state = 0;
    socklen_t length = sizeof state;
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &state, &length) == 0)
      return (enum socket_state)state;
  }
  if (stream && number_of(descriptor, SO_ACCEPTCONN, 0))
    return STATE_LISTEN;
  if (facts->peer.length == 0)
    return STATE_UNCONNECTED;
  struct pollfd item = {.fd = descriptor, .events = POLLRDHUP};
  bool over = stream && poll(&item, 1, 0) > 0 && item.revents & POLLHUP;
  return over ? STATE_DISCONNECTED : STATE_CONNECTED;
}

void foreign_read(int descriptor, struct foreign_facts *facts) {
  struct stat status;
  socklen_t length = sizeof facts->cookie;
  *facts = (struct foreign_facts){.family = number_of(descriptor, SO_DOMAIN, AF_UNSPEC)};
  facts->socket = facts->family != AF_UNSPEC;
  if (!facts->socket) {
    facts->kind = descriptor_kind_of(descriptor);
    return;
  }
  facts->type = number_of(descriptor, SO_TYPE, 0);
  facts->protocol = number_of(descriptor, SO_PROTOCOL, 0);
  if (getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &facts->cookie, &length) < 0)
    facts->cookie = 0;
  if (fstat(descriptor, &status) == 0)
    facts->inode = (uint32_t)status.st_ino;
  facts->local = address_of(descriptor, getsockname);
  facts->peer = address_of(descriptor, getpeername);
  facts->state = state_of(descriptor, facts);
}

/* If it waited in a listener's queue, it has a descriptor now. */
static void take_from_queue(struct socket *socket) {
  struct socket *queued = NULL;
  while ((queued = socket_table_find_cookie(socket->table, socket->cookie, queued)))
    if (queued->role == ROLE_QUEUED || queued->role == ROLE_OF_SERVICE) {
      socket->listener = queued->listener;
      socket_release_orphan(queued);
      return;
    }
}

struct socket *foreign_create(struct socket_table *table, struct host *host,
                              const struct foreign_facts *facts, const char *name, int descriptor) {
  struct kernel_socket found = {.family = facts->family,
                                .type = facts->type,
                                .protocol = facts->protocol,
                                .cookie = facts->cookie};
  struct socket *socket = socket_create_queued(table, host, &found);
  if (!socket)
    return NULL;
  socket->kind = facts->socket ? DESCRIPTOR_SOCKET : facts->kind;
  socket->inode = facts->inode;
  socket->was_descriptor = descriptor;
  socket->of_program = true;
  socket->may_change_local = true;
  strncpy(socket->name, name, sizeof socket->name - 1);
  take_from_queue(socket);
  if (facts->cookie)
    socket_follow_orphan(socket, ROLE_OF_PROGRAM);
  else
    socket->role = ROLE_OF_PROGRAM;
  return socket;
}

bool foreign_update(struct socket *socket, const struct foreign_facts *facts, int64_t now,
                    struct snapshot *before) {
  struct address local = facts->local;
  struct address peer = facts->peer;
  *before = socket->seen;
  socket->seen.time = now;
  if (!facts->socket)
    return false;
  enum socket_state state = facts->state;
  if (peer.length == 0 && socket->portless.length > 0) {
    peer = socket->portless;
    state = STATE_CONNECTED;
  }
  bool new = !socket->told || state != before->state;
  if (!socket->told)
    before->state = STATE_UNKNOWN;
  address_name_interface(&local, host_network(socket->host));
  address_name_interface(&peer, host_network(socket->host));
  if (peer.length == 0 && socket_has_tcp_states(socket) && state != STATE_LISTEN)
    peer = socket->seen.peer; /* the last one that was known is worth more than none */
  if (local.length == 0)
    local = socket->seen.local;
  bool moved =
      !address_equal(&local, &socket->seen.local) || !address_equal(&peer, &socket->seen.peer);
  socket->may_change_local = false;
  if (!new && !moved)
    return false;
  int64_t since = new ? now : socket->seen.since;
  socket->seen = (struct snapshot){state, local, peer, now, since};
  socket->told = true;
  socket_index(socket);
  return true;
}

void foreign_close(struct socket *socket) {
  enum socket_state state = socket->seen.state;
  bool goes_on = socket_has_tcp_states(socket) && socket->cookie && state != STATE_CLOSED &&
                 (state == STATE_LISTEN || socket->seen.peer.length > 0);
  object_retain(&socket->object);
  socket_release_orphan(socket);
  if (goes_on)
    look_follow_closed(socket);
  else
    socket->role = ROLE_GONE;
  object_release(&socket->object);
}
