#include "language/pkt_reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

char pkt_reader_peek(const struct pkt_reader *reader) {
  return reader->at < reader->source->length ? reader->source->text[reader->at] : '\0';
}

static bool comes(const struct pkt_reader *reader, const char *text) {
  size_t length = strlen(text);
  return reader->source->length - reader->at >= length &&
         memcmp(reader->source->text + reader->at, text, length) == 0;
}

bool pkt_reader_take(struct pkt_reader *reader, const char *text) {
  if (!comes(reader, text))
    return false;
  reader->at += strlen(text);
  return true;
}

static void skip_to_end_of_line(struct pkt_reader *reader) {
  while (reader->at < reader->source->length && pkt_reader_peek(reader) != '\n')
    reader->at++;
}

int pkt_reader_wrong(struct pkt_reader *reader, const char *message) {
  size_t length = 0;
  while (reader->at + length < reader->source->length &&
         isgraph((unsigned char)reader->source->text[reader->at + length]))
    length++;
  error_set(reader->error, ERROR_SYNTAX, "%s", message);
  error_set_place(reader->error, place_at(reader->at, length ? length : 1));
  return -1;
}

static int skip_block(struct pkt_reader *reader) {
  size_t begin = reader->at;
  reader->at += 2;
  while (!comes(reader, "*/")) {
    if (reader->at >= reader->source->length) {
      reader->at = begin;
      return pkt_reader_wrong(reader, _("this comment has no end: */ is missing"));
    }
    reader->at++;
  }
  reader->at += 2;
  return 0;
}

int pkt_reader_skip(struct pkt_reader *reader) {
  for (;;) {
    if (comes(reader, "//") || pkt_reader_peek(reader) == '#')
      skip_to_end_of_line(reader);
    else if (comes(reader, "/*")) {
      if (skip_block(reader) < 0)
        return -1;
    } else if (reader->at < reader->source->length &&
               isspace((unsigned char)pkt_reader_peek(reader)))
      reader->at++;
    else
      return 0;
  }
}

bool pkt_reader_at_end_of_line(struct pkt_reader *reader) {
  while (pkt_reader_peek(reader) == ' ' || pkt_reader_peek(reader) == '\t' ||
         pkt_reader_peek(reader) == '\r')
    reader->at++;
  if (comes(reader, "//"))
    skip_to_end_of_line(reader);
  return reader->at >= reader->source->length || pkt_reader_peek(reader) == '\n';
}

struct pkt_text pkt_reader_word(struct pkt_reader *reader) {
  struct pkt_text word = {reader->source->text + reader->at, 0};
  while (isalnum((unsigned char)pkt_reader_peek(reader)) || pkt_reader_peek(reader) == '_') {
    reader->at++;
    word.length++;
  }
  return word;
}

bool pkt_reader_number(struct pkt_reader *reader, uint32_t *number) {
  char text[24] = "";
  size_t at = reader->at;
  char *end;
  struct pkt_text word = pkt_reader_word(reader);
  if (word.length > 0 && word.length < sizeof text && isdigit((unsigned char)word.text[0])) {
    memcpy(text, word.text, word.length);
    unsigned long long value = strtoull(text, &end, 0);
    *number = (uint32_t)value;
    if (!*end && value <= UINT32_MAX)
      return true;
  }
  reader->at = at;
  return false;
}
