/* call_part: the kinds of part as far as making a call is concerned: a row each. */
#ifndef SOCKSH_CALL_CALL_PART_H
#define SOCKSH_CALL_CALL_PART_H

#include <linux/filter.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "call/call.h"

enum { CALL_WORDS = 8, CALL_IOVECS = 16 };

/* What the kernel is given, as machine words, while a call is made. */
struct call_frame {
  long words[CALL_WORDS];
  int count;
  void *memory; /* for what has no room below; freed behind the call; NULL: none */
  bool failed;  /* there was no memory: the call can't be made */
  union {       /* filled in by the part that needs it: a call has one such part */
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
};

struct call_part_class {
  /* In prepare: reserves what the part will need. 0, or -1 when there is no memory. NULL: nothing.
   */
  int (*reserve)(struct call *call, struct socket_table *table);
  /* Puts the part's words into the frame. It touches nothing outside the call. */
  void (*load)(struct call *call, const struct call_part *part, struct call_frame *frame);
  /* Takes what the kernel has filled in. NULL: nothing. */
  void (*store)(struct call *call, const struct call_part *part, struct call_frame *frame);
  /* In finish: brings the table of sockets up to date. NULL: there is nothing to do. */
  void (*finish)(struct call *call, struct socket_table *table);
  enum call_payload payload; /* which member of the call's union it is about */
};

extern const struct call_part_class call_part_classes[PART_COUNT_OF_KINDS];

/* Adds a word to the frame. */
static inline void call_frame_add(struct call_frame *frame, long word) {
  frame->words[frame->count++] = word;
}
static inline void call_frame_add_pointer(struct call_frame *frame, const void *pointer) {
  call_frame_add(frame, (long)pointer);
}

/* Zeroed memory that is freed behind the call; NULL, and the frame has failed. */
void *call_frame_allocate(struct call_frame *frame, size_t count, size_t size);

/* The readers of messages: message.c. */
int message_reserve(struct call *call, struct socket_table *table);
void message_load_in(struct call *call, const struct call_part *part, struct call_frame *frame);
void message_load_out(struct call *call, const struct call_part *part, struct call_frame *frame);
void message_load_several_in(struct call *call, const struct call_part *part,
                             struct call_frame *frame);
void message_load_several_out(struct call *call, const struct call_part *part,
                              struct call_frame *frame);
void message_store_sent(struct call *call, const struct call_part *part, struct call_frame *frame);
void message_store_received(struct call *call, const struct call_part *part,
                            struct call_frame *frame);
void message_store(struct call *call, const struct call_part *part, struct call_frame *frame);
void message_finish(struct call *call, struct socket_table *table);

#endif
