#include "session/diagnosis.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "language/number.h"
#include "option/option.h"
#include "session/address_in_use.h"
#include "session/zero.h"
#include "socket/look.h"
#include "system/network.h"

static bool is_internet(const struct call *call) {
  return call->entry && (call->entry->family == AF_INET || call->entry->family == AF_INET6);
}

static bool is_stream(const struct call *call) {
  return call->entry && !socket_is_none(call->entry) && call->entry->type == SOCK_STREAM;
}

static bool is_pipe(const struct socket *socket) {
  return socket && socket->kind == DESCRIPTOR_PIPE;
}

static bool moves(const struct call *call) {
  return call_row(call)->direction != MOVES_NOTHING;
}

static bool connects(const struct call *call) {
  return call_row(call)->connects;
}

static bool any(const struct call *call) {
  (void)call;
  return true;
}

/* The kernel sends SIGPIPE for streams and pipes, by whatever call; not for datagrams, and not for
 * messages of SOCK_SEQPACKET. */
static bool signal_due(const struct call *call) {
  bool sends = call_row(call)->waits == WAITS_FOR_OUTPUT && moves(call);
  const struct socket *to = sends ? call->entry : call->other;
  bool stream = to && !socket_is_none(to) && to->type == SOCK_STREAM;
  return (stream || is_pipe(to)) && !(call_message_flags(call) & MSG_NOSIGNAL);
}

static bool waits(const struct call *call) {
  return call_row(call)->waits != WAITS_FOR_NOTHING && !connects(call);
}

static bool connects_unix(const struct call *call) {
  return connects(call) && call->entry && call->entry->family == AF_UNIX;
}

static bool begins_handshake(const struct call *call) {
  return connects(call) || call_message_flags(call) & MSG_FASTOPEN;
}

/* A call that SA_RESTART does not start again (signal(7)): the handshake goes on without it. */
static bool waits_for_events(const struct call *call) {
  return call_row(call)->waits == WAITS_FOR_NOTHING && call_items(call);
}

static bool moves_on_stream(const struct call *call) {
  return moves(call) && is_stream(call) && is_internet(call);
}

static bool moves_datagrams(const struct call *call) {
  return moves(call) && !is_stream(call) && is_internet(call);
}

static bool moves_udp(const struct call *call) {
  return moves_datagrams(call) && call->entry->protocol == IPPROTO_UDP;
}

static bool is_unix_stream(const struct call *call) {
  return is_stream(call) && call->entry->family == AF_UNIX;
}

static bool sends_unix(const struct call *call) {
  return moves(call) && call->entry && call->entry->family == AF_UNIX;
}

static bool listener_closed(const struct call *call) {
  return call->entry && call->entry->reset_by.id != 0;
}

static bool is_unscoped(const struct call *call) {
  const struct address *address = call_destination(call);
  return address && address_family(address) == AF_INET6 &&
         IN6_IS_ADDR_LINKLOCAL(&address->inet6.sin6_addr) && address->inet6.sin6_scope_id == 0;
}

static bool is_non_blocking(const struct runner *runner, const struct call *call) {
  const struct socket *sides[] = {call->entry, call->other};
  bool found = false;
  for (int i = 0; runner->session->settings.look && i < 2; i++)
    if (sides[i] && sides[i]->descriptor >= 0) {
      int flags = look_file_flags(sides[i]);
      found = found || (flags >= 0 && flags & O_NONBLOCK);
    }
  return found;
}

/* SO_RCVTIMEO or SO_SNDTIMEO; 0: none. */
static int64_t time_out(const struct runner *runner, const struct call *call, int option) {
  bool look = runner->session->settings.look && call->entry && call->entry->descriptor >= 0;
  return look ? look_time_out(call->entry, option) : 0;
}

static bool has_input(const struct runner *runner, const struct call *call) {
  struct look_details details;
  if (!runner->session->settings.look || !call->entry || call->entry->descriptor < 0)
    return false;
  look_details(call->entry, &details);
  return details.ready & POLLIN;
}

static const char *what_is_missing(const struct runner *runner, const struct call *call) {
  const struct call_row *row = call_row(call);
  if (row->makes == MAKES_LIKE_SUBJECT)
    return _("no connection waits to be accepted");
  if (row->waits == WAITS_FOR_INPUT)
    return _("nothing is there to be received");
  if (row->waits == WAITS_FOR_OUTPUT)
    return _("the send buffer is full");
  return has_input(runner, call) ? _("the other end has no room")
                                 : _("nothing is there to be received");
}

/* What has kept the call from waiting on. Without looks it may stay open. */
static void append_why_not(const struct runner *runner, const struct call *call,
                           struct bytes *text) {
  bool output = call_row(call)->waits == WAITS_FOR_OUTPUT;
  int64_t limit = time_out(runner, call, output ? SO_SNDTIMEO : SO_RCVTIMEO);
  if (call_has_part(call, PART_OTHER_END) && call->number[0] & SPLICE_F_NONBLOCK) {
    bytes_append_text(text, _(", and SPLICE_F_NONBLOCK forbids to wait"));
  } else if (call_message_flags(call) & MSG_DONTWAIT) {
    bytes_append_text(text, _(", and MSG_DONTWAIT forbids to wait"));
  } else if (is_non_blocking(runner, call)) {
    bytes_append_text(text, _(", and the socket is non-blocking (O_NONBLOCK)"));
  } else if (limit > 0) {
    bytes_append_format(text, _(", and %s, "), output ? "SO_SNDTIMEO" : "SO_RCVTIMEO");
    duration_append(text, limit);
    bytes_append_text(text, _(", is over"));
  }
}

static void explain_waiting(const struct runner *runner, const struct call *call,
                            struct bytes *text) {
  if (call_message_flags(call) & MSG_ERRQUEUE) {
    bytes_append_text(text, _("the error queue is empty, and a call that reads it never waits: "
                              "`poll` reports POLLERR when something is there"));
    return;
  }
  bytes_append_text(text, what_is_missing(runner, call));
  append_why_not(runner, call, text);
  bytes_append_text(text, _("; `poll` tells when to try again"));
}

static void explain_handshake(const struct runner *runner, const struct call *call,
                              struct bytes *text) {
  int64_t limit = is_non_blocking(runner, call) ? 0 : time_out(runner, call, SO_SNDTIMEO);
  if (limit > 0) {
    bytes_append_text(text, "SO_SNDTIMEO, ");
    duration_append(text, limit);
    bytes_append_text(text, _(", is over; "));
  }
  bytes_append_text(text, _("the handshake goes on by itself: `await . writable`, then `getsockopt "
                            ". so_error` tells how it ended"));
}

static void explain_full_queue(const struct runner *runner, const struct call *call,
                               struct bytes *text) {
  bytes_append_text(text, _("the listener's queue is full"));
  append_why_not(runner, call, text);
  bytes_append_text(text, _("; nothing goes on by itself: call connect again"));
}

static void explain_listener(const struct runner *runner, const struct call *call,
                             struct bytes *text) {
  const struct socket_label *label = &call->entry->reset_by;
  (void)runner;
  bytes_append_format(text, _("the connection waited in the queue of socket %d"),
                      label->descriptor);
  if (label->name[0])
    bytes_append_format(text, " %s", label->name);
  bytes_append_text(text, _(", which was closed before accept had taken it: the kernel resets "
                            "(RST) all that wait there"));
}

static void explain_scope(const struct runner *runner, const struct call *call,
                          struct bytes *text) {
  char name[IF_NAMESIZE] = "";
  (void)runner;
  network_first_interface(host_network(call->entry ? call->entry->host : NULL), name);
  bytes_append_text(text,
                    _("a link-local address is one of an interface, whose name is missing: "));
  address_append_host(call_destination(call), text);
  bytes_append_format(text, "%%%s", name[0] ? name : "eth0");
}

/* UDP's length field and IPv4's have 16 bits each: udp(7), RFC 768, RFC 791. */
static void explain_too_long(const struct runner *runner, const struct call *call,
                             struct bytes *text) {
  enum { INET_LIMIT = 65535 - 20 - 8, INET6_LIMIT = 65535 - 8 };
  bool inet = call->entry->family == AF_INET;
  size_t length = call->data ? call->data->length : 0;
  (void)runner;
  if (length > (inet ? INET_LIMIT : INET6_LIMIT))
    bytes_append_format(text, _("the datagram has %zu bytes, and UDP over %s carries at most %s"),
                        length, inet ? "IPv4" : "IPv6", inet ? "65,507" : "65,527");
  else
    bytes_append_text(text, _("the datagram is longer than the path takes in one packet "
                              "(getsockopt . ip_mtu), and fragments are forbidden "
                              "(ip_mtu_discover, ipv6_dontfrag, udp_segment)"));
}

/* What the last look saw of it is that it has no peer, and never had one. */
static bool never_connected(const struct call *call) {
  const struct socket *socket = call->entry;
  return socket && socket_has_tcp_states(socket) && moves(call) && socket->seen.time > 0 &&
         socket->seen.peer.length == 0 && !socket->shut &&
         (socket->seen.state == STATE_CLOSED || socket->seen.state == STATE_LISTEN);
}

static void explain_unconnected(const struct runner *runner, const struct call *call,
                                struct bytes *text) {
  (void)runner;
  bytes_append_text(text, call->entry->seen.state == STATE_LISTEN
                              ? _("the socket listens, and is not connected: accept gives one "
                                  "that is")
                              : _("the socket was never connected: connect comes first"));
  if (signal_due(call))
    bytes_append_text(text, _("; the kernel sends SIGPIPE with this, which ends a program that "
                              "does not ignore it"));
}

/* Options that the kernel takes only up to a certain call. */
static const struct {
  int level;
  int number;
  bool unbound; /* before bind; else before connect */
} early_options[] = {
    {IPPROTO_IPV6, IPV6_V6ONLY, true},
    {IPPROTO_TCP, TCP_FASTOPEN, false},
    {IPPROTO_TCP, TCP_FASTOPEN_CONNECT, false},
};

/* The call that such an option was set behind; NULL: it was not. */
static const char *too_late_for(const struct call *call) {
  const struct option *option =
      call_row(call)->payload == PAYLOAD_VALUE ? call->value.option : NULL;
  for (size_t i = 0; option && call->entry && i < sizeof early_options / sizeof *early_options;
       i++) {
    const struct snapshot *seen = &call->entry->seen;
    if (option->level != early_options[i].level || option->number != early_options[i].number)
      continue;
    bool connected = seen->state != STATE_CLOSED && seen->state != STATE_LISTEN;
    if (early_options[i].unbound && seen->local.length > 0 && address_port(&seen->local) > 0)
      return "bind";
    if (!early_options[i].unbound && seen->time > 0 && connected)
      return "connect";
  }
  return NULL;
}

static bool is_too_late(const struct call *call) {
  return too_late_for(call) != NULL;
}

static void explain_too_late(const struct runner *runner, const struct call *call,
                             struct bytes *text) {
  (void)runner;
  bytes_append_format(text, _("%s must be set before %s"), call->value.option->name,
                      too_late_for(call));
}

/* What an errno means, for the calls that it applies to. The first row that fits is told. */
static const struct diagnosis {
  int number;
  bool (*applies)(const struct call *call);
  const char *text; /* or what appends it: */
  void (*explain)(const struct runner *runner, const struct call *call, struct bytes *text);
} diagnoses[] = {
    {EPIPE, never_connected, NULL, explain_unconnected},
    {EPIPE, signal_due,
     N_("the kernel sends SIGPIPE with this, which ends a program that does not ignore it or send "
        "with MSG_NOSIGNAL"),
     NULL},
    {EINTR, connects,
     N_("a signal ended the wait, not the handshake: a program waits until the socket is writable "
        "and reads so_error; a second connect would give EALREADY"),
     NULL},
    {EINTR, waits_for_events,
     N_("a signal ended the wait; a program calls again, also where the handler was installed with "
        "SA_RESTART: it does not apply to this call"),
     NULL},
    {EINTR, any,
     N_("a signal ended the wait; a program calls again, unless its handler was installed with "
        "SA_RESTART"),
     NULL},
    {EAGAIN, connects_unix, NULL, explain_full_queue},
    {EAGAIN, waits, NULL, explain_waiting},
    {EINPROGRESS, begins_handshake, NULL, explain_handshake},
    {EALREADY, connects, N_("the handshake that an earlier connect began is still going on"), NULL},
    {ECONNRESET, listener_closed, NULL, explain_listener},
    {ECONNRESET, is_unix_stream,
     N_("the other end was closed with data that it had never received, or its listener before "
        "accept had taken it"),
     NULL},
    {EMSGSIZE, moves_udp, NULL, explain_too_long},
    {ECONNREFUSED, moves_on_stream,
     N_("the handshake that an earlier connect began was refused: a RST came back"), NULL},
    {ECONNREFUSED, moves_datagrams,
     N_("an ICMP error came back for an earlier datagram: nothing receives on that port"), NULL},
    {ECONNREFUSED, sends_unix, N_("the socket that it was sent to is closed"), NULL},
    {EADDRINUSE, address_in_use_applies, NULL, address_in_use_explain},
    {EINVAL, is_unscoped, NULL, explain_scope},
    {EINVAL, is_too_late, NULL, explain_too_late},
};

/* Appends why the call failed; nothing where that is not known. */
static void append_diagnosis(const struct runner *runner, const struct call *call,
                             struct bytes *text) {
  for (size_t i = 0; call->error && i < sizeof diagnoses / sizeof *diagnoses; i++) {
    const struct diagnosis *diagnosis = &diagnoses[i];
    if (diagnosis->number != call->error || !diagnosis->applies(call))
      continue;
    if (diagnosis->text)
      bytes_append_text(text, _(diagnosis->text));
    else
      diagnosis->explain(runner, call, text);
    return;
  }
}

static bool note_failure(struct runner *runner, const struct call *call) {
  struct bytes text = {0};
  append_diagnosis(runner, call, &text);
  bool explained = text.length > 0 && !(call->interrupted && runner->expectation.of_blocks);
  if (explained)
    runner_note(runner, "%s", bytes_text(&text));
  bytes_free(&text);
  return explained;
}

static void note_sent(struct runner *runner, const struct call *call) {
  if (!call->takes_part && call_row(call)->direction == SENDS &&
      call_row(call)->result == RESULT_NUMBER && call->data &&
      (size_t)call->result < call->data->length)
    runner_note(runner,
                _("only %ld of %zu bytes were taken: the send buffer is full; a program sends the "
                  "rest with further calls, as send-all does"),
                call->result, call->data->length);
}

/* What a call that asked for fewer bytes than there were has left on a stream. Where it stopped
 * short of what it asked for, the rest came later, and the next call tells. */
static void note_left(struct runner *runner, const struct call *call) {
  const struct settings *settings = &runner->session->settings;
  bool filled = call->size > 0 && call->result == (long)call->size;
  if (!settings->look || call->takes_part || !filled || !is_stream(call) ||
      call_message_flags(call) & (MSG_PEEK | MSG_ERRQUEUE | MSG_OOB))
    return;
  int left = look_pending(call->entry);
  if (left > 0)
    runner_note(runner,
                left == 1 ? _("%d byte more waits to be received")
                          : _("%d bytes more wait to be received"),
                left);
}

/* What was counted and not written, or did not fit. */
static void note_lost(struct runner *runner, const struct call *call, int pending) {
  long whole = pending > call->result ? pending : call->result;
  bool peeks = call_message_flags(call) & MSG_PEEK;
  if (call->discards && call->result > 0)
    runner_note(runner, "%s",
                peeks ? _("MSG_TRUNC on a stream: the bytes were counted, and none was written")
                      : _("MSG_TRUNC on a stream: the bytes were thrown away, and none was "
                          "written"));
  if (call_row(call)->takes_datagram && call->data && (long)call->data->length < whole &&
      !call->discards && !peeks)
    runner_note(runner, _("the datagram had %ld bytes: the %ld that did not fit are gone"), whole,
                whole - (long)call->data->length);
}

bool diagnosis_note(struct runner *runner, const struct call *call, int pending) {
  bool explained = note_failure(runner, call);
  if (call->result < 0)
    return explained;
  note_sent(runner, call);
  if (zero_sentence(call))
    runner_note(runner, "%s", _(zero_sentence(call)));
  note_lost(runner, call, pending);
  if (call_row(call)->end_at_zero)
    note_left(runner, call);
  return explained;
}
