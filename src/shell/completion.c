#include "shell/completion.h"

#include <string.h>

#include "command/match.h"
#include "shell/place.h"
#include "socket/look_field.h"

/* The second words of names such as `wire hold`. */
static void offer_parts(struct offer *offer, const struct command *command) {
  size_t length = strlen(command->name);
  for (size_t i = 0; command_list()[i]; i++)
    if (strncmp(command_list()[i]->name, command->name, length) == 0 &&
        command_list()[i]->name[length] == ' ')
      offer_text(offer, command_list()[i]->name + length + 1, command_list()[i]->summary);
}

/* $name and $name.field. */
static void offer_expansion(struct offer *offer) {
  const char *dollar = memrchr(offer->word, '$', offer->length);
  const char *dot = memrchr(dollar, '.', offer->length - (size_t)(dollar - offer->word));
  static const char *const address_fields[] = {"host", "port", "family", "path", NULL};
  offer->candidates->no_space = true;
  if (!dot) {
    offer->kept = (size_t)(dollar - offer->word) + 1;
    offer_names(offer);
    for (const char *const *name = expand_special_names; *name; name++)
      offer_text(offer, *name, NULL);
    return;
  }
  bool of_address = memchr(dollar, '.', (size_t)(dot - dollar));
  offer->kept = (size_t)(dot - offer->word) + 1;
  for (const char *const *field = address_fields; of_address && *field; field++)
    offer_text(offer, *field, NULL);
  for (const struct look_field *field = look_fields; !of_address && field->name; field++)
    offer_text(offer, field->name, NULL);
}

static void offer_argument(struct offer *offer, const struct argument *argument) {
  size_t kept = offer->kept;
  if (argument->kind->complete)
    argument->kind->complete(argument, offer);
  offer->kept = kept;
}

static void offer_next(struct offer *offer, const struct line_place *context) {
  if (context->command->parts && context->count == context->first)
    offer_parts(offer, context->command);
  const struct argument *next[ARGUMENT_LIMIT];
  size_t count = match_next(context->command, context->words + context->first,
                            context->count - context->first, next);
  offer->words = context->words + context->first;
  offer->word_count = context->count - context->first;
  for (size_t i = 0; i < count; i++)
    offer_argument(offer, next[i]);
  for (int i = 0; context->command->arguments[i].name; i++) {
    const char *keyword = context->command->arguments[i].keyword;
    if (keyword)
      offer_text(offer, keyword, NULL);
  }
}

void completion_find(struct session *session, const char *line, size_t point,
                     struct candidates *candidates) {
  struct line_place context;
  *candidates = (struct candidates){0};
  place_read(&context, line, point);
  candidates->start = context.start;
  struct offer offer = {.candidates = candidates,
                        .session = session,
                        .command = context.command,
                        .word = line + context.start,
                        .length = point - context.start};
  if (memchr(offer.word, '$', offer.length))
    offer_expansion(&offer);
  else if (context.result)
    offer_words(&offer, "ok|eof|blocks|ECONNREFUSED|ECONNRESET|EAGAIN|EPIPE|EADDRINUSE|ENOTCONN|"
                        "EINPROGRESS|ETIMEDOUT");
  else if (context.command)
    offer_next(&offer, &context);
  else if (context.count == context.first && offer.length > 0 && offer.word[0] == '@') {
    offer.kept = 1;
    offer_hosts(&offer);
  } else if (context.count == context.first)
    offer_commands(&offer);
  place_free(&context);
}

void completion_hint(const char *line, struct bytes *hint) {
  struct line_place context;
  size_t length = strlen(line);
  const struct argument *next[ARGUMENT_LIMIT];
  place_read(&context, line, length);
  bool inside = context.start < length;
  bool complete = context.command && !(inside && context.count < context.first);
  /* A word that is being typed counts as there, so that the hint is what comes behind it. */
  if (complete && inside && context.count < PLACE_WORDS) {
    uint32_t typed = (uint32_t)(length - context.start);
    context.words[context.count++] =
        (struct word){.text = line + context.start, .count = typed, .bare = typed, .literal = true};
  }
  if (complete && context.command->arguments[0].name) {
    size_t count = match_next(context.command, context.words + context.first,
                              context.count - context.first, next);
    const struct argument *arguments = context.command->arguments;
    const struct argument *first = count ? next[0] : NULL;
    for (int i = 0; arguments[i].name; i++) {
      bool comes = (first && !first->keyword && &arguments[i] >= first) ||
                   (first && first->keyword && &arguments[i] == first);
      if (!comes && !(arguments[i].keyword && context.count == context.first))
        continue;
      bytes_append_text(hint, hint->length || inside ? " " : "");
      argument_append_synopsis(&arguments[i], hint);
    }
  }
  place_free(&context);
}
