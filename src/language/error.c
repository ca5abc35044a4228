#include "language/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "language/escape.h"

/* What a message quotes, such as a path or a name, may hold any byte. */
static void make_safe(struct error *error) {
  struct bytes safe = {0};
  size_t length = strlen(error->message);
  escape_append_plain(&safe, error->message, length, false, escape_chosen());
  if (safe.failed || safe.length != length) {
    snprintf(error->message, sizeof error->message, "%s",
             safe.failed ? _("there is no memory for what is wrong") : bytes_text(&safe));
  }
  bytes_free(&safe);
}

int error_set(struct error *error, enum error_kind kind, const char *format, ...) {
  va_list list;
  error_clear(error);
  error->kind = kind;
  va_start(list, format);
  vsnprintf(error->message, sizeof error->message, format, list);
  va_end(list);
  make_safe(error);
  return -1;
}

int error_set_errno(struct error *error, int number, const char *format, ...) {
  va_list list;
  error_clear(error);
  error->kind = number == EINTR ? ERROR_INTERRUPTED : ERROR_FAILURE;
  error->number = number;
  va_start(list, format);
  int length = vsnprintf(error->message, sizeof error->message, format, list);
  va_end(list);
  size_t used = length < 0 ? 0 : (size_t)length;
  if (used < sizeof error->message)
    snprintf(error->message + used, sizeof error->message - used, ": %s (%s)",
             strerrordesc_np(number) ? strerrordesc_np(number) : "Unknown error",
             error_number_name(number));
  make_safe(error);
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

int error_number_find(const char *text, size_t length) {
  static const struct {
    const char *name;
    int number;
  } others[] = {{"EWOULDBLOCK", EWOULDBLOCK}, {"ENOTSUP", ENOTSUP}, {"EDEADLOCK", EDEADLOCK}};
  if (length < 3 || text[0] != 'E')
    return 0;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strlen(others[i].name) == length && memcmp(others[i].name, text, length) == 0)
      return others[i].number;
  for (int number = 1; number < 200; number++) {
    const char *name = strerrorname_np(number);
    if (name && strlen(name) == length && memcmp(name, text, length) == 0)
      return number;
  }
  return 0;
}
