#include "shell/packetdrill_line.h"

#include <string.h>

bool packetdrill_line_fits(const char *path) {
  static const char ending[] = ".pkt";
  size_t length = strlen(path);
  return length >= sizeof ending && strcmp(path + length - (sizeof ending - 1), ending) == 0;
}

void packetdrill_line_append(const char *path, struct bytes *line) {
  bytes_append_text(line, "packetdrill \"");
  for (; *path; path++) {
    if (strchr("\"\\$", *path))
      bytes_append_char(line, '\\');
    bytes_append_char(line, *path);
  }
  bytes_append_char(line, '"');
}
