#include "socket/kernel.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language/loss.h"
#include "system/descriptor.h"

enum { BUFFER_SIZE = 64 * 1024 };

static const char DIAGNOSIS[] = "sock_diag";

struct kernel {
  struct mnl_socket *socket;
  unsigned sequence;
  char buffer[BUFFER_SIZE];
};

/* Where the answer goes. */
struct reading {
  void (*each)(const struct kernel_socket *socket, void *context);
  void *context;
  int protocol; /* of what was requested */
  int network;  /* whose interfaces the addresses name */
};

/* Why a list could not be opened; 0: none was missing yet. */
static _Atomic int missing;

void kernel_tell_missing(void) {
  loss_of_look(DIAGNOSIS, missing);
}

int kernel_explain_missing(struct error *error) {
  return error_set_errno(error, missing,
                         _("the kernel's list of sockets (sock_diag) can't be read"));
}

struct kernel *kernel_open(struct error *error) {
  return kernel_open_at(
      descriptor_move_up(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)), error);
}

struct kernel *kernel_open_at(int descriptor, struct error *error) {
  int problem = errno;
  /* The buffer is not cleared: most sessions never read that many pages. */
  struct kernel *kernel = descriptor < 0 ? NULL : malloc(sizeof *kernel);
  if (kernel) {
    kernel->sequence = 0;
    kernel->socket = mnl_socket_fdopen(descriptor);
  }
  if (kernel && kernel->socket && mnl_socket_bind(kernel->socket, 0, MNL_SOCKET_AUTOPID) == 0)
    return kernel;
  problem = descriptor < 0 ? problem : errno;
  missing = problem;
  if (kernel && kernel->socket)
    mnl_socket_close(kernel->socket);
  else if (descriptor >= 0)
    close(descriptor);
  free(kernel);
  error_set_errno(error, problem, _("the kernel's list of sockets (sock_diag) can't be read"));
  return NULL;
}

void kernel_close(struct kernel *kernel) {
  if (!kernel)
    return;
  mnl_socket_close(kernel->socket);
  free(kernel);
}

const char *kernel_timer_name(enum kernel_timer timer) {
  static const char *const names[] = {[TIMER_NONE] = "",
                                      [TIMER_RETRANSMIT] = "retransmit",
                                      [TIMER_KEEPALIVE] = "keepalive",
                                      [TIMER_TIME_WAIT] = "time-wait",
                                      [TIMER_PROBE] = "probe"};
  return (size_t)timer < sizeof names / sizeof *names ? names[timer] : "";
}

static void set_inet(struct address *address, int family, uint16_t port, const uint32_t *bytes,
                     uint32_t interface) {
  *address = (struct address){0};
  if (family == AF_INET) {
    address->length = sizeof address->inet;
    address->inet = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
    memcpy(&address->inet.sin_addr, bytes, sizeof address->inet.sin_addr);
  } else {
    address->length = sizeof address->inet6;
    address->inet6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
    memcpy(&address->inet6.sin6_addr, bytes, sizeof address->inet6.sin6_addr);
    if (IN6_IS_ADDR_LINKLOCAL(&address->inet6.sin6_addr))
      address->inet6.sin6_scope_id = interface;
  }
  if (port == 0 && address_is_any(address))
    address->length = 0;
}

static enum kernel_timer timer_from(unsigned number) {
  return number <= TIMER_PROBE ? (enum kernel_timer)number : TIMER_NONE;
}

static enum socket_state inet_state(int protocol, unsigned state) {
  if (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP)
    return state == STATE_NEW_SYN_RECV ? STATE_SYN_RECV : (enum socket_state)state;
  return state == TCP_ESTABLISHED ? STATE_CONNECTED : STATE_UNCONNECTED;
}

/* The attribute after this one, the first for NULL; NULL at the end. */
static const struct nlattr *next_attribute(const struct nlmsghdr *header, size_t offset,
                                           const struct nlattr *attribute) {
  attribute = attribute ? mnl_attr_next(attribute) : mnl_nlmsg_get_payload_offset(header, offset);
  const char *tail = (const char *)header + header->nlmsg_len; /* the library's own is rounded up */
  return mnl_attr_ok(attribute, (int)(tail - (const char *)attribute)) ? attribute : NULL;
}

static void read_inet(const struct nlmsghdr *header, const struct reading *reading) {
  const struct inet_diag_msg *message = mnl_nlmsg_get_payload(header);
  struct kernel_socket socket = {
      .family = message->idiag_family,
      .type = reading->protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM,
      .protocol = reading->protocol,
      .state = inet_state(reading->protocol, message->idiag_state),
      .cookie = (uint64_t)message->id.idiag_cookie[1] << 32 | message->id.idiag_cookie[0],
      .inode = message->idiag_inode,
      .receive_queue = message->idiag_rqueue,
      .send_queue = message->idiag_wqueue,
      .timer = timer_from(message->idiag_timer),
      .timer_left = (int64_t)message->idiag_expires * 1000000,
      .retransmits = message->idiag_retrans,
  };
  set_inet(&socket.local, socket.family, message->id.idiag_sport, message->id.idiag_src,
           message->id.idiag_if);
  /* A closed one may have kept the address without the port. */
  if (message->id.idiag_dport || socket.state == STATE_CONNECTED)
    set_inet(&socket.peer, socket.family, message->id.idiag_dport, message->id.idiag_dst,
             message->id.idiag_if);
  address_name_interface(&socket.local, reading->network);
  address_name_interface(&socket.peer, reading->network);
  reading->each(&socket, reading->context);
}

static enum socket_state unix_state(const struct unix_diag_msg *message) {
  if (message->udiag_state == TCP_LISTEN)
    return STATE_LISTEN;
  return message->udiag_state == TCP_ESTABLISHED ? STATE_CONNECTED : STATE_UNCONNECTED;
}

static void set_unix(struct address *address, const void *name, size_t length) {
  if (length > sizeof address->local.sun_path)
    return;
  address->local = (struct sockaddr_un){.sun_family = AF_UNIX};
  memcpy(address->local.sun_path, name, length);
  address->length = (socklen_t)(sizeof(sa_family_t) + length);
}

static void read_unix(const struct nlmsghdr *header, const struct reading *reading) {
  const struct unix_diag_msg *message = mnl_nlmsg_get_payload(header);
  struct kernel_socket socket = {
      .family = AF_UNIX,
      .type = message->udiag_type,
      .state = unix_state(message),
      .cookie = (uint64_t)message->udiag_cookie[1] << 32 | message->udiag_cookie[0],
      .inode = message->udiag_ino,
  };
  const struct nlattr *attribute = NULL;
  while ((attribute = next_attribute(header, sizeof *message, attribute))) {
    const void *payload = mnl_attr_get_payload(attribute);
    size_t length = mnl_attr_get_payload_len(attribute);
    struct unix_diag_rqlen queues;
    switch (mnl_attr_get_type(attribute)) {
    case UNIX_DIAG_NAME:
      set_unix(&socket.local, payload, length);
      break;
    case UNIX_DIAG_PEER:
      if (length >= sizeof socket.peer_inode)
        memcpy(&socket.peer_inode, payload, sizeof socket.peer_inode);
      break;
    case UNIX_DIAG_RQLEN:
      if (length >= sizeof queues) {
        memcpy(&queues, payload, sizeof queues);
        socket.receive_queue = queues.udiag_rqueue;
        socket.send_queue = queues.udiag_wqueue;
      }
      break;
    default:
      break;
    }
  }
  reading->each(&socket, reading->context);
}

static int read_message(const struct nlmsghdr *header, void *context) {
  const struct reading *reading = context;
  if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
    return MNL_CB_OK;
  const unsigned char *family = mnl_nlmsg_get_payload(header);
  size_t length = mnl_nlmsg_get_payload_len(header);
  if (length == 0)
    return MNL_CB_OK;
  if (*family == AF_UNIX && length >= sizeof(struct unix_diag_msg))
    read_unix(header, reading);
  else if (*family != AF_UNIX && length >= sizeof(struct inet_diag_msg))
    read_inet(header, reading);
  return MNL_CB_OK;
}

/* Clears the flag that says the list changed during the dump: what was read is still right, and
 * what is missing was just created, or is gone. With the flag set the library would give up.
 * Returns the length of the whole messages: behind one whose length is wrong, the library would go
 * on for ever. */
static size_t prepare_messages(char *buffer, size_t length) {
  size_t at = 0;
  while (length - at >= sizeof(struct nlmsghdr)) {
    struct nlmsghdr *header = (struct nlmsghdr *)(buffer + at);
    if (header->nlmsg_len < sizeof *header || header->nlmsg_len > length - at)
      break;
    header->nlmsg_flags &= (uint16_t)~NLM_F_DUMP_INTR;
    size_t step = NLMSG_ALIGN((size_t)header->nlmsg_len);
    at += step < length - at ? step : length - at;
  }
  return at;
}

/* Sends a request, and reads the answer. 0, or an errno. */
static int exchange(struct kernel *kernel, const void *request, size_t size, bool all,
                    struct reading *reading) {
  struct nlmsghdr *header = mnl_nlmsg_put_header(kernel->buffer);
  unsigned port = mnl_socket_get_portid(kernel->socket);
  header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
  header->nlmsg_flags = NLM_F_REQUEST | (all ? NLM_F_DUMP : 0);
  header->nlmsg_seq = ++kernel->sequence;
  memcpy(mnl_nlmsg_put_extra_header(header, size), request, size);
  while (mnl_socket_sendto(kernel->socket, header, header->nlmsg_len) < 0)
    if (errno != EINTR)
      return errno;
  for (;;) {
    ssize_t got = mnl_socket_recvfrom(kernel->socket, kernel->buffer, sizeof kernel->buffer);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return errno;
    /* The rest of an earlier request that was abandoned has another sequence number. */
    header = (struct nlmsghdr *)kernel->buffer;
    if (header->nlmsg_seq != kernel->sequence)
      continue;
    size_t whole = prepare_messages(kernel->buffer, (size_t)got);
    int status = mnl_cb_run(kernel->buffer, whole, kernel->sequence, port, read_message, reading);
    if (status < 0)
      return errno;
    if (status == MNL_CB_STOP || !all)
      return 0;
  }
}

/* The same; a failure that is no answer is noted as a look that failed. */
static int ask(struct kernel *kernel, const void *request, size_t size, bool all,
               struct reading *reading) {
  int problem = exchange(kernel, request, size, all, reading);
  if (problem && problem != ENOENT && problem != ESTALE && problem != EINVAL)
    loss_of_look(DIAGNOSIS, problem);
  return problem;
}

/* The protocol stands in an attribute, too, since that of multipath TCP does not fit into a byte.
 */
struct inet_request {
  struct inet_diag_req_v2 request;
  struct nlattr attribute;
  uint32_t protocol;
};

/* Visits the sockets of a protocol that are in one of these states and have this local port; 0:
 * any. */
static int walk_inet(struct kernel *kernel, int protocol, uint32_t states, uint16_t port,
                     struct reading *reading) {
  static const unsigned char families[] = {AF_INET, AF_INET6};
  int problem = 0;
  reading->protocol = protocol;
  for (size_t i = 0; i < 2 && problem == 0; i++) {
    struct inet_request request = {
        .request = {.sdiag_family = families[i],
                    .sdiag_protocol = (unsigned char)protocol,
                    .idiag_states = states,
                    .id.idiag_sport = htons(port)},
        .attribute = {.nla_len = sizeof(struct nlattr) + sizeof(uint32_t),
                      .nla_type = INET_DIAG_REQ_PROTOCOL},
        .protocol = (uint32_t)protocol};
    problem = ask(kernel, &request, sizeof request, true, reading);
  }
  return problem;
}

static int walk_unix(struct kernel *kernel, struct reading *reading) {
  struct unix_diag_req request = {.sdiag_family = AF_UNIX,
                                  .udiag_states = ~0U,
                                  .udiag_show =
                                      UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN};
  return ask(kernel, &request, sizeof request, true, reading);
}

int kernel_walk(struct kernel *kernel, struct kernel_filter filter,
                void (*each)(const struct kernel_socket *socket, void *context), void *context,
                struct error *error) {
  struct reading reading = {
      .each = each, .context = context, .network = mnl_socket_get_fd(kernel->socket)};
  int problem =
      filter.kinds & KERNEL_TCP ? walk_inet(kernel, IPPROTO_TCP, filter.states, 0, &reading) : 0;
  /* A kernel without multipath TCP has none of its sockets. */
  if (problem == 0 && filter.kinds & KERNEL_MPTCP &&
      (problem = walk_inet(kernel, IPPROTO_MPTCP, filter.states, 0, &reading)) == ENOENT)
    problem = 0;
  if (problem == 0 && filter.kinds & KERNEL_UDP)
    problem = walk_inet(kernel, IPPROTO_UDP, ~0U, 0, &reading);
  if (problem == 0 && filter.kinds & KERNEL_UNIX)
    problem = walk_unix(kernel, &reading);
  return problem ? error_set_errno(error, problem,
                                   _("the kernel's list of sockets (sock_diag) can't be read"))
                 : 0;
}

static void keep(const struct kernel_socket *socket, void *context) {
  *(struct kernel_socket *)context = *socket;
}

static uint16_t put_inet(const struct address *address, uint32_t *bytes) {
  if (address_family(address) == AF_INET6) {
    memcpy(bytes, &address->inet6.sin6_addr, sizeof address->inet6.sin6_addr);
    return address->inet6.sin6_port;
  }
  memcpy(bytes, &address->inet.sin_addr, sizeof address->inet.sin_addr);
  return address->inet.sin_port;
}

int kernel_find(struct kernel *kernel, const struct address *local, const struct address *peer,
                uint64_t cookie, struct kernel_socket *found, struct error *error) {
  struct reading reading = {.each = keep,
                            .context = found,
                            .protocol = IPPROTO_TCP,
                            .network = mnl_socket_get_fd(kernel->socket)};
  struct inet_diag_req_v2 request = {.sdiag_family = (unsigned char)address_family(local),
                                     .sdiag_protocol = IPPROTO_TCP,
                                     .idiag_states = ~0U};
  request.id.idiag_sport = put_inet(local, request.id.idiag_src);
  if (peer->length > 0)
    request.id.idiag_dport = put_inet(peer, request.id.idiag_dst);
  if (address_family(local) == AF_INET6)
    request.id.idiag_if = local->inet6.sin6_scope_id;
  request.id.idiag_cookie[0] = cookie ? (uint32_t)cookie : INET_DIAG_NOCOOKIE;
  request.id.idiag_cookie[1] = cookie ? (uint32_t)(cookie >> 32) : INET_DIAG_NOCOOKIE;
  *found = (struct kernel_socket){0};
  int problem = ask(kernel, &request, sizeof request, false, &reading);
  /* ESTALE: another socket has the addresses now. */
  if (problem == ENOENT || problem == ESTALE || (problem == 0 && found->family == 0))
    return 0;
  if (problem)
    return error_set_errno(error, problem,
                           _("the kernel's list of sockets (sock_diag) can't be read"));
  return 1;
}

bool kernel_receives(struct kernel *kernel, const struct address *from, const struct address *to) {
  struct kernel_socket found = {0};
  struct reading reading = {.each = keep,
                            .context = &found,
                            .protocol = IPPROTO_UDP,
                            .network = mnl_socket_get_fd(kernel->socket)};
  struct inet_diag_req_v2 request = {.sdiag_family = (unsigned char)address_family(to),
                                     .sdiag_protocol = IPPROTO_UDP,
                                     .idiag_states = ~0U,
                                     .id.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}};
  /* For UDP the kernel takes the source as that of the datagram, not of the socket. */
  request.id.idiag_sport = put_inet(from, request.id.idiag_src);
  request.id.idiag_dport = put_inet(to, request.id.idiag_dst);
  return ask(kernel, &request, sizeof request, false, &reading) == 0 && found.family != 0;
}

/* The socket that is looked for among all of its kind. */
struct search {
  uint64_t cookie;
  const struct address *peer;
  struct kernel_socket *found;
  bool there;
};

static void keep_cookie(const struct kernel_socket *socket, void *context) {
  struct search *search = context;
  bool same = search->peer->length > 0
                  ? address_equal(&socket->peer, search->peer)
                  : socket->state == STATE_LISTEN || socket->state == STATE_SYN_SENT;
  if (socket->cookie != search->cookie || !same)
    return;
  *search->found = *socket;
  search->there = true;
}

int kernel_find_multipath(struct kernel *kernel, const struct address *local,
                          const struct address *peer, uint64_t cookie, struct kernel_socket *found,
                          struct error *error) {
  struct search search = {.cookie = cookie, .peer = peer, .found = found};
  uint16_t port = (uint16_t)address_port(local);
  struct reading reading = {.each = keep_cookie, .context = &search};
  int problem = walk_inet(kernel, IPPROTO_MPTCP, KERNEL_STATES, port, &reading);
  if (problem)
    return error_set_errno(error, problem, _("a socket can't be looked up by sock_diag"));
  return search.there;
}
