#include "language/lexer.h"

#include <ctype.h>
#include <string.h>

#include "language/escape.h"

void lexer_start(struct lexer *lexer, const struct source *source, struct arena *arena) {
  static const char mark[] = "\xef\xbb\xbf";
  *lexer = (struct lexer){.source = source, .arena = arena};
  if (source->length >= 3 && memcmp(source->text, mark, 3) == 0)
    lexer->at = 3;
}

/* The byte `ahead` bytes from here, or -1 at the end. */
static int peek(const struct lexer *lexer, size_t ahead) {
  size_t at = lexer->at + ahead;
  return at < lexer->source->length ? (unsigned char)lexer->source->text[at] : -1;
}

/* The length of a line ending here, CRLF or LF; 0 if there is none. */
static size_t line_end(const struct lexer *lexer, size_t ahead) {
  if (peek(lexer, ahead) == '\n')
    return 1;
  if (peek(lexer, ahead) == '\r' && peek(lexer, ahead + 1) == '\n')
    return 2;
  if (peek(lexer, ahead) == '\r' && peek(lexer, ahead + 1) == -1)
    return 1;
  return 0;
}

static bool ends_word(const struct lexer *lexer) {
  int c = peek(lexer, 0);
  return c == -1 || c == ' ' || c == '\t' || c == ';' || line_end(lexer, 0) > 0;
}

static int syntax_error(struct lexer *lexer, size_t offset, size_t length, struct error *error,
                        const char *message) {
  error_set(error, ERROR_SYNTAX, "%s", message);
  error->place = place_at(offset, length);
  (void)lexer;
  return -1;
}

/* A word being read. The text of all its pieces is gathered in one buffer; the pieces get their
 * pointers when the word is complete, since the buffer moves as it grows. */
struct builder {
  struct bytes text;   /* the literal text of all pieces, concatenated */
  struct bytes pieces; /* struct piece; the `text` of literal ones is not yet filled in */
  size_t cut;          /* where the current literal piece begins in `text` */
  size_t bare;         /* leading bytes that were typed bare */
  bool bare_so_far;
  bool expands; /* one of the pieces is an expansion */
};

static void builder_literal(struct builder *builder, const char *data, size_t length, bool bare) {
  bytes_append(&builder->text, data, length);
  if (!bare)
    builder->bare_so_far = false;
  if (builder->bare_so_far)
    builder->bare += length;
}

/* Ends the current literal piece; an empty one is dropped. */
static void builder_cut(struct builder *builder) {
  if (builder->text.length == builder->cut)
    return;
  struct piece piece = {.length = builder->text.length - builder->cut};
  bytes_append(&builder->pieces, &piece, sizeof piece);
  builder->cut = builder->text.length;
}

/* Allocates the pieces and points them into the gathered text. NULL when there is no memory. */
static const struct piece *builder_pieces(struct builder *builder, struct lexer *lexer,
                                          const char *text) {
  builder_cut(builder);
  struct piece *pieces =
      (struct piece *)arena_copy(lexer->arena, builder->pieces.data, builder->pieces.length);
  size_t used = 0;
  for (size_t i = 0; pieces && i < builder->pieces.length / sizeof *pieces; i++)
    if (!pieces[i].expansion) {
      pieces[i].text = text + used;
      used += pieces[i].length;
    }
  return builder->pieces.failed ? NULL : pieces;
}

static int builder_finish(struct builder *builder, struct lexer *lexer, size_t start,
                          struct word *word, struct error *error) {
  const char *text = arena_copy(lexer->arena, builder->text.data, builder->text.length);
  bool failed = builder->text.failed || !text;
  *word = (struct word){.place = place_at(start, lexer->at - start),
                        .text = text,
                        .count = (uint32_t)builder->text.length,
                        .bare = (uint32_t)builder->bare,
                        .literal = !builder->expands,
                        .quoted = !builder->bare_so_far};
  if (!failed && builder->expands) {
    word->pieces = builder_pieces(builder, lexer, text);
    word->count = (uint32_t)(builder->pieces.length / sizeof *word->pieces);
    failed = !word->pieces;
  }
  bytes_free(&builder->text);
  bytes_free(&builder->pieces);
  return failed ? error_set_memory(error) : 0;
}

static bool name_start(int c) {
  return c == '_' || (c < 0x80 && isalpha(c));
}

static bool name_part(int c) {
  return c == '_' || (c < 0x80 && isalnum(c));
}

/* The length in bytes of the name here: letters and digits, or one of the special names ? and
 * digits. */
static size_t name_length(const struct lexer *lexer, size_t ahead) {
  size_t length = 0;
  if (peek(lexer, ahead) == '?')
    return 1;
  if (peek(lexer, ahead) >= '0' && peek(lexer, ahead) <= '9') {
    while (peek(lexer, ahead + length) >= '0' && peek(lexer, ahead + length) <= '9')
      length++;
    return length;
  }
  if (!name_start(peek(lexer, ahead)))
    return 0;
  while (name_part(peek(lexer, ahead + length)))
    length++;
  return length;
}

static size_t field_length(const struct lexer *lexer, size_t ahead) {
  size_t length = 0;
  if (peek(lexer, ahead) != '.' || !name_start(peek(lexer, ahead + 1)))
    return 0;
  while (name_part(peek(lexer, ahead + 1 + length)))
    length++;
  return length;
}

/* Reads $name.field or ${name.field}; the lexer is at the dollar sign. */
static int read_expansion(struct lexer *lexer, struct builder *builder, struct error *error) {
  size_t start = lexer->at;
  const char *text = lexer->source->text;
  bool braces = peek(lexer, 1) == '{';
  size_t ahead = braces ? 2 : 1;
  size_t length = name_length(lexer, ahead);
  if (length == 0)
    return syntax_error(
        lexer, start, 1, error,
        _("a $ stands before a name, as in $c or ${c}; the character itself is \\$"));
  struct expansion *expansion = arena_allocate(lexer->arena, sizeof *expansion);
  struct piece piece = {.length = length, .expansion = expansion};
  piece.text = arena_copy(lexer->arena, text + start + ahead, length);
  ahead += length;
  struct bytes fields = {0};
  while ((length = field_length(lexer, ahead)) > 0) {
    char *field = arena_copy(lexer->arena, text + start + ahead + 1, length);
    bytes_append(&fields, &field, sizeof field);
    fields.failed = fields.failed || !field;
    ahead += 1 + length;
  }
  char *end = NULL;
  bytes_append(&fields, &end, sizeof end);
  const char *const *field =
      (const char *const *)arena_copy(lexer->arena, fields.data, fields.length);
  bool failed = fields.failed || !expansion || !piece.text || !field;
  bytes_free(&fields);
  if (failed)
    return error_set_memory(error);
  if (braces && peek(lexer, ahead) != '}')
    return syntax_error(lexer, start, ahead, error,
                        _("this ${ has no closing brace, as in ${name.field}"));
  lexer->at += ahead + (braces ? 1 : 0);
  *expansion = (struct expansion){.place = place_at(start, lexer->at - start), .field = field};
  builder_cut(builder);
  builder->bare_so_far = false;
  builder->expands = true;
  bytes_append(&builder->pieces, &piece, sizeof piece);
  return 0;
}

static int hexadecimal(int c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads an escape; the lexer is at the backslash. `bare` allows "\ " for a space. */
static int read_escape(struct lexer *lexer, struct builder *builder, bool bare,
                       struct error *error) {
  static const char letters[] = "nrt0\"\\$";
  static const char meanings[] = "\n\r\t\0\"\\$";
  size_t start = lexer->at;
  size_t end = line_end(lexer, 1);
  if (end > 0) { /* the line continues on the next one */
    lexer->at += 1 + end;
    lexer->joined_at_end = peek(lexer, 0) == -1;
    return 0;
  }
  int c = peek(lexer, 1);
  if (c == -1) {
    lexer->at++;
    lexer->joined_at_end = true;
    return 0;
  }
  const char *letter = memchr(letters, c, sizeof letters - 1);
  if (letter) {
    builder_literal(builder, &meanings[letter - letters], 1, false);
    lexer->at += 2;
    return 0;
  }
  if (bare && c == ' ') {
    builder_literal(builder, " ", 1, false);
    lexer->at += 2;
    return 0;
  }
  if (c == 'x') {
    int high = hexadecimal(peek(lexer, 2));
    int low = high < 0 ? -1 : hexadecimal(peek(lexer, 3));
    if (low < 0)
      return syntax_error(lexer, start, 2, error,
                          _("\\x takes two hexadecimal digits, as in \\x0a"));
    char byte = (char)(high << 4 | low);
    builder_literal(builder, &byte, 1, false);
    lexer->at += 4;
    return 0;
  }
  return syntax_error(lexer, start, 2, error,
                      _("there is no such escape; there are \\n \\r \\t \\0 \\\" \\\\ \\$ \\xHH, "
                        "and \"\\ \" outside quotes; write \\\\ for a backslash"));
}

/* Reads a quoted part, including the closing quote; the lexer is at the opening one. */
static int read_quoted(struct lexer *lexer, struct builder *builder, struct error *error) {
  size_t start = lexer->at;
  int quote = peek(lexer, 0);
  lexer->at++;
  builder->bare_so_far = false;
  for (;;) {
    int c = peek(lexer, 0);
    if (c == -1 || line_end(lexer, 0) > 0)
      return syntax_error(
          lexer, start, lexer->at - start, error,
          quote == '"'
              ? _("this \" has no closing quote on its line; a newline inside is written \\n")
              : _("this ' has no closing quote on its line"));
    if (c == quote) {
      lexer->at++;
      return 0;
    }
    if (quote == '"' && (c == '\\' || c == '$')) {
      if ((c == '\\' ? read_escape(lexer, builder, false, error)
                     : read_expansion(lexer, builder, error)) < 0)
        return -1;
      if (lexer->joined_at_end)
        return syntax_error(lexer, start, lexer->at - start, error,
                            _("the text ends behind a backslash, inside quotes"));
      continue;
    }
    size_t length = 1;
    for (int next; (next = peek(lexer, length)) != -1; length++)
      if (next == quote || next == '\\' || next == '$' || line_end(lexer, length) > 0)
        break;
    if (quote == '\'' && c == '\\')
      length = 1;
    builder_literal(builder, lexer->source->text + lexer->at, length, false);
    lexer->at += length;
  }
}

static struct word literal_word(struct place place, const char *text, size_t length, size_t bare) {
  return (struct word){.place = place,
                       .text = text,
                       .count = (uint32_t)length,
                       .bare = (uint32_t)bare,
                       .literal = true,
                       .quoted = bare == 0};
}

/* Whether a character is plain in a bare word or in double quotes, and whether it ends a word.
 * Bytes beyond ASCII take the slow path. */
enum { IN_BARE = 1, IN_QUOTES = 2, ENDS_WORD = 4 };

static const unsigned char character_kinds[256] = {
    ['\t'] = ENDS_WORD,
    ['\n'] = ENDS_WORD,
    [' '] = IN_QUOTES | ENDS_WORD,
    ['!'] = IN_BARE | IN_QUOTES,
    ['#'] = IN_BARE | IN_QUOTES,
    ['%' ... '&'] = IN_BARE | IN_QUOTES,
    ['\''] = IN_QUOTES,
    ['(' ... ':'] = IN_BARE | IN_QUOTES,
    [';'] = IN_QUOTES | ENDS_WORD,
    ['<' ... '['] = IN_BARE | IN_QUOTES,
    [']' ... 0x7f] = IN_BARE | IN_QUOTES,
};

static unsigned char kind_of(char c) {
  return character_kinds[(unsigned char)c];
}

/* Reads a word that is plain, bare or in quotes, as most are: its text is the source's own, and
 * nothing is copied. False, with nothing read, if the word is not plain. */
static bool read_plain_word(struct lexer *lexer, struct word *word) {
  const char *text = lexer->source->text + lexer->at;
  size_t rest = lexer->source->length - lexer->at;
  bool quoted = text[0] == '"';
  size_t length = quoted ? 1 : 0;
  unsigned char plain = quoted ? IN_QUOTES : IN_BARE;
  while (length < rest && kind_of(text[length]) & plain)
    length++;
  if (quoted) {
    if (length == rest || text[length] != '"')
      return false;
    length++;
  }
  if (length == 0 || (length < rest && !(kind_of(text[length]) & ENDS_WORD)))
    return false;
  struct place place = place_at(lexer->at, length);
  lexer->at += length;
  *word = quoted ? literal_word(place, text + 1, length - 2, 0)
                 : literal_word(place, text, length, length);
  return true;
}

/* The length of a character that a keyboard or a word processor makes in place of a quote or a
 * space, which nobody means as data: a quote that opens a word, or a wide space anywhere. 0: it is
 * none. */
static size_t look_alike_length(const struct lexer *lexer, size_t start) {
  static const char *const quotes[] = {"\u201c", "\u201d", "\u201e", "\u2018",
                                       "\u2019", "\u300c", "\uff02", "\uff07"};
  const char *text = lexer->source->text + lexer->at;
  size_t rest = lexer->source->length - lexer->at;
  if (rest >= 3 && memcmp(text, "\u3000", 3) == 0)
    return 3;
  for (size_t i = 0; lexer->at == start && i < sizeof quotes / sizeof *quotes; i++)
    if (rest >= 3 && memcmp(text, quotes[i], 3) == 0)
      return 3;
  return 0;
}

static int read_word(struct lexer *lexer, struct word *word, struct error *error) {
  if (read_plain_word(lexer, word))
    return 0;
  struct builder builder = {.bare_so_far = true};
  size_t start = lexer->at;
  int status = 0;
  while (status == 0 && !ends_word(lexer)) {
    int c = peek(lexer, 0);
    if (c == '"' || c == '\'') {
      status = read_quoted(lexer, &builder, error);
    } else if (c == '\\') {
      status = read_escape(lexer, &builder, true, error);
    } else if (c == '$') {
      status = read_expansion(lexer, &builder, error);
    } else if (c == '\0') {
      status =
          syntax_error(lexer, lexer->at, 1, error, _("there is a zero byte here; write it as \\0"));
    } else if (c >= 0x80 && look_alike_length(lexer, start) > 0) {
      status = syntax_error(lexer, lexer->at, look_alike_length(lexer, start), error,
                            _("this is no quote and no space of ASCII; as data it stands in "
                              "quotes, as \"text\""));
    } else {
      builder_literal(&builder, lexer->source->text + lexer->at, 1, true);
      lexer->at++;
    }
  }
  if (status < 0) {
    bytes_free(&builder.text);
    bytes_free(&builder.pieces);
    return -1;
  }
  return builder_finish(&builder, lexer, start, word, error);
}

/* Skips spaces, comments and joined lines. */
static void skip_space(struct lexer *lexer) {
  for (;;) {
    int c = peek(lexer, 0);
    size_t end = c == '\\' ? line_end(lexer, 1) : 0;
    if (c == ' ' || c == '\t') {
      lexer->at++;
    } else if (end > 0) {
      lexer->at += 1 + end;
      lexer->joined_at_end = peek(lexer, 0) == -1;
    } else if (c == '\\' && peek(lexer, 1) == -1) {
      lexer->at++;
      lexer->joined_at_end = true;
    } else if (c == '#') {
      while (peek(lexer, 0) != -1 && line_end(lexer, 0) == 0)
        lexer->at++;
    } else {
      return;
    }
  }
}

static enum token_kind sign_kind(char c) {
  switch (c) {
  case '=':
    return TOKEN_EQUALS;
  case '&':
    return TOKEN_BACKGROUND;
  case '{':
    return TOKEN_OPEN;
  case '}':
    return TOKEN_CLOSE;
  default:
    return TOKEN_WORD;
  }
}

int lexer_next(struct lexer *lexer, struct token *token, struct error *error) {
  skip_space(lexer);
  int c = peek(lexer, 0);
  *token = (struct token){.kind = TOKEN_END, .place = place_at(lexer->at, 1)};
  if (c == -1)
    return 0;
  size_t end = c == ';' ? 1 : line_end(lexer, 0);
  if (end > 0) {
    token->kind = TOKEN_SEPARATOR;
    token->place.length = (uint32_t)end;
    lexer->at += end;
    return 0;
  }
  if (read_word(lexer, &token->word, error) < 0)
    return -1;
  token->kind = TOKEN_WORD;
  token->place = token->word.place;
  const struct word *word = &token->word;
  if (word->literal && !word->quoted && word->count == 1)
    token->kind = sign_kind(word->text[0]);
  return 0;
}

int lexer_regex(struct lexer *lexer, struct word *word, struct error *error) {
  skip_space(lexer);
  if (peek(lexer, 0) != '/')
    return 0;
  size_t start = lexer->at++;
  struct bytes text = {0};
  for (;;) {
    int c = peek(lexer, 0);
    if (c == -1 || line_end(lexer, 0) > 0) {
      bytes_free(&text);
      return syntax_error(lexer, start, lexer->at - start, error,
                          _("this regular expression has no closing slash on its line"));
    }
    lexer->at++;
    if (c == '/')
      break;
    if (c == '\\' && peek(lexer, 0) == '/')
      c = peek(lexer, 0), lexer->at++;
    else if (c == '\\' && peek(lexer, 0) != -1 && line_end(lexer, 0) == 0) {
      bytes_append_char(&text, '\\');
      c = peek(lexer, 0), lexer->at++;
    }
    bytes_append_char(&text, (char)c);
  }
  struct place place = place_at(start, lexer->at - start);
  const char *copy = text.failed ? NULL : arena_copy(lexer->arena, text.data, text.length);
  int status = 0;
  if (!ends_word(lexer))
    status =
        syntax_error(lexer, lexer->at, 1, error,
                     _("a space must follow the closing slash; a slash inside is written \\/"));
  else if (!copy)
    status = error_set_memory(error);
  else
    *word = literal_word(place, copy, text.length, 0);
  bytes_free(&text);
  return status < 0 ? -1 : 1;
}

void lexer_rest(struct lexer *lexer, struct word *word) {
  while (peek(lexer, 0) == ' ' || peek(lexer, 0) == '\t')
    lexer->at++;
  size_t start = lexer->at;
  while (peek(lexer, 0) != -1 && line_end(lexer, 0) == 0)
    lexer->at++;
  size_t length = lexer->at - start;
  while (length > 0 && strchr(" \t", lexer->source->text[start + length - 1]))
    length--;
  *word = literal_word(place_at(start, length), lexer->source->text + start, length, 0);
}
