/* capture_packets: commands that write packets to a file. */
#include "view/capture/capture_view.h"

#include <stdlib.h>
#include <string.h>

#include "command/invocation.h"
#include "commands/lab/capture_packets.h"
#include "lab/lab.h"
#include "lab/live_capture.h"
#include "session/session_lab.h"
#include "socket/look.h"

struct capture {
  struct capture_file *file;
  struct view *view;
  struct tap *tap; /* NULL: it captures the lab's wire */
};

static bool same_port(const struct address *a, const struct address *b) {
  return address_port(a) == address_port(b) && address_port(a) > 0;
}

/* True if a socket has the packet's addresses, or is bound to one of its ports and fits. */
static bool is_of(const struct socket *socket, const struct address *near,
                  const struct address *far) {
  struct address local = socket->descriptor >= 0 ? look_local(socket) : socket->seen.local;
  struct address peer = socket->descriptor >= 0 ? look_peer(socket) : socket->seen.peer;
  address_unmap(&local);
  address_unmap(&peer);
  bool here = same_port(&local, near) && (address_is_any(&local) || address_equal(&local, near));
  return here && (peer.length == 0 || address_equal(&peer, far));
}

static bool is_own(const struct packet *packet, void *context) {
  struct session *session = context;
  struct address source = packet_source(packet);
  struct address target = packet_destination(packet);
  bool own = false;
  session_lock(session);
  struct socket *socket = socket_table_next(&session->sockets, 0);
  for (; socket && !own; socket = socket_table_next(&session->sockets, socket->descriptor + 1))
    own = !socket->host && (is_of(socket, &source, &target) || is_of(socket, &target, &source));
  for (socket = session->sockets.orphans; socket && !own; socket = socket->orphan_next)
    own = !socket->host && (is_of(socket, &source, &target) || is_of(socket, &target, &source));
  session_unlock(session);
  return own;
}

static void set_captures(struct session *session, bool on) {
  if (!session->lab)
    return;
  wire_lock(&session->lab->wire);
  wire_set_captures(&session->lab->wire, on);
  wire_unlock(&session->lab->wire);
  lab_follow_wire(session->lab);
}

int capture_packets_end(struct session *session, uint64_t *count, struct error *error) {
  struct capture *capture = session->capture;
  if (!capture)
    return 0;
  session->capture = NULL;
  if (capture->tap) {
    session_unlock(
        session); /* the tap's thread takes the lock to ask which packets are the session's own */
    tap_stop(capture->tap);
    session_lock(session);
  } else {
    set_captures(session, false);
  }
  view_remove(session->view, session->timeline, capture->view);
  view_free(capture->view);
  *count = capture_file_count(capture->file);
  int status = capture_file_close(capture->file, error);
  free(capture);
  return status;
}

static int open_file(const struct invocation *invocation, struct capture *capture) {
  struct bytes path = {0};
  capture->file = capture_file_open(
      argument_value_text(invocation_value(invocation, "FILE"), &path), invocation->error);
  bytes_free(&path);
  return capture->file ? 0 : -1;
}

static int listen_on(const struct invocation *invocation, const struct argument_value *interface,
                     struct capture *capture) {
  struct session *session = invocation->runner->session;
  struct bytes name = {0};
  bool shows = invocation_number(invocation, "show", 0) == 0;
  struct host *host = invocation->runner->host;
  /* What is on a host is all of the session's making. */
  capture->tap = tap_start(host, argument_value_text(interface, &name), shows, session->timeline,
                           host ? NULL : is_own, session, invocation->error);
  bytes_free(&name);
  return capture->tap ? 0 : -1;
}

static int begin(struct invocation *invocation, struct capture *capture) {
  struct session *session = invocation->runner->session;
  const struct argument_value *interface = invocation_value(invocation, "on");
  if (open_file(invocation, capture) < 0)
    return -1;
  capture->view = capture_view_create(capture->file, interface != NULL);
  if (!capture->view)
    return error_set_memory(invocation->error);
  view_add(session->view, session->timeline, capture->view);
  if (!interface)
    set_captures(session, true);
  else if (listen_on(invocation, interface, capture) < 0) {
    view_remove(session->view, session->timeline, capture->view);
    return -1;
  }
  return 0;
}

static int run_capture(struct invocation *invocation) {
  struct session *session = invocation->runner->session;
  struct error ignored;
  if (session->capture)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("a capture is going on already; `capture off` ends it"));
  if (!invocation_value(invocation, "on") &&
      !session_lab_wire(invocation->runner->session, invocation->error))
    return -1;
  struct capture *capture = calloc(1, sizeof *capture);
  if (!capture)
    return error_set_memory(invocation->error);
  if (begin(invocation, capture) == 0) {
    session->capture = capture;
    return 0;
  }
  view_free(capture->view);
  if (capture->file)
    capture_file_close(capture->file, &ignored);
  free(capture);
  return -1;
}

static int run_capture_off(struct invocation *invocation) {
  struct session *session = invocation->runner->session;
  if (!session->capture)
    return error_set(invocation->error, ERROR_FAILURE, _("no capture is going on"));
  uint64_t count = 0;
  int status = capture_packets_end(session, &count, invocation->error);
  invocation_give_number(invocation, (long long)count);
  return status;
}

const struct command command_capture = {
    .name = "capture",
    .group = GROUP_LAB,
    .parts = true,
    .arguments = {{.name = "FILE", .kind = &argument_file},
                  {.name = "INTERFACE", .kind = &argument_text, .flags = OPTIONAL, .keyword = "on"},
                  {.name = "on|off",
                   .kind = &argument_keyword,
                   .words = "on|off",
                   .flags = OPTIONAL,
                   .keyword = "show"}},
    .summary = N_("writes the packets that cross to a file for Wireshark and tcpdump"),
    .manual = N_(
        "From now on, until `capture off` or the end of the session, over what the file held "
        "before. With an interface, as lo, it is what crosses there of the session's own "
        "connections, for a user who may capture (CAP_NET_RAW); it is shown, too, unless "
        "`show off` follows. Behind @HOST the interface is that host's, and all that crosses it is "
        "taken, whoever the user is. Without an interface it is what crosses the wires of the lab, "
        "and what is lost "
        "there.\n\n"
        "The format is pcapng, with times in nanoseconds. Each host has an interface on each of "
        "its wires, a:client, on which stands what it sends, and comments say what was lost and "
        "why, what was edited or injected, and which call of the host went on, or was the last "
        "before. A packet that crosses several wires stands there once for each, and Wireshark "
        "takes that for sent again: `tshark -r FILE -Y 'frame.interface_name contains \"a:\"' "
        "-w ONE` makes a file of one wire alone."),
    .blocks = N_("never"),
    .example = "lab\ncapture /tmp/lab.pcapng\nu = @client socket inet dgram\nsendto u hi "
               "server:9\ncapture off",
    .pages = "socksh-lab(7), tcpdump(1), wireshark(1)",
    .run = run_capture,
};

const struct command command_capture_off = {
    .name = "capture off",
    .group = GROUP_LAB,
    .results = {"number of packets written"},
    .summary = N_("ends the capture"),
    .manual = N_("The file is complete then."),
    .blocks = N_("never"),
    .example = "lab\ncapture /tmp/lab.pcapng\ncapture off",
    .pages = "socksh-lab(7)",
    .run = run_capture_off,
};
