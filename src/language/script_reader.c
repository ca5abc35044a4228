#include "language/script_reader.h"

int script_reader_wrong(struct script_reader *reader, struct place place, const char *message) {
  error_set(reader->error, ERROR_SYNTAX, "%s", message);
  reader->error->place = place;
  return -1;
}

int script_reader_advance(struct script_reader *reader) {
  reader->previous_end = reader->lexer.at;
  return lexer_next(&reader->lexer, &reader->token, reader->error);
}

bool script_reader_at_line(const struct script_reader *reader) {
  const struct source *source = reader->lexer.source;
  size_t at = reader->token.place.offset;
  return reader->token.kind == TOKEN_WORD && word_all_bare(&reader->token.word) &&
         pkt_line_begins(source->text + at, source->length - at) && reader->vocabulary->line &&
         reader->vocabulary->line();
}
