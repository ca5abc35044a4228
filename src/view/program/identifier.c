#include "view/program/identifier.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A name that was given, and the last number that was tried behind it. */
struct identifier_slot {
  char name[IDENTIFIER_SIZE];
  unsigned last;
};

/* Names that the keywords, the headers and the modules of the programs have: in order. */
static const char *const reserved[] = {
#include "view/program/reserved.inc"
};

static int compare(const void *a, const void *b) {
  return strcmp(a, *(const char *const *)b);
}

static bool is_reserved(const char *name) {
  return bsearch(name, reserved, sizeof reserved / sizeof *reserved, sizeof *reserved, compare);
}

static size_t room_of(const struct identifiers *identifiers) {
  return identifiers->slots.length / sizeof(struct identifier_slot);
}

/* The slot of the name, or the empty one where it belongs. */
static struct identifier_slot *slot_of(const struct identifiers *identifiers, const char *name) {
  struct identifier_slot *slots = (struct identifier_slot *)identifiers->slots.data;
  uint32_t hash = 2166136261U;
  for (const char *c = name; *c; c++)
    hash = (hash ^ (unsigned char)*c) * 16777619U;
  size_t at = hash % room_of(identifiers);
  while (slots[at].name[0] && strcmp(slots[at].name, name) != 0)
    at = (at + 1) % room_of(identifiers);
  return &slots[at];
}

/* Keeps half of the slots empty. */
static bool make_room(struct identifiers *identifiers) {
  size_t room = room_of(identifiers);
  if (identifiers->count * 2 < room)
    return true;
  struct identifiers larger = {.count = identifiers->count};
  size_t size = (room ? room * 2 : 64) * sizeof(struct identifier_slot);
  if (bytes_reserve(&larger.slots, size) < 0)
    return false;
  memset(larger.slots.data, 0, size);
  larger.slots.length = size;
  const struct identifier_slot *old = (const struct identifier_slot *)identifiers->slots.data;
  for (size_t i = 0; i < room; i++)
    if (old[i].name[0])
      *slot_of(&larger, old[i].name) = old[i];
  bytes_free(&identifiers->slots);
  *identifiers = larger;
  return true;
}

/* What is no letter, digit or underscore becomes one; and no name of capitals, which may be a
 * macro. */
static void clean(const char *wish, char *name, size_t size) {
  size_t length = 0;
  bool small = false;
  for (; wish[length] && length < size - 1; length++) {
    unsigned char c = (unsigned char)wish[length];
    name[length] = c < 128 && isalnum(c) ? (char)c : '_';
    small = small || (c < 128 && islower(c));
  }
  name[length] = '\0';
  bool begins = length > 0 && isalpha((unsigned char)name[0]);
  if (begins && !small)
    for (size_t i = 0; i < length; i++)
      name[i] = (char)tolower((unsigned char)name[i]);
  if (!begins) {
    memmove(name + 1, name, length < size - 1 ? length + 1 : length);
    name[0] = 'v';
    name[size - 1] = '\0';
  }
}

void identifier_make(struct identifiers *identifiers, const char *wish, char *name) {
  enum { ROOM_FOR_NUMBER = 12 };
  char base[IDENTIFIER_SIZE - ROOM_FOR_NUMBER];
  clean(wish, base, sizeof base - sizeof "_fd");
  if (is_reserved(base))
    strcat(base, "_fd");
  snprintf(name, IDENTIFIER_SIZE, "%s", base);
  if (!make_room(identifiers)) {
    identifiers->failed = true;
    return;
  }
  struct identifier_slot *first = slot_of(identifiers, base);
  if (first->name[0]) {
    struct identifier_slot *slot;
    bool digit = isdigit((unsigned char)base[strlen(base) - 1]);
    do {
      snprintf(name, IDENTIFIER_SIZE, digit ? "%s_%u" : "%s%u", base, ++first->last + 1);
      slot = slot_of(identifiers, name);
    } while (slot->name[0]);
    first = slot;
  }
  memcpy(first->name, name, IDENTIFIER_SIZE);
  identifiers->count++;
}

void identifiers_free(struct identifiers *identifiers) {
  bytes_free(&identifiers->slots);
}
