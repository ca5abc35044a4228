#include "language/script.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "language/escape.h"
#include "language/lexer.h"
#include "language/number.h"
#include "language/pattern.h"
#include "language/result.h"
#include "language/script_ahead.h"

/* Deeper than any person nests blocks or prefixes, and shallow enough for every thread's stack. */
enum { DEPTH_LIMIT = 50 };

/* How many words to read ahead in search of an =: after a word that begins a prefix; after a
 * command's name, which is most likely a name that is not allowed (an = farther away is data); and
 * after a name, far enough to say that there are too many. */
enum { AHEAD_OF_PREFIX = 1, AHEAD_OF_COMMAND = 4, AHEAD_OF_NAME = 4 * RESULT_VALUES };

struct reader {
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

/* @HOST: the host may itself be an expansion. */
static bool host_word(const struct word *word) {
  const char *text = word->literal ? word->text : word->pieces[0].text;
  return word->bare > 0 && text[0] == '@' && word->count > 1;
}

static int wrong(struct reader *reader, struct place place, const char *message) {
  error_set(reader->error, ERROR_SYNTAX, "%s", message);
  reader->error->place = place;
  return -1;
}

static int advance(struct reader *reader) {
  reader->previous_end = reader->lexer.at;
  return lexer_next(&reader->lexer, &reader->token, reader->error);
}

static int pattern_from_word(struct reader *reader, const struct word *word,
                             struct pattern *pattern) {
  *pattern = (struct pattern){.kind = PATTERN_TEXT, .word = *word};
  if (!word_all_bare(word))
    return 0;
  if (pattern_find_plain(word->text, word->count, &pattern->kind))
    return 0;
  pattern->number = error_number_find(word->text, word->count);
  if (pattern->number > 0) {
    pattern->kind = PATTERN_ERROR;
    return 0;
  }
  if (number_parse(word->text, word->count, &pattern->number) == 0) {
    pattern->kind = PATTERN_NUMBER;
    return 0;
  }
  pattern_set_unknown(reader->error, word->text, word->count);
  reader->error->place = word->place;
  return -1;
}

static int read_pattern(struct reader *reader, struct pattern *pattern) {
  struct word word;
  int status = lexer_regex(&reader->lexer, &word, reader->error);
  if (status < 0)
    return -1;
  if (status > 0) {
    *pattern = (struct pattern){.kind = PATTERN_REGEX, .word = word};
    if (pattern_compile(pattern, reader->error) < 0)
      return -1;
    pattern->next = reader->script->compiled;
    reader->script->compiled = pattern;
    return advance(reader);
  }
  if (advance(reader) < 0)
    return -1;
  if (reader->token.kind != TOKEN_WORD)
    return wrong(
        reader, reader->token.place,
        _("a result must follow: ok, an errno name, a number, \"text\", /regex/, eof or blocks"));
  if (pattern_from_word(reader, &reader->token.word, pattern) < 0)
    return -1;
  return advance(reader);
}

static struct prefix *prefix_add(struct reader *reader, enum prefix_kind kind,
                                 struct prefix ***end) {
  struct prefix *prefix = arena_allocate(&reader->script->arena, sizeof *prefix);
  if (!prefix) {
    error_set_memory(reader->error);
    return NULL;
  }
  prefix->kind = kind;
  prefix->place = reader->token.place;
  **end = prefix;
  *end = (struct prefix **)&prefix->next;
  return prefix;
}

static struct word *word_copy(struct reader *reader, const struct word *word) {
  struct word *copy = arena_allocate(&reader->script->arena, sizeof *copy);
  if (copy)
    *copy = *word;
  else
    error_set_memory(reader->error);
  return copy;
}

/* True if an "=" follows as a word of its own before this statement ends: then the words before it
 * are names. Reads ahead with a separate lexer. */
static bool names_follow(struct reader *reader) {
  const struct word *word = &reader->token.word;
  reader->joined_ahead = false;
  if (!script_equals_near(&reader->lexer, AHEAD_OF_NAME) || host_word(word))
    return false;
  bool prefix = word_all_bare(word) && prefix_word(word->text, word->count);
  const struct command *command =
      word->literal ? reader->vocabulary->find(word->text, word->count, NULL) : NULL;
  if (command && reader->vocabulary->raw(command))
    return false;
  struct arena scratch = {0};
  struct error ignored;
  struct lexer ahead = reader->lexer;
  struct token token = {.kind = TOKEN_WORD};
  ahead.arena = &scratch;
  int most = prefix ? AHEAD_OF_PREFIX : command ? AHEAD_OF_COMMAND : AHEAD_OF_NAME;
  int words = 0;
  while (token.kind == TOKEN_WORD && words++ < most)
    if (lexer_next(&ahead, &token, &ignored) < 0)
      break;
  arena_free(&scratch);
  reader->joined_ahead = token.kind == TOKEN_END && ahead.joined_at_end;
  return token.kind == TOKEN_EQUALS;
}

static int check_name(struct reader *reader, const struct word *word) {
  if (!word_all_bare(word) || !name_valid(word->text, word->count))
    return wrong(reader, word->place,
                 _("only a name may stand before =: letters, digits and _, not beginning with a "
                   "digit; to pass = as data, quote it"));
  if (prefix_word(word->text, word->count))
    return wrong(reader, word->place, _("this word begins a prefix and can't be a name"));
  if (reader->vocabulary->find(word->text, word->count, NULL))
    return wrong(reader, word->place,
                 _("this is a command and can't be a name; to pass = as data, quote it"));
  return 0;
}

static int too_many_names(struct reader *reader, struct place place) {
  error_set(reader->error, ERROR_SYNTAX,
            _("this name is one too many: at most %d may stand before ="), RESULT_VALUES);
  reader->error->place = place;
  return -1;
}

/* Reads NAME { NAME } "=". */
static int read_names(struct reader *reader, struct prefix ***end) {
  struct prefix *prefix = prefix_add(reader, PREFIX_NAMES, end);
  struct bytes names = {0};
  int status = prefix ? 0 : -1;
  while (status == 0 && reader->token.kind == TOKEN_WORD) {
    const struct word *word = &reader->token.word;
    status = check_name(reader, word);
    if (status == 0 && names.length == RESULT_VALUES * sizeof(char *))
      status = too_many_names(reader, word->place);
    if (status == 0) {
      char *name = arena_copy(&reader->script->arena, word->text, word->count);
      bytes_append(&names, &name, sizeof name);
      names.failed = names.failed || !name;
      status = advance(reader);
    }
  }
  char *last = NULL;
  bytes_append(&names, &last, sizeof last);
  if (status == 0) {
    prefix->names =
        (const char *const *)arena_copy(&reader->script->arena, names.data, names.length);
    status = names.failed || !prefix->names ? error_set_memory(reader->error) : advance(reader);
  }
  bytes_free(&names);
  return status;
}

/* Reads the count of a repeat, a number or an expansion, if there is one. */
static int read_count(struct reader *reader, struct prefix *prefix) {
  const struct word *word = &reader->token.word;
  if (reader->token.kind != TOKEN_WORD)
    return 0;
  bool negative = word_all_bare(word) && word->count > 1 && word->text[0] == '-' &&
                  isdigit((unsigned char)word->text[1]);
  bool digits = negative || (word_all_bare(word) && isdigit((unsigned char)word->text[0]));
  if (!digits && word->literal)
    return 0;
  prefix->word = word_copy(reader, word);
  long long count;
  if (digits && (number_parse(word->text, word->count, &count) < 0 || negative))
    return wrong(reader, word->place, _("the count of a repeat is a whole number from 0 up"));
  return prefix->word ? advance(reader) : -1;
}

/* Reads one prefix if there is one. 1; 0 if there is none; -1 with an error. */
static int read_prefix(struct reader *reader, struct prefix ***end) {
  const struct word *word = &reader->token.word;
  if (reader->token.kind != TOKEN_WORD)
    return 0;
  if (names_follow(reader))
    return read_names(reader, end) < 0 ? -1 : 1;
  if (host_word(word)) {
    struct prefix *prefix = prefix_add(reader, PREFIX_HOST, end);
    prefix = prefix && (prefix->word = word_copy(reader, word)) ? prefix : NULL;
    return !prefix || advance(reader) < 0 ? -1 : 1;
  }
  bool expects = word_is_bare(word, "expect");
  if (expects || word_is_bare(word, "until")) {
    struct prefix *prefix = prefix_add(reader, expects ? PREFIX_EXPECT : PREFIX_UNTIL, end);
    return !prefix || read_pattern(reader, &prefix->pattern) < 0 ? -1 : 1;
  }
  if (word_is_bare(word, "time"))
    return !prefix_add(reader, PREFIX_TIME, end) || advance(reader) < 0 ? -1 : 1;
  if (word_is_bare(word, "repeat")) {
    struct prefix *prefix = prefix_add(reader, PREFIX_REPEAT, end);
    return !prefix || advance(reader) < 0 || read_count(reader, prefix) < 0 ? -1 : 1;
  }
  return 0;
}

/* Explains a word that is not the full name of a command: `c=accept` lacks its spaces; anything
 * else is explained by the vocabulary, which also accepts abbreviations where they are allowed. */
static int find_command(struct reader *reader, const struct word *word,
                        const struct command **command) {
  reader->incomplete = reader->joined_ahead;
  if (!word->literal)
    return wrong(reader, word->place, _("a command's name must be written out, not expanded"));
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
static void take_part(struct reader *reader, struct statement *statement) {
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
static int advance_word(struct reader *reader, bool regex) {
  struct word word;
  size_t before = reader->lexer.at;
  int status = regex ? lexer_regex(&reader->lexer, &word, reader->error) : 0;
  if (status <= 0)
    return status < 0 ? -1 : advance(reader);
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
static int read_plain_words(struct reader *reader, struct statement *statement) {
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
static int read_words(struct reader *reader, struct statement *statement) {
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
    status = advance(reader);
    take_part(reader, statement);
  } else {
    status = read_plain_words(reader, statement);
    if (status == 0 && (reader->token.kind == TOKEN_EQUALS || reader->token.kind == TOKEN_OPEN))
      status =
          wrong(reader, reader->token.place,
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

static int read_statements(struct reader *reader, bool inside, const struct statement **first);

static int read_block(struct reader *reader, struct statement *statement) {
  struct place open = reader->token.place;
  if (++reader->depth > DEPTH_LIMIT)
    return wrong(reader, open, _("blocks are nested too deeply: 50 is the limit"));
  statement->command_place = open;
  if (advance(reader) < 0 || read_statements(reader, true, &statement->block) < 0)
    return -1;
  reader->depth--;
  if (reader->token.kind == TOKEN_END) {
    reader->incomplete = true;
    return wrong(reader, open,
                 _("this { has no closing }; shell and spawn take all that follows them on their "
                   "line, a } too"));
  }
  statement->place.length = reader->token.place.offset + 1 - statement->place.offset;
  return advance(reader);
}

static int read_command(struct reader *reader, struct statement *statement) {
  const struct word *word = &reader->token.word;
  if (reader->token.kind != TOKEN_WORD) {
    if (reader->token.kind == TOKEN_EQUALS)
      return wrong(reader, reader->token.place, _("a name must stand before ="));
    if (reader->token.kind == TOKEN_END && reader->lexer.joined_at_end)
      reader->incomplete = true;
    statement->place.length = (uint32_t)reader->previous_end - statement->place.offset;
    return wrong(reader, statement->place, _("a command must follow here"));
  }
  statement->command_place = word->place;
  statement->place.length = word->place.offset + word->place.length - statement->place.offset;
  if (word->literal)
    statement->command = reader->vocabulary->find(word->text, word->count, NULL);
  if (!statement->command && find_command(reader, word, &statement->command) < 0)
    return -1;
  return read_words(reader, statement);
}

/* The number of the line at this offset, which is behind those that were asked for before: each
 * newline is counted once. */
static unsigned line_number(struct reader *reader, size_t offset) {
  reader->line += source_newlines(reader->lexer.source, reader->counted, offset);
  reader->counted = offset;
  return reader->line;
}

static struct statement *read_statement(struct reader *reader) {
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
  while ((status = read_prefix(reader, &end)) > 0)
    if (++prefixes > DEPTH_LIMIT) {
      wrong(reader, statement->place, _("there are too many prefixes: 50 is the limit"));
      return NULL;
    }
  if (status == 0)
    status = reader->token.kind == TOKEN_OPEN ? read_block(reader, statement)
                                              : read_command(reader, statement);
  if (status == 0 && reader->token.kind == TOKEN_BACKGROUND) {
    statement->background = true;
    statement->place.length =
        reader->token.place.offset + reader->token.place.length - statement->place.offset;
    status = advance(reader);
  } else if (status == 0 && reader->token.kind == TOKEN_WORD) {
    status =
        wrong(reader, reader->token.place, _("a newline, ; or & must stand behind the closing }"));
  }
  return status < 0 ? NULL : statement;
}

static int read_statements(struct reader *reader, bool inside, const struct statement **first) {
  const struct statement **end = first;
  *first = NULL;
  for (;;) {
    switch (reader->token.kind) {
    case TOKEN_SEPARATOR:
      if (advance(reader) < 0)
        return -1;
      continue;
    case TOKEN_END:
      return 0;
    case TOKEN_CLOSE:
      return inside ? 0
                    : wrong(reader, reader->token.place,
                            _("there is no { for this }; to pass } as data, quote it"));
    case TOKEN_BACKGROUND:
      return wrong(reader, reader->token.place,
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
  struct reader reader = {
      .vocabulary = vocabulary, .script = script, .error = error, .line = source->first_line};
  *script = (struct script){.source = source_retain(source)};
  lexer_start(&reader.lexer, source, &script->arena);
  int status = advance(&reader);
  if (status == 0)
    status = read_statements(&reader, false, &script->first);
  if (reader.lexer.joined_at_end) {
    reader.incomplete = true;
    if (status == 0)
      status = wrong(&reader, place_at(source->length ? source->length - 1 : 0, 1),
                     _("the text ends behind a backslash, which joins a line that is not there"));
  }
  bytes_free(&reader.words);
  if (status == 0)
    return SCRIPT_READ;
  script_free(script);
  return reader.incomplete ? SCRIPT_INCOMPLETE : SCRIPT_WRONG;
}
