#include "view/program/c_call.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void c_name(struct c_call *c, const char *what, char *name) {
  char wish[IDENTIFIER_SIZE * 2];
  snprintf(wish, sizeof wish, "%s_%s", c->base, what);
  identifier_make(&c->writer->survey.identifiers, wish, name);
}

void c_put_constant(struct bytes *bytes, const struct constant_set *set, long value) {
  struct bytes plain = {0};
  constant_append(set, value, &plain);
  for (size_t i = 0; i < plain.length; i++) {
    if (plain.data[i] == '|')
      bytes_append_text(bytes, " | ");
    else
      bytes_append_char(bytes, plain.data[i]);
  }
  bytes_free(&plain);
}

void c_put_code(struct bytes *body, const char *text) {
  enum { COLUMNS = 96, HANG = 6 };
  bool fits = strlen(text) <= COLUMNS || strchr(text, '\n');
  size_t column = 2;
  bool quoted = false;
  bytes_append_text(body, "  ");
  for (const char *c = text; *c; c++) {
    bytes_append_char(body, *c);
    column++;
    if (*c == '\\' && quoted && c[1])
      bytes_append_char(body, *++c);
    else if (*c == '"')
      quoted = !quoted;
    if (fits || quoted || c[0] != ',' || c[1] != ' ')
      continue;
    const char *next = c + 2;
    while (*next && !(next[0] == ',' && next[1] == ' '))
      next++;
    if (column + (size_t)(next - c) > COLUMNS) {
      bytes_append_format(body, "\n%*s", HANG, "");
      column = HANG;
      c++;
    }
  }
  bytes_append_char(body, '\n');
}

void c_put_line(struct bytes *bytes, const char *format, ...) {
  struct bytes line = {0};
  va_list list;
  va_start(list, format);
  bytes_append_format_list(&line, format, list);
  va_end(list);
  c_put_code(bytes, bytes_text(&line));
  bytes->failed = bytes->failed || line.failed;
  bytes_free(&line);
}

void c_put_descriptor(struct c_call *c, const struct program_variable *variable,
                      struct bytes *bytes) {
  if (variable->shared && program_has_threads(c->writer)) {
    if (!variable->again)
      bytes_append_format(&c->writer->shared, "static int %s;\n", variable->name);
  } else if (!variable->again) {
    bytes_append_text(bytes, "int ");
  }
  bytes_append_text(bytes, variable->name);
}
