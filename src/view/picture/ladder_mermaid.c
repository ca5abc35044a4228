#include "view/picture/ladder_mermaid.h"

#include <string.h>

/* Text in which no character means anything to Mermaid. */
static void put_text(struct bytes *bytes, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte < 0x80 && strchr("#;<>&\"\\{}%", byte) && byte)
      bytes_append_format(bytes, "#%u;", byte);
    else if (byte < 0x20)
      bytes_append_char(bytes, ' ');
    else
      bytes_append_char(bytes, (char)byte);
  }
}

static int drawn(const struct ladder *ladder, int line) {
  return line >= 0 ? ladder_line(ladder, line)->drawn : -1;
}

/* The first and the last lifeline, over which what belongs to none is written. */
static void put_over_all(const struct ladder *ladder, struct bytes *bytes) {
  int first = -1;
  int last = -1;
  for (size_t i = 0; i < ladder_line_count(ladder); i++)
    if (ladder_line(ladder, (int)i)->drawn == (int)i) {
      first = first < 0 ? (int)i : first;
      last = (int)i;
    }
  if (first == last)
    bytes_append_format(bytes, "  note over L%d: ", first < 0 ? 0 : first);
  else
    bytes_append_format(bytes, "  note over L%d,L%d: ", first, last);
}

/* One that is held does not arrive: it has a note where it comes from. */
static const char *arrow(const struct ladder_row *row) {
  bool lost = row->fate == PACKET_DROPPED || row->fate == PACKET_LOST;
  return row->fate == PACKET_CROSSED ? "->>" : lost ? "-x" : NULL;
}

static void put_row(const struct ladder *ladder, const struct ladder_row *row,
                    struct bytes *bytes) {
  int line = drawn(ladder, row->line);
  int other = drawn(ladder, row->other);
  bool arrives = row->kind == LADDER_PACKET && arrow(row) && line >= 0 && other >= 0;
  if (arrives) {
    bytes_append_format(bytes, "  L%d%sL%d: ", line, arrow(row), other);
  } else if (line >= 0) {
    bytes_append_format(bytes, "  note right of L%d: ", line);
  } else {
    put_over_all(ladder, bytes);
  }
  put_text(bytes, ladder_text(ladder, row->text), row->text_end - row->text);
  if (row->kind == LADDER_PACKET && !arrow(row))
    bytes_append_text(bytes, _(" (held)"));
  bytes_append_char(bytes, '\n');
}

void ladder_mermaid_append(const struct ladder *ladder, struct bytes *bytes) {
  bool any = false;
  bytes_append_text(bytes, "sequenceDiagram\n");
  for (size_t i = 0; i < ladder_line_count(ladder); i++) {
    const struct ladder_line *line = ladder_line(ladder, (int)i);
    if (line->drawn != (int)i)
      continue;
    any = true;
    bytes_append_format(bytes, "  participant L%zu as ", i);
    put_text(bytes, line->title, strlen(line->title));
    bytes_append_char(bytes, '\n');
  }
  if (!any) /* a diagram has one at least */
    bytes_append_text(bytes, "  participant L0 as socksh\n");
  for (size_t i = 0; i < ladder_row_count(ladder); i++) {
    const struct ladder_row *row = ladder_row(ladder, i);
    if (!(row->flags & (LADDER_PART | LADDER_GROUPED)))
      put_row(ladder, row, bytes);
  }
}
