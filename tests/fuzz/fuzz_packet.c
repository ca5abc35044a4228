/* Any bytes as a packet: read, shown as a line, in full and in JSON, edited, made right. The input
 * is a byte of flags, two bytes of the packet's length on the wire, the name of a field and a text
 * for it, each ended by a zero byte, and the packet. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lab/flow.h"
#include "language/escape.h"
#include "packet/packet.h"
#include "packet/packet_field.h"
#include "view/json/json_packet.h"
#include "view/notation/packet_full.h"
#include "view/notation/packet_line.h"
#include "view/notation/table_layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No byte that a terminal may act on. */
static void check_safe(struct bytes *bytes, bool lines) {
  for (size_t i = 0; i < bytes->length; i++)
    if ((bytes->data[i] < ' ' || bytes->data[i] > '~') && !(lines && bytes->data[i] == '\n'))
      abort();
  bytes_clear(bytes);
}

static void check_packet(const struct packet *packet) {
  struct packet_option option;
  size_t bit;
  bool bad;
  if (packet->payload > packet->length || packet->transport > packet->length ||
      packet->end > packet->total)
    abort();
  if (packet_data_length(packet) > packet->length - packet->payload)
    abort();
  for (size_t at = 0; packet_next_option(packet, &at, &option, &bad);)
    if (option.data + option.length > packet->bytes + packet->length)
      abort();
  for (const struct packet_field *field = packet_fields; field->name; field++)
    if (packet_field_find(packet, field, &bit) && bit + field->bits > packet->length * 8)
      abort();
  packet_source(packet);
  packet_destination(packet);
  packet_sequence_length(packet);
  packet_checksums_hold(packet);
}

static void show(const struct event_packet *event, bool stable) {
  struct aliases aliases = {0};
  struct notation notation = {
      .preview = 16, .style = ESCAPE_ASCII, .aliases = stable ? &aliases : NULL, .arrow = "->"};
  struct bytes bytes = {0};
  struct answer answer;
  packet_append_line(&notation, event, &bytes);
  check_safe(&bytes, false);
  packet_append_options(&notation, event, &bytes);
  check_safe(&bytes, false);
  packet_append_fate(event, &bytes);
  check_safe(&bytes, false);
  packet_full_table(event, stable, &answer);
  struct table_style look = {
      .indent = 2, .width = 60, .style = ESCAPE_ASCII, .aliases = notation.aliases};
  table_append(&answer, &look, &bytes);
  check_safe(&bytes, true);
  answer_free(&answer);
  packet_full_bytes(event, stable, 64, &answer);
  check_safe(&answer.text, true);
  answer_free(&answer);
  aliases_free(&aliases);
  bytes_free(&bytes);
}

static void show_json(const struct event_packet *packet) {
  const struct event event = {.kind = EVENT_PACKET, .monotonic = 2, .packet = *packet};
  struct json json = {.follows = false};
  json_begin_object(&json, NULL);
  json_packet(&json, &event);
  json_end_object(&json);
  if (json.line.failed || json.line.data[json.line.length - 1] != '}')
    abort();
  for (size_t i = 0; i < json.line.length; i++)
    if ((unsigned char)json.line.data[i] < ' ' || json.line.data[i] == 0x7f)
      abort();
  bytes_free(&json.line);
}

/* What it is beside itself: known labels alone. */
static void track(const struct packet *packet) {
  struct flow_table table = {0};
  struct flow_bases bases;
  for (int i = 0; i < 2; i++) {
    flow_note(&table, packet, 0, 1, &bases);
    flow_cross(&bases, packet, &bases.labels);
    if (bases.labels & ~(unsigned)LABEL_ALL)
      abort();
  }
  flow_free(&table);
}

/* A field that was edited leaves right checksums, and a refusal leaves the packet as it was. */
static void edit(unsigned char *bytes, size_t length, const char *name, const char *text) {
  unsigned char *before = malloc(length ? length : 1);
  struct error error = {0};
  struct packet packet;
  memcpy(before, bytes, length);
  if (packet_edit(bytes, length, name, text, &(struct packet_bases){1, 2}, &error) < 0) {
    if (error.message[0] == '\0' || memcmp(before, bytes, length) != 0)
      abort();
  } else {
    packet_read(bytes, length, length, &packet);
    if (!packet_checksums_hold(&packet))
      abort();
  }
  free(before);
}

/* What can be read whole can be made again, with the same data. */
static void build(const struct packet *packet) {
  struct packet_plan plan = {.protocol = packet->protocol,
                             .source = packet_source(packet),
                             .destination = packet_destination(packet),
                             .hops = packet->hops,
                             .sequence = packet->sequence,
                             .flags = packet->flags,
                             .type = packet->type,
                             .code = packet->code,
                             .data = packet->bytes + packet->payload,
                             .data_length = packet_data_length(packet)};
  struct bytes bytes = {0};
  struct error error = {0};
  struct packet made;
  if (packet_build(&plan, &bytes, &error) == 0) {
    packet_read(bytes.data, bytes.length, bytes.length, &made);
    if (made.problem || !packet_checksums_hold(&made) || made.payload_length != plan.data_length ||
        made.flags != packet->flags || made.type != packet->type)
      abort();
  } else if (error.message[0] == '\0') {
    abort();
  }
  bytes_free(&bytes);
}

/* A zero-terminated text from the input, which goes on behind it. */
static char *take_text(const uint8_t **data, size_t *size) {
  const uint8_t *end = *size ? memchr(*data, 0, *size) : NULL;
  size_t length = end ? (size_t)(end - *data) : 0;
  char *text = calloc(1, length + 1);
  if (!text)
    abort();
  if (length > 0)
    memcpy(text, *data, length);
  *data += length + (end != NULL);
  *size -= length + (end != NULL);
  return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 3)
    return 0;
  unsigned flags = data[0];
  size_t total = (size_t)data[1] << 8 | data[2];
  data += 3;
  size -= 3;
  char *name = take_text(&data, &size);
  char *text = take_text(&data, &size);
  unsigned char *bytes = malloc(size ? size : 1);
  memcpy(bytes, data, size);
  struct packet packet;
  packet_read(bytes, size, flags & 1 ? total : size, &packet);
  check_packet(&packet);
  struct event_packet event = {.fate = (enum packet_fate)(flags >> 4 & 7),
                               .source = name,
                               .target = flags & 2 ? "server" : "",
                               .to = "",
                               .wire = "",
                               .reason = text,
                               .about_source = text,
                               .about_target = text,
                               .bytes = bytes,
                               .length = size,
                               .total = packet.total,
                               .ports = flags & 4,
                               .relative = flags & 8,
                               .labels = total & LABEL_ALL,
                               .duplicates = flags,
                               .copies = 1};
  show(&event, false);
  show(&event, true);
  show_json(&event);
  track(&packet);
  build(&packet);
  for (const struct packet_field *field = packet_fields; field->name; field++)
    if (strcmp(name, field->name) != 0)
      edit(bytes, size, field->name, text);
  edit(bytes, size, name, text);
  packet_fix_checksums(bytes, size);
  packet_read(bytes, size, size, &packet);
  if (!packet_checksums_hold(&packet))
    abort();
  free(bytes);
  free(name);
  free(text);
  return 0;
}
