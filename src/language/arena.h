/* arena: many small allocations that are given back at once, as a script's tree is. */
#ifndef SOCKSH_LANGUAGE_ARENA_H
#define SOCKSH_LANGUAGE_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* A zeroed struct is an empty arena. */
struct arena {
  struct arena_chunk *chunks; /* the newest first */
};

/* Zeroed memory that lives as long as the arena; NULL when there is none left. */
void *arena_allocate(struct arena *arena, size_t size);

/* A zero-terminated copy of the bytes; NULL when there is no memory. */
char *arena_copy(struct arena *arena, const void *data, size_t length);

void arena_free(struct arena *arena);

#endif
