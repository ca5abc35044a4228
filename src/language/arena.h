/* arena: many small allocations, such as a script's tree, that are freed at once. */
#ifndef SOCKSH_LANGUAGE_ARENA_H
#define SOCKSH_LANGUAGE_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* A zeroed struct is an empty arena. */
struct arena {
  struct arena_chunk *chunks; /* the newest first */
};

/* Allocates zeroed memory that lives as long as the arena. NULL when there is none left. */
void *arena_allocate(struct arena *arena, size_t size);

/* Makes a zero-terminated copy of the bytes. NULL when there is no memory. */
char *arena_copy(struct arena *arena, const void *data, size_t length);

void arena_free(struct arena *arena);

#endif
