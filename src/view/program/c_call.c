#include "view/program/c_call.h"

#include <stdarg.h>
#include <stdio.h>

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

void c_put_line(struct bytes *bytes, const char *format, ...) {
  va_list list;
  bytes_append_text(bytes, "  ");
  va_start(list, format);
  bytes_append_format_list(bytes, format, list);
  va_end(list);
  bytes_append_char(bytes, '\n');
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
