#include "session/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"
#include "session/service_handle.h"
#include "session/session_look.h"
#include "socket/look.h"

/* All states but LISTEN and that of a socket that is only bound. For those the kernel searches
 * tables that all hosts share, which is slow, and only the session's own calls change them. */
enum { BOUND_INACTIVE = 13 };
static const uint32_t CONNECTED = ~(1u << STATE_LISTEN | 1u << BOUND_INACTIVE);

/* The state of one run through the kernel's lists. */
struct collection {
  struct session *session;
  struct host *host; /* the host whose list is read; NULL: the real network */
  struct inventory *inventory;
  struct bytes listeners; /* const struct socket *: the session's listeners */
  struct bytes others;    /* struct address: where other processes listen */
  struct bytes strays;    /* struct kernel_socket: not accepted by anyone, and not known yet */
  struct bytes served;    /* struct service_cookie, by cookie: connections of services */
};

/* A connection of a service. */
struct service_cookie {
  uint64_t cookie;
  struct socket *socket; /* the socket that the service serves */
};

struct cookie_collection {
  struct bytes *served;
  struct socket *socket;
};

static void note_connection(const struct service_connection *connection, void *context) {
  const struct cookie_collection *target = context;
  struct service_cookie one = {connection->cookie, target->socket};
  if (one.cookie)
    bytes_append(target->served, &one, sizeof one);
}

static int compare_cookies(const void *first, const void *second) {
  uint64_t a = ((const struct service_cookie *)first)->cookie;
  uint64_t b = ((const struct service_cookie *)second)->cookie;
  return a < b ? -1 : a > b;
}

/* Collects the connections of all services, open or recently closed. */
static void note_services(struct collection *collection) {
  struct bytes *cookies = &collection->served;
  for (struct service_handle *served = collection->session->services; served; served = served->next)
    if (served->service)
      service_walk(served->service, note_connection,
                   &(struct cookie_collection){cookies, served->socket});
  if (cookies->length > 0)
    qsort(cookies->data, cookies->length / sizeof(struct service_cookie),
          sizeof(struct service_cookie), compare_cookies);
}

static const struct service_cookie *find_service_cookie(const struct collection *collection,
                                                        uint64_t cookie) {
  const struct bytes *cookies = &collection->served;
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

/* Once the kernel has a small socket for TIME_WAIT, it lists the one that the descriptor refers to
 * as closed, too, under the same cookie. */
static bool replace_found(struct inventory *inventory, const struct socket *socket,
                          const struct kernel_socket *kernel) {
  struct inventory_entry *found = (struct inventory_entry *)inventory->found.data;
  size_t count = inventory_count(inventory);
  while (count > 0 && found[count - 1].socket != socket)
    count--;
  if (count == 0)
    return false;
  if (kernel && (!found[count - 1].listed || kernel->state == STATE_TIME_WAIT))
    found[count - 1] = (struct inventory_entry){
        .socket = found[count - 1].socket, .listed = true, .kernel = *kernel};
  return true;
}

static void add_found(struct collection *collection, struct socket *socket,
                      const struct kernel_socket *kernel) {
  struct inventory *inventory = collection->inventory;
  if (socket->inventory == collection->session->inventories &&
      replace_found(inventory, socket, kernel))
    return;
  struct inventory_entry entry = {.socket = socket, .listed = kernel != NULL};
  if (kernel)
    entry.kernel = *kernel;
  bytes_append(&inventory->found, &entry, sizeof entry);
  socket->inventory = collection->session->inventories;
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

/* In any other state it was accepted before, by whomever. */
bool inventory_may_be_queued(const struct kernel_socket *kernel) {
  enum socket_state state = kernel->state;
  return state == STATE_SYN_RECV || state == STATE_ESTABLISHED || state == STATE_CLOSE_WAIT;
}

/* The session does not follow connections of services, and subflows only in a lab, but shows them
 * as the kernel lists them. */
static void add_part(struct collection *collection, const struct socket *of, enum socket_role role,
                     const struct kernel_socket *kernel) {
  struct socket *socket =
      socket_create_queued(&collection->session->sockets, collection->host, kernel);
  if (!socket)
    return;
  socket->role = role;
  socket_set_listener(socket, of);
  add_found(collection, socket, kernel);
  object_release(&socket->object);
}

/* What a listener of multipath TCP has accepted has its cookie: the peer tells them apart. */
static bool is_listed_as(const struct socket *socket, const struct kernel_socket *kernel) {
  if (!socket_is_multipath(socket) || kernel->protocol != IPPROTO_MPTCP)
    return socket_is_multipath(socket) == (kernel->protocol == IPPROTO_MPTCP);
  struct address peer = socket->descriptor >= 0 ? look_peer(socket) : socket->seen.peer;
  if (kernel->state == STATE_LISTEN || peer.length == 0)
    return peer.length == 0 && (kernel->state == STATE_LISTEN || kernel->state == STATE_SYN_SENT);
  return address_equal(&peer, &kernel->peer);
}

static void collect(const struct kernel_socket *kernel, void *context) {
  struct collection *collection = context;
  const struct socket_table *table = &collection->session->sockets;
  struct socket *socket = NULL;
  bool known = false;
  while ((socket = socket_table_find_cookie(table, kernel->cookie, socket))) {
    if (socket->host != collection->host || !is_listed_as(socket, kernel))
      continue;
    if (socket->role == ROLE_QUEUED && kernel->inode)
      look_at_accepted(socket, kernel->inode);
    add_found(collection, socket, kernel);
    known = true;
  }
  struct socket *owner =
      known ? NULL : socket_find_multipath(table, collection->host, kernel->inode);
  if (owner && kernel->protocol == IPPROTO_TCP && kernel->state != STATE_LISTEN) {
    add_part(collection, owner, ROLE_SUBFLOW, kernel);
    return;
  }
  const struct service_cookie *served =
      known ? NULL : find_service_cookie(collection, kernel->cookie);
  if (served && served->socket->host == collection->host) {
    add_part(collection, served->socket, ROLE_OF_SERVICE, kernel);
    return;
  }
  if (known || kernel->protocol != IPPROTO_TCP)
    return;
  if (kernel->state == STATE_LISTEN)
    bytes_append(&collection->others, &kernel->local, sizeof kernel->local);
  else if (kernel->inode == 0 && inventory_may_be_queued(kernel) && kernel->peer.length > 0)
    bytes_append(&collection->strays, kernel, sizeof *kernel);
}

/* The listener in whose queue a connection is, or NULL if that is, or may be, another process's. */
static struct socket *listener_of(const struct collection *collection,
                                  const struct kernel_socket *stray, bool *doubtful) {
  struct socket *const *listeners = (struct socket *const *)collection->listeners.data;
  const struct address *others = (const struct address *)collection->others.data;
  struct socket *best = NULL;
  int best_fit = 0;
  int other_fit = 0;
  for (size_t i = 0; i < collection->listeners.length / sizeof *listeners; i++) {
    int fits = listeners[i]->host == collection->host
                   ? inventory_fit(&listeners[i]->seen.local, &stray->local)
                   : 0;
    if (fits > best_fit) {
      best = listeners[i];
      best_fit = fits;
    }
  }
  for (size_t i = 0; best && i < collection->others.length / sizeof *others; i++) {
    int fits = inventory_fit(&others[i], &stray->local);
    other_fit = fits > other_fit ? fits : other_fit;
  }
  *doubtful = best && other_fit == best_fit;
  return other_fit >= best_fit ? NULL : best;
}

/* Follows the connections that are in the queues of the session's listeners: those without a file
 * that this side has not closed. */
static void adopt_strays(struct collection *collection) {
  struct inventory *inventory = collection->inventory;
  const struct kernel_socket *strays = (const struct kernel_socket *)collection->strays.data;
  for (size_t i = 0; i < collection->strays.length / sizeof *strays; i++) {
    bool doubtful = false;
    struct socket *listener = listener_of(collection, &strays[i], &doubtful);
    inventory->unattributed += doubtful;
    struct socket *socket =
        listener ? socket_create_queued(&collection->session->sockets, collection->host, &strays[i])
                 : NULL;
    if (!socket)
      continue;
    socket_set_listener(socket, listener);
    socket_follow_orphan(socket, ROLE_QUEUED);
    add_found(collection, socket, &strays[i]);
    object_release(&socket->object);
  }
}

/* Trusts the last look, unless a call may have changed the state since. The kernel's list shows
 * whether it still holds. */
static bool is_listening(const struct socket *socket) {
  bool known = socket->seen.state != STATE_UNKNOWN && !socket->may_change_local;
  return socket_has_tcp_states(socket) &&
         (known ? socket->seen.state : look_state_now(socket)) == STATE_LISTEN;
}

/* Identifies the open sockets, so that they can be found by cookie, and collects the listeners. */
static void prepare(struct collection *collection) {
  struct socket_table *table = &collection->session->sockets;
  for (struct socket *socket = socket_table_next(table, 0); socket;
       socket = socket_table_next(table, socket->descriptor + 1)) {
    look_identity(socket);
    if (!is_listening(socket))
      continue;
    if (socket->seen.local.length == 0)
      socket->seen.local = look_local(socket);
    bytes_append(&collection->listeners, &socket, sizeof socket);
  }
}

static bool is_ended(const struct inventory_entry *entry) {
  return entry->socket->role == ROLE_LINGERING || entry->socket->role == ROLE_GONE;
}

static bool is_part(const struct inventory_entry *entry) {
  return entry->socket->role == ROLE_OF_SERVICE || entry->socket->role == ROLE_SUBFLOW;
}

/* The id of the client in this session, for connections that the session has not accepted itself:
 * in a queue, or of a service. They are shown in this order, since the kernel does not reveal that
 * in which they came. */
static uint64_t client_of(const struct inventory_entry *entry) {
  bool came = entry->socket->role == ROLE_QUEUED || entry->socket->role == ROLE_OF_SERVICE;
  const struct socket *client = came ? socket_find_peer(entry->socket, NULL) : NULL;
  return client ? client->id : UINT64_MAX;
}

static int compare(const struct inventory_entry *a, const struct inventory_entry *b) {
  if (is_ended(a) != is_ended(b))
    return is_ended(a) ? 1 : -1;
  if (!is_ended(a) && a->socket->was_descriptor != b->socket->was_descriptor)
    return a->socket->was_descriptor < b->socket->was_descriptor ? -1 : 1;
  if (is_part(a) != is_part(b))
    return is_part(a) ? 1 : -1;
  bool a_queued = a->socket->role == ROLE_QUEUED;
  bool b_queued = b->socket->role == ROLE_QUEUED;
  if (a_queued != b_queued)
    return a_queued ? 1 : -1;
  uint64_t a_client = client_of(a);
  uint64_t b_client = client_of(b);
  if (a_client != b_client)
    return a_client < b_client ? -1 : 1;
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

static bool is_found(const struct collection *collection, const struct socket *socket) {
  return socket->inventory == collection->session->inventories;
}

static bool kind_asked(const struct socket *socket, unsigned kinds) {
  if (socket->family == AF_UNIX)
    return kinds & KERNEL_UNIX;
  if (socket_is_multipath(socket))
    return kinds & KERNEL_MPTCP;
  return kinds & (socket_is_tcp(socket) ? KERNEL_TCP : KERNEL_UDP);
}

/* Adds the open sockets that the kernel's list lacks: not yet bound, or of another kind. */
static void add_rest(struct collection *collection, unsigned kinds, bool lab_only) {
  struct socket_table *table = &collection->session->sockets;
  for (struct socket *socket = socket_table_next(table, 0); socket;
       socket = socket_table_next(table, socket->descriptor + 1))
    if (!socket_is_none(socket) && kind_asked(socket, kinds) && !is_found(collection, socket) &&
        (socket->host || !lab_only))
      add_found(collection, socket, NULL);
}

/* Of an open one the kernel is asked, for its list counts a FIN that has come as a byte. */
static void tell_queues(struct session *session, const struct inventory_entry *entry,
                        const struct look_cause *cause) {
  struct socket *socket = entry->socket;
  if (socket->descriptor >= 0)
    session_look_queues(session, socket, cause, true);
  else if (socket->seen.state == STATE_ESTABLISHED)
    session_tell_queues(session, socket, cause, (int)entry->kernel.receive_queue,
                        (int)entry->kernel.send_queue);
}

/* Appends what has changed since the last looks. An orphan that the list lacks is looked at once
 * more, which lets go of it. */
static void report_changes(struct collection *collection, struct runner *runner, bool all) {
  struct session *session = collection->session;
  struct inventory *inventory = collection->inventory;
  struct look_cause cause = {
      .job = runner->job, .statement = runner->statement, .time = clock_monotonic()};
  for (struct socket *socket = session->sockets.orphans; inventory->complete && socket;) {
    struct socket *next = socket->orphan_next;
    if (!is_found(collection, socket) && (socket->host || !all))
      session_look(session, socket, &cause);
    socket = next;
  }
  for (size_t i = 0; i < inventory_count(inventory); i++) {
    const struct inventory_entry *entry = inventory_nth(inventory, i);
    struct socket *socket = entry->socket;
    bool same = entry->listed && socket_has_tcp_states(socket) && !socket->may_change_local &&
                entry->kernel.state == socket->seen.state;
    /* The answer shows what is new; changes are events of their own. */
    if (is_part(entry) && !socket_is_followed(socket))
      continue;
    cause.asked = !all && (socket->seen.state == STATE_UNKNOWN || socket->role == ROLE_QUEUED);
    if (same) { /* only ask the kernel if something may have changed */
      socket->seen.time = cause.time;
      tell_queues(session, entry, &cause);
    } else {
      session_look(session, socket, &cause);
    }
  }
}

/* Reads the list of the real network, or of a host. Returns whether it was complete. */
static bool collect_list(struct collection *collection, struct kernel *kernel, unsigned kinds,
                         uint32_t states, struct error *problem) {
  bytes_clear(&collection->others);
  bytes_clear(&collection->strays);
  if (!kernel) {
    kernel_explain_missing(problem);
    return false;
  }
  if (kernel_walk(kernel, (struct kernel_filter){kinds, states}, collect, collection, problem) < 0)
    return false;
  adopt_strays(collection);
  return true;
}

/* Reads the list of the real network, unless only the lab's are wanted, and that of each host. */
static bool collect_all(struct collection *collection, unsigned kinds, bool lab_only,
                        struct error *problem) {
  struct session *session = collection->session;
  bool complete = true;
  if (!lab_only) {
    if (!session->sockets.kernel)
      session->sockets.kernel = kernel_open(problem);
    complete = collect_list(collection, session->sockets.kernel, kinds, ~0u, problem);
  }
  for (size_t i = 0; session->lab && i < session->lab->host_count; i++) {
    collection->host = &session->lab->hosts[i]->host;
    complete = collect_list(collection, collection->host->kernel, kinds, lab_only ? CONNECTED : ~0u,
                            problem) &&
               complete;
  }
  return complete;
}

static int take(struct runner *runner, unsigned kinds, bool lab_only, struct inventory *inventory,
                struct error *error) {
  struct session *session = runner->session;
  struct collection collection = {.session = session, .inventory = inventory};
  struct error problem = {.message = ""};
  *inventory = (struct inventory){0};
  session->inventories++;
  prepare(&collection);
  if (!session->sockets.multipath) /* the kernel goes through all of that kind */
    kinds &= ~(unsigned)KERNEL_MPTCP;
  note_services(&collection);
  inventory->complete = collect_all(&collection, kinds, lab_only, &problem);
  if (!inventory->complete)
    memcpy(inventory->problem, problem.message, sizeof inventory->problem - 1);
  add_rest(&collection, kinds, lab_only);
  report_changes(&collection, runner, lab_only);
  sort(inventory);
  bool failed = inventory->found.failed || inventory->order.failed || collection.listeners.failed ||
                collection.others.failed || collection.strays.failed || collection.served.failed;
  bytes_free(&collection.listeners);
  bytes_free(&collection.others);
  bytes_free(&collection.strays);
  bytes_free(&collection.served);
  if (!failed)
    return 0;
  inventory_free(inventory);
  return error_set_memory(error);
}

int inventory_take(struct runner *runner, unsigned kinds, struct inventory *inventory,
                   struct error *error) {
  return take(runner, kinds, false, inventory, error);
}

void inventory_report_lab(struct runner *runner) {
  struct inventory inventory;
  struct error ignored; /* out of memory: the next look will report the changes */
  if (take(runner, KERNEL_TCP | KERNEL_MPTCP, true, &inventory, &ignored) == 0)
    inventory_free(&inventory);
}

static void add_state(const struct kernel_socket *kernel, void *context) {
  uint64_t *sum = context;
  *sum += (kernel->cookie + 1) * (uint64_t)(kernel->state + 1) * 0x9e3779b97f4a7c15u;
}

uint64_t inventory_lab_states(const struct session *session) {
  uint64_t sum = 0;
  struct error ignored;
  unsigned kinds = session->sockets.multipath ? KERNEL_TCP | KERNEL_MPTCP : KERNEL_TCP;
  for (size_t i = 0; session->lab && i < session->lab->host_count; i++)
    if (session->lab->hosts[i]->host.kernel)
      kernel_walk(session->lab->hosts[i]->host.kernel, (struct kernel_filter){kinds, CONNECTED},
                  add_state, &sum, &ignored);
  return sum;
}

void inventory_free(struct inventory *inventory) {
  for (size_t i = 0; i < inventory_count(inventory); i++)
    object_release(&inventory_nth(inventory, i)->socket->object);
  bytes_free(&inventory->found);
  bytes_free(&inventory->order);
}
