/* memo: what a view has written for an event, to be written again for one that says the same. Most
 * of the calls of a loop do, and writing them out costs more than recording them.
 *
 * Two events of a kind say the same if their bodies (event.h) are equal. An event is remembered
 * when it comes a second time, so that lines which never repeat cost next to nothing. */
#ifndef SOCKSH_VIEW_MEMO_H
#define SOCKSH_VIEW_MEMO_H

#include "timeline/event.h"

/* One event: its body, and what was written for it. */
struct memo_entry {
  uint64_t hash;
  uint64_t came; /* when its place was taken */
  unsigned form;
  struct bytes body;
  struct bytes text;
};

/* A zeroed struct remembers nothing. */
enum { MEMO_PAIRS = 32 };
struct memo {
  struct memo_entry pairs[MEMO_PAIRS][2];
  uint64_t came;
};

/* Finds what was written for an event. `form` tells apart what a view writes for equal bodies. If
 * the entry's text is empty, it is to be filled in by memo_keep with what is written now. NULL: the
 * event is not to be remembered. */
struct memo_entry *memo_find(struct memo *memo, const struct event *event, unsigned form);
void memo_keep(struct memo_entry *entry, const char *text, size_t length);

/* Forgets everything, and frees the memory: what is written depends on something else from now on,
 * or nothing more is. */
void memo_clear(struct memo *memo);

#endif
