#include "session/address_in_use.h"

#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "call/call.h"
#include "language/escape.h"
#include "language/number.h"
#include "socket/look.h"
#include "system/owner.h"

/* A TCP socket that is bound, and neither listens nor is connected; older headers lack it. */
enum { BOUND_INACTIVE = 13 };

/* What has the address, the better explanation first. */
enum holder { HOLDER_LISTENER, HOLDER_BOUND, HOLDER_CONNECTION, HOLDER_TIME_WAIT, HOLDER_NONE };

struct search {
  const struct address *wanted;
  bool path; /* it is a Unix address */
  uint64_t own;
  enum holder holder;
  struct kernel_socket found;
};

bool address_in_use_applies(const struct call *call) {
  const struct call_row *row = call_row(call);
  return call->entry && row->direction == MOVES_NOTHING && row->changes_address && !row->connects;
}

static enum holder holder_of(const struct kernel_socket *socket) {
  int state = (int)socket->state;
  bool tcp = socket->protocol == IPPROTO_TCP || socket->protocol == IPPROTO_MPTCP;
  if (state == STATE_LISTEN)
    return HOLDER_LISTENER;
  if (!tcp || state == BOUND_INACTIVE || state == STATE_CLOSED)
    return HOLDER_BOUND;
  return state == STATE_TIME_WAIT ? HOLDER_TIME_WAIT : HOLDER_CONNECTION;
}

/* Whether two internet addresses with the same port are in each other's way. The wildcard of IPv6
 * is that of IPv4, too, unless IPV6_V6ONLY is set. */
static bool collide(const struct address *one, const struct address *other) {
  struct address a = *one;
  struct address b = *other;
  address_unmap(&a);
  address_unmap(&b);
  if (address_family(&a) != address_family(&b))
    return address_is_any(address_family(&a) == AF_INET6 ? &a : &b);
  if (address_is_any(&a) || address_is_any(&b))
    return true;
  address_set_port(&a, 0);
  address_set_port(&b, 0);
  return address_equal(&a, &b);
}

static void consider(const struct kernel_socket *socket, void *context) {
  struct search *search = context;
  enum holder holder = holder_of(socket);
  if (socket->local.length == 0 || (search->own && socket->cookie == search->own) ||
      holder >= search->holder)
    return;
  bool same = search->path ? address_equal(&socket->local, search->wanted)
                           : address_port(&socket->local) == address_port(search->wanted) &&
                                 collide(&socket->local, search->wanted);
  if (!same)
    return;
  search->holder = holder;
  search->found = *socket;
}

static void append_socket(const struct socket *socket, struct bytes *text) {
  bytes_append_format(text, _("socket %d"), socket->was_descriptor);
  if (socket->name[0])
    bytes_append_format(text, " %s", socket->name);
}

/* "socket 3 srv", "nginx (pid 71)", "another program". */
static void append_owner(const struct runner *runner, const struct kernel_socket *found,
                         struct bytes *text) {
  const struct socket *own =
      found->cookie ? socket_table_find_cookie(&runner->session->sockets, found->cookie, NULL)
                    : NULL;
  char name[FAMILY_NAME_SIZE];
  pid_t process = own || found->inode == 0 ? 0 : owner_of_socket(found->inode, name);
  if (own) {
    append_socket(own, text);
  } else if (process == getpid()) {
    bytes_append_text(text, _("a service of this session"));
  } else if (process > 0) {
    escape_append_plain(text, name, strlen(name), false, escape_chosen());
    if (!runner->session->settings.stable)
      bytes_append_format(text, _(" (process %ld)"), (long)process);
  } else {
    bytes_append_text(text, _("another program"));
  }
}

/* One that no program has any more. */
static void append_closed(const struct runner *runner, const struct kernel_socket *found,
                          struct bytes *text) {
  const char *state = constant_name(&constant_states, (long)found->state);
  bytes_append_format(text, _("a connection with this address is closed, and in %s"),
                      state ? state : "?");
  if (found->state == STATE_TIME_WAIT && runner->session->settings.stable) {
    bytes_append_text(text, _(" for 60 s at most"));
  } else if (found->state == STATE_TIME_WAIT) {
    bytes_append_text(text, _(" for "));
    duration_append(text, found->timer_left);
  }
  bytes_append_text(text, _(": so_reuseaddr, set before bind here and, back then, on the old "
                            "listener, allows it; or take port 0"));
}

static void append_none(const struct address *wanted, struct bytes *text) {
  bool local = address_family(wanted) == AF_UNIX;
  if (local && wanted->length > sizeof(sa_family_t) && wanted->local.sun_path[0])
    bytes_append_text(text, _("the path is there, and no socket of this network has it: bind makes "
                              "it anew when it has been removed"));
  else if (!local && address_port(wanted) == 0)
    bytes_append_text(text, _("no port is free"));
  else
    bytes_append_text(text, _("no socket that the kernel lists has the address now"));
}

static void append_holder(const struct runner *runner, const struct search *search,
                          struct bytes *text) {
  static const char *const does[] = {
      [HOLDER_LISTENER] = N_(" listens at this address"),
      [HOLDER_BOUND] = N_(" is bound to this address"),
      [HOLDER_CONNECTION] =
          N_(" has a connection with this address: so_reuseaddr, set before bind here and, back "
             "then, on the old listener, allows it; or take port 0"),
  };
  bool connection = search->holder == HOLDER_TIME_WAIT || search->holder == HOLDER_CONNECTION;
  if (connection && search->found.inode == 0) {
    append_closed(runner, &search->found, text);
    return;
  }
  append_owner(runner, &search->found, text);
  bytes_append_text(text, _(does[search->holder]));
}

void address_in_use_explain(const struct runner *runner, const struct call *call,
                            struct bytes *text) {
  const struct socket *socket = call->entry;
  const struct address *named = call_destination(call);
  struct address wanted = named ? *named : look_local(socket);
  struct search search = {.wanted = &wanted,
                          .path = address_family(&wanted) == AF_UNIX,
                          .own = socket->cookie,
                          .holder = HOLDER_NONE};
  struct kernel_filter filter = {search.path                     ? KERNEL_UNIX
                                 : socket_has_tcp_states(socket) ? KERNEL_TCP | KERNEL_MPTCP
                                                                 : KERNEL_UDP,
                                 KERNEL_STATES};
  struct error ignored;
  if (!runner->session->settings.look || !socket_kernel(socket) ||
      kernel_walk(socket_kernel(socket), filter, consider, &search, &ignored) < 0)
    return;
  if (search.holder == HOLDER_NONE)
    append_none(&wanted, text);
  else
    append_holder(runner, &search, text);
}
