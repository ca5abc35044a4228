/* script_reader: what the files that read scripts share: the tokens, and the tree that grows. */
#ifndef SOCKSH_LANGUAGE_SCRIPT_READER_H
#define SOCKSH_LANGUAGE_SCRIPT_READER_H

#include "language/lexer.h"
#include "language/script.h"

struct script_reader {
  struct lexer lexer;
  struct token token;  /* the current one, not yet consumed */
  size_t previous_end; /* where the previous one ends */
  size_t counted;      /* up to here newlines have been counted */
  unsigned line;       /* the number of the line there */
  uint32_t statements; /* how many have begun */
  const struct vocabulary *vocabulary;
  struct script *script;
  struct bytes words; /* the words of the current command; kept for its memory */
  struct error *error;
  int depth;
  bool incomplete;
  bool joined_ahead; /* no = was found, but the line continues on one that is not there yet */
};

/* Takes the next token. 0, or -1 with an error. */
int script_reader_advance(struct script_reader *reader);
/* Sets a syntax error with a place. Returns -1. */
int script_reader_wrong(struct script_reader *reader, struct place place, const char *message);
/* Whether a line of packetdrill's begins here: +.1 < S 0:0(0) win 1000. */
bool script_reader_at_line(const struct script_reader *reader);

#endif
