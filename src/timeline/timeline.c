#include "timeline/timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language/loss.h"
#include "system/descriptor.h"
#include "system/lock.h"
#include "system/wait.h"
#include "timeline/codec.h"

/* For how long the offset between the two clocks is assumed constant, in nanoseconds. */
static const int64_t WALL_AGE = 100000000;

enum {
  BLOCK_SIZE = 256 * 1024, /* bytes in memory before they are spilled */
  FILE_LIMIT =
      512 * 1024 *
      1024, /* the size of the file, a ring in which the newest events overwrite the oldest */
  BLOCK_LIMIT = FILE_LIMIT / BLOCK_SIZE * 2,
};

/* A part of the file that holds whole events. */
struct block {
  uint64_t first; /* the serial of its first event */
  off_t offset;
  size_t length;
};

struct timeline {
  struct lock lock;       /* guards the whole struct, but for `heard` */
  _Atomic unsigned heard; /* the kinds of events that the listener shows */
  timeline_listener *listener;
  void *context;
  size_t record;
  uint64_t last;
  int64_t began;        /* the time of the first event; 0: there was none */
  int64_t latest;       /* the time of the latest event, monotonic nanoseconds */
  int64_t wall_offset;  /* the wall clock minus the monotonic one */
  int64_t wall_read;    /* when that was measured, by the monotonic clock */
  struct bytes tail;    /* the newest events, each preceded by its size in 4 bytes */
  uint64_t tail_first;  /* the serial of the first of them; 0: none */
  int file;             /* -1: there is none, and older events are lost */
  off_t file_end;       /* where the next block is written */
  struct block *blocks; /* a ring of BLOCK_LIMIT */
  size_t block_first;   /* the oldest in the ring */
  size_t block_count;
  int file_error; /* why there is no file */
  int unkept;     /* why events could not be written to it, an errno; 0: they could */
};

static void read_wall(struct timeline *timeline) {
  timeline->wall_read = clock_monotonic();
  timeline->wall_offset = clock_wall() - timeline->wall_read;
}

/* The wall-clock time for a monotonic time. The wall clock is read only now and then, since reading
 * a clock costs about as much as recording an event. */
static int64_t wall_at(struct timeline *timeline, int64_t monotonic) {
  int64_t age = monotonic - timeline->wall_read;
  if (age > WALL_AGE || age < -WALL_AGE)
    read_wall(timeline);
  return monotonic + timeline->wall_offset;
}

struct timeline *timeline_create(timeline_listener *listener, void *context) {
  struct timeline *timeline = calloc(1, sizeof *timeline);
  if (!timeline)
    return NULL;
  timeline->listener = listener;
  timeline->context = context;
  timeline->record = 64 * 1024;
  timeline->heard = EVENT_ANY;
  read_wall(timeline);
  timeline->file = -2; /* opened when the first block is full */
  return timeline;
}

void timeline_free(struct timeline *timeline) {
  if (!timeline)
    return;
  if (timeline->file >= 0)
    close(timeline->file);
  bytes_free(&timeline->tail);
  free(timeline->blocks);
  free(timeline);
}

void timeline_set_record(struct timeline *timeline, size_t bytes) {
  lock_take(&timeline->lock);
  timeline->record = bytes;
  lock_give(&timeline->lock);
}

static bool write_all(int file, const char *data, size_t length, off_t offset) {
  while (length > 0) {
    ssize_t written = pwrite(file, data, length, offset);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    data += written;
    length -= (size_t)written;
    offset += written;
  }
  return true;
}

/* Drops the oldest blocks that the next one would overwrite. */
static void make_way(struct timeline *timeline, off_t offset, size_t length) {
  while (timeline->block_count > 0) {
    const struct block *oldest = &timeline->blocks[timeline->block_first];
    bool overlaps =
        oldest->offset < offset + (off_t)length && offset < oldest->offset + (off_t)oldest->length;
    if (!overlaps && timeline->block_count < BLOCK_LIMIT)
      return;
    timeline->block_first = (timeline->block_first + 1) % BLOCK_LIMIT;
    timeline->block_count--;
  }
}

/* Writes the events in memory to the file; if that fails, they are lost. */
static void spill(struct timeline *timeline) {
  if (timeline->file == -2) {
    timeline->file = descriptor_open_unlinked();
    timeline->file_error = errno;
    timeline->blocks = calloc(BLOCK_LIMIT, sizeof *timeline->blocks);
  }
  size_t length = timeline->tail.length;
  off_t offset = timeline->file_end + (off_t)length > FILE_LIMIT ? 0 : timeline->file_end;
  if (timeline->file >= 0 && timeline->blocks && length <= FILE_LIMIT / 2) {
    make_way(timeline, offset, length);
    if (write_all(timeline->file, timeline->tail.data, length, offset)) {
      size_t at = (timeline->block_first + timeline->block_count++) % BLOCK_LIMIT;
      timeline->blocks[at] = (struct block){timeline->tail_first, offset, length};
      timeline->file_end = offset + (off_t)length;
    } else {
      timeline->unkept = errno;
    }
  } else if (timeline->file < 0 || !timeline->blocks) {
    timeline->unkept = timeline->blocks ? timeline->file_error : ENOMEM;
  }
  if (timeline->unkept)
    loss_of_record(timeline->unkept);
  if (timeline->tail.capacity > 4 * BLOCK_SIZE)
    bytes_free(&timeline->tail);
  else
    bytes_clear(&timeline->tail);
  timeline->tail_first = 0;
}

/* A thread with a descriptor table of its own lacks the file: the next thread that has it
 * spills. */
static void spill_if_full(struct timeline *timeline) {
  if (timeline->tail.length >= BLOCK_SIZE && !descriptor_is_apart())
    spill(timeline);
}

static void keep(struct timeline *timeline, struct event *event) {
  spill_if_full(timeline);
  uint32_t size = 0;
  size_t start = timeline->tail.length;
  bytes_append(&timeline->tail, &size, sizeof size);
  event->body = event_encode(event, timeline->record, &timeline->tail);
  if (timeline->tail.failed) {
    timeline->tail.failed = false;
    timeline->tail.length = start;
    return;
  }
  size = (uint32_t)(timeline->tail.length - start - sizeof size);
  memcpy(timeline->tail.data + start, &size, sizeof size);
  if (timeline->tail_first == 0)
    timeline->tail_first = event->serial;
}

uint64_t timeline_append(struct timeline *timeline, struct event *event) {
  lock_take(&timeline->lock);
  event->serial = ++timeline->last;
  if (event->monotonic == EVENT_AT_ONCE)
    event->monotonic = timeline->latest;
  if (event->monotonic == 0)
    event->monotonic = clock_monotonic();
  if (event->monotonic > timeline->latest)
    timeline->latest = event->monotonic;
  if (timeline->began == 0)
    timeline->began = event->monotonic;
  if (event->wall == 0)
    event->wall = wall_at(timeline, event->monotonic);
  keep(timeline, event);
  timeline->listener(event, timeline->context);
  lock_give(&timeline->lock);
  return event->serial;
}

/* Keeps bytes as they are. */
static void keep_bytes(struct timeline *timeline, uint64_t serial, const char *data, size_t size) {
  uint32_t count = (uint32_t)size;
  spill_if_full(timeline);
  if (bytes_reserve(&timeline->tail, sizeof count + size) < 0) {
    timeline->tail.failed = false; /* it is shown, and counted as lost */
    return;
  }
  bytes_append(&timeline->tail, &count, sizeof count);
  bytes_append(&timeline->tail, data, size);
  if (timeline->tail_first == 0)
    timeline->tail_first = serial;
}

enum timeline_taken timeline_take(struct timeline *timeline, const char *data, size_t size,
                                  bool shown, timeline_kept *each, void *context) {
  struct event event;
  struct decoded decoded;
  if (size > UINT32_MAX || event_decode(data, size, &event, &decoded) < 0)
    return TAKEN_NO_EVENT;
  if (each)
    each(&event, data, size, context);
  lock_take(&timeline->lock);
  bool next = event.serial > timeline->last && event.serial < UINT64_MAX / 2;
  if (next) {
    timeline->last = event.serial;
    if (event.monotonic > timeline->latest)
      timeline->latest = event.monotonic;
    if (timeline->began == 0)
      timeline->began = event.monotonic;
    keep_bytes(timeline, event.serial, data, size);
    if (shown)
      timeline->listener(&event, timeline->context);
  }
  lock_give(&timeline->lock);
  decoded_free(&decoded);
  return next ? TAKEN : TAKEN_NOT_NEXT;
}

void timeline_set_heard(struct timeline *timeline, unsigned kinds) {
  timeline->heard = kinds;
}

bool timeline_hears(const struct timeline *timeline, enum event_kind kind) {
  return atomic_load_explicit(&timeline->heard, memory_order_relaxed) & EVENT_BIT(kind);
}

void timeline_call(struct timeline *timeline, void (*function)(void *context), void *context) {
  lock_take(&timeline->lock);
  function(context);
  lock_give(&timeline->lock);
}

int64_t timeline_began(struct timeline *timeline) {
  lock_take(&timeline->lock);
  int64_t began = timeline->began;
  lock_give(&timeline->lock);
  return began;
}

int timeline_unkept(struct timeline *timeline) {
  lock_take(&timeline->lock);
  int error = timeline->unkept;
  lock_give(&timeline->lock);
  return error;
}

uint64_t timeline_last(struct timeline *timeline) {
  lock_take(&timeline->lock);
  uint64_t last = timeline->last;
  lock_give(&timeline->lock);
  return last;
}

struct walk {
  uint64_t from;
  uint64_t to;
  unsigned kinds;
  uint64_t seen;
  bool (*each)(const struct event *event, void *context);
  timeline_kept *each_kept; /* in its place, if it is not NULL */
  void *context;
};

/* Walks the events of a block in memory. False if the caller has had enough. */
static bool walk_block(struct walk *walk, const char *data, size_t length) {
  size_t at = 0;
  uint32_t size;
  while (at + sizeof size <= length) {
    struct event event;
    struct decoded decoded;
    memcpy(&size, data + at, sizeof size);
    at += sizeof size;
    if (size > length - at)
      break;
    uint64_t serial;
    enum event_kind kind = event_peek(data + at, size, &serial);
    bool within = serial >= walk->from && serial <= walk->to;
    bool wanted = within && walk->kinds & EVENT_BIT(kind);
    walk->seen += within;
    bool read = wanted && event_decode(data + at, size, &event, &decoded) == 0;
    if (wanted && !read)
      loss_of_memory(); /* what this program has written it can read, if there is memory */
    if (read) {
      bool more = walk->each_kept ? walk->each_kept(&event, data + at, size, walk->context)
                                  : walk->each(&event, walk->context);
      decoded_free(&decoded);
      if (!more)
        return false;
    }
    at += size;
  }
  return true;
}

static void read_block(const struct timeline *timeline, const struct block *block,
                       struct bytes *memory) {
  bytes_clear(memory);
  if (bytes_reserve(memory, block->length) == 0 &&
      pread(timeline->file, memory->data, block->length, block->offset) == (ssize_t)block->length)
    memory->length = block->length;
}

/* Copies the block that holds the first kept event at or after `from` into *memory. Returns the
 * serial after its last event, 0 when there is no block. */
static bool next_block(struct timeline *timeline, uint64_t from, struct bytes *memory,
                       uint64_t *next) {
  bytes_clear(memory);
  for (size_t i = 0; i < timeline->block_count; i++) {
    const struct block *block = &timeline->blocks[(timeline->block_first + i) % BLOCK_LIMIT];
    const struct block *after = &timeline->blocks[(timeline->block_first + i + 1) % BLOCK_LIMIT];
    uint64_t end = i + 1 < timeline->block_count ? after->first
                   : timeline->tail_first        ? timeline->tail_first
                                                 : timeline->last + 1;
    if (end <= from)
      continue;
    *next = end;
    read_block(timeline, block, memory);
    return true;
  }
  if (timeline->tail_first == 0 || timeline->last < from)
    return false;
  bytes_append(memory, timeline->tail.data, timeline->tail.length);
  *next = timeline->last + 1;
  return true;
}

static uint64_t walk_all(struct timeline *timeline, struct walk *walk) {
  struct bytes memory = {0};
  uint64_t at = walk->from;
  bool more = true;
  while (more && at <= walk->to) {
    lock_take(&timeline->lock);
    bool found = next_block(timeline, at, &memory, &at);
    lock_give(&timeline->lock);
    more = found && walk_block(walk, memory.data, memory.length);
  }
  bytes_free(&memory);
  return more && walk->to >= walk->from ? walk->to - walk->from + 1 - walk->seen : 0;
}

uint64_t timeline_walk(struct timeline *timeline, uint64_t from, unsigned kinds,
                       bool (*each)(const struct event *event, void *context), void *context) {
  struct walk walk = {.from = from ? from : 1,
                      .to = timeline_last(timeline),
                      .kinds = kinds,
                      .each = each,
                      .context = context};
  return walk_all(timeline, &walk);
}

uint64_t timeline_walk_kept(struct timeline *timeline, timeline_kept *each, void *context) {
  struct walk walk = {.from = 1,
                      .to = timeline_last(timeline),
                      .kinds = EVENT_ANY,
                      .each_kept = each,
                      .context = context};
  return walk_all(timeline, &walk);
}

/* Copies the newest kept block whose events are all before `before` into *memory, with the serial
 * of its first event. False if there is none. */
static bool previous_block(struct timeline *timeline, uint64_t before, struct bytes *memory,
                           uint64_t *first) {
  bytes_clear(memory);
  if (timeline->tail_first && timeline->tail_first < before) {
    bytes_append(memory, timeline->tail.data, timeline->tail.length);
    *first = timeline->tail_first;
    return true;
  }
  for (size_t i = timeline->block_count; i-- > 0;) {
    const struct block *block = &timeline->blocks[(timeline->block_first + i) % BLOCK_LIMIT];
    if (block->first >= before)
      continue;
    *first = block->first;
    read_block(timeline, block, memory);
    return true;
  }
  return false;
}

struct count {
  bool (*matches)(const struct event *event, void *context);
  void *context;
  size_t found;
};

static bool count_event(const struct event *event, void *context) {
  struct count *count = context;
  count->found += count->matches(event, count->context);
  return true;
}

uint64_t timeline_find_last(struct timeline *timeline, unsigned kinds,
                            bool (*matches)(const struct event *event, void *context),
                            void *context, size_t wanted, size_t *skip) {
  struct count count = {.matches = matches, .context = context};
  struct walk walk = {
      .to = timeline_last(timeline), .kinds = kinds, .each = count_event, .context = &count};
  struct bytes memory = {0};
  uint64_t from = walk.to + 1;
  bool found = true;
  while (found && count.found < wanted) {
    lock_take(&timeline->lock);
    found = previous_block(timeline, from, &memory, &from);
    lock_give(&timeline->lock);
    if (found)
      walk_block(&walk, memory.data, memory.length);
  }
  bytes_free(&memory);
  *skip = count.found > wanted ? count.found - wanted : 0;
  return found ? from : 1;
}
