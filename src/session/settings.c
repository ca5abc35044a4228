#include "session/settings.h"

#include <stddef.h>
#include <string.h>

#include "language/escape.h"
#include "language/number.h"

#define VIEW(member) offsetof(struct settings, view) + offsetof(struct view_settings, member)

const struct setting settings_table[] = {
    {"timing", SETTING_SWITCH, VIEW(timing), N_("how long each call took is shown behind it"),
     NULL},
    {"preview", SETTING_SIZE, VIEW(preview), N_("bytes of data shown in a call"), NULL},
    {"timeout", SETTING_DURATION, offsetof(struct settings, timeout),
     N_("how long await waits, and the end of a script for jobs that carry an expect"), NULL},
    {"blocks-after", SETTING_DURATION, offsetof(struct settings, blocks_after),
     N_("when expect blocks takes a call for blocked"), NULL},
    {"colour", SETTING_SWITCH, VIEW(colour), N_("errors and states are coloured"), NULL},
    {"look", SETTING_SWITCH, offsetof(struct settings, look),
     N_("the shell looks at sockets without being asked"), NULL},
    {"states", SETTING_SWITCH, VIEW(states),
     N_("the shell looks after each call, and shows what changed"), NULL},
    {"stable", SETTING_SWITCH, offsetof(struct settings, stable),
     N_("the output is the same each time: ports as P1, times as T1"), NULL},
    {"record", SETTING_SIZE, offsetof(struct settings, record),
     N_("bytes of each call's data that are kept"), NULL},
    {"editing", SETTING_CHOICE, offsetof(struct settings, editing),
     N_("whose keys the prompt has, emacs or vi"), "emacs|vi"},
    {NULL, SETTING_SWITCH, 0, NULL, NULL},
};

const struct setting *settings_find(const char *text, size_t length) {
  for (const struct setting *setting = settings_table; setting->name; setting++)
    if (bytes_equal(setting->name, strlen(setting->name), text, length))
      return setting;
  return NULL;
}

/* The n-th word of "emacs|vi", and its length. NULL: there are fewer. */
static const char *nth_word(const char *words, unsigned n, size_t *length) {
  for (; n > 0 && words; n--) {
    words = strchr(words, '|');
    words = words ? words + 1 : NULL;
  }
  *length = words ? strcspn(words, "|") : 0;
  return words;
}

/* 0, or -1 if the word is none of them. */
static int find_word(const char *words, const char *text, size_t length, unsigned *n) {
  size_t size;
  const char *word;
  for (unsigned i = 0; (word = nth_word(words, i, &size)); i++)
    if (bytes_equal(word, size, text, length)) {
      *n = i;
      return 0;
    }
  return -1;
}

void settings_append(const struct setting *setting, const struct settings *settings,
                     struct bytes *bytes) {
  const char *place = (const char *)settings + setting->offset;
  switch (setting->kind) {
  case SETTING_SWITCH:
    bytes_append_text(bytes, *(const bool *)place ? "on" : "off");
    break;
  case SETTING_SIZE:
    bytes_append_number(bytes, (long long)*(const size_t *)place);
    break;
  case SETTING_DURATION:
    duration_append(bytes, *(const int64_t *)place);
    break;
  case SETTING_CHOICE: {
    size_t length;
    const char *word = nth_word(setting->words, *(const unsigned *)place, &length);
    bytes_append(bytes, word, length);
    break;
  }
  }
}

int settings_set(const struct setting *setting, struct settings *settings, const char *text,
                 size_t length, struct error *error) {
  static const char *const wanted[] = {[SETTING_SWITCH] = N_("on or off"),
                                       [SETTING_SIZE] = N_("a count of bytes, as 64 or 4K"),
                                       [SETTING_DURATION] = N_("a duration, as 500ms or 2s"),
                                       [SETTING_CHOICE] = N_("one of ")};
  char *place = (char *)settings + setting->offset;
  bool on = bytes_equal(text, length, "on", 2);
  int status = 0;
  switch (setting->kind) {
  case SETTING_SWITCH:
    if (!on && !bytes_equal(text, length, "off", 3))
      status = -1;
    else
      *(bool *)place = on;
    break;
  case SETTING_SIZE:
    status = size_parse(text, length, (size_t *)place);
    break;
  case SETTING_DURATION:
    status = duration_parse(text, length, (int64_t *)place);
    break;
  case SETTING_CHOICE:
    status = find_word(setting->words, text, length, (unsigned *)place);
    break;
  }
  return status < 0 ? error_set(error, ERROR_USAGE, _("%s is set to %s%s"), setting->name,
                                _(wanted[setting->kind]), setting->words ? setting->words : "")
                    : 0;
}
