#include "view/program/port_index.h"

#include <string.h>

struct port_node {
  uint32_t key;
  uint32_t before; /* the number of the node before it in its bucket; 0: none */
  size_t entry;
};

static uint32_t key_of(const struct address *address) {
  int port = address_port(address);
  const unsigned char *byte = (const unsigned char *)&address->storage;
  uint32_t hash = 2166136261U;
  if (port >= 0)
    return (uint32_t)port;
  for (socklen_t i = 0; i < address->length; i++)
    hash = (hash ^ byte[i]) * 16777619U;
  return hash;
}

static const struct port_node *node_of(const struct port_index *index, uint32_t number) {
  return (const struct port_node *)index->nodes.data + (number - 1);
}

static uint32_t *bucket_of(const struct port_index *index, uint32_t key) {
  size_t count = index->buckets.length / sizeof(uint32_t);
  return (uint32_t *)index->buckets.data + key % count;
}

/* Twice as many buckets, once there are as many nodes. */
static bool make_room(struct port_index *index) {
  size_t count = index->nodes.length / sizeof(struct port_node);
  size_t size = index->buckets.length;
  if (count * sizeof(uint32_t) < size)
    return true;
  struct bytes larger = {0};
  size = size ? size * 2 : 64 * sizeof(uint32_t);
  if (bytes_reserve(&larger, size) < 0)
    return false;
  memset(larger.data, 0, size);
  larger.length = size;
  bytes_free(&index->buckets);
  index->buckets = larger;
  for (uint32_t number = 1; number <= count; number++) {
    struct port_node *node = (struct port_node *)index->nodes.data + (number - 1);
    uint32_t *bucket = bucket_of(index, node->key);
    node->before = *bucket;
    *bucket = number;
  }
  return true;
}

void port_index_add(struct port_index *index, const struct address *address, size_t entry) {
  if (!make_room(index)) {
    index->nodes.failed = true;
    return;
  }
  struct port_node node = {.key = key_of(address), .entry = entry};
  uint32_t *bucket = bucket_of(index, node.key);
  node.before = *bucket;
  bytes_append(&index->nodes, &node, sizeof node);
  if (!index->nodes.failed)
    *bucket = (uint32_t)(index->nodes.length / sizeof node);
}

bool port_index_next(const struct port_index *index, const struct address *address, uint32_t *at,
                     size_t *entry) {
  uint32_t key = key_of(address);
  if (index->buckets.length == 0)
    return false;
  uint32_t number = *at ? node_of(index, *at)->before : *bucket_of(index, key);
  while (number && node_of(index, number)->key != key)
    number = node_of(index, number)->before;
  if (!number)
    return false;
  *at = number;
  *entry = node_of(index, number)->entry;
  return true;
}

bool port_index_failed(const struct port_index *index) {
  return index->buckets.failed || index->nodes.failed;
}

void port_index_free(struct port_index *index) {
  bytes_free(&index->buckets);
  bytes_free(&index->nodes);
}
