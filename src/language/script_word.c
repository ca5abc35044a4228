/* script_word: which words may begin a statement besides a command: names, and prefix words. */
#include <ctype.h>
#include <string.h>

#include "language/script.h"

const struct prefix_description prefix_descriptions[] = {
    {"expect", "expect RESULT COMMAND",
     N_("fails unless the command gives RESULT: ok, an errno name, a number, quoted text, /regex/, "
        "eof or blocks"),
     false},
    {"until", "until RESULT COMMAND", N_("leaves the nearest repeat when the command gives RESULT"),
     false},
    {"repeat", "repeat [N] COMMAND",
     N_("runs the command or block N times, or for ever; $i counts from 1"), false},
    {"time", "time COMMAND", N_("tells how long the command took"), false},
    {"at", "at +SECONDS COMMAND",
     N_("runs the command so long after the one before it that was due, as at +.1; or, as at 1.5, "
        "so long after at 0, where the clock began"),
     true},
    {NULL, NULL, NULL, false},
};

bool word_is_bare(const struct word *word, const char *text) {
  return word_all_bare(word) && bytes_equal(word->text, word->count, text, strlen(text));
}

bool name_valid(const char *text, size_t length) {
  if (length == 0 || (unsigned char)text[0] >= 0x80 ||
      (!isalpha((unsigned char)text[0]) && text[0] != '_'))
    return false;
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] >= 0x80 || (!isalnum((unsigned char)text[i]) && text[i] != '_'))
      return false;
  return true;
}

bool prefix_word(const char *text, size_t length) {
  for (const struct prefix_description *prefix = prefix_descriptions; prefix->name; prefix++)
    if (!prefix->is_name_too && strlen(prefix->name) == length &&
        memcmp(prefix->name, text, length) == 0)
      return true;
  return false;
}
