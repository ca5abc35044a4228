/* call_part: how each kind of part is handled when a call is made, a row each. */
#ifndef SOCKSH_CALL_CALL_PART_H
#define SOCKSH_CALL_CALL_PART_H

#include <linux/filter.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "call/call.h"

enum { CALL_WORDS = 8, CALL_IOVECS = 16, CALL_POISON = 0xA5 };

/* The machine words that the kernel is given, and the memory they point to. */
struct call_frame {
  long words[CALL_WORDS];
  int count;
  void *memory; /* for what does not fit below; freed after the call; NULL: none */
  bool failed;  /* out of memory: the call can't be made */
  union {       /* used by the part that needs it: no call has two such parts */
    socklen_t length;
    struct epoll_event event;
    struct sock_fprog program;
    off_t offset;
    struct {
      struct msghdr header;
      struct iovec parts[CALL_IOVECS];
    } message;
  };
  struct timespec time;
  struct timeval old_time;
};

struct call_part_class {
  /* In call_prepare: reserves what the part will need. 0, or -1 if out of memory. NULL: nothing to
   * do. */
  int (*reserve)(struct call *call, struct socket_table *table);
  /* Adds the part's words to the frame. Touches nothing outside the call. */
  void (*load)(struct call *call, const struct call_part *part, struct call_frame *frame);
  /* Reads back what the kernel has filled in. NULL: nothing to do. */
  void (*store)(struct call *call, const struct call_part *part, struct call_frame *frame);
  /* In call_finish: updates the table of sockets. NULL: nothing to do. */
  void (*finish)(struct call *call, struct socket_table *table);
  enum call_payload payload; /* the member of the call's union that it uses */
};

extern const struct call_part_class call_part_classes[PART_COUNT_OF_KINDS];

/* Adds a word to the frame. */
static inline void call_frame_add(struct call_frame *frame, long word) {
  frame->words[frame->count++] = word;
}
static inline void call_frame_add_pointer(struct call_frame *frame, const void *pointer) {
  call_frame_add(frame, (long)pointer);
}

/* Zeroed memory that call_perform frees after the call. On failure NULL, and `frame->failed` is
 * set. */
void *call_frame_allocate(struct call_frame *frame, size_t count, size_t size);

/* Fills a buffer with bytes that nobody takes for data, so that what the kernel does not write is
 * not seen to be anything: of a large one only the beginning. */
void call_poison(const struct call *call, char *buffer, size_t size);

/* How many bytes of this buffer, of `size` bytes, the kernel has written, when it says that it has
 * received `length` (-1: nothing). */
size_t call_written(const struct call *call, const char *buffer, long length, size_t size);

/* How messages are handled: in message.c. */
int message_reserve(struct call *call, struct socket_table *table);
void message_load_in(struct call *call, const struct call_part *part, struct call_frame *frame);
void message_load_out(struct call *call, const struct call_part *part, struct call_frame *frame);
void message_load_several_in(struct call *call, const struct call_part *part,
                             struct call_frame *frame);
void message_load_several_out(struct call *call, const struct call_part *part,
                              struct call_frame *frame);
void message_load_vector_in(struct call *call, const struct call_part *part,
                            struct call_frame *frame);
void message_load_vector_out(struct call *call, const struct call_part *part,
                             struct call_frame *frame);
void message_store_sent(struct call *call, const struct call_part *part, struct call_frame *frame);
void message_store_received(struct call *call, const struct call_part *part,
                            struct call_frame *frame);
void message_store(struct call *call, const struct call_part *part, struct call_frame *frame);
void message_finish(struct call *call, struct socket_table *table);

#endif
