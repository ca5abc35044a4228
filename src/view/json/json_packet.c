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

/* The text that a function of the notation appends. */
static void put_shown(struct json *json, const char *key,
                      void (*append)(const struct notation *notation,
                                     const struct event_packet *event, struct bytes *bytes),
                      const struct event_packet *event) {
  struct bytes text = {0};
  append(&plain, event, &text);
  json_string(json, key, bytes_text(&text));
  bytes_free(&text);
}

static void put_labels(struct json *json, const struct event_packet *event) {
  json_begin_array(json, "labels");
  for (const struct packet_label_row *row = packet_labels; row->name; row++)
    if (event->labels & (unsigned)row->label)
      json_string(json, NULL, row->name);
  json_end_array(json);
  if (event->duplicates)
    json_number(json, "duplicate_acks", event->duplicates);
  else
    json_null(json, "duplicate_acks");
}

/* A number of 32 bits that is known, or null. */
static void put_known(struct json *json, const char *key, bool known, uint32_t number) {
  if (known)
    json_number(json, key, number);
  else
    json_null(json, key);
}

static void put_tcp(struct json *json, const struct event_packet *event,
                    const struct packet *packet) {
  bool relative = event->relative;
  bool acknowledges = packet->flags & FLAG_ACK;
  json_flags(json, "flags", &flags, (long)packet->flags);
  put_known(json, "sequence", relative, packet->sequence - event->sequence_base);
  json_number(json, "sequence_absolute", packet->sequence);
  put_known(json, "acknowledgment", acknowledges && relative,
            packet->acknowledgment - event->acknowledgment_base);
  put_known(json, "acknowledgment_absolute", acknowledges, packet->acknowledgment);
  json_number(json, "window", packet->window);
  put_shown(json, "options", packet_append_options, event);
}

static void put_fragment(struct json *json, const struct packet *packet) {
  json_begin_object(json, "fragment");
  json_number(json, "id", packet->identification);
  json_number(json, "offset", (long long)packet->fragment_offset);
  json_bool(json, "more", packet->more);
  json_end_object(json);
}

static void put_transport(struct json *json, const struct event_packet *event,
                          const struct packet *packet) {
  if (packet->has_transport && packet->protocol == IPPROTO_TCP)
    put_tcp(json, event, packet);
  if (packet->has_transport && packet->protocol != IPPROTO_TCP && packet->protocol != IPPROTO_UDP) {
    json_number(json, "type", packet->type);
    json_number(json, "code", packet->code);
    json_name(json, "about_source", event->about_source);
    json_name(json, "about_target", event->about_target);
  }
  if (packet_message_protocol(packet))
    put_shown(json, "message", packet_append_message, event);
}

static void put_headers(struct json *json, const struct event_packet *event,
                        const struct packet *packet) {
  struct address source = packet_source(packet);
  struct address target = packet_destination(packet);
  json_address(json, "source_address", &source);
  json_address(json, "target_address", &target);
  json_constant(json, "protocol", &constant_protocols, packet->protocol);
  json_number(json, "hops", packet->hops);
  if (event->unchecked)
    json_null(json, "checksums_right");
  else
    json_bool(json, "checksums_right", packet_checksums_hold(packet));
  if (packet->fragment || packet->more)
    put_fragment(json, packet);
  put_transport(json, event, packet);
  json_begin_object(json, "data");
  json_data(json, packet->bytes + packet->payload, packet_data_length(packet),
            packet->payload_length);
  json_end_object(json);
}

void json_packet(struct json *json, const struct event *happened) {
  const struct event_packet *event = &happened->packet;
  struct packet packet;
  packet_read(event->bytes, event->length, event->total, &packet);
  json_number(json, "number", event->number);
  json_string(json, "fate", packet_fate_name(event->fate));
  json_name(json, "reason", event->reason);
  json_name(json, "source", event->source);
  json_name(json, "target", event->target);
  json_name(json, "to", event->to);
  json_name(json, "wire", event->wire);
  json_bool(json, "live", event->live);
  json_bool(json, "unseen", event->unseen);
  json_number(json, "copies", event->copies);
  json_number(json, "since", event->since);
  if (event->began)
    json_number(json, "elapsed", happened->monotonic - event->began);
  else
    json_null(json, "elapsed");
  put_labels(json, event);
  put_shown(json, "shown", packet_append_line, event);
  json_name(json, "problem", packet.problem);
  if (packet.family != AF_UNSPEC)
    put_headers(json, event, &packet);
  json_data(json, event->bytes, event->length, event->total);
}
