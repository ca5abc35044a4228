#include "command/offer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "lab/lab.h"

void candidates_free(struct candidates *candidates) {
  for (size_t i = 0; i < candidates->count; i++) {
    free(candidates->list[i].text);
    free(candidates->list[i].description);
  }
  free(candidates->list);
  *candidates = (struct candidates){0};
}

void offer_text(struct offer *offer, const char *text, const char *description) {
  struct candidates *candidates = offer->candidates;
  size_t length = offer->length - offer->kept;
  if (strncmp(text, offer->word + offer->kept, length) != 0)
    return;
  if (candidates->count == candidates->room) {
    size_t room = candidates->room ? 2 * candidates->room : 32;
    struct candidate *list = realloc(candidates->list, room * sizeof *list);
    if (!list)
      return;
    candidates->list = list;
    candidates->room = room;
  }
  struct bytes whole = {0};
  bytes_append(&whole, offer->word, offer->kept);
  bytes_append_text(&whole, text);
  bytes_append_char(&whole, '\0');
  if (whole.failed)
    return;
  candidates->list[candidates->count++] =
      (struct candidate){whole.data, description && *description ? strdup(description) : NULL};
}

void offer_constant(struct offer *offer, const char *name, const char *prefix) {
  size_t skip = strncmp(name, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
  const char *typed = offer->word + offer->kept;
  bool capital = offer->length > offer->kept && isupper((unsigned char)*typed);
  char small[64];
  size_t length = strlen(name + skip);
  if (capital || length >= sizeof small) {
    offer_text(offer, name, NULL);
    offer_text(offer, name + skip, NULL);
    return;
  }
  for (size_t i = 0; i <= length; i++)
    small[i] = (char)tolower((unsigned char)name[skip + i]);
  offer_text(offer, small, name);
  if (strncasecmp(typed, prefix, strlen(prefix)) == 0 && skip > 0) {
    char whole[96];
    for (size_t i = 0; i <= strlen(name) && i < sizeof whole; i++)
      whole[i] = (char)tolower((unsigned char)name[i]);
    whole[sizeof whole - 1] = '\0';
    offer_text(offer, whole, name);
  }
}

void offer_set(struct offer *offer, const struct constant_set *set, bool several) {
  const char *bar = several ? memrchr(offer->word, '|', offer->length) : NULL;
  if (bar)
    offer->kept = (size_t)(bar - offer->word) + 1;
  for (const struct constant *row = set->constants; row->name; row++)
    offer_constant(offer, row->name, set->prefix ? set->prefix : "");
}

void offer_words(struct offer *offer, const char *words) {
  while (words && *words) {
    size_t length = strcspn(words, "|");
    char *word = strndup(words, length);
    if (word)
      offer_text(offer, word, NULL);
    free(word);
    words += length + (words[length] == '|');
  }
}

static int offer_name(const char *name, const struct value *value, void *context) {
  (void)value;
  offer_text(context, name, NULL);
  return 0;
}

void offer_names(struct offer *offer) {
  names_walk(&offer->session->names, offer_name, offer);
}

void offer_hosts(struct offer *offer) {
  const struct lab *lab = offer->session->lab;
  for (size_t i = 0; lab && i < lab->host_count; i++)
    offer_text(offer, lab->hosts[i]->host.name, NULL);
}

void offer_commands(struct offer *offer) {
  for (size_t i = 0; command_list()[i]; i++)
    if (!strchr(command_list()[i]->name, ' '))
      offer_text(offer, command_list()[i]->name, command_list()[i]->summary);
  for (const struct prefix_description *prefix = prefix_descriptions; prefix->name; prefix++)
    offer_text(offer, prefix->name, NULL);
}
