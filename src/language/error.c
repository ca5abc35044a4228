#include "language/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *error, enum error_kind kind, const char *format, ...) {
  va_list list;
  error->kind = kind;
  error->number = 0;
  error->place = (struct place){0, 0};
  error->told = false;
  va_start(list, format);
  vsnprintf(error->message, sizeof error->message, format, list);
  va_end(list);
  return -1;
}

int error_set_errno(struct error *error, int number, const char *format, ...) {
  va_list list;
  error->kind = number == EINTR ? ERROR_INTERRUPTED : ERROR_FAILURE;
  error->number = number;
  error->place = (struct place){0, 0};
  error->told = false;
  va_start(list, format);
  int length = vsnprintf(error->message, sizeof error->message, format, list);
  va_end(list);
  size_t used = length < 0 ? 0 : (size_t)length;
  if (used < sizeof error->message)
    snprintf(error->message + used, sizeof error->message - used, ": %s (%s)",
             strerrordesc_np(number) ? strerrordesc_np(number) : "Unknown error",
             error_number_name(number));
  return -1;
}

int error_set_memory(struct error *error) {
  return error_set_errno(error, ENOMEM, _("no memory for this command"));
}

void error_set_place(struct error *error, struct place place) {
  if (error->place.length == 0)
    error->place = place;
}

const char *error_number_name(int number) {
  const char *name = strerrorname_np(number);
  return name ? name : "E?";
}
