#include "shell/packetdrill_line.h"

#include <string.h>

bool packetdrill_line_fits(const char *path) {
  static const char ending[] = ".pkt";
  size_t length = strlen(path);
  return length >= sizeof ending && strcmp(path + length - (sizeof ending - 1), ending) == 0;
}

static void append_quoted(const char *text, struct bytes *line) {
  bytes_append_char(line, '"');
  for (; *text; text++) {
    if (strchr("\"\\$", *text))
      bytes_append_char(line, '\\');
    bytes_append_char(line, *text);
  }
  bytes_append_char(line, '"');
}

static void append_line(const struct packetdrill_options *options, const char *path,
                        const char *version, struct bytes *lines) {
  bytes_append_text(lines, lines->length ? "\npacketdrill " : "packetdrill ");
  append_quoted(path, lines);
  bytes_append_text(lines, version);
  if (options && options->tolerance)
    bytes_append_format(lines, " --tolerance %luus", options->tolerance);
  if (options && options->strict)
    bytes_append_text(lines, " --strict");
  for (size_t i = 0; options && i < options->definition_count; i++) {
    bytes_append_text(lines, " -D ");
    append_quoted(options->definitions[i], lines);
  }
}

void packetdrill_line_append(const struct packetdrill_options *options, const char *path,
                             struct bytes *lines) {
  bool all = !options || (!options->ipv4 && !options->mapped && !options->ipv6);
  if (all)
    append_line(options, path, "", lines);
  if (!all && options->ipv4)
    append_line(options, path, " ipv4", lines);
  if (!all && options->mapped)
    append_line(options, path, " mapped", lines);
  if (!all && options->ipv6)
    append_line(options, path, " ipv6", lines);
}

void packetdrill_line_append_block(const struct packetdrill_options *options, const char *path,
                                   struct bytes *lines) {
  bytes_append_text(lines, "{\n");
  packetdrill_line_append(options, path, lines);
  bytes_append_text(lines, "\nquit\n}");
}
