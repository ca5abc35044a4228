#include "commands/session/glossary.h"

#include <string.h>

#include "language/error.h"

const struct glossary_entry glossary[] = {
#include "commands/session/glossary_field.inc"
#include "commands/session/glossary_program.inc"
#include "commands/session/glossary_tcp.inc"
    {0},
};

bool glossary_words(const struct glossary_entry *entry,
                    bool (*each)(const char *word, size_t length, void *context), void *context) {
  if (each(entry->name, strlen(entry->name), context))
    return true;
  for (const char *at = entry->also; *at;) {
    size_t length = strcspn(at, "|");
    if (each(at, length, context))
      return true;
    at += length + (at[length] == '|');
  }
  return false;
}
