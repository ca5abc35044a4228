/* pkt_reader: the characters of a packetdrill script, for the files that read its parts. */
#ifndef SOCKSH_LANGUAGE_PKT_READER_H
#define SOCKSH_LANGUAGE_PKT_READER_H

#include "language/pkt_script.h"

struct pkt_reader {
  const struct source *source;
  size_t at;
  struct arena *arena;
  struct error *error;
};

/* The next character; 0 at the end. */
char pkt_reader_peek(const struct pkt_reader *reader);
/* Skips spaces, newlines and comments. */
int pkt_reader_skip(struct pkt_reader *reader);
/* Skips spaces and comments within a line; true at its end. */
bool pkt_reader_at_end_of_line(struct pkt_reader *reader);
/* Takes this text, if it comes next. */
bool pkt_reader_take(struct pkt_reader *reader, const char *text);
/* Takes letters, digits and _; empty if there are none. */
struct pkt_text pkt_reader_word(struct pkt_reader *reader);
/* Takes a whole number, as C writes it. False if there is none, or it does not fit. */
bool pkt_reader_number(struct pkt_reader *reader, uint32_t *number);
/* An error about what comes next. Returns -1. */
int pkt_reader_wrong(struct pkt_reader *reader, const char *message);

#endif
