#include "shell/place.h"

#include <ctype.h>
#include <string.h>

#include "language/lexer.h"

static bool is_text(const struct word *word, const char *text) {
  return word_is_bare(word, text);
}

static bool begins_with_digit(const struct word *word) {
  return word->literal && word->count > 0 && isdigit((unsigned char)word->text[0]);
}

/* A host prefix: @client. */
static bool is_host(const struct word *word) {
  return word->literal && word->bare > 0 && word->text[0] == '@';
}

/* Completes the name of a command with a second word, such as `wire hold`. */
static void take_part(struct line_place *place) {
  const struct word *word = place->first < place->count ? &place->words[place->first] : NULL;
  const struct command *part =
      word && word->literal ? command_vocabulary.part(place->command, word->text, word->count)
                            : NULL;
  if (!part)
    return;
  place->command = part;
  place->first++;
}

/* Finds the command after the prefixes, and whether the cursor's word is an expected RESULT. */
static void find_command(struct line_place *place) {
  size_t at = 0;
  for (size_t i = 0; i < place->count; i++)
    if (is_text(&place->words[i], "="))
      at = i + 1;
  while (at < place->count) {
    const struct word *word = &place->words[at];
    bool result = is_text(word, "expect") || is_text(word, "until");
    if (result && at + 1 == place->count)
      place->result = true;
    if (result || is_text(word, "at"))
      at += 2;
    else if (is_text(word, "time") || is_host(word))
      at++;
    else if (is_text(word, "repeat"))
      at += at + 1 < place->count && begins_with_digit(&place->words[at + 1]) ? 2 : 1;
    else
      break;
  }
  place->first = at;
  if (at >= place->count)
    return;
  const struct word *name = &place->words[at];
  place->command = name->literal ? command_complete(name->text, name->count, NULL) : NULL;
  place->first = at + 1;
  if (place->command)
    take_part(place);
}

void place_read(struct line_place *place, const char *line, size_t point) {
  struct lexer lexer;
  struct token token;
  struct error ignored;
  memset(place, 0, sizeof *place);
  place->start = point;
  place->source = source_create("", line, point, 1);
  if (!place->source)
    return;
  lexer_start(&lexer, place->source, &place->arena);
  for (;;) {
    size_t before = lexer.at;
    if (lexer_next(&lexer, &token, &ignored) < 0) {
      while (before < point && strchr(" \t", line[before]))
        before++;
      place->start = before;
      break;
    }
    if (token.kind == TOKEN_END)
      break;
    bool touches = token.place.offset + token.place.length == point;
    if (token.kind == TOKEN_SEPARATOR || token.kind == TOKEN_OPEN || token.kind == TOKEN_CLOSE ||
        token.kind == TOKEN_BACKGROUND) {
      place->count = 0;
    } else if (touches) {
      place->start = token.place.offset;
    } else if (place->count < PLACE_WORDS) {
      place->words[place->count++] = token.word;
    }
  }
  find_command(place);
}

void place_free(struct line_place *place) {
  arena_free(&place->arena);
  source_release(place->source);
}
