/* value: what a name holds: nothing, a number, text, data received, or an object of a higher room,
 * such as a socket, which the language only hands around. */
#ifndef SOCKSH_LANGUAGE_VALUE_H
#define SOCKSH_LANGUAGE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"
#include "language/error.h"

/* Bytes shared by all who hold a reference. */
struct blob {
  _Atomic unsigned references;
  size_t length; /* bytes in use */
  char data[];
};

/* Room for `size` bytes, not filled in, `length` set to size. NULL when there is no memory. */
struct blob *blob_create(size_t size);
struct blob *blob_copy(const void *data, size_t length);
struct blob *blob_retain(struct blob *blob);
void blob_release(struct blob *blob);

struct object;
struct value;

/* What the language may ask of an object. */
struct object_class {
  const char *title; /* what such an object is, in a sentence: "socket" */
  /* Adds the text that `$name` stands for. */
  void (*text)(const struct object *object, struct bytes *text);
  /* The field's value in *value. 0, or -1 with an error that lists the fields. NULL: it has none.
   */
  int (*field)(const struct object *object, const char *name, struct value *value,
               struct error *error);
  void (*destroy)(struct object *object); /* called when the last reference goes */
};

/* Begins every object. */
struct object {
  const struct object_class *class;
  _Atomic unsigned references;
};

struct object *object_retain(struct object *object);
void object_release(struct object *object);

enum value_kind { VALUE_NOTHING, VALUE_NUMBER, VALUE_TEXT, VALUE_DATA, VALUE_OBJECT };

/* Text is what a person or this program wrote; data is what came from outside. Both are in `blob`.
 */
struct value {
  enum value_kind kind;
  long long number;
  struct blob *blob;     /* one reference */
  struct object *object; /* one reference */
};

struct value value_from_number(long long number);
/* Takes a copy. VALUE_NOTHING when there is no memory. */
struct value value_from_text(const char *text, size_t length);
/* Takes the caller's reference. */
struct value value_from_data(struct blob *blob);
/* Takes a reference of its own. */
struct value value_from_object(struct object *object);

struct value value_copy(const struct value *value);
void value_clear(struct value *value);

/* Adds the text that the value stands for in a line. */
void value_append(const struct value *value, struct bytes *text);

/* A field of the value, for $name.field. */
int value_field(const struct value *value, const char *name, struct value *field,
                struct error *error);

#endif
