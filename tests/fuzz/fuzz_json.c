/* Any bytes as JSON: what is written is a value of RFC 8259 and nothing that a terminal acts on,
 * and says what went in. */
#include <stdint.h>
#include <stdlib.h>

#include "json_read.h"
#include "view/json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct json_value whole(const struct json *json) {
  struct json_value value = {json->line.data, json->line.data + json->line.length};
  if (json_read(value) != value.end)
    abort();
  return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct json json = {0};
  const char *text = (const char *)data;
  json_begin_object(&json, NULL);
  json_text(&json, "said", text, size);
  json_data(&json, data, size, size);
  json_end_object(&json);
  struct json_value object = whole(&json);
  json_expect_text(object, "said", text, size);
  json_expect_data(object, text, size, size);
  bytes_free(&json.line);
  return 0;
}
