#include "language/value.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "language/loss.h"

struct blob *blob_create(size_t size) {
  struct blob *blob = size > SIZE_MAX / 2 ? NULL : malloc(sizeof *blob + size + 1);
  if (!blob) {
    loss_of_memory(); /* whoever expands a field must not take nothing for an empty text */
    return NULL;
  }
  blob->references = 1;
  blob->length = size;
  return blob;
}

struct blob *blob_copy(const void *data, size_t length) {
  struct blob *blob = blob_create(length);
  if (blob && length > 0)
    memcpy(blob->data, data, length);
  return blob;
}

struct blob *blob_retain(struct blob *blob) {
  if (blob)
    blob->references++;
  return blob;
}

/* The holder of the only reference needs no atomic operation: most blobs never have another. */
void blob_release(struct blob *blob) {
  if (blob && (blob->references == 1 || --blob->references == 0))
    free(blob);
}

struct object *object_retain(struct object *object) {
  if (object)
    object->references++;
  return object;
}

void object_release(struct object *object) {
  if (object && --object->references == 0)
    object->class->destroy(object);
}

struct value value_from_number(long long number) {
  return (struct value){.kind = VALUE_NUMBER, .number = number};
}

struct value value_from_text(const char *text, size_t length) {
  struct blob *blob = blob_copy(text, length);
  return (struct value){.kind = blob ? VALUE_TEXT : VALUE_NOTHING, .blob = blob};
}

struct value value_from_data(struct blob *blob) {
  return (struct value){.kind = blob ? VALUE_DATA : VALUE_NOTHING, .blob = blob};
}

struct value value_from_object(struct object *object) {
  return (struct value){.kind = VALUE_OBJECT, .object = object_retain(object)};
}

struct value value_copy(const struct value *value) {
  struct value copy = *value;
  blob_retain(copy.blob);
  object_retain(copy.object);
  return copy;
}

void value_clear(struct value *value) {
  if (value->kind == VALUE_NOTHING)
    return;
  blob_release(value->blob);
  object_release(value->object);
  *value = (struct value){0};
}

void value_append(const struct value *value, struct bytes *text) {
  switch (value->kind) {
  case VALUE_NOTHING:
    break;
  case VALUE_NUMBER:
    bytes_append_number(text, value->number);
    break;
  case VALUE_TEXT:
  case VALUE_DATA:
    bytes_append(text, value->blob->data, value->blob->length);
    break;
  case VALUE_OBJECT:
    value->object->class->text(value->object, text);
    break;
  }
}

int value_field(const struct value *value, const char *name, struct value *field,
                struct error *error) {
  if (value->kind == VALUE_OBJECT && value->object->class->field)
    return value->object->class->field(value->object, name, field, error);
  static const char *const titles[] = {
      [VALUE_NOTHING] = N_("nothing"), [VALUE_NUMBER] = N_("a number"), [VALUE_TEXT] = N_("text"),
      [VALUE_DATA] = N_("data"),       [VALUE_OBJECT] = N_("this"),
  };
  return error_set(error, ERROR_FAILURE,
                   _("%s has no field .%s; to put text behind a value, write ${name}.%s"),
                   _(titles[value->kind]), name, name);
}
