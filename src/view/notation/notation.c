#include "view/notation/notation.h"

#include <linux/netlink.h>

#include "names/address_link.h"

void notation_append_address(const struct notation *notation, const struct address *address,
                             struct bytes *bytes) {
  if (notation->aliases)
    alias_append_address(notation->aliases, address, bytes);
  else
    address_append(address, bytes);
}

void notation_append_address_of(const struct notation *notation, const struct socket_label *label,
                                const struct address *address, struct bytes *bytes) {
  bool route = label->family == AF_NETLINK && label->protocol == NETLINK_ROUTE;
  struct bytes plain = {0};
  if (!route || !address_link_append(address, route, &plain))
    notation_append_address(notation, address, bytes);
  else if (notation->aliases)
    alias_append_netlink(notation->aliases, &plain, bytes);
  else
    bytes_append(bytes, plain.data, plain.length);
  bytes_free(&plain);
}

void notation_append_place(const struct event *event, struct bytes *bytes) {
  if (event->host)
    bytes_append_format(bytes, "%s: ", event->host);
  if (event->actor)
    bytes_append_format(bytes, "%s: ", event->actor->name);
}

void notation_append_label(const struct notation *notation, const struct socket_label *label,
                           struct bytes *bytes) {
  bool brackets = label->role == ROLE_LINGERING || label->role == ROLE_GONE;
  bytes_append_format(bytes, brackets ? "(%d" : "%d", label->descriptor);
  if (notation->names && label->name[0] && !label->of_program)
    bytes_append_format(bytes, " %s", label->name);
  if (brackets)
    bytes_append_char(bytes, ')');
  else if (label->role == ROLE_QUEUED)
    bytes_append_text(bytes, " queue:");
  else if (label->role == ROLE_OF_SERVICE)
    bytes_append_text(bytes, " served:");
  else if (label->role == ROLE_SUBFLOW)
    bytes_append_text(bytes, " subflow:");
}

const char *notation_reason(enum state_reason reason) {
  switch (reason) {
  case REASON_PEER_FIN:
    return _("the peer has closed its side: what it sent can still be received, then comes the end "
             "of the stream");
  case REASON_PEER_GONE:
    return _("the peer has closed, or shut down both directions");
  case REASON_RESET:
    return _("the peer has reset the connection");
  case REASON_REFUSED:
    return _("the peer has refused the connection");
  case REASON_TIMED_OUT:
    return _("the connection is over: the peer has not acknowledged in time what was sent");
  case REASON_KEEPALIVE:
    return _("the connection is over: the peer has not answered the keepalive probes in time");
  case REASON_PROBES:
    return _("the connection is over: the peer has closed its window, and has not answered the "
             "probes of it in time");
  case REASON_TIMER:
    return _("the timer of this state is over");
  case REASON_USER_TIMEOUT:
    return _("the connection is over: the peer has not answered within TCP_USER_TIMEOUT");
  case REASON_UNREACHABLE:
    return _("an ICMP error came back: the network says that the peer can't be reached");
  case REASON_LOST:
    return _("the connection is over, and the kernel does not say why before the next call on it");
  case REASON_NONE:
    break;
  }
  return "";
}

void notation_append_state(const struct notation *notation, const struct event_state *state,
                           struct bytes *bytes) {
  notation_append_label(notation, &state->socket, bytes);
  bytes_append_char(bytes, ' ');
  if (!state->first && state->before.state != STATE_UNKNOWN &&
      state->before.state != state->now.state) {
    constant_append(&constant_states, state->before.state, bytes);
    bytes_append_format(bytes, " %s ", notation->arrow);
  }
  bytes_append_text(bytes, notation->changed_on ? notation->changed_on : "");
  constant_append(&constant_states, state->now.state, bytes);
  bytes_append_text(bytes, notation->changed_off ? notation->changed_off : "");
  const struct address *local = &state->now.local;
  const struct address *peer = &state->now.peer;
  bool unbound =
      address_port(local) == 0 || (address_family(local) == AF_UNIX && local->length <= 2);
  bool nameless = address_family(peer) == AF_UNIX && peer->length <= 2;
  if (local->length > 0 && !unbound) {
    bytes_append_char(bytes, ' ');
    notation_append_address_of(notation, &state->socket, local, bytes);
  }
  if (peer->length > 0 && !nameless) {
    bytes_append_format(bytes, " %s ", notation->arrow);
    notation_append_address_of(notation, &state->socket, peer, bytes);
  }
}

struct transition_sight notation_sight(const struct event_state *state) {
  const struct snapshot *before = &state->before;
  return (struct transition_sight){
      .from = before->state,
      .to = state->now.state,
      .exact = state->exact,
      .told = state->reason == REASON_REFUSED,
      .reset = state->reason == REASON_RESET || state->reason == REASON_LOST,
      .timed_out = state->reason == REASON_TIMED_OUT || state->reason == REASON_UNREACHABLE,
      .stayed = before->since ? state->now.time - before->since : 0,
  };
}
