#include "view/ladder/ladder_detail.h"

#include <netinet/in.h>
#include <string.h>

#include "view/notation/packet_full.h"

void ladder_detail_put_text(struct bytes *bytes, const char *text, size_t length) {
  bytes_append_char(bytes, '"');
  for (size_t at = 0; at < length;) {
    uint32_t point;
    unsigned char byte = (unsigned char)text[at];
    size_t size = utf8_decode(text + at, length - at, &point);
    if (size == 0)
      bytes_append_text(bytes, "\\ufffd");
    else if (byte == '"' || byte == '\\')
      bytes_append_format(bytes, "\\%c", byte);
    else if (point < 0x20 || byte == '<' || byte == '>' || byte == '&' || point == 0x2028 ||
             point == 0x2029)
      bytes_append_format(bytes, "\\u%04x", point);
    else
      bytes_append(bytes, text + at, size);
    at += size ? size : 1;
  }
  bytes_append_char(bytes, '"');
}

/* "f":[[field, value, meaning], ...], each the number of a text. */
static void put_fields(struct ladder *ladder, const struct event *event) {
  struct answer answer;
  packet_full_table(&event->packet, ladder->settings.stable, &answer);
  size_t columns = answer_column_count(&answer);
  bytes_append_text(&ladder->details, "\"f\":[");
  for (size_t row = 0; row < answer_row_count(&answer); row++) {
    bytes_append_text(&ladder->details, row ? ",[" : "[");
    for (size_t column = 0; column < columns; column++) {
      const struct cell *cell = answer_cell(&answer, row, column);
      struct bytes text = {0};
      if (cell->kind == CELL_NUMBER || cell->kind == CELL_PORT || cell->kind == CELL_TIME)
        bytes_append_number(&text, cell->number);
      else
        escape_append_plain(&text, answer_cell_text(&answer, cell), cell->length, false,
                            ESCAPE_UTF8);
      bytes_append_format(&ladder->details, column ? ",%zu" : "%zu",
                          strings_number(&ladder->strings, bytes_text(&text), text.length));
      bytes_free(&text);
    }
    bytes_append_char(&ladder->details, ']');
  }
  bytes_append_char(&ladder->details, ']');
  answer_free(&answer);
}

/* Which socket it is, its state, and the arc of the diagram that it took: 0 for none that is sure.
 */
static void put_state(struct ladder *ladder, const struct ladder_row *row,
                      const struct event *event) {
  const struct event_state *state = event->state;
  struct transition_sight sight = notation_sight(state);
  struct bytes label = {0};
  notation_append_label(&ladder->notation, &state->socket, &label);
  const char *name = constant_name(&constant_states, (long)state->now.state);
  bytes_append_text(&ladder->details, "\"s\":\"");
  if (ladder->settings.stable)
    alias_append(ladder->notation.aliases, 'C', (long long)row->socket, &ladder->details);
  else
    bytes_append_format(&ladder->details, "%llu", (unsigned long long)row->socket);
  bytes_append_text(&ladder->details, "\",\"n\":");
  ladder_detail_put_text(&ladder->details, bytes_text(&label), label.length);
  bytes_append_text(&ladder->details, ",\"st\":");
  ladder_detail_put_text(&ladder->details, name ? name : "", name ? strlen(name) : 0);
  bool tcp = state->socket.protocol == IPPROTO_TCP;
  bytes_append_format(&ladder->details, ",\"a\":%d,\"q\":%d,\"tcp\":%d",
                      tcp && sight.from != sight.to ? transition_taken(&sight) : 0,
                      state->socket.role == ROLE_QUEUED, tcp);
  bytes_free(&label);
}

void ladder_detail_put(struct ladder *ladder, struct ladder_row *row, const struct event *event) {
  row->detail = ladder->details.length;
  if (event->kind == EVENT_PACKET)
    put_fields(ladder, event);
  else if (event->kind == EVENT_STATE)
    put_state(ladder, row, event);
  row->detail_end = ladder->details.length;
}

/* What is known of an event's code; NULL: nothing. */
static struct ladder_code_of *code_of(const struct ladder *ladder, uint64_t serial) {
  struct ladder_code_of *codes = (struct ladder_code_of *)ladder->codes.data;
  return serial < ladder->codes.length / sizeof *codes ? &codes[serial] : NULL;
}

static size_t spaces_at(const char *line, size_t length) {
  size_t count = 0;
  while (count < length && line[count] == ' ')
    count++;
  return count;
}

/* Without the indentation that all lines have: it is that of a function. */
static void put_plain_code(struct bytes *bytes, const char *text, size_t length) {
  size_t least = SIZE_MAX;
  for (size_t at = 0; at < length;) {
    const char *newline = memchr(text + at, '\n', length - at);
    size_t size = newline ? (size_t)(newline - (text + at)) : length - at;
    size_t indent = spaces_at(text + at, size);
    if (size > 0 && indent < size && indent < least)
      least = indent;
    at += size + 1;
  }
  for (size_t at = 0; at < length;) {
    const char *newline = memchr(text + at, '\n', length - at);
    size_t size = newline ? (size_t)(newline - (text + at)) : length - at;
    size_t skip = least < size ? least : size;
    bytes_append_text(bytes, at > 0 ? "\n" : "");
    bytes_append(bytes, text + at + skip, size - skip);
    at += size + 1;
  }
}

void ladder_detail_add_code(struct ladder *ladder, uint64_t serial, enum ladder_code language,
                            const char *text, size_t length) {
  enum { MOST = 1 << 22 }; /* events */
  static const struct ladder_code_of none = {{0}};
  struct bytes plain = {0};
  while (serial < MOST && !code_of(ladder, serial) && !ladder->codes.failed)
    bytes_append(&ladder->codes, &none, sizeof none);
  struct ladder_code_of *code = code_of(ladder, serial);
  put_plain_code(&plain, text, length);
  if (code)
    code->text[language] =
        (uint32_t)strings_number(&ladder->strings, bytes_text(&plain), plain.length) + 1;
  bytes_free(&plain);
}

long ladder_detail_code(const struct ladder *ladder, uint64_t serial, enum ladder_code language) {
  const struct ladder_code_of *code = code_of(ladder, serial);
  return code ? (long)code->text[language] - 1 : -1;
}

uint64_t ladder_detail_key(const struct socket_label *label) {
  return label->cookie ? label->cookie | 1ULL << 63 : label->id;
}

void ladder_detail_add_sample(struct ladder *ladder, const struct event *event) {
  const struct event_sample *sample = event->sample;
  struct bytes *samples = &ladder->samples;
  const char *between = "";
  /* What a look behind a call has found is there when the call is. */
  uint64_t from = sample->looked && event->cause ? event->cause : event->serial;
  bytes_append_format(samples, "%s[%llu,\"%llu\",{", samples->length > 0 ? ",\n" : "",
                      (unsigned long long)from,
                      (unsigned long long)ladder_detail_key(&sample->socket));
  for (size_t i = 0; i < sample->count && i < EVENT_SAMPLE_VALUES; i++) {
    const struct event_sample_value *value = &sample->values[i];
    if (!value->known)
      continue;
    bytes_append_text(samples, between);
    ladder_detail_put_text(samples, value->field, strlen(value->field));
    bytes_append_format(samples, ":%lld", (long long)value->value);
    between = ",";
  }
  bytes_append_text(samples, "}]");
}
