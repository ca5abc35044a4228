/* json: writes JSON (RFC 8259) as it goes, member by member, onto one line.
 *
 * Every function that takes a key appends one member of the object that was begun last, or, where
 * the key is NULL, one element of the array. Characters that a terminal may act on, or that change
 * how others are ordered, are written as \u escapes, so that a line may be shown as it is. */
#ifndef SOCKSH_VIEW_JSON_JSON_H
#define SOCKSH_VIEW_JSON_JSON_H

#include <stdint.h>

#include "language/bytes.h"

/* A zeroed struct is an empty line. */
struct json {
  struct bytes line; /* `failed` is set if there was no memory for all of it */
  bool follows;      /* a value stands before the next one, so a comma comes between */
  const void *told;  /* what the last remembered value was about; NULL: there is none */
  size_t told_at;    /* where that value is in the line */
  size_t told_length;
};

/* Begins a new line. */
void json_clear(struct json *json);

/* The comma and the key before a value. It is inline, as all that calls it with keys that are known
 * to the compiler: most of a line are keys. */
static inline void json_begin_value(struct json *json, const char *key) {
  size_t length = key ? strlen(key) : 0;
  if (bytes_reserve(&json->line, length + 4) < 0)
    return;
  char *at = json->line.data + json->line.length;
  if (json->follows)
    *at++ = ',';
  json->follows = true;
  if (key) {
    *at++ = '"';
    memcpy(at, key, length);
    at += length;
    *at++ = '"';
    *at++ = ':';
  }
  json->line.length = (size_t)(at - json->line.data);
}

/* Begin and end an object or an array. */
static inline void json_begin_object(struct json *json, const char *key) {
  json_begin_value(json, key);
  bytes_append_char(&json->line, '{');
  json->follows = false;
}

static inline void json_end_object(struct json *json) {
  bytes_append_char(&json->line, '}');
  json->follows = true;
}

static inline void json_begin_array(struct json *json, const char *key) {
  json_begin_value(json, key);
  bytes_append_char(&json->line, '[');
  json->follows = false;
}

static inline void json_end_array(struct json *json) {
  bytes_append_char(&json->line, ']');
  json->follows = true;
}

static inline void json_number(struct json *json, const char *key, long long number) {
  json_begin_value(json, key);
  bytes_append_number(&json->line, number);
}

static inline void json_bool(struct json *json, const char *key, bool value) {
  json_begin_value(json, key);
  bytes_append_text(&json->line, value ? "true" : "false");
}

static inline void json_null(struct json *json, const char *key) {
  json_begin_value(json, key);
  bytes_append(&json->line, "null", 4);
}

/* A word of this program's own, in which nothing needs an escape. */
static inline void json_word(struct json *json, const char *key, const char *word) {
  json_begin_value(json, key);
  bytes_append_char(&json->line, '"');
  bytes_append_text(&json->line, word);
  bytes_append_char(&json->line, '"');
}

/* Text from this program or its user; bytes that are not UTF-8 become "?". */
void json_text(struct json *json, const char *key, const char *text, size_t length);
/* The same up to its zero; NULL is written as "". */
void json_string(struct json *json, const char *key, const char *text);

/* Remembers that the value from this offset in the line to its end is about `subject`, and writes
 * it again: false if it is another that is remembered. A call's socket is its first argument, too.
 */
void json_remember(struct json *json, const void *subject, size_t start);
bool json_again(struct json *json, const char *key, const void *subject);

/* Bytes in base64: RFC 4648, section 4. */
void json_base64(struct json *json, const char *key, const void *data, size_t length);

/* Bytes: "text" if they are valid UTF-8, "base64" always, and "length", the original number, of
 * which `kept` are there. Three members of the object. */
void json_data(struct json *json, const void *data, size_t kept, size_t length);

#endif
