/* value: what a name holds: nothing, a number, text, received data, or an object of a higher room,
 * such as a socket, which the language only passes along. */
#ifndef SOCKSH_LANGUAGE_VALUE_H
#define SOCKSH_LANGUAGE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"
#include "language/error.h"

/* Bytes shared by all holders of a reference. */
struct blob {
  _Atomic unsigned references;
  size_t length;   /* bytes in use */
  char *data;      /* behind the struct, in memory of its own, or in that of another blob */
  struct blob *of; /* that other, one reference; NULL: none */
};

/* Allocates `size` bytes, uninitialized, with `length` set to size. NULL when there is no
 * memory. */
struct blob *blob_create(size_t size);
struct blob *blob_copy(const void *data, size_t length);
/* Takes the bytes over without a copy, and leaves the buffer empty. NULL when there is no memory:
 * then they are freed. */
struct blob *blob_take(struct bytes *bytes);
/* So many bytes of a blob from this offset on, without a copy. NULL when there is no memory. */
struct blob *blob_part(struct blob *blob, size_t from, size_t length);
/* Gives the memory of the first bytes of a blob back to the system: they must not be read any more.
 * Part of a page stays. */
void blob_forget(struct blob *blob, size_t length);
struct blob *blob_retain(struct blob *blob);
void blob_release(struct blob *blob);

struct object;
struct value;

/* What the language can ask an object. */
struct object_class {
  const char *title; /* the kind of object, for messages: "socket" */
  /* Appends the text that `$name` expands to. */
  void (*text)(const struct object *object, struct bytes *text);
  /* Reads a field into *value. 0, or -1 with an error that lists the fields. NULL: it has none. */
  int (*field)(const struct object *object, const char *name, struct value *value,
               struct error *error);
  void (*destroy)(struct object *object); /* called when the last reference is released */
};

/* The first member of every object. */
struct object {
  const struct object_class *class;
  _Atomic unsigned references;
};

struct object *object_retain(struct object *object);
void object_release(struct object *object);

enum value_kind { VALUE_NOTHING, VALUE_NUMBER, VALUE_TEXT, VALUE_DATA, VALUE_OBJECT };

/* Text was written by the user or by this program; data came from outside. Both are in `blob`. */
struct value {
  enum value_kind kind;
  long long number;
  struct blob *blob;     /* one reference */
  struct object *object; /* one reference */
};

struct value value_from_number(long long number);
/* Copies the text. VALUE_NOTHING when there is no memory. */
struct value value_from_text(const char *text, size_t length);
/* Takes ownership of the caller's reference. */
struct value value_from_data(struct blob *blob);
/* Takes a reference of its own. */
struct value value_from_object(struct object *object);

struct value value_copy(const struct value *value);
void value_clear(struct value *value);

/* Appends the text that the value stands for in a line. */
void value_append(const struct value *value, struct bytes *text);

/* Reads a field of the value, for $name.field. 0, or -1 with an error. */
int value_field(const struct value *value, const char *name, struct value *field,
                struct error *error);

#endif
