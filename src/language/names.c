#include "language/names.h"

#include <stdlib.h>
#include <string.h>

#include "language/loss.h"

/* Tells uthash to report an allocation failure instead of ending the program. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(entry) ((entry)->failed = true)
#include <uthash.h>

struct name_entry {
  UT_hash_handle hh;
  struct value value;
  bool failed; /* the table had no memory for this entry */
  char name[];
};

const struct value *names_get(const struct names *names, const char *name, size_t length) {
  struct name_entry *entry;
  HASH_FIND(hh, names->entries, name, length, entry);
  return entry ? &entry->value : NULL;
}

int names_set(struct names *names, const char *name, struct value value) {
  size_t length = strlen(name);
  names->version++;
  struct name_entry *entry;
  HASH_FIND(hh, names->entries, name, length, entry);
  if (entry) {
    value_clear(&entry->value);
    entry->value = value;
    return 0;
  }
  entry = calloc(1, sizeof *entry + length + 1);
  if (entry) {
    memcpy(entry->name, name, length);
    entry->value = value;
    HASH_ADD_KEYPTR(hh, names->entries, entry->name, length, entry);
    if (!entry->failed)
      return 0;
    free(entry);
  }
  value_clear(&value);
  return -1;
}

int names_remove(struct names *names, const char *name, size_t length) {
  struct name_entry *entry;
  HASH_FIND(hh, names->entries, name, length, entry);
  if (!entry)
    return -1;
  names->version++;
  HASH_DEL(names->entries, entry);
  value_clear(&entry->value);
  free(entry);
  return 0;
}

int names_copy(const struct names *names, struct names *to) {
  for (struct name_entry *entry = names->entries; entry; entry = entry->hh.next)
    if (names_set(to, entry->name, value_copy(&entry->value)) < 0) {
      names_clear(to);
      return -1;
    }
  return 0;
}

static int compare_entries(const void *a, const void *b) {
  const struct name_entry *const *first = a;
  const struct name_entry *const *second = b;
  return strcmp((*first)->name, (*second)->name);
}

int names_walk(const struct names *names,
               int (*each)(const char *name, const struct value *value, void *context),
               void *context) {
  size_t count = HASH_COUNT(names->entries);
  size_t at = 0;
  int status = 0;
  struct name_entry **sorted = calloc(count ? count : 1, sizeof(struct name_entry *));
  if (!sorted) {
    loss_of_memory(); /* for those to whom it is not worth an error */
    return -1;
  }
  for (struct name_entry *entry = names->entries; entry; entry = entry->hh.next)
    sorted[at++] = entry;
  qsort(sorted, count, sizeof *sorted, compare_entries);
  for (size_t i = 0; i < count && status == 0; i++)
    status = each(sorted[i]->name, &sorted[i]->value, context);
  free(sorted);
  return status;
}

void names_clear(struct names *names) {
  struct name_entry *entry;
  struct name_entry *next;
  HASH_ITER(hh, names->entries, entry, next) {
    HASH_DEL(names->entries, entry);
    value_clear(&entry->value);
    free(entry);
  }
}
