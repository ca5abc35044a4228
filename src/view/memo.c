#include "view/memo.h"

enum { BODY_MOST = 512 };

/* Mixes the bytes, eight at a time. Whoever makes them collide loses only the gain. */
static uint64_t hash_of(const char *data, size_t length) {
  uint64_t hash = length;
  uint64_t word;
  for (; length >= sizeof word; data += sizeof word, length -= sizeof word) {
    memcpy(&word, data, sizeof word);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 32;
  }
  word = 0;
  memcpy(&word, data, length);
  return (hash ^ word) * 0x9e3779b97f4a7c15U;
}

/* Two places are there for each hash; the older one of others is given up. */
static struct memo_entry *place_of(struct memo *memo, uint64_t hash) {
  struct memo_entry *pair = memo->pairs[hash % MEMO_PAIRS];
  if (pair[0].hash == hash)
    return &pair[0];
  if (pair[1].hash == hash)
    return &pair[1];
  struct memo_entry *older = &pair[pair[0].came > pair[1].came];
  older->came = ++memo->came;
  return older;
}

struct memo_entry *memo_find(struct memo *memo, const struct event *event, unsigned form) {
  const struct event_body *body = &event->body;
  if (!body->data || body->length > BODY_MOST)
    return NULL;
  uint64_t hash = hash_of(body->data, body->length);
  struct memo_entry *entry = place_of(memo, hash);
  bool seen = entry->hash == hash && entry->form == form;
  if (seen && entry->body.length == body->length &&
      memcmp(entry->body.data, body->data, body->length) == 0)
    return entry;
  bytes_clear(&entry->body);
  bytes_clear(&entry->text);
  entry->hash = hash;
  entry->form = form;
  if (!seen)
    return NULL;
  bytes_append(&entry->body, body->data, body->length);
  return entry->body.failed ? NULL : entry;
}

void memo_keep(struct memo_entry *entry, const char *text, size_t length) {
  bytes_append(&entry->text, text, length);
  if (entry->text.failed)
    bytes_clear(&entry->text);
}

void memo_clear(struct memo *memo) {
  for (size_t i = 0; i < MEMO_PAIRS; i++)
    for (size_t j = 0; j < 2; j++) {
      bytes_free(&memo->pairs[i][j].body);
      bytes_free(&memo->pairs[i][j].text);
      memo->pairs[i][j] = (struct memo_entry){.hash = 0};
    }
}
