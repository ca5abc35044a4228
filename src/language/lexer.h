/* lexer: splits a source into words and the operators between them. */
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
  struct word word; /* for TOKEN_WORD; for operators, the place and text that errors show */
};

struct lexer {
  const struct source *source;
  struct arena *arena; /* where words are allocated */
  size_t at;           /* the next byte to read */
  bool joined_at_end;  /* the source ends in a backslash, and the line that it joins is missing */
};

/* Starts at the beginning of the source, after a byte-order mark. */
void lexer_start(struct lexer *lexer, const struct source *source, struct arena *arena);

/* Reads the next token. 0, or -1 with a syntax error. */
int lexer_next(struct lexer *lexer, struct token *token, struct error *error);

/* Reads the next word as a regular expression if it begins with a slash: up to the closing slash,
 * as one literal word without the slashes. 1; 0 if it does not begin with a slash, and nothing was
 * read; -1 with a syntax error. */
int lexer_regex(struct lexer *lexer, struct word *word, struct error *error);

/* Reads the rest of the line, without the space around it, as one literal word. */
void lexer_rest(struct lexer *lexer, struct word *word);

#endif
