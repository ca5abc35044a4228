#include "view/capture/capture_view.h"

#include <stdlib.h>
#include <string.h>

#include "call/call.h"
#include "language/escape.h"
#include "socket/host.h"
#include "view/notation/line.h"
#include "view/notation/packet_line.h"

/* The last call on a host that may have moved packets, until a packet of the host has told of it.
 */
struct told_call {
  char host[HOST_NAME_SIZE];
  struct bytes text; /* empty: there was none, or it was told of */
  struct told_call *next;
};

struct capture_view {
  struct view view;
  struct capture_file *file;
  bool live;
  struct told_call *calls;
};

static struct told_call *call_of(struct capture_view *capture, const char *host) {
  for (struct told_call *call = capture->calls; call; call = call->next)
    if (strcmp(call->host, host) == 0)
      return call;
  struct told_call *call = calloc(1, sizeof *call);
  if (!call)
    return NULL;
  strncpy(call->host, host, sizeof call->host - 1);
  call->next = capture->calls;
  return capture->calls = call;
}

static bool moves_packets(const struct call_row *row) {
  return row->direction != MOVES_NOTHING || row->connects || row->closes || row->shuts_down;
}

/* Remembers a call. While it goes on there is no result yet. */
static void keep_call(struct capture_view *capture, const struct event *event) {
  const struct call *call = event->call;
  bool over = event->kind == EVENT_CALL_FINISH;
  if (!moves_packets(call_row(call)))
    return;
  struct told_call *told = call_of(capture, event->host ? event->host : "");
  if (!told || (over && told->text.length == 0))
    return; /* a packet during the call has told of it */
  bytes_clear(&told->text);
  if (over) {
    bytes_append_text(&told->text, "after ");
    line_append_call(call, &told->text);
    return;
  }
  bytes_append_format(&told->text, "during %s", call_row(call)->name);
  if (call->subject.descriptor >= 0)
    bytes_append_format(&told->text, " of %d", call->subject.descriptor);
  if (call->subject.name[0])
    bytes_append_format(&told->text, " %s", call->subject.name);
}

static void append_part(struct bytes *comment, const char *text) {
  bytes_append_text(comment, comment->length ? "; " : "");
  escape_append_plain(comment, text, strlen(text), false, ESCAPE_ASCII);
}

/* What became of the packet, how long it was held, and the call that its host made before it. */
static void describe(struct capture_view *capture, const struct event *event,
                     struct bytes *comment) {
  const struct event_packet *packet = &event->packet;
  struct bytes fate = {0};
  struct told_call *call = call_of(capture, event->host ? event->host : "");
  packet_append_fate(packet, &fate);
  if (fate.length > 0)
    append_part(comment, bytes_text(&fate));
  if (call && call->text.length > 0 && (capture->live || event->host)) {
    append_part(comment, bytes_text(&call->text));
    bytes_clear(&call->text);
  }
  bytes_free(&fate);
}

/* The interface of the sender on its wire; what nobody sent has one of its own. */
static unsigned interface_of(struct capture_view *capture, const struct event *event) {
  const char *wire = event->packet.wire;
  const char *host = event->host ? event->host : "injected";
  struct bytes name = {0};
  struct bytes description = {0};
  if (capture->live) {
    bytes_append_text(&name, wire);
  } else {
    bytes_append_format(&name, "%s%s%s", wire, wire[0] ? ":" : "", host);
    bytes_append_format(&description,
                        event->host ? "what host %s sends%s%s" : "what was injected%.0s%s%s", host,
                        wire[0] ? " on wire " : "", wire);
  }
  unsigned index =
      capture_file_interface(capture->file, bytes_text(&name), bytes_text(&description));
  bytes_free(&name);
  bytes_free(&description);
  return index;
}

static void keep_packet(struct capture_view *capture, const struct event *event) {
  const struct event_packet *packet = &event->packet;
  bool final = packet->fate == PACKET_CROSSED || packet->fate == PACKET_LOST ||
               packet->fate == PACKET_DROPPED;
  struct bytes comment = {0};
  if (!final || packet->live != capture->live)
    return;
  describe(capture, event, &comment);
  const struct capture_frame frame = {.interface = interface_of(capture, event),
                                      .outbound = true,
                                      .wall = event->wall,
                                      .monotonic = event->monotonic,
                                      .bytes = packet->bytes,
                                      .length = packet->length,
                                      .total = packet->total,
                                      .comment = bytes_text(&comment)};
  capture_file_add(capture->file, &frame);
  bytes_free(&comment);
}

static void capture_event(struct view *view, const struct event *event) {
  struct capture_view *capture = (struct capture_view *)view;
  if (event->kind == EVENT_PACKET)
    keep_packet(capture, event);
  else if (event->kind == EVENT_CALL_START || event->kind == EVENT_CALL_FINISH)
    keep_call(capture, event);
}

static void capture_finish(struct view *view) {
  capture_file_flush(((struct capture_view *)view)->file);
}

static void capture_free(struct view *view) {
  struct capture_view *capture = (struct capture_view *)view;
  while (capture->calls) {
    struct told_call *next = capture->calls->next;
    bytes_free(&capture->calls->text);
    free(capture->calls);
    capture->calls = next;
  }
}

static const struct view_class view_capture = {
    .name = "capture",
    .unseen = true,
    .size = sizeof(struct capture_view),
    .leaves_out =
        ~(VIEW_KIND(EVENT_PACKET) | VIEW_KIND(EVENT_CALL_START) | VIEW_KIND(EVENT_CALL_FINISH)),
    .event = capture_event,
    .finish = capture_finish,
    .free = capture_free};

struct view *capture_view_create(struct capture_file *file, bool live) {
  static const struct view_settings none;
  struct view *view = view_create(&view_capture, NULL, &none, NULL);
  if (view) {
    ((struct capture_view *)view)->file = file;
    ((struct capture_view *)view)->live = live;
  }
  return view;
}
