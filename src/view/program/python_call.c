#include "view/program/python_call.h"

#include <stdarg.h>
#include <stdio.h>

void python_put_line(struct bytes *bytes, const char *format, ...) {
  va_list list;
  va_start(list, format);
  bytes_append_format_list(bytes, format, list);
  va_end(list);
  bytes_append_char(bytes, '\n');
}

void python_name(struct python_call *python, const char *what, char *name) {
  char wish[IDENTIFIER_SIZE * 2];
  snprintf(wish, sizeof wish, "%s_%s", python->base, what);
  identifier_make(&python->writer->survey.identifiers, wish, name);
}

void python_put_number_of(struct python_call *python, const struct socket_label *label,
                          struct bytes *bytes) {
  const struct program_variable *variable = survey_variable(&python->writer->survey, label);
  bool object = variable && (variable->family != AF_UNSPEC || variable->epoll);
  bytes_append_format(bytes, object ? "%s.fileno()" : "%s", program_name_of(python->writer, label));
}
