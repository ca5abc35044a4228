#include "shell/completion.h"

#include <string.h>

#include "command/match.h"
#include "shell/place.h"
#include "socket/look_field.h"

/* Offers the second words of names such as `wire hold`. */
static void offer_parts(struct offer *offer, const struct command *command) {
  size_t length = strlen(command->name);
  for (size_t i = 0; command_list()[i]; i++)
    if (strncmp(command_list()[i]->name, command->name, length) == 0 &&
        command_list()[i]->name[length] == ' ')
      offer_text(offer, command_list()[i]->name + length + 1, command_list()[i]->summary);
}

/* Offers names after $, and fields after `$name.`. */
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

static void offer_next(struct offer *offer, const struct line_place *place) {
  if (place->command->parts && place->count == place->first)
    offer_parts(offer, place->command);
  const struct argument *next[ARGUMENT_LIMIT];
  size_t count =
      match_next(place->command, place->words + place->first, place->count - place->first, next);
  offer->words = place->words + place->first;
  offer->word_count = place->count - place->first;
  for (size_t i = 0; i < count; i++)
    offer_argument(offer, next[i]);
  for (int i = 0; place->command->arguments[i].name; i++) {
    const char *keyword = place->command->arguments[i].keyword;
    if (keyword)
      offer_text(offer, keyword, NULL);
  }
}

void completion_find(struct session *session, const char *line, size_t point,
                     struct candidates *candidates) {
  struct line_place place;
  *candidates = (struct candidates){0};
  place_read(&place, line, point);
  candidates->start = place.start;
  struct offer offer = {.candidates = candidates,
                        .session = session,
                        .command = place.command,
                        .word = line + place.start,
                        .length = point - place.start};
  if (memchr(offer.word, '$', offer.length))
    offer_expansion(&offer);
  else if (place.result)
    offer_words(&offer, "ok|eof|blocks|ECONNREFUSED|ECONNRESET|EAGAIN|EPIPE|EADDRINUSE|ENOTCONN|"
                        "EINPROGRESS|ETIMEDOUT");
  else if (place.command)
    offer_next(&offer, &place);
  else if (place.count == place.first && offer.length > 0 && offer.word[0] == '@') {
    offer.kept = 1;
    offer_hosts(&offer);
  } else if (place.count == place.first)
    offer_commands(&offer);
  place_free(&place);
}

void completion_hint(const char *line, struct bytes *hint) {
  struct line_place place;
  size_t length = strlen(line);
  const struct argument *next[ARGUMENT_LIMIT];
  place_read(&place, line, length);
  bool inside = place.start < length;
  bool complete = place.command && !(inside && place.count < place.first);
  /* Counts a word that is still being typed as present, so that the hint shows what follows it. */
  if (complete && inside && place.count < PLACE_WORDS) {
    uint32_t typed = (uint32_t)(length - place.start);
    place.words[place.count++] =
        (struct word){.text = line + place.start, .count = typed, .bare = typed, .literal = true};
  }
  if (complete && place.command->arguments[0].name) {
    size_t count =
        match_next(place.command, place.words + place.first, place.count - place.first, next);
    const struct argument *arguments = place.command->arguments;
    const struct argument *first = count ? next[0] : NULL;
    for (int i = 0; arguments[i].name; i++) {
      bool follows = (first && !first->keyword && &arguments[i] >= first) ||
                     (first && first->keyword && &arguments[i] == first);
      if (!follows && !(arguments[i].keyword && place.count == place.first))
        continue;
      bytes_append_text(hint, hint->length || inside ? " " : "");
      argument_append_synopsis(&arguments[i], hint);
    }
  }
  place_free(&place);
}
