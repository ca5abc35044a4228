#include "view/json/json_kept.h"

#include <string.h>

#include "timeline/codec.h"

static int base64_digit(char c) {
  return c >= 'A' && c <= 'Z'   ? c - 'A'
         : c >= 'a' && c <= 'z' ? c - 'a' + 26
         : c >= '0' && c <= '9' ? c - '0' + 52
         : c == '+'             ? 62
         : c == '/'             ? 63
                                : -1;
}

/* Appends the bytes of `length` characters, which may be anything. False if they are no base64. */
static bool append_bytes(const char *text, size_t length, struct bytes *bytes) {
  size_t padding = length >= 4 && text[length - 1] == '=' ? text[length - 2] == '=' ? 2 : 1 : 0;
  if (length % 4 != 0 || bytes_reserve(bytes, length / 4 * 3 + 1) < 0)
    return false;
  for (size_t at = 0; at < length; at += 4) {
    size_t digits = at + 4 == length ? 4 - padding : 4;
    unsigned group = 0;
    for (size_t i = 0; i < 4; i++) {
      int digit = i < digits ? base64_digit(text[at + i]) : 0;
      if (digit < 0)
        return false;
      group = group << 6 | (unsigned)digit;
    }
    const char three[] = {(char)(group >> 16), (char)(group >> 8), (char)group};
    bytes_append(bytes, three, digits - 1);
  }
  return true;
}

static bool begins(const char *text, size_t length, const char *with) {
  return length >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

/* Finds the record, which is the last member. A text before it can't look like one, since its
 * quotation marks have backslashes in front of them. */
static int read_record(const char *text, size_t length, struct bytes *record, struct error *error) {
  static const char key[] = ",\"" JSON_RECORD "\":\"";
  static const char end[] = "\"}";
  size_t ends = sizeof end - 1;
  bytes_clear(record);
  if (length < ends || memcmp(text + length - ends, end, ends) != 0)
    return error_set(error, ERROR_FAILURE, _("the line is cut off, or was changed"));
  const char *last = text + length - ends;
  const char *quote = memrchr(text, '"', length - ends);
  if (!quote || (size_t)(quote - text) < sizeof key - 2 ||
      memcmp(quote + 2 - sizeof key, key, sizeof key - 1) != 0)
    return error_set(error, ERROR_FAILURE,
                     _("the line has no \"record\" at its end: what --json prints has none, `save "
                       "timeline FILE` and socksh --save-timeline FILE write it"));
  if (append_bytes(quote + 1, (size_t)(last - quote - 1), record))
    return 0;
  return record->failed
             ? error_set_memory(error)
             : error_set(error, ERROR_FAILURE, _("its record is no base64: the line was changed"));
}

/* The number behind "version", or -1. */
static long read_version(const char *text, size_t length) {
  static const char before[] = "{\"event\":\"" JSON_TIMELINE "\",\"version\":";
  enum { MOST = 1000000 };
  long number = -1;
  if (!begins(text, length, before))
    return -1;
  for (size_t at = sizeof before - 1; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
    number = (number < 0 ? 0 : number * 10) + text[at] - '0';
    if (number > MOST)
      return MOST;
  }
  return number;
}

int json_kept_read_head(const char *text, size_t length, struct json_kept *kept,
                        struct error *error) {
  struct bytes record = {0};
  struct event event;
  struct decoded decoded;
  long version = read_version(text, length);
  if (version < 0)
    return error_set(error, ERROR_FAILURE,
                     _("this is no saved timeline, whose first line is its head: `save timeline "
                       "FILE` writes one"));
  if (version != CODEC_VERSION)
    return error_set(error, ERROR_FAILURE,
                     _("the timeline has version %ld of the records, and this socksh reads version "
                       "%d: replay it with the socksh that its \"program\" names"),
                     version, CODEC_VERSION);
  int status = read_record(text, length, &record, error);
  if (status == 0 && event_decode(record.data, record.length, &event, &decoded) < 0) {
    status = error_set(error, ERROR_FAILURE, _("its record is none: the line was changed"));
  } else if (status == 0) {
    if (event.kind == EVENT_SETTINGS)
      *kept = (struct json_kept){
          .look = event.settings.now, .monotonic = event.monotonic, .wall = event.wall};
    else
      status = error_set(error, ERROR_FAILURE, _("its record is another's: the line was changed"));
    decoded_free(&decoded);
  }
  bytes_free(&record);
  return status;
}

int json_kept_read(const char *text, size_t length, struct bytes *record, struct error *error) {
  if (!begins(text, length, "{\"event\":\""))
    return error_set(error, ERROR_FAILURE, _("the line is no event: it was changed"));
  return read_record(text, length, record, error);
}
