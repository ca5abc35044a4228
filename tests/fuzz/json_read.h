/* json_read: JSON, read again by the fuzzers. Whatever is wrong with it ends the program: what is
 * no value of RFC 8259, and a character that a terminal may act on. */
#ifndef SOCKSH_FUZZ_JSON_READ_H
#define SOCKSH_FUZZ_JSON_READ_H

#include "language/bytes.h"

/* A value in a line: what is left of the line from its first byte on. `at` is NULL for none. */
struct json_value {
  const char *at;
  const char *end;
};

/* Reads a string, with what it means appended to `bytes`, which may be NULL. Returns its end. */
const char *json_read_string(struct json_value value, struct bytes *bytes);

/* Reads a value whole. Returns its end. */
const char *json_read(struct json_value value);

/* The member of an object. */
struct json_value json_member(struct json_value object, const char *key);

/* No member comes twice. */
void json_expect_unique(struct json_value object);

/* What the member says, which must be there: these end the program if it says another thing. Bytes
 * that are not UTF-8 may have become anything. */
void json_expect_number(struct json_value object, const char *key, long long number);
void json_expect_word(struct json_value object, const char *key, const char *word);
void json_expect_text(struct json_value object, const char *key, const char *text, size_t length);
/* The members that json_data writes. */
void json_expect_data(struct json_value object, const char *data, size_t kept, size_t length);

#endif
