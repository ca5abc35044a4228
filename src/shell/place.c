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

/* @client: a prefix, too. */
static bool is_host(const struct word *word) {
  return word->literal && word->bare > 0 && word->text[0] == '@';
}

/* The second word of a name such as `wire hold`. */
static void take_part(struct line_place *context) {
  const struct word *word =
      context->first < context->count ? &context->words[context->first] : NULL;
  const struct command *part =
      word && word->literal ? command_vocabulary.part(context->command, word->text, word->count)
                            : NULL;
  if (!part)
    return;
  context->command = part;
  context->first++;
}

/* Finds the command behind the prefixes, and whether the place is still among these. */
static void find_command(struct line_place *context) {
  size_t at = 0;
  for (size_t i = 0; i < context->count; i++)
    if (is_text(&context->words[i], "="))
      at = i + 1;
  while (at < context->count) {
    const struct word *word = &context->words[at];
    bool result = is_text(word, "expect") || is_text(word, "until");
    if (result && at + 1 == context->count)
      context->result = true;
    if (result)
      at += 2;
    else if (is_text(word, "time") || is_host(word))
      at++;
    else if (is_text(word, "repeat"))
      at += at + 1 < context->count && begins_with_digit(&context->words[at + 1]) ? 2 : 1;
    else
      break;
  }
  context->first = at;
  if (at >= context->count)
    return;
  const struct word *name = &context->words[at];
  context->command = name->literal ? command_complete(name->text, name->count, NULL) : NULL;
  context->first = at + 1;
  if (context->command)
    take_part(context);
}

void place_read(struct line_place *context, const char *line, size_t point) {
  struct lexer lexer;
  struct token token;
  struct error ignored;
  memset(context, 0, sizeof *context);
  context->start = point;
  context->source = source_create("", line, point, 1);
  if (!context->source)
    return;
  lexer_start(&lexer, context->source, &context->arena);
  for (;;) {
    size_t before = lexer.at;
    if (lexer_next(&lexer, &token, &ignored) < 0) {
      while (before < point && strchr(" \t", line[before]))
        before++;
      context->start = before;
      break;
    }
    if (token.kind == TOKEN_END)
      break;
    bool touches = token.place.offset + token.place.length == point;
    if (token.kind == TOKEN_SEPARATOR || token.kind == TOKEN_OPEN || token.kind == TOKEN_CLOSE ||
        token.kind == TOKEN_BACKGROUND) {
      context->count = 0;
    } else if (touches) {
      context->start = token.place.offset;
    } else if (context->count < PLACE_WORDS) {
      context->words[context->count++] = token.word;
    }
  }
  find_command(context);
}

void place_free(struct line_place *context) {
  arena_free(&context->arena);
  source_release(context->source);
}
