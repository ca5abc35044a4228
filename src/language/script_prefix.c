#include "language/script_prefix.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "language/number.h"
#include "language/pattern.h"
#include "language/result.h"
#include "language/script_ahead.h"

/* How many words to read ahead in search of an =: after a word that begins a prefix; after a
 * command's name, which is most likely a name that is not allowed (an = farther away is data); and
 * after a name, far enough to say that there are too many. */
enum { AHEAD_OF_PREFIX = 1, AHEAD_OF_COMMAND = 4, AHEAD_OF_NAME = 4 * RESULT_VALUES };

/* @HOST: the host may itself be an expansion. */
static bool host_word(const struct word *word) {
  const char *text = word->literal ? word->text : word->pieces[0].text;
  return word->bare > 0 && text[0] == '@' && word->count > 1;
}

static int pattern_from_word(struct script_reader *reader, const struct word *word,
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

static int read_pattern(struct script_reader *reader, struct pattern *pattern) {
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
    return script_reader_advance(reader);
  }
  if (script_reader_advance(reader) < 0)
    return -1;
  if (reader->token.kind != TOKEN_WORD)
    return script_reader_wrong(
        reader, reader->token.place,
        _("a result must follow: ok, an errno name, a number, \"text\", /regex/, eof or blocks"));
  if (pattern_from_word(reader, &reader->token.word, pattern) < 0)
    return -1;
  return script_reader_advance(reader);
}

static struct prefix *prefix_add(struct script_reader *reader, enum prefix_kind kind,
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

static struct word *word_copy(struct script_reader *reader, const struct word *word) {
  struct word *copy = arena_allocate(&reader->script->arena, sizeof *copy);
  if (copy)
    *copy = *word;
  else
    error_set_memory(reader->error);
  return copy;
}

/* True if an "=" follows as a word of its own before this statement ends: then the words before it
 * are names. Reads ahead with a separate lexer. */
static bool names_follow(struct script_reader *reader) {
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

static int check_name(struct script_reader *reader, const struct word *word) {
  if (!word_all_bare(word) || !name_valid(word->text, word->count))
    return script_reader_wrong(
        reader, word->place,
        _("only a name may stand before =: letters, digits and _, not beginning with a "
          "digit; to pass = as data, quote it"));
  if (prefix_word(word->text, word->count))
    return script_reader_wrong(reader, word->place,
                               _("this word begins a prefix and can't be a name"));
  if (reader->vocabulary->find(word->text, word->count, NULL))
    return script_reader_wrong(
        reader, word->place,
        _("this is a command and can't be a name; to pass = as data, quote it"));
  return 0;
}

static int too_many_names(struct script_reader *reader, struct place place) {
  error_set(reader->error, ERROR_SYNTAX,
            _("this name is one too many: at most %d may stand before ="), RESULT_VALUES);
  reader->error->place = place;
  return -1;
}

/* Reads NAME { NAME } "=". */
static int read_names(struct script_reader *reader, struct prefix ***end) {
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
      status = script_reader_advance(reader);
    }
  }
  char *last = NULL;
  bytes_append(&names, &last, sizeof last);
  if (status == 0) {
    prefix->names =
        (const char *const *)arena_copy(&reader->script->arena, names.data, names.length);
    status = names.failed || !prefix->names ? error_set_memory(reader->error)
                                            : script_reader_advance(reader);
  }
  bytes_free(&names);
  return status;
}

/* Reads the count of a repeat, a number or an expansion, if there is one. */
static int read_count(struct script_reader *reader, struct prefix *prefix) {
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
    return script_reader_wrong(reader, word->place,
                               _("the count of a repeat is a whole number from 0 up"));
  return prefix->word ? script_reader_advance(reader) : -1;
}

/* Takes the time behind `at`, which is one. */
static int read_moment(struct script_reader *reader, struct prefix *prefix) {
  pkt_time_read(reader->token.word.text, reader->token.word.count, &prefix->time);
  return script_reader_advance(reader);
}

/* `expect packet LINE`: the line says what is expected. */
static bool expects_packet(const struct script_reader *reader) {
  struct arena scratch = {0};
  struct error ignored;
  struct lexer ahead = reader->lexer;
  struct token token;
  ahead.arena = &scratch;
  bool packet = reader->vocabulary->line && reader->vocabulary->line() &&
                lexer_next(&ahead, &token, &ignored) == 0 && token.kind == TOKEN_WORD &&
                word_is_bare(&token.word, "packet");
  arena_free(&scratch);
  return packet;
}

/* `at +.1`; without a time it is a name. */
static bool moment_follows(const struct script_reader *reader) {
  struct arena scratch = {0};
  struct error ignored;
  struct lexer ahead = reader->lexer;
  struct token token;
  struct pkt_time time;
  if (!word_is_bare(&reader->token.word, "at"))
    return false;
  ahead.arena = &scratch;
  bool follows = lexer_next(&ahead, &token, &ignored) == 0 && token.kind == TOKEN_WORD &&
                 word_all_bare(&token.word) &&
                 pkt_time_read(token.word.text, token.word.count, &time);
  arena_free(&scratch);
  return follows;
}

int script_prefix_read(struct script_reader *reader, struct prefix ***end) {
  const struct word *word = &reader->token.word;
  if (reader->token.kind != TOKEN_WORD)
    return 0;
  if (moment_follows(reader)) {
    struct prefix *prefix = prefix_add(reader, PREFIX_AT, end);
    return !prefix || script_reader_advance(reader) < 0 || read_moment(reader, prefix) < 0 ? -1 : 1;
  }
  if (names_follow(reader))
    return read_names(reader, end) < 0 ? -1 : 1;
  if (host_word(word)) {
    struct prefix *prefix = prefix_add(reader, PREFIX_HOST, end);
    prefix = prefix && (prefix->word = word_copy(reader, word)) ? prefix : NULL;
    return !prefix || script_reader_advance(reader) < 0 ? -1 : 1;
  }
  bool expects = word_is_bare(word, "expect");
  if (expects && expects_packet(reader))
    return script_reader_advance(reader) < 0 || script_reader_advance(reader) < 0 ? -1 : 0;
  if (expects || word_is_bare(word, "until")) {
    struct prefix *prefix = prefix_add(reader, expects ? PREFIX_EXPECT : PREFIX_UNTIL, end);
    return !prefix || read_pattern(reader, &prefix->pattern) < 0 ? -1 : 1;
  }
  if (word_is_bare(word, "time"))
    return !prefix_add(reader, PREFIX_TIME, end) || script_reader_advance(reader) < 0 ? -1 : 1;
  if (word_is_bare(word, "repeat")) {
    struct prefix *prefix = prefix_add(reader, PREFIX_REPEAT, end);
    return !prefix || script_reader_advance(reader) < 0 || read_count(reader, prefix) < 0 ? -1 : 1;
  }
  return 0;
}
