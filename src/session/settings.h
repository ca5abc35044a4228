/* settings: the table of what `set` changes. */
#ifndef SOCKSH_SESSION_SETTINGS_H
#define SOCKSH_SESSION_SETTINGS_H

#include "session/session.h"

enum setting_kind { SETTING_SWITCH, SETTING_SIZE, SETTING_DURATION, SETTING_WIDTH, SETTING_CHOICE };

struct setting {
  const char *name; /* NULL ends the table */
  enum setting_kind kind;
  size_t offset;       /* in struct settings */
  const char *summary; /* a sentence without a full stop */
  const char *words;   /* of SETTING_CHOICE: "auto|on|off", for 0, 1 and 2; NULL for others */
};
extern const struct setting settings_table[];

/* The setting of this name, or NULL. */
const struct setting *settings_find(const char *text, size_t length);

/* Appends the value as it would be typed. */
void settings_append(const struct setting *setting, const struct settings *settings,
                     struct bytes *bytes);

/* Sets the value from a word. 0, or -1 with a usage error. */
int settings_set(const struct setting *setting, struct settings *settings, const char *text,
                 size_t length, struct error *error);

#endif
