/* lexer: cuts a source into words and the signs between them. */
#ifndef SOCKSH_LANGUAGE_LEXER_H
#define SOCKSH_LANGUAGE_LEXER_H

#include "language/script.h"

enum token_kind {
  TOKEN_WORD,
  TOKEN_SEPARATOR,  /* a newline or ; */
  TOKEN_BACKGROUND, /* & */
  TOKEN_EQUALS,
  TOKEN_OPEN,
  TOKEN_CLOSE,
  TOKEN_END,
};

struct token {
  enum token_kind kind;
  struct place place;
  struct word word; /* TOKEN_WORD, and the signs as a word for errors */
};

struct lexer {
  const struct source *source;
  struct arena *arena; /* where words are put */
  size_t at;           /* the next byte to read */
  bool joined_at_end;  /* the source ends in a backslash that joins a line which is not there yet */
};

/* Where reading begins: behind a byte-order mark. */
void lexer_start(struct lexer *lexer, const struct source *source, struct arena *arena);

/* The next token. 0, or -1 with a syntax error. */
int lexer_next(struct lexer *lexer, struct token *token, struct error *error);

/* The next word is a regular expression if it begins with a slash: then it is read up to the
 * closing one, as one literal word without the slashes, and the result is 1. 0 where it does not
 * begin so, and nothing was read; -1 with a syntax error. */
int lexer_regex(struct lexer *lexer, struct word *word, struct error *error);

/* The rest of the line, without the space around it, as one literal word. */
void lexer_rest(struct lexer *lexer, struct word *word);

#endif
