#include "view/ladder/strings.h"

#include <stdint.h>
#include <string.h>

/* FNV-1a. */
static uint64_t hash_of(const char *text, size_t length) {
  uint64_t hash = 14695981039346656037ULL;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (unsigned char)text[i]) * 1099511628211ULL;
  return hash;
}

static size_t slot_count(const struct strings *strings) {
  return strings->slots.length / sizeof(uint32_t);
}

/* The slot where the text is, or the free one where it would be. */
static uint32_t *find_slot(const struct strings *strings, const char *text, size_t length) {
  uint32_t *slots = (uint32_t *)strings->slots.data;
  const struct string_range *ranges = (const struct string_range *)strings->ranges.data;
  size_t mask = slot_count(strings) - 1;
  size_t at = (size_t)hash_of(text, length) & mask;
  for (; slots[at]; at = (at + 1) & mask) {
    const struct string_range *range = &ranges[slots[at] - 1];
    if (range->length == length && memcmp(strings->text.data + range->start, text, length) == 0)
      break;
  }
  return &slots[at];
}

/* Keeps a third of the slots free. 0, or -1 when there is no memory. */
static int make_room(struct strings *strings) {
  size_t count = slot_count(strings);
  if (count > 0 && strings_count(strings) * 3 < count * 2)
    return 0;
  struct strings grown = *strings;
  size_t size = (count ? count * 2 : 64) * sizeof(uint32_t);
  grown.slots = (struct bytes){0};
  if (bytes_reserve(&grown.slots, size) < 0)
    return -1;
  memset(grown.slots.data, 0, size);
  grown.slots.length = size;
  const struct string_range *ranges = (const struct string_range *)strings->ranges.data;
  for (size_t i = 0; i < strings_count(strings); i++)
    *find_slot(&grown, strings->text.data + ranges[i].start, ranges[i].length) = (uint32_t)i + 1;
  bytes_free(&strings->slots);
  strings->slots = grown.slots;
  return 0;
}

size_t strings_number(struct strings *strings, const char *text, size_t length) {
  struct string_range range = {strings->text.length, length};
  if (make_room(strings) < 0) {
    strings->text.failed = true;
    return 0;
  }
  uint32_t *slot = find_slot(strings, text, length);
  if (*slot)
    return *slot - 1;
  bytes_append(&strings->text, text, length);
  bytes_append(&strings->ranges, &range, sizeof range);
  *slot = (uint32_t)strings_count(strings);
  return strings_count(strings) - 1;
}

void strings_free(struct strings *strings) {
  bytes_free(&strings->text);
  bytes_free(&strings->ranges);
  bytes_free(&strings->slots);
}
