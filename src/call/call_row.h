/* call_row: what each call is, as data. Code that handles calls walks the row and never asks which
 * call it has.
 *
 * A call whose parts are all of existing kinds is one row in call_rows.inc. A new kind of part is a
 * line in EVERY_CALL_PART and a handler in each of the tables: call_part.c, which makes the call,
 * call_codec.inc, call_text.c, json_call.c and those of view/program. The compiler names the one
 * that is missing. */
#ifndef SOCKSH_CALL_CALL_ROW_H
#define SOCKSH_CALL_CALL_ROW_H

#include <stdbool.h>

#include "names/constant.h"

struct call;

/* The kinds of argument between a call's parentheses: X(kind, name of its handlers). */
#define EVERY_CALL_PART(X)                                                                         \
  X(SUBJECT, subject)           /* the descriptor of call->subject */                              \
  X(OBJECT, object)             /* the descriptor of call->object */                               \
  X(NUMBER, number)             /* call->number[slot], with the names of a set, or plain */        \
  X(TYPE, type)                 /* number[slot]: a socket type, with its flags */                  \
  X(PROTOCOL, protocol)         /* number[slot]: a protocol, 0 printed as 0 */                     \
  X(PAIR, pair)                 /* array of the two new descriptors */                             \
  X(ADDRESS_IN, address_in)     /* address and its length */                                       \
  X(ADDRESS_OUT, address_out)   /* address and its length, filled in by the kernel */              \
  X(DATA_IN, data_in)           /* data and its length */                                          \
  X(DATA_OUT, data_out)         /* buffer and its size */                                          \
  X(OPTION, option)             /* level and name of the option: number[0], number[1] */           \
  X(VALUE_IN, value_in)         /* the option's value and its length */                            \
  X(VALUE_OUT, value_out)       /* the same, filled in by the kernel */                            \
  X(FLAGS_WORD, flags_word)     /* fcntl's third argument: number[1], where its command has one */ \
  X(REQUEST_WORD, request_word) /* ioctl's third argument: [number[1]], time in number[2] */       \
  X(POLL, poll)                 /* items and their count */                                        \
  X(SETS, sets)                 /* select's count and three sets */                                \
  X(EVENT, event)               /* epoll_ctl's event: number[1], its data in number[2] */          \
  X(EVENTS, events)             /* epoll_wait's events and maxevents */                            \
  X(MILLISECONDS, milliseconds) /* duration, -1 if there is none */                                \
  X(TIMESPEC, timespec)         /* duration as {tv_sec, tv_nsec}, NULL if there is none */         \
  X(TIMEVAL, timeval)           /* the same as {tv_sec, tv_usec} */                                \
  X(MESSAGE_IN, message_in)     /* a struct msghdr */                                              \
  X(MESSAGE_OUT, message_out)   /* the same, filled in by the kernel */                            \
  X(MESSAGES_IN, messages_in)   /* several struct mmsghdr, and their count */                      \
  X(MESSAGES_OUT, messages_out) /* the same, filled in by the kernel */                            \
  X(VECTOR_IN, vector_in)       /* iovecs to send, those of one message, and their count */        \
  X(VECTOR_OUT, vector_out)     /* the same, filled in by the kernel */                            \
  X(TEXT_IN, text_in)           /* lookup.text[slot], NULL if there is none */                     \
  X(TEXT_OUT, text_out)         /* the same, filled in */                                          \
  X(HINTS, hints)               /* getaddrinfo's hints: number[0] family, number[1] type */        \
  X(FOUND, found)               /* getaddrinfo's result */                                         \
  X(FILE, file)                 /* a file of socksh's own, shown by name */                        \
  X(OFFSET, offset)             /* number[slot]: file offset; afterwards in number[slot + 1] */    \
  X(COUNT, size)                /* size: bytes asked for */                                        \
  X(NULL, null)                 /* NULL */                                                         \
  X(OTHER_END, other_end)       /* call->object, or a file of socksh's own */

enum call_part_kind {
  PART_END,
#define CALL_PART_KIND(kind, name) PART_##kind,
  EVERY_CALL_PART(CALL_PART_KIND)
#undef CALL_PART_KIND
      PART_COUNT_OF_KINDS,
};

enum { CALL_PARTS = 8 };

struct call_part {
  enum call_part_kind kind;
  const char *name; /* as in the call's manual page: "backlog" */
  int slot;
  const struct constant_set *set;
};

/* What kind of descriptors a call makes. */
enum call_makes {
  MAKES_NOTHING,
  MAKES_SOCKETS,      /* with the family, type and protocol in number[0] to [2] */
  MAKES_LIKE_SUBJECT, /* of the same kind as the subject */
  MAKES_EPOLL,
  MAKES_PIPE,
  MAKES_ANYTHING, /* only with some of its options or requests, and the kernel is asked what */
};

enum call_direction { MOVES_NOTHING, SENDS, RECEIVES };

/* What a call may wait for. */
enum call_waits {
  WAITS_FOR_NOTHING,
  WAITS_FOR_INPUT,  /* for SO_RCVTIMEO at most */
  WAITS_FOR_OUTPUT, /* for SO_SNDTIMEO at most */
  WAITS_FOR_BOTH,   /* on one descriptor for input, on another for output */
};

/* What the number that a call returns means. */
enum call_result {
  RESULT_NUMBER,   /* a plain number */
  RESULT_FLAGS,    /* fcntl: flags, if its command returns some */
  RESULT_MESSAGES, /* number of messages moved */
  RESULT_LOOKUP,   /* 0 or an EAI_ number */
  RESULT_POLLED,   /* number of ready items */
  RESULT_SELECTED, /* number of bits in the returned sets */
};

/* The member of the union in struct call that is in use. */
enum call_payload {
  PAYLOAD_NONE,
  PAYLOAD_ITEMS,
  PAYLOAD_MESSAGES,
  PAYLOAD_LOOKUP,
  PAYLOAD_FILE,
  PAYLOAD_VALUE,
};

struct call_row {
  const char *name; /* as in C */
  /* Makes the call with the words that its parts have added. Returns the result and sets errno. */
  long (*make)(struct call *call, const long *words);
  struct call_part parts[CALL_PARTS]; /* ended by PART_END */
  enum call_makes makes;
  int descriptors; /* number of descriptors it makes */
  enum call_direction direction;
  enum call_waits waits;
  enum call_result result;
  enum call_payload payload;
  bool filled_in;       /* the kernel writes to some of its parts */
  bool end_at_zero;     /* a result of 0 may mean the end of the stream */
  bool changes_address; /* it may change its subject's local or peer address */
  bool names_address;   /* it names a destination, which a failure is about */
  bool shuts_down;      /* it shuts a direction of its subject down: number[0] says which */
  bool closes;          /* it closes its subject's descriptor */
  bool connects;        /* its work may go on after it returns */
  bool takes_datagram;  /* the part of a datagram that does not fit the buffer is lost */
  bool of_programs;     /* no command makes it: it is read of traced programs alone */
  bool proves_stream;   /* on a stream, success proves what a look would find */
};

/* enum call_name numbers the calls; call_rows has their rows. */
enum call_name {
#define MAKE(name, ...)
#define CALL(name, ...) CALL_##name,
#include "call/call_rows.inc"
#undef CALL
#undef MAKE
  CALL_COUNT,
};
extern const struct call_row call_rows[CALL_COUNT];

#endif
