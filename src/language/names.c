#include "language/names.h"

#include <stdlib.h>
#include <string.h>

#include "language/loss.h"

/* The table is a tree by the bits of a hash, four at each level. Tables that were copied have
 * subtrees in common: what several hold is never changed, and who changes something below it makes
 * a copy of his own first, of the branches on the way only. */
enum { LEVEL_BITS = 4, SLOTS = 1 << LEVEL_BITS, HASH_LEVELS = 64 / LEVEL_BITS };

struct names_node {
  _Atomic unsigned holders; /* tables and branches that refer to it */
  bool branches;            /* it is a struct branch; otherwise a struct entry */
};

struct branch {
  struct names_node node;
  struct names_node *slots[SLOTS]; /* NULL: nothing is there */
};

struct key {
  const char *text;
  size_t length;
  uint64_t hash;
};

struct entry {
  struct names_node node;
  struct key key; /* its text is `name` */
  struct value value;
  char name[];
};

static struct key key_of(const char *text, size_t length) {
  uint64_t hash = length;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (unsigned char)text[i]) * 0x9e3779b97f4a7c15U;
  return (struct key){text, length, hash ^ hash >> 32}; /* the low bits are looked at first */
}

/* Which slot a key is in, at this level. Below the hash come the bits of the name: those of two
 * different names differ somewhere. */
static size_t slot_of(const struct key *key, size_t level) {
  if (level < HASH_LEVELS)
    return key->hash >> level * LEVEL_BITS & (SLOTS - 1);
  size_t at = (level - HASH_LEVELS) / 2;
  unsigned byte = at < key->length ? (unsigned char)key->text[at] : 0;
  return level % 2 ? byte >> LEVEL_BITS : byte & (SLOTS - 1);
}

static bool is_same(const struct key *key, const struct key *other) {
  return key->hash == other->hash && key->length == other->length &&
         memcmp(key->text, other->text, key->length) == 0;
}

static struct names_node *node_hold(struct names_node *node) {
  if (node)
    node->holders++;
  return node;
}

static void node_release(struct names_node *node) {
  if (!node || --node->holders > 0)
    return;
  if (node->branches)
    for (size_t i = 0; i < SLOTS; i++)
      node_release(((struct branch *)node)->slots[i]);
  else
    value_clear(&((struct entry *)node)->value);
  free(node);
}

static struct entry *entry_create(const struct key *key) {
  struct entry *entry = calloc(1, sizeof *entry + key->length + 1);
  if (!entry)
    return NULL;
  entry->node.holders = 1;
  memcpy(entry->name, key->text, key->length);
  entry->key = (struct key){entry->name, key->length, key->hash};
  return entry;
}

static struct branch *branch_create(void) {
  struct branch *branch = calloc(1, sizeof *branch);
  if (branch)
    branch->node = (struct names_node){1, true};
  return branch;
}

/* The branch in a place whose holder is alone, to be changed: a copy if others hold it, too. NULL
 * when there is no memory. */
static struct branch *branch_own(struct names_node **place) {
  struct branch *branch = (struct branch *)*place;
  if (branch->node.holders == 1)
    return branch;
  struct branch *own = branch_create();
  if (!own)
    return NULL;
  for (size_t i = 0; i < SLOTS; i++)
    own->slots[i] = node_hold(branch->slots[i]);
  node_release(*place);
  *place = &own->node;
  return own;
}

static struct entry *find(const struct names *names, const struct key *key) {
  struct names_node *node = names->root;
  for (size_t level = 0; node && node->branches; level++)
    node = ((struct branch *)node)->slots[slot_of(key, level)];
  struct entry *entry = (struct entry *)node;
  return entry && is_same(&entry->key, key) ? entry : NULL;
}

const struct value *names_get(const struct names *names, const char *name, size_t length) {
  struct key key = key_of(name, length);
  const struct entry *entry = find(names, &key);
  return entry ? &entry->value : NULL;
}

/* Finds the place of a key, NULL in it or its entry, and makes the branches above it the table's
 * own. NULL when there is no memory. */
static struct names_node **place_of(struct names *names, const struct key *key) {
  struct names_node **place = &names->root;
  for (size_t level = 0; *place; level++) {
    struct entry *entry = (*place)->branches ? NULL : (struct entry *)*place;
    struct branch *branch = NULL;
    if (entry && is_same(&entry->key, key))
      break;
    if (!entry) {
      branch = branch_own(place);
    } else if ((branch = branch_create())) { /* another name: the branch will have both */
      branch->slots[slot_of(&entry->key, level)] = *place;
      *place = &branch->node;
    }
    if (!branch)
      return NULL;
    place = &branch->slots[slot_of(key, level)];
  }
  return place;
}

int names_set(struct names *names, const char *name, struct value value) {
  struct key key = key_of(name, strlen(name));
  struct names_node **place = place_of(names, &key);
  struct entry *entry = place ? (struct entry *)*place : NULL;
  names->version++;
  if (!entry || entry->node.holders > 1) {
    entry = place ? entry_create(&key) : NULL;
    if (!entry) {
      value_clear(&value);
      return -1;
    }
    names->count += *place ? 0 : 1;
    node_release(*place);
    *place = &entry->node;
  }
  value_clear(&entry->value);
  entry->value = value;
  return 0;
}

/* Removes an entry that is there. A branch that is left with one entry or none is removed, too. 0,
 * or -1 when there is no memory. */
static int remove_below(struct names_node **place, const struct key *key, size_t level) {
  if (!(*place)->branches) {
    node_release(*place);
    *place = NULL;
    return 0;
  }
  struct branch *branch = branch_own(place);
  if (!branch || remove_below(&branch->slots[slot_of(key, level)], key, level + 1) < 0)
    return -1;
  struct names_node *only = NULL;
  for (size_t i = 0; i < SLOTS; i++) {
    if (branch->slots[i] && (only || branch->slots[i]->branches))
      return 0;
    only = branch->slots[i] ? branch->slots[i] : only;
  }
  *place = node_hold(only);
  node_release(&branch->node);
  return 0;
}

int names_remove(struct names *names, const char *name, size_t length) {
  struct key key = key_of(name, length);
  if (!find(names, &key))
    return -1;
  names->version++;
  if (remove_below(&names->root, &key, 0) < 0) {
    loss_of_memory(); /* it stays bound */
    return -1;
  }
  names->count--;
  return 0;
}

void names_copy(const struct names *names, struct names *to) {
  to->root = node_hold(names->root);
  to->count = names->count;
  to->version++;
}

static void collect(struct names_node *node, struct entry ***next) {
  if (node && node->branches)
    for (size_t i = 0; i < SLOTS; i++)
      collect(((struct branch *)node)->slots[i], next);
  else if (node)
    *(*next)++ = (struct entry *)node;
}

static int compare_entries(const void *a, const void *b) {
  const struct entry *const *first = a;
  const struct entry *const *second = b;
  return strcmp((*first)->name, (*second)->name);
}

int names_walk(const struct names *names,
               int (*each)(const char *name, const struct value *value, void *context),
               void *context) {
  int status = 0;
  struct entry **sorted = calloc(names->count ? names->count : 1, sizeof(struct entry *));
  struct entry **end = sorted;
  if (!sorted) {
    loss_of_memory(); /* for those to whom it is not worth an error */
    return -1;
  }
  collect(names->root, &end);
  qsort(sorted, names->count, sizeof *sorted, compare_entries);
  for (struct entry **entry = sorted; entry < end && status == 0; entry++)
    status = each((*entry)->name, &(*entry)->value, context);
  free(sorted);
  return status;
}

void names_clear(struct names *names) {
  node_release(names->root);
  names->root = NULL;
  names->count = 0;
  names->version++;
}
