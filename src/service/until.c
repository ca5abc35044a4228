#include "service/until.h"

#include <stdlib.h>
#include <string.h>

int until_create(struct until *until, const void *text, size_t length) {
  *until = (struct until){
      .text = malloc(length), .back = calloc(length, sizeof *until->back), .length = length};
  if (!until->text || !until->back) {
    until_free(until);
    return -1;
  }
  memcpy(until->text, text, length);
  for (uint32_t at = 1, fits = 0; at < length; at++) {
    while (fits > 0 && until->text[at] != until->text[fits])
      fits = until->back[fits - 1];
    fits += until->text[at] == until->text[fits];
    until->back[at] = fits;
  }
  return 0;
}

void until_free(struct until *until) {
  free(until->text);
  free(until->back);
  *until = (struct until){0};
}

bool until_search(const struct until *until, uint32_t *place, const char *data, size_t length) {
  uint32_t fits = *place;
  bool found = false;
  for (size_t i = 0; i < length && !found; i++) {
    while (fits > 0 && data[i] != until->text[fits])
      fits = until->back[fits - 1];
    fits += data[i] == until->text[fits];
    found = fits == until->length;
  }
  *place = found ? 0 : fits;
  return found;
}
