#include "view/json/json_packet.h"

#include <string.h>

#include "packet/packet.h"
#include "view/json/json_part.h"
#include "view/notation/packet_label.h"
#include "view/notation/packet_line.h"
#include "view/notation/packet_line_message.h"

static const struct constant flag_names[] = {
    {"FIN", FLAG_FIN, NULL}, {"SYN", FLAG_SYN, NULL}, {"RST", FLAG_RST, NULL},
    {"PSH", FLAG_PSH, NULL}, {"ACK", FLAG_ACK, NULL}, {"URG", FLAG_URG, NULL},
    {"ECE", FLAG_ECE, NULL}, {"CWR", FLAG_CWR, NULL}, {NULL, 0, NULL}};
static const struct constant_set flags = {
    .title = "flag", .word = "FLAG", .prefix = "", .flags = true, .constants = flag_names};

static const struct notation plain = {.preview = 64, .style = ESCAPE_ASCII, .arrow = "->"};

static json_t *text_or_null(const char *text) {
  return text[0] ? json_text(text, strlen(text)) : json_null();
}

static json_t *text_of(void (*append)(const struct notation *notation,
                                      const struct event_packet *event, struct bytes *bytes),
                       const struct event_packet *event) {
  struct bytes text = {0};
  append(&plain, event, &text);
  json_t *string = json_text(bytes_text(&text), text.length);
  bytes_free(&text);
  return string;
}

static void set_labels(json_t *object, const struct event_packet *event) {
  json_t *labels = json_array();
  for (const struct packet_label_row *row = packet_labels; row->name; row++)
    if (event->labels & (unsigned)row->label)
      json_array_append_new(labels, json_string(row->name));
  json_object_set_new(object, "labels", labels);
  json_object_set_new(object, "duplicate_acks",
                      event->duplicates ? json_integer(event->duplicates) : json_null());
}

static void set_number(json_t *object, const char *key, long long number) {
  json_object_set_new(object, key, json_integer(number));
}

/* A sequence number, relative to its base and absolute. */
static void set_sequence(json_t *object, const char *key, bool there, uint32_t number,
                         bool relative, uint32_t base) {
  struct bytes absolute = {0};
  bytes_append_format(&absolute, "%s_absolute", key);
  json_object_set_new(object, key, there && relative ? json_integer(number - base) : json_null());
  json_object_set_new(object, bytes_text(&absolute), there ? json_integer(number) : json_null());
  bytes_free(&absolute);
}

static void set_tcp(json_t *object, const struct event_packet *event, const struct packet *packet) {
  json_object_set_new(object, "flags", json_flags(&flags, (long)packet->flags));
  set_sequence(object, "sequence", true, packet->sequence, event->relative, event->sequence_base);
  set_sequence(object, "acknowledgment", packet->flags & FLAG_ACK, packet->acknowledgment,
               event->relative, event->acknowledgment_base);
  set_number(object, "window", packet->window);
  json_object_set_new(object, "options", text_of(packet_append_options, event));
}

static void set_fragment(json_t *object, const struct packet *packet) {
  json_t *fragment = json_object();
  set_number(fragment, "id", packet->identification);
  set_number(fragment, "offset", (long long)packet->fragment_offset);
  json_object_set_new(fragment, "more", json_boolean(packet->more));
  json_object_set_new(object, "fragment", fragment);
}

static void set_headers(json_t *object, const struct event_packet *event,
                        const struct packet *packet) {
  struct address source = packet_source(packet);
  struct address target = packet_destination(packet);
  json_t *data = json_object();
  json_object_set_new(object, "source_address", json_address(&source));
  json_object_set_new(object, "target_address", json_address(&target));
  json_object_set_new(object, "protocol", json_constant(&constant_protocols, packet->protocol));
  set_number(object, "hops", packet->hops);
  json_object_set_new(object, "checksums_right",
                      event->unchecked ? json_null() : json_boolean(packet_checksums_hold(packet)));
  if (packet->fragment || packet->more)
    set_fragment(object, packet);
  if (packet->has_transport && packet->protocol == IPPROTO_TCP)
    set_tcp(object, event, packet);
  if (packet->has_transport && packet->protocol != IPPROTO_TCP && packet->protocol != IPPROTO_UDP) {
    set_number(object, "type", packet->type);
    set_number(object, "code", packet->code);
    json_object_set_new(object, "about_source", text_or_null(event->about_source));
    json_object_set_new(object, "about_target", text_or_null(event->about_target));
  }
  if (packet_message_protocol(packet))
    json_object_set_new(object, "message", text_of(packet_append_message, event));
  json_set_data(data, packet->bytes + packet->payload, packet_data_length(packet),
                packet->payload_length);
  json_object_set_new(object, "data", data);
}

const char *json_set_packet(json_t *object, const struct event *happened) {
  const struct event_packet *event = &happened->packet;
  struct packet packet;
  packet_read(event->bytes, event->length, event->total, &packet);
  set_number(object, "number", event->number);
  json_object_set_new(object, "fate", json_string(packet_fate_name(event->fate)));
  json_object_set_new(object, "reason", text_or_null(event->reason));
  json_object_set_new(object, "source", text_or_null(event->source));
  json_object_set_new(object, "target", text_or_null(event->target));
  json_object_set_new(object, "to", text_or_null(event->to));
  json_object_set_new(object, "wire", text_or_null(event->wire));
  json_object_set_new(object, "live", json_boolean(event->live));
  json_object_set_new(object, "unseen", json_boolean(event->unseen));
  set_number(object, "copies", event->copies);
  set_number(object, "since", event->since);
  json_object_set_new(object, "elapsed",
                      event->began ? json_integer(happened->monotonic - event->began)
                                   : json_null());
  set_labels(object, event);
  json_object_set_new(object, "shown", text_of(packet_append_line, event));
  json_object_set_new(object, "problem",
                      packet.problem ? json_string(packet.problem) : json_null());
  if (packet.family != AF_UNSPEC)
    set_headers(object, event, &packet);
  json_set_data(object, event->bytes, event->length, event->total);
  return "packet";
}
