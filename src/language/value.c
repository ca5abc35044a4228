#include "language/value.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "language/loss.h"

/* A blob with room for so many bytes behind the struct. */
static struct blob *blob_allocate(size_t room) {
  struct blob *blob = room > SIZE_MAX / 2 ? NULL : malloc(sizeof *blob + room);
  if (!blob) {
    loss_of_memory(); /* whoever expands a field must not take nothing for an empty text */
    return NULL;
  }
  blob->references = 1;
  blob->length = 0;
  blob->data = (char *)(blob + 1);
  blob->of = NULL;
  return blob;
}

struct blob *blob_create(size_t size) {
  struct blob *blob = blob_allocate(size + 1);
  if (blob)
    blob->length = size;
  return blob;
}

struct blob *blob_take(struct bytes *bytes) {
  struct blob *blob = bytes->failed ? NULL : blob_allocate(1);
  if (blob && bytes->data) {
    blob->data = bytes->data;
    blob->length = bytes->length;
    *bytes = (struct bytes){0};
  }
  bytes_free(bytes);
  return blob;
}

struct blob *blob_part(struct blob *blob, size_t from, size_t length) {
  struct blob *part = blob_allocate(0);
  if (!part)
    return NULL;
  part->data = blob->data + from;
  part->length = length;
  part->of = blob_retain(blob);
  return part;
}

void blob_forget(struct blob *blob, size_t length) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t begin = ((uintptr_t)blob->data + page - 1) / page * page;
  uintptr_t end = ((uintptr_t)blob->data + length) / page * page;
  if (end > begin)
    madvise((void *)begin, end - begin, MADV_DONTNEED);
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

static void blob_free(struct blob *blob) {
  if (blob->of)
    blob_release(blob->of);
  else if (blob->data != (char *)(blob + 1))
    free(blob->data);
  free(blob);
}

/* The holder of the only reference needs no atomic operation: most blobs never have another. */
void blob_release(struct blob *blob) {
  if (blob && (blob->references == 1 || --blob->references == 0))
    blob_free(blob);
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
