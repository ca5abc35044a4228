/* call_row: what each call is, as data. Whoever handles calls walks its row: nobody asks which call
 * it is.
 *
 * A call whose parts are of kinds that exist is one row in call_rows.inc. A new kind of part is a
 * line in EVERY_CALL_PART, and a reader of that name in each table of readers: call_part.c for
 * making the call, call_codec.c, call_text.c and call_json.c. The compiler names the one that is
 * missing. */
#ifndef SOCKSH_CALL_CALL_ROW_H
#define SOCKSH_CALL_CALL_ROW_H

#include <stdbool.h>

#include "names/constant.h"

struct call;

/* What stands at one place between a call's parentheses: X(kind, name of its readers). */
#define EVERY_CALL_PART(X)                                                                         \
  X(SUBJECT, subject)           /* the descriptor of call->subject */                              \
  X(OBJECT, object)             /* the descriptor of call->object */                               \
  X(NUMBER, number)             /* call->number[slot], with the names of a set, or plain */        \
  X(TYPE, type)                 /* number[slot]: a socket type, with its flags */                  \
  X(PROTOCOL, protocol)         /* number[slot]: a protocol, 0 printed as 0 */                     \
  X(PAIR, pair)                 /* the two descriptors made */                                     \
  X(ADDRESS_IN, address_in)     /* address and its length */                                       \
  X(ADDRESS_OUT, address_out)   /* address and its length, filled in by the kernel */              \
  X(DATA_IN, data_in)           /* data and its length */                                          \
  X(DATA_OUT, data_out)         /* data, and the size that was asked for */                        \
  X(OPTION, option)             /* level and name of the option: number[0], number[1] */           \
  X(VALUE_IN, value_in)         /* the option's value and its length */                            \
  X(VALUE_OUT, value_out)       /* the same, filled in by the kernel */                            \
  X(FLAGS_WORD, flags_word)     /* fcntl's third argument: number[1], where its command has one */ \
  X(REQUEST_WORD, request_word) /* ioctl's third argument: [number[1]], time in number[2] */       \
  X(POLL, poll)                 /* items and their count */                                        \
  X(SETS, sets)                 /* select's count and three sets */                                \
  X(EVENT, event)               /* epoll_ctl's event: number[1] */                                 \
  X(EVENTS, events)             /* epoll_wait's events and their most */                           \
  X(MILLISECONDS, milliseconds) /* duration, -1 where there is none */                             \
  X(TIMESPEC, timespec)         /* duration as {tv_sec, tv_nsec}, NULL where there is none */      \
  X(MESSAGE_IN, message_in)     /* a struct msghdr */                                              \
  X(MESSAGE_OUT, message_out)   /* the same, filled in by the kernel */                            \
  X(MESSAGES_IN, messages_in)   /* several struct mmsghdr, and their count */                      \
  X(MESSAGES_OUT, messages_out) /* the same, filled in by the kernel */                            \
  X(TEXT_IN, text_in)           /* lookup.text[slot], NULL where there is none */                  \
  X(TEXT_OUT, text_out)         /* the same, filled in */                                          \
  X(HINTS, hints)               /* getaddrinfo's hints: number[0] family, number[1] type */        \
  X(FOUND, found)               /* getaddrinfo's result */                                         \
  X(FILE, file)                 /* a file of the program's own, by its name */                     \
  X(OFFSET, offset)             /* where in it: number[slot]; behind the call number[slot + 1] */  \
  X(COUNT, size)                /* size: bytes asked for */                                        \
  X(NULL, null)                 /* NULL */                                                         \
  X(OTHER_END, other_end)       /* call->object, or a file of the program's own */

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
  const char *name; /* as the manual page of the call has it: "backlog" */
  int slot;
  const struct constant_set *set;
};

/* What the descriptors are that a call makes. */
enum call_makes {
  MAKES_NOTHING,
  MAKES_SOCKETS,      /* of the family, type and protocol in number[0] to [2] */
  MAKES_LIKE_SUBJECT, /* what the subject is */
  MAKES_EPOLL,
  MAKES_PIPE,
};

enum call_direction { MOVES_NOTHING, SENDS, RECEIVES };

/* What the number is that a call returns. */
enum call_result {
  RESULT_NUMBER,   /* as it is */
  RESULT_FLAGS,    /* fcntl: flags, where its command asks for some */
  RESULT_MESSAGES, /* how many messages were moved */
  RESULT_LOOKUP,   /* 0 or an EAI_ number */
  RESULT_POLLED,   /* how many of the items are ready */
  RESULT_SELECTED, /* how many bits of the sets are */
};

/* Which member of the union in struct call is in use. */
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
  /* Makes the call of words, in which the parts have put what the kernel is given. The result, and
   * errno. */
  long (*make)(struct call *call, const long *words);
  struct call_part parts[CALL_PARTS]; /* ended by PART_END */
  enum call_makes makes;
  int descriptors; /* how many of those */
  enum call_direction direction;
  enum call_result result;
  enum call_payload payload;
  bool filled_in;       /* the kernel fills in some of its parts */
  bool end_at_zero;     /* a result of 0 may mean the end of the stream */
  bool changes_address; /* it may change the local or the peer's address of its subject */
  bool names_address;   /* the address in it says where to: a failure is about that */
  bool shuts_down;      /* it ends a direction of its subject: number[0] says which */
  bool closes;          /* its subject's descriptor is gone afterwards */
  bool connects;        /* it may go on by itself when it has returned */
  bool takes_datagram;  /* what of a datagram does not fit into data is gone */
  bool proves_stream;   /* on a stream its success tells as much as a look would */
};

/* The names of calls, and their rows. */
enum call_name {
#define CALL(name, ...) CALL_##name,
#include "call/call_rows.inc"
#undef CALL
  CALL_COUNT,
};
extern const struct call_row call_rows[CALL_COUNT];

#endif
