#include "session/settings.h"

#include <stddef.h>
#include <string.h>

#include "language/escape.h"
#include "language/number.h"

#define VIEW(member) offsetof(struct settings, view) + offsetof(struct view_settings, member)

const struct setting settings_table[] = {
    {"timing", SETTING_SWITCH, VIEW(timing), N_("how long each call took is shown behind it"),
     NULL},
    {"ladder", SETTING_SWITCH, VIEW(ladder),
     N_("calls, states and packets are drawn as a ladder that grows"), NULL},
    {"preview", SETTING_SIZE, VIEW(preview), N_("bytes of data shown in a call"), NULL},
    {"width", SETTING_WIDTH, VIEW(width), N_("columns that a line may take; auto: the terminal's"),
     NULL},
    {"pager", SETTING_CHOICE, offsetof(struct settings, pager),
     N_("which answers at the prompt go through $PAGER: auto those longer than the screen, on all"),
     "auto|on|off"},
    {"timeout", SETTING_DURATION, offsetof(struct settings, timeout),
     N_("how long await waits, and the end of a script for jobs that carry an expect"), NULL},
    {"tolerance", SETTING_DURATION, offsetof(struct settings, tolerance),
     N_("by how much what a line of packetdrill expects may be early or late"), NULL},
    {"blocks-after", SETTING_DURATION, offsetof(struct settings, blocks_after),
     N_("when expect blocks takes a call for blocked"), NULL},
    {"colour", SETTING_SWITCH, VIEW(colour), N_("errors and states are coloured"), NULL},
    {"look", SETTING_SWITCH, offsetof(struct settings, look),
     N_("the shell looks at sockets without being asked"), NULL},
    {"queues", SETTING_SWITCH, offsetof(struct settings, queues),
     N_("looks record how many bytes wait in the queues; in a lab they always do"), NULL},
    {"calls", SETTING_SWITCH, VIEW(calls), N_("calls are shown; off: only those that fail"), NULL},
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

/* Appends the word that a number stands for. */
static void append_choice(const char *words, unsigned number, struct bytes *bytes) {
  for (; number > 0; number--)
    words += strcspn(words, "|") + 1;
  bytes_append(bytes, words, strcspn(words, "|"));
}

/* The number that a word stands for. 0, or -1 if it is none of them. */
static int find_choice(const char *words, const char *text, size_t length, unsigned *number) {
  for (*number = 0;; ++*number) {
    size_t size = strcspn(words, "|");
    if (bytes_equal(words, size, text, length))
      return 0;
    if (!words[size])
      return -1;
    words += size + 1;
  }
}

static int width_parse(const char *text, size_t length, size_t *width) {
  enum { LEAST = 20 };
  if (bytes_equal(text, length, "auto", 4)) {
    *width = 0;
    return 0;
  }
  return size_parse(text, length, width) < 0 || *width < LEAST ? -1 : 0;
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
  case SETTING_WIDTH:
    if (*(const size_t *)place == 0)
      bytes_append_text(bytes, "auto");
    else
      bytes_append_number(bytes, (long long)*(const size_t *)place);
    break;
  case SETTING_CHOICE:
    append_choice(setting->words, *(const unsigned *)place, bytes);
    break;
  case SETTING_DURATION:
    duration_append(bytes, *(const int64_t *)place);
    break;
  }
}

int settings_set(const struct setting *setting, struct settings *settings, const char *text,
                 size_t length, struct error *error) {
  static const char *const wanted[] = {[SETTING_SWITCH] = N_("on or off"),
                                       [SETTING_SIZE] = N_("a count of bytes, as 64 or 4K"),
                                       [SETTING_DURATION] = N_("a duration, as 500ms or 2s"),
                                       [SETTING_WIDTH] = N_("auto, or a number from 20 on"),
                                       [SETTING_CHOICE] = NULL};
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
  case SETTING_WIDTH:
    status = width_parse(text, length, (size_t *)place);
    break;
  case SETTING_CHOICE:
    status = find_choice(setting->words, text, length, (unsigned *)place);
    break;
  case SETTING_DURATION:
    status = duration_parse(text, length, (int64_t *)place);
    break;
  }
  if (status < 0 && setting->kind == SETTING_CHOICE)
    return error_set(error, ERROR_USAGE, _("%s is set to one of %s"), setting->name,
                     setting->words);
  return status < 0 ? error_set(error, ERROR_USAGE, _("%s is set to %s"), setting->name,
                                _(wanted[setting->kind]))
                    : 0;
}
