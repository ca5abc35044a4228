/* pkt_text: a piece of a packetdrill script. */
#ifndef SOCKSH_LANGUAGE_PKT_TEXT_H
#define SOCKSH_LANGUAGE_PKT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Its memory is the script's. */
struct pkt_text {
  const char *text; /* not terminated */
  size_t length;
};

/* Whether it is this word. */
static inline bool pkt_text_is(struct pkt_text text, const char *word) {
  return text.length == strlen(word) && memcmp(text.text, word, text.length) == 0;
}

#endif
