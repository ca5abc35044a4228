/* argument_data: words that stand for bytes: text, file:, hex: and fill:. */
#include <errno.h>
#include <string.h>

#include "command/invocation.h"
#include "command/kinds.h"
#include "command/offer.h"
#include "language/escape.h"
#include "language/number.h"
#include "session/lesson.h"
#include "system/file.h"

enum {
  FILE_LIMIT = 64 << 20,
  FILL_PIECE = 1 << 20 /* bytes between looks at interrupts, at most, but for a longer pattern */
};

/* What fill: repeats where it is not told. */
static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

static int data_from_file(struct invocation *invocation, struct argument_value *value) {
  struct bytes path = {0};
  struct bytes data = {0};
  bytes_append(&path, value->word.data + 5, value->word.length - 5);
  const char *name = bytes_text(&path);
  int problem = memchr(name, '\0', path.length) ? ENOENT : file_read(name, FILE_LIMIT, &data);
  int status = 0;
  if (problem == EFBIG)
    status = error_set(invocation->error, ERROR_FAILURE,
                       _("the file %.200s is larger than 64M, the most for one call"), name);
  else if (problem)
    status = error_set_errno(invocation->error, problem, _("the file %.200s can't be read"), name);
  else if (!(value->data = blob_take(&data)))
    status = error_set_memory(invocation->error);
  bytes_free(&data);
  bytes_free(&path);
  return status;
}

int argument_read_hexadecimal(struct invocation *invocation, struct argument_value *value) {
  struct bytes data = {0};
  int high = -1;
  bool right = true;
  for (size_t i = 4; i < value->word.length && right; i++) {
    char c = value->word.data[i];
    if (c == ' ' || c == '\t')
      continue;
    int digit = c >= '0' && c <= '9'                     ? c - '0'
                : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                         : -1;
    right = digit >= 0;
    if (high < 0) {
      high = digit;
    } else {
      bytes_append_char(&data, (char)(high << 4 | digit));
      high = -1;
    }
  }
  if (!right || high >= 0) {
    bytes_free(&data);
    return argument_wrong(
        invocation, value,
        _("is not hexadecimal: hex: takes pairs of digits, as hex:6869 or hex:\"68 69\""));
  }
  value->data = blob_take(&data);
  return value->data ? 0 : error_set_memory(invocation->error);
}

/* fill:SIZE and fill:SIZE,TEXT. */
struct fill {
  size_t size;
  const char *pattern;
  size_t length; /* of the pattern */
};

static int read_fill(struct invocation *invocation, struct argument_value *value,
                     struct fill *fill) {
  const char *size = value->word.data + 5;
  size_t length = value->word.length - 5;
  const char *comma = memchr(size, ',', length);
  size_t digits = comma ? (size_t)(comma - size) : length;
  *fill = (struct fill){.pattern = letters, .length = strlen(letters)};
  if (size_parse(size, digits, &fill->size) < 0 || fill->size > DATA_LIMIT)
    return argument_wrong(
        invocation, value,
        _("is no count of bytes: fill: takes a size up to 1G, as fill:64K, and may take what is "
          "repeated, as fill:64K,x"));
  if (comma && length == digits + 1)
    return argument_wrong(invocation, value,
                          _("has nothing to repeat behind its comma, as fill:64K,x has"));
  if (comma) {
    fill->pattern = comma + 1;
    fill->length = length - digits - 1;
  }
  return 0;
}

static int data_from_fill(struct invocation *invocation, struct argument_value *value) {
  struct fill fill;
  if (read_fill(invocation, value, &fill) < 0)
    return -1;
  value->data = blob_create(fill.size);
  if (!value->data)
    return error_set_memory(invocation->error);
  char *data = value->data->data;
  size_t made = fill.size < fill.length ? fill.size : fill.length;
  size_t piece = fill.length > FILL_PIECE ? fill.length : FILL_PIECE / fill.length * fill.length;
  memcpy(data, fill.pattern, made);
  /* What is there, whole patterns, is doubled. */
  for (size_t more; made < fill.size; made += more) {
    more = made < piece ? made : piece;
    more = more < fill.size - made ? more : fill.size - made;
    memcpy(data + made, data, more);
    if (runner_is_stopped(invocation->runner))
      return runner_interrupted(invocation->runner, invocation->error);
  }
  return 0;
}

static bool has_prefix(const struct argument_value *value, const char *prefix) {
  size_t length = strlen(prefix);
  return value->word.bare >= length && memcmp(value->word.data, prefix, length) == 0;
}

static int read_data(struct invocation *invocation, struct argument_value *value) {
  struct fill fill;
  if (has_prefix(value, "hex:"))
    return argument_read_hexadecimal(invocation, value);
  return has_prefix(value, "fill:") ? read_fill(invocation, value, &fill) : 0;
}

static int find_data(struct invocation *invocation, struct argument_value *value) {
  if (has_prefix(value, "file:"))
    return data_from_file(invocation, value);
  if (has_prefix(value, "hex:"))
    return argument_read_hexadecimal(invocation, value);
  if (has_prefix(value, "fill:"))
    return data_from_fill(invocation, value);
  const struct value *given = expanded_value(&value->word);
  if (given && (given->kind == VALUE_DATA || given->kind == VALUE_TEXT))
    value->data = blob_retain(given->blob);
  else
    value->data = blob_copy(value->word.data, value->word.length);
  return value->data ? 0 : error_set_memory(invocation->error);
}

static bool steady_data(const struct argument_value *value) {
  return !has_prefix(value, "file:");
}

static void complete_data(const struct argument *argument, struct offer *offer) {
  (void)argument;
  static const char file[] = "file:";
  if (offer->length >= strlen(file) && memcmp(offer->word, file, strlen(file)) == 0) {
    offer->kept = strlen(file);
    offer_files(offer);
    return;
  }
  offer_words(offer, "file:|hex:|fill:");
  offer->candidates->no_space = true;
}

const struct argument_kind argument_data = {
    .name = "data",
    .read = read_data,
    .find = find_data,
    .steady = steady_data,
    .complete = complete_data,
};

static int read_file(struct invocation *invocation, struct argument_value *value) {
  if (value->word.length == 0 || memchr(value->word.data, '\0', value->word.length))
    return argument_wrong(invocation, value, _("is no path of a file"));
  return 0;
}

static void complete_file(const struct argument *argument, struct offer *offer) {
  (void)argument;
  offer_files(offer);
}

const struct argument_kind argument_file = {
    .name = "file",
    .read = read_file,
    .complete = complete_file,
};

/* Offers files, and the lessons by name. */
static void complete_script(const struct argument *argument, struct offer *offer) {
  struct lesson_list list;
  struct error ignored;
  (void)argument;
  offer_files(offer);
  if (lesson_list_read(&list, &ignored) == 0)
    for (size_t i = 0; i < list.count; i++)
      offer_text(offer, list.items[i].name, list.items[i].title);
  lesson_list_free(&list);
}

const struct argument_kind argument_script = {
    .name = "script",
    .read = read_file,
    .complete = complete_script,
};
