/* Control messages, with data of any length. The first byte chooses the row. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "call/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t rows = 0;
  struct bytes bytes = {0};
  while (control_rows[rows].name)
    rows++;
  if (size == 0)
    return 0;
  const struct control_row *row = &control_rows[data[0] % rows];
  unsigned char *copy = malloc(size);
  memcpy(copy, data + 1, size - 1);
  struct control control = {row->level, row->type, copy, size - 1};
  control_append(&control, &bytes);
  control.type = data[0];
  control_append(&control, &bytes);
  control_carries_descriptors(&control);
  for (size_t i = 0; i < bytes.length; i++)
    if (bytes.data[i] < ' ' || bytes.data[i] > '~')
      abort();
  bytes_free(&bytes);
  free(copy);
  return 0;
}
