#include "session/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"
#include "session/service_handle.h"
#include "socket/look.h"

/* All states but LISTEN and that of a socket which is only bound: for those the kernel searches
 * tables that all hosts share, which takes long; and nothing changes them but calls of the session.
 */
enum { BOUND_INACTIVE = 13 };
static const uint32_t CONNECTED = ~(1u << STATE_LISTEN | 1u << BOUND_INACTIVE);

/* What is collected while the kernel's list is read. */
struct collecting {
  struct session *session;
  struct host *host; /* whose list is read; NULL: the real network's */
  struct inventory *inventory;
  struct bytes listeners; /* const struct socket *: those of the session */
  struct bytes others;    /* struct address: where other processes listen */
  struct bytes strays;    /* struct kernel_socket: without a file, and not known yet */
  struct bytes served;    /* struct served_cookie, by cookie: connections of services */
};

/* A connection of a service. */
struct service_cookie {
  uint64_t cookie;
  struct socket *socket; /* what is served */
};

struct noting {
  struct bytes *served;
  struct socket *socket;
};

static void note_connection(const struct service_connection *connection, void *context) {
  const struct noting *noting = context;
  struct service_cookie one = {connection->cookie, noting->socket};
  if (one.cookie)
    bytes_append(noting->served, &one, sizeof one);
}

static int compare_cookies(const void *first, const void *second) {
  uint64_t a = ((const struct service_cookie *)first)->cookie;
  uint64_t b = ((const struct service_cookie *)second)->cookie;
  return a < b ? -1 : a > b;
}

/* What the services of the session have, or had last. */
static void note_services(struct collecting *collecting) {
  struct bytes *cookies = &collecting->served;
  for (struct service_handle *served = collecting->session->services; served; served = served->next)
    if (served->service)
      service_walk(served->service, note_connection, &(struct noting){cookies, served->socket});
  if (cookies->length > 0)
    qsort(cookies->data, cookies->length / sizeof(struct service_cookie),
          sizeof(struct service_cookie), compare_cookies);
}

static const struct service_cookie *find_of_service(const struct collecting *collecting,
                                                    uint64_t cookie) {
  const struct bytes *cookies = &collecting->served;
  struct service_cookie key = {.cookie = cookie};
  if (cookies->length == 0)
    return NULL;
  return bsearch(&key, cookies->data, cookies->length / sizeof key, sizeof key, compare_cookies);
}

size_t inventory_count(const struct inventory *inventory) {
  return inventory->found.length / sizeof(struct inventory_entry);
}

const struct inventory_entry *inventory_nth(const struct inventory *inventory, size_t n) {
  const size_t *order = (const size_t *)inventory->order.data;
  return (const struct inventory_entry *)inventory->found.data + (order ? order[n] : n);
}

static void add_found(struct collecting *collecting, struct socket *socket,
                      const struct kernel_socket *kernel) {
  struct inventory *inventory = collecting->inventory;
  struct inventory_entry inventory_entry = {.socket = socket, .listed = kernel != NULL};
  if (kernel)
    inventory_entry.kernel = *kernel;
  bytes_append(&inventory->found, &inventory_entry, sizeof inventory_entry);
  socket->inventory = collecting->session->inventories;
  if (!inventory->found.failed)
    object_retain(&socket->object);
}

int inventory_fit(const struct address *listener, const struct address *local) {
  if (address_port(listener) != address_port(local))
    return 0;
  if (address_is_any(listener))
    return address_family(listener) == AF_INET6 || address_family(local) == AF_INET ? 1 : 0;
  struct address mapped = *listener;
  struct address other = *local;
  address_unmap(&mapped);
  address_unmap(&other);
  return address_equal(&mapped, &other) ? 2 : 0;
}

/* Nobody has closed it on this side: else it was accepted before, and is the rest of another's
 * connection. */
static bool may_be_queued(enum socket_state state) {
  return state == STATE_SYN_RECV || state == STATE_ESTABLISHED || state == STATE_CLOSE_WAIT;
}

/* A connection of a service is nobody's to follow: it is shown as the kernel lists it now. */
static void add_of_service(struct collecting *collecting, const struct service_cookie *served,
                           const struct kernel_socket *kernel) {
  struct socket *socket =
      socket_create_queued(&collecting->session->sockets, collecting->host, kernel);
  if (!socket)
    return;
  socket->role = ROLE_OF_SERVICE;
  socket->listener = served->socket->id;
  socket->was_descriptor = served->socket->was_descriptor;
  memcpy(socket->name, served->socket->name, sizeof socket->name);
  add_found(collecting, socket, kernel);
  object_release(&socket->object);
}

static void collect(const struct kernel_socket *kernel, void *context) {
  struct collecting *collecting = context;
  const struct socket_table *table = &collecting->session->sockets;
  struct socket *socket = NULL;
  bool known = false;
  while ((socket = socket_table_find_cookie(table, kernel->cookie, socket))) {
    if (socket->host != collecting->host)
      continue;
    add_found(collecting, socket, kernel);
    known = true;
  }
  const struct service_cookie *served = known ? NULL : find_of_service(collecting, kernel->cookie);
  if (served && served->socket->host == collecting->host) {
    add_of_service(collecting, served, kernel);
    return;
  }
  if (known || kernel->protocol != IPPROTO_TCP)
    return;
  if (kernel->state == STATE_LISTEN)
    bytes_append(&collecting->others, &kernel->local, sizeof kernel->local);
  else if (kernel->inode == 0 && may_be_queued(kernel->state) && kernel->peer.length > 0)
    bytes_append(&collecting->strays, kernel, sizeof *kernel);
}

/* The listener in whose queue a connection is; NULL where it is another process's, or may be. */
static struct socket *listener_of(const struct collecting *collecting,
                                  const struct kernel_socket *stray, bool *doubtful) {
  struct socket *const *listeners = (struct socket *const *)collecting->listeners.data;
  const struct address *others = (const struct address *)collecting->others.data;
  struct socket *best = NULL;
  int best_fit = 0;
  int other_fit = 0;
  for (size_t i = 0; i < collecting->listeners.length / sizeof *listeners; i++) {
    int fits = listeners[i]->host == collecting->host
                   ? inventory_fit(&listeners[i]->seen.local, &stray->local)
                   : 0;
    if (fits > best_fit) {
      best = listeners[i];
      best_fit = fits;
    }
  }
  for (size_t i = 0; best && i < collecting->others.length / sizeof *others; i++) {
    int fits = inventory_fit(&others[i], &stray->local);
    other_fit = fits > other_fit ? fits : other_fit;
  }
  *doubtful = best && other_fit == best_fit;
  return other_fit >= best_fit ? NULL : best;
}

/* Connections without a file, that nobody has closed: each is in the queue of some listener. */
static void adopt_strays(struct collecting *collecting) {
  struct inventory *inventory = collecting->inventory;
  const struct kernel_socket *strays = (const struct kernel_socket *)collecting->strays.data;
  for (size_t i = 0; i < collecting->strays.length / sizeof *strays; i++) {
    bool doubtful = false;
    struct socket *listener = listener_of(collecting, &strays[i], &doubtful);
    inventory->unattributed += doubtful;
    struct socket *socket =
        listener ? socket_create_queued(&collecting->session->sockets, collecting->host, &strays[i])
                 : NULL;
    if (!socket)
      continue;
    socket->listener = listener->id;
    socket->was_descriptor = listener->was_descriptor;
    memcpy(socket->name, listener->name, sizeof socket->name);
    socket_follow_orphan(socket, ROLE_QUEUED);
    add_found(collecting, socket, &strays[i]);
    object_release(&socket->object);
  }
}

/* What was looked at last is believed, unless a call may have changed it since: the kernel's list
 * says whether it still holds. */
static bool is_listening(const struct socket *socket) {
  bool known = socket->seen.state != STATE_UNKNOWN && !socket->may_change_local;
  return socket_is_tcp(socket) &&
         (known ? socket->seen.state : look_state_now(socket)) == STATE_LISTEN;
}

/* Those of the session that can be looked for, and the listeners among them. */
static void prepare(struct collecting *collecting) {
  struct socket_table *table = &collecting->session->sockets;
  for (struct socket *socket = socket_table_next(table, 0); socket;
       socket = socket_table_next(table, socket->descriptor + 1)) {
    look_identity(socket);
    if (!is_listening(socket))
      continue;
    if (socket->seen.local.length == 0)
      socket->seen.local = look_local(socket);
    bytes_append(&collecting->listeners, &socket, sizeof socket);
  }
}

static int rank(const struct inventory_entry *inventory_entry) {
  return inventory_entry->socket->role == ROLE_LINGERING ||
         inventory_entry->socket->role == ROLE_GONE;
}

/* In what order the session has made the clients of two that are queued: the kernel does not tell
 * the order of the queue. */
static uint64_t client_of(const struct inventory_entry *inventory_entry) {
  const struct socket *client = socket_find_peer(inventory_entry->socket, NULL);
  return client ? client->id : UINT64_MAX;
}

static int compare(const struct inventory_entry *a, const struct inventory_entry *b) {
  if (rank(a) != rank(b))
    return rank(a) - rank(b);
  if (rank(a) == 0 && a->socket->was_descriptor != b->socket->was_descriptor)
    return a->socket->was_descriptor < b->socket->was_descriptor ? -1 : 1;
  if ((a->socket->role == ROLE_OF_SERVICE) != (b->socket->role == ROLE_OF_SERVICE))
    return a->socket->role == ROLE_OF_SERVICE ? 1 : -1;
  bool a_queued = a->socket->role == ROLE_QUEUED;
  bool b_queued = b->socket->role == ROLE_QUEUED;
  if (a_queued != b_queued)
    return a_queued ? 1 : -1;
  if (a_queued && client_of(a) != client_of(b))
    return client_of(a) < client_of(b) ? -1 : 1;
  return a->socket->id < b->socket->id ? -1 : a->socket->id > b->socket->id;
}

static int compare_indices(const void *first, const void *second, void *found) {
  const struct inventory_entry *all = found;
  return compare(&all[*(const size_t *)first], &all[*(const size_t *)second]);
}

static void sort(struct inventory *inventory) {
  size_t count = inventory_count(inventory);
  for (size_t i = 0; i < count; i++)
    bytes_append(&inventory->order, &i, sizeof i);
  if (count > 0 && !inventory->order.failed)
    qsort_r(inventory->order.data, count, sizeof(size_t), compare_indices, inventory->found.data);
}

static bool is_found(const struct collecting *collecting, const struct socket *socket) {
  return socket->inventory == collecting->session->inventories;
}

static bool kind_asked(const struct socket *socket, unsigned kinds) {
  if (socket->family == AF_UNIX)
    return kinds & KERNEL_UNIX;
  return kinds & (socket_is_tcp(socket) ? KERNEL_TCP : KERNEL_UDP);
}

/* The open ones that the kernel's list does not have: not yet bound, or of another kind. */
static void add_rest(struct collecting *collecting, unsigned kinds, bool lab_only) {
  struct socket_table *table = &collecting->session->sockets;
  for (struct socket *socket = socket_table_next(table, 0); socket;
       socket = socket_table_next(table, socket->descriptor + 1))
    if (!socket_is_none(socket) && kind_asked(socket, kinds) && !is_found(collecting, socket) &&
        (socket->host || !lab_only))
      add_found(collecting, socket, NULL);
}

/* Says what has changed since the looks before; what the kernel has no more is looked up a last
 * time, and let go. */
static void report_changes(struct collecting *collecting, struct runner *runner, bool all) {
  struct session *session = collecting->session;
  struct inventory *inventory = collecting->inventory;
  struct look_cause cause = {
      .job = runner->job, .statement = runner->statement, .time = clock_monotonic()};
  for (struct socket *socket = session->sockets.orphans; inventory->complete && socket;) {
    struct socket *next = socket->orphan_next;
    if (!is_found(collecting, socket) && (socket->host || !all))
      session_look(session, socket, &cause);
    socket = next;
  }
  for (size_t i = 0; i < inventory_count(inventory); i++) {
    const struct inventory_entry *inventory_entry = inventory_nth(inventory, i);
    struct socket *socket = inventory_entry->socket;
    bool same = inventory_entry->listed && socket_is_tcp(socket) && !socket->may_change_local &&
                inventory_entry->kernel.state == socket->seen.state;
    /* What is new is in the answer; what has changed is told besides. */
    if (socket->role == ROLE_OF_SERVICE)
      continue;
    cause.asked = !all && (socket->seen.state == STATE_UNKNOWN || socket->role == ROLE_QUEUED);
    if (same) /* the kernel is asked only where something may have changed */
      socket->seen.time = cause.time;
    else
      session_look(session, socket, &cause);
  }
}

/* Reads one list: that of the real network, or of a host. */
static bool collect_list(struct collecting *collecting, struct kernel *kernel, unsigned kinds,
                         uint32_t states, struct error *problem) {
  bytes_clear(&collecting->others);
  bytes_clear(&collecting->strays);
  if (!kernel ||
      kernel_walk(kernel, (struct kernel_filter){kinds, states}, collect, collecting, problem) < 0)
    return false;
  adopt_strays(collecting);
  return true;
}

/* The session's own list, unless nothing but the lab is asked for, and that of each host. */
static bool collect_all(struct collecting *collecting, unsigned kinds, bool lab_only,
                        struct error *problem) {
  struct session *session = collecting->session;
  bool complete = true;
  if (!lab_only) {
    if (!session->sockets.kernel)
      session->sockets.kernel = kernel_open(problem);
    complete = collect_list(collecting, session->sockets.kernel, kinds, ~0u, problem);
  }
  for (size_t i = 0; session->lab && i < session->lab->host_count; i++) {
    collecting->host = &session->lab->hosts[i]->host;
    complete = collect_list(collecting, collecting->host->kernel, kinds, lab_only ? CONNECTED : ~0u,
                            problem) &&
               complete;
  }
  return complete;
}

static int make(struct runner *runner, unsigned kinds, bool lab_only, struct inventory *inventory,
                struct error *error) {
  struct session *session = runner->session;
  struct collecting collecting = {.session = session, .inventory = inventory};
  struct error problem = {.message = ""};
  *inventory = (struct inventory){0};
  session->inventories++;
  prepare(&collecting);
  note_services(&collecting);
  inventory->complete = collect_all(&collecting, kinds, lab_only, &problem);
  if (!inventory->complete)
    memcpy(inventory->problem, problem.message, sizeof inventory->problem - 1);
  add_rest(&collecting, kinds, lab_only);
  report_changes(&collecting, runner, lab_only);
  sort(inventory);
  bool failed = inventory->found.failed || inventory->order.failed || collecting.listeners.failed ||
                collecting.others.failed || collecting.strays.failed || collecting.served.failed;
  bytes_free(&collecting.listeners);
  bytes_free(&collecting.others);
  bytes_free(&collecting.strays);
  bytes_free(&collecting.served);
  if (!failed)
    return 0;
  inventory_free(inventory);
  return error_set_memory(error);
}

int inventory_take(struct runner *runner, unsigned kinds, struct inventory *inventory,
                   struct error *error) {
  return make(runner, kinds, false, inventory, error);
}

void inventory_report_lab(struct runner *runner) {
  struct inventory inventory;
  struct error ignored; /* no memory: it is told by the next look */
  if (make(runner, KERNEL_TCP, true, &inventory, &ignored) == 0)
    inventory_free(&inventory);
}

static void add_state(const struct kernel_socket *kernel, void *context) {
  uint64_t *sum = context;
  *sum += (kernel->cookie + 1) * (uint64_t)(kernel->state + 1) * 0x9e3779b97f4a7c15u;
}

uint64_t inventory_lab_states(const struct session *session) {
  uint64_t sum = 0;
  struct error ignored;
  for (size_t i = 0; session->lab && i < session->lab->host_count; i++)
    if (session->lab->hosts[i]->host.kernel)
      kernel_walk(session->lab->hosts[i]->host.kernel,
                  (struct kernel_filter){KERNEL_TCP, CONNECTED}, add_state, &sum, &ignored);
  return sum;
}

void inventory_free(struct inventory *inventory) {
  for (size_t i = 0; i < inventory_count(inventory); i++)
    object_release(&inventory_nth(inventory, i)->socket->object);
  bytes_free(&inventory->found);
  bytes_free(&inventory->order);
}

static const char *queued_why(enum socket_state state) {
  switch (state) {
  case STATE_SYN_RECV:
    return _("half-open: its ACK is awaited");
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

const char *inventory_why(const struct inventory_entry *inventory_entry) {
  if (!inventory_entry->listed)
    return "";
  switch (inventory_entry->socket->role) {
  case ROLE_QUEUED:
    return queued_why(inventory_entry->kernel.state);
  case ROLE_OF_SERVICE:
    return inventory_entry->kernel.inode ? _("served in the background")
                                         : lingering_why(&inventory_entry->kernel);
  case ROLE_LINGERING:
    return lingering_why(&inventory_entry->kernel);
  default:
    return inventory_entry->kernel.state == STATE_TIME_WAIT
               ? _("over; keeps its addresses until the timer ends")
               : "";
  }
}
