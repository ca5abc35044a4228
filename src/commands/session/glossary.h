/* glossary: the words of the field, and what each means. An entry is a row; help, explain, the
 * manual page socksh-glossary(7) and a test walk them. */
#ifndef SOCKSH_COMMANDS_SESSION_GLOSSARY_H
#define SOCKSH_COMMANDS_SESSION_GLOSSARY_H

#include <stdbool.h>
#include <stddef.h>

struct glossary_entry {
  const char *name;    /* NULL ends the table */
  const char *also;    /* other words for it, joined by |, also of other languages; "" */
  const char *meaning; /* whole sentences; N_() */
  const char *source;  /* where to read it: "RFC 9293 section 3.5, listen(2)" */
  const char *command; /* lines that show it, each a command, joined by newlines; "" */
  const char *lesson;  /* the lesson that shows it; "" */
};

/* In alphabetical order within each part: TCP, the field, programs. */
extern const struct glossary_entry glossary[];

/* Calls `each` for the name and all other words of an entry, until it returns true. Returns
 * whether it did. */
bool glossary_words(const struct glossary_entry *entry,
                    bool (*each)(const char *word, size_t length, void *context), void *context);

#endif
