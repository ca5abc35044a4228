#include "language/script.h"

#include <string.h>

#include "language/escape.h"
#include "language/pattern.h"
#include "language/script_prefix.h"

/* Deeper than any person nests blocks or prefixes, and shallow enough for every thread's stack. */
enum { DEPTH_LIMIT = 50 };

/* Explains a word that is not the full name of a command: `c=accept` lacks its spaces; anything
 * else is explained by the vocabulary, which also accepts abbreviations where they are allowed. */
static int find_command(struct script_reader *reader, const struct word *word,
                        const struct command **command) {
  reader->incomplete = reader->joined_ahead;
  if (!word->literal)
    return script_reader_wrong(reader, word->place,
                               _("a command's name must be written out, not expanded"));
  const char *equals = memchr(word->text, '=', word->count);
  if (equals && equals > word->text && name_valid(word->text, (size_t)(equals - word->text))) {
    struct bytes text = {0};
    size_t name = (size_t)(equals - word->text);
    escape_append(&text, equals + 1, word->count - name - 1, escape_chosen());
    error_set(reader->error, ERROR_SYNTAX, _("= stands between spaces: %.*s = %.60s"),
              (int)(name > 60 ? 60 : name), word->text, bytes_text(&text));
    reader->error->place = word->place;
    bytes_free(&text);
    return -1;
  }
  *command = reader->vocabulary->find(word->text, word->count, reader->error);
  if (*command)
    return 0;
  error_set_place(reader->error, word->place);
  return -1;
}

/* Some commands have a two-word name: the first word read is then its second half. */
static void take_part(struct script_reader *reader, struct statement *statement) {
  struct bytes *words = &reader->words;
  const struct word *first = (const struct word *)words->data;
  if (!reader->vocabulary->part || words->length == 0 || words->failed || !word_all_bare(first))
    return;
  const struct command *part =
      reader->vocabulary->part(statement->command, first->text, first->count);
  if (!part)
    return;
  statement->command = part;
  statement->command_place.length =
      first->place.offset + first->place.length - statement->command_place.offset;
  words->length -= sizeof *first;
  memmove(words->data, words->data + sizeof *first, words->length);
}

/* The next word, or, where one may be, a regular expression, with its slashes. */
static int advance_word(struct script_reader *reader, bool regex) {
  struct word word;
  size_t before = reader->lexer.at;
  int status = regex ? lexer_regex(&reader->lexer, &word, reader->error) : 0;
  if (status <= 0)
    return status < 0 ? -1 : script_reader_advance(reader);
  char *text = arena_allocate(&reader->script->arena, word.count + 2);
  if (!text)
    return error_set_memory(reader->error);
  text[0] = text[word.count + 1] = '/';
  memcpy(text + 1, word.text, word.count);
  word.text = text;
  word.count += 2;
  word.bare = 1;
  word.quoted = true;
  reader->previous_end = before;
  reader->token = (struct token){.kind = TOKEN_WORD, .word = word, .place = word.place};
  return 0;
}

/* Reads words until something else comes. The first may be a part of the command's name, and what
 * the words are is up to the command. */
static int read_plain_words(struct script_reader *reader, struct statement *statement) {
  struct bytes *words = &reader->words;
  const struct vocabulary *vocabulary = reader->vocabulary;
  bool named = false;
  bool regex = vocabulary->regex && vocabulary->regex(statement->command);
  int status = advance_word(reader, regex);
  while (status == 0 && reader->token.kind == TOKEN_WORD) {
    bytes_append(words, &reader->token.word, sizeof reader->token.word);
    statement->place.length =
        reader->token.place.offset + reader->token.place.length - statement->place.offset;
    if (!named) {
      take_part(reader, statement);
      regex = vocabulary->regex && vocabulary->regex(statement->command);
      named = true;
    }
    status = advance_word(reader, regex);
  }
  return status;
}

/* Reads a command's words to the end of its statement. */
static int read_words(struct script_reader *reader, struct statement *statement) {
  struct bytes *words = &reader->words;
  int status = 0;
  bytes_clear(words);
  if (reader->vocabulary->raw(statement->command)) {
    struct word rest;
    lexer_rest(&reader->lexer, &rest);
    if (rest.count > 0) {
      bytes_append(words, &rest, sizeof rest);
      statement->place.length = rest.place.offset + rest.place.length - statement->place.offset;
    }
    status = script_reader_advance(reader);
    take_part(reader, statement);
  } else {
    status = read_plain_words(reader, statement);
    if (status == 0 && (reader->token.kind == TOKEN_EQUALS || reader->token.kind == TOKEN_OPEN))
      status = script_reader_wrong(
          reader, reader->token.place,
          reader->token.kind == TOKEN_OPEN
              ? _("a block can't stand here; to pass { as data, quote it")
              : _("= can't stand here; to compare write ==, to pass = as data, quote it"));
  }
  statement->count = (uint32_t)(words->length / sizeof(struct word));
  if (statement->count > 0)
    statement->words = arena_allocate(&reader->script->arena, words->length);
  if (statement->words)
    memcpy(statement->words, words->data, words->length);
  if (status == 0 && (words->failed || (statement->count > 0 && !statement->words)))
    status = error_set_memory(reader->error);
  return status;
}

static int read_statements(struct script_reader *reader, bool inside,
                           const struct statement **first);

static int read_block(struct script_reader *reader, struct statement *statement) {
  struct place open = reader->token.place;
  if (++reader->depth > DEPTH_LIMIT)
    return script_reader_wrong(reader, open, _("blocks are nested too deeply: 50 is the limit"));
  statement->command_place = open;
  if (script_reader_advance(reader) < 0 || read_statements(reader, true, &statement->block) < 0)
    return -1;
  reader->depth--;
  if (reader->token.kind == TOKEN_END) {
    reader->incomplete = true;
    return script_reader_wrong(
        reader, open,
        _("this { has no closing }; shell and spawn take all that follows them on their "
          "line, a } too"));
  }
  statement->place.length = reader->token.place.offset + 1 - statement->place.offset;
  return script_reader_advance(reader);
}

static int read_command(struct script_reader *reader, struct statement *statement) {
  const struct word *word = &reader->token.word;
  if (reader->token.kind != TOKEN_WORD) {
    if (reader->token.kind == TOKEN_EQUALS)
      return script_reader_wrong(reader, reader->token.place, _("a name must stand before ="));
    if (reader->token.kind == TOKEN_END && reader->lexer.joined_at_end)
      reader->incomplete = true;
    statement->place.length = (uint32_t)reader->previous_end - statement->place.offset;
    return script_reader_wrong(reader, statement->place, _("a command must follow here"));
  }
  statement->command_place = word->place;
  statement->place.length = word->place.offset + word->place.length - statement->place.offset;
  if (script_reader_at_line(reader)) {
    statement->command = reader->vocabulary->line();
    reader->lexer.at = word->place.offset; /* its first word belongs to what it takes */
    return read_words(reader, statement);
  }
  if (word->literal)
    statement->command = reader->vocabulary->find(word->text, word->count, NULL);
  if (!statement->command && find_command(reader, word, &statement->command) < 0)
    return -1;
  return read_words(reader, statement);
}

/* The number of the line at this offset, which is behind those that were asked for before: each
 * newline is counted once. */
static unsigned line_number(struct script_reader *reader, size_t offset) {
  reader->line += source_newlines(reader->lexer.source, reader->counted, offset);
  reader->counted = offset;
  return reader->line;
}

static struct statement *read_statement(struct script_reader *reader) {
  struct statement *statement = arena_allocate(&reader->script->arena, sizeof *statement);
  if (!statement) {
    error_set_memory(reader->error);
    return NULL;
  }
  struct prefix **end = (struct prefix **)&statement->prefixes;
  statement->place = (struct place){reader->token.place.offset, reader->token.place.length};
  statement->line = line_number(reader, statement->place.offset);
  statement->index = reader->statements++;
  int status;
  int prefixes = 0;
  while ((status = script_reader_at_line(reader) ? 0 : script_prefix_read(reader, &end)) > 0)
    if (++prefixes > DEPTH_LIMIT) {
      script_reader_wrong(reader, statement->place,
                          _("there are too many prefixes: 50 is the limit"));
      return NULL;
    }
  if (status == 0)
    status = reader->token.kind == TOKEN_OPEN ? read_block(reader, statement)
                                              : read_command(reader, statement);
  if (status == 0 && reader->token.kind == TOKEN_BACKGROUND) {
    statement->background = true;
    statement->place.length =
        reader->token.place.offset + reader->token.place.length - statement->place.offset;
    status = script_reader_advance(reader);
  } else if (status == 0 && reader->token.kind == TOKEN_WORD) {
    status = script_reader_wrong(reader, reader->token.place,
                                 _("a newline, ; or & must stand behind the closing }"));
  }
  return status < 0 ? NULL : statement;
}

static int read_statements(struct script_reader *reader, bool inside,
                           const struct statement **first) {
  const struct statement **end = first;
  *first = NULL;
  for (;;) {
    switch (reader->token.kind) {
    case TOKEN_SEPARATOR:
      if (script_reader_advance(reader) < 0)
        return -1;
      continue;
    case TOKEN_END:
      return 0;
    case TOKEN_CLOSE:
      return inside
                 ? 0
                 : script_reader_wrong(reader, reader->token.place,
                                       _("there is no { for this }; to pass } as data, quote it"));
    case TOKEN_BACKGROUND:
      return script_reader_wrong(reader, reader->token.place,
                                 _("a command must stand before &; to pass & as data, quote it"));
    default:
      break;
    }
    struct statement *statement = read_statement(reader);
    if (!statement)
      return -1;
    *end = statement;
    end = (const struct statement **)&statement->next;
  }
}

void script_free(struct script *script) {
  for (struct pattern *pattern = script->compiled; pattern; pattern = pattern->next)
    pattern_free(pattern);
  arena_free(&script->arena);
  source_release(script->source);
  *script = (struct script){0};
}

enum script_status script_read(struct source *source, const struct vocabulary *vocabulary,
                               struct script *script, struct error *error) {
  struct script_reader reader = {
      .vocabulary = vocabulary, .script = script, .error = error, .line = source->first_line};
  *script = (struct script){.source = source_retain(source)};
  lexer_start(&reader.lexer, source, &script->arena);
  int status = script_reader_advance(&reader);
  if (status == 0)
    status = read_statements(&reader, false, &script->first);
  if (reader.lexer.joined_at_end) {
    reader.incomplete = true;
    if (status == 0)
      status = script_reader_wrong(
          &reader, place_at(source->length ? source->length - 1 : 0, 1),
          _("the text ends behind a backslash, which joins a line that is not there"));
  }
  bytes_free(&reader.words);
  if (status == 0)
    return SCRIPT_READ;
  script_free(script);
  return reader.incomplete ? SCRIPT_INCOMPLETE : SCRIPT_WRONG;
}
