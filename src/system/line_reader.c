#include "system/line_reader.h"

#include <errno.h>
#include <unistd.h>

enum { CHUNK = 1 << 18 };

static int fill(struct line_reader *reader) {
  struct bytes *bytes = &reader->bytes;
  if (reader->from > 0)
    memmove(bytes->data, bytes->data + reader->from, bytes->length - reader->from);
  bytes->length -= reader->from;
  reader->from = 0;
  if (bytes_reserve(bytes, CHUNK) < 0) {
    bytes->failed = false;
    errno = ENOMEM;
    return -1;
  }
  ssize_t got;
  do
    got = read(reader->descriptor, bytes->data + bytes->length, CHUNK);
  while (got < 0 && errno == EINTR);
  if (got < 0)
    return -1;
  reader->over = got == 0;
  bytes->length += (size_t)got;
  return 0;
}

int line_reader_next(struct line_reader *reader, struct line_read *line) {
  size_t looked = 0;
  for (;;) {
    size_t length = reader->bytes.length - reader->from;
    const char *start = length ? reader->bytes.data + reader->from : "";
    const char *end = memchr(start + looked, '\n', length - looked);
    if (end || (reader->over && length > 0)) {
      size_t size = end ? (size_t)(end - start) : length;
      bool whole = !reader->within && size <= reader->limit;
      reader->from += end ? size + 1 : size;
      *line = (struct line_read){whole ? start : NULL, size, end != NULL};
      reader->within = false;
      reader->lines++;
      return 1;
    }
    if (reader->over)
      return 0;
    looked = length;
    if (length > reader->limit) {
      reader->within = true;
      reader->from = reader->bytes.length;
      looked = 0;
    }
    if (fill(reader) < 0)
      return -1;
  }
}

int line_reader_rewind(struct line_reader *reader) {
  bytes_clear(&reader->bytes);
  reader->from = 0;
  reader->over = reader->within = false;
  reader->lines = 0;
  return lseek(reader->descriptor, 0, SEEK_SET) < 0 ? -1 : 0;
}

void line_reader_free(struct line_reader *reader) {
  bytes_free(&reader->bytes);
}
