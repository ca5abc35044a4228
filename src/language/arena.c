#include "language/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The first chunk is small, so that one typed line costs one allocation; chunks double for longer
 * scripts. The largest are whole huge pages: the tree of a long script is built in one go, and with
 * small pages it would spend much of its time on page faults. */
enum { CHUNK_FIRST = 1024, HUGE_PAGE = 2 << 20, CHUNK_LARGEST = 4 * HUGE_PAGE };

struct arena_chunk {
  struct arena_chunk *next;
  size_t used;
  size_t size;
  _Alignas(max_align_t) char data[];
};

/* Allocates zeroed memory for a chunk. */
static struct arena_chunk *chunk_allocate(size_t whole) {
  if (whole < HUGE_PAGE)
    return calloc(1, whole);
  void *memory = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return NULL;
  madvise(memory, whole, MADV_HUGEPAGE); /* if refused, the chunk has small pages */
  return memory;
}

static void chunk_free(struct arena_chunk *chunk) {
  size_t whole = sizeof *chunk + chunk->size;
  if (whole < HUGE_PAGE)
    free(chunk);
  else
    munmap(chunk, whole);
}

static struct arena_chunk *chunk_add(struct arena *arena, size_t needed) {
  size_t size = arena->chunks ? arena->chunks->size * 2 : CHUNK_FIRST;
  if (size > CHUNK_LARGEST - sizeof(struct arena_chunk))
    size = CHUNK_LARGEST - sizeof(struct arena_chunk);
  if (size < needed)
    size = needed;
  if (size > SIZE_MAX / 2)
    return NULL;
  struct arena_chunk *chunk = chunk_allocate(sizeof *chunk + size);
  if (!chunk)
    return NULL;
  chunk->size = size;
  chunk->next = arena->chunks;
  arena->chunks = chunk;
  return chunk;
}

void *arena_allocate(struct arena *arena, size_t size) {
  size_t align = _Alignof(long long); /* the largest alignment in a tree, and trees are large */
  if (size > SIZE_MAX / 2)
    return NULL;
  size = (size + align - 1) / align * align;
  struct arena_chunk *chunk = arena->chunks;
  if (!chunk || chunk->size - chunk->used < size)
    chunk = chunk_add(arena, size);
  if (!chunk)
    return NULL;
  void *memory = chunk->data + chunk->used;
  chunk->used += size;
  return memory;
}

char *arena_copy(struct arena *arena, const void *data, size_t length) {
  char *copy = arena_allocate(arena, length + 1);
  if (copy && length > 0)
    memcpy(copy, data, length);
  return copy;
}

void arena_free(struct arena *arena) {
  while (arena->chunks) {
    struct arena_chunk *chunk = arena->chunks;
    arena->chunks = chunk->next;
    chunk_free(chunk);
  }
}
