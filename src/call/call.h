/* call: one socket call as data: which call, its typed arguments, and its outcome.
 *
 * A call takes three steps. call_prepare, under the session's lock, reserves all that the third
 * will need. call_perform, on any thread and without the lock, touches only the struct and makes
 * exactly one system call. call_finish, under the lock again, updates the table of sockets. It
 * cannot fail, since the kernel has already acted. */
#ifndef SOCKSH_CALL_CALL_H
#define SOCKSH_CALL_CALL_H

#include <stdint.h>

#include "call/call_row.h"
#include "language/value.h"
#include "names/address.h"
#include "option/option.h"
#include "socket/socket.h"

/* One entry of poll, select or epoll. */
struct call_item {
  struct socket_label label;
  struct socket
      *entry; /* a reference while the call lives; NULL in one read back from the timeline */
  int descriptor;
  uint32_t asked; /* requested events; for select: bits of enum call_set */
  uint32_t given; /* returned events */
  uint64_t data;  /* of epoll: what the program registered, and is given back with an event */
};
enum call_set { SET_READ = 1, SET_WRITE = 2, SET_EXCEPT = 4 };

/* What poll, select and epoll wait for, or return. */
struct call_items {
  struct call_item *item; /* owned */
  size_t count;
  size_t room; /* epoll_wait: maxevents */
};

/* A message of sendmsg, recvmsg and the like. Its data is a range of call->data. */
struct call_message {
  size_t start;          /* its offset in call->data */
  size_t length;         /* bytes of it that are in call->data */
  size_t moved;          /* bytes that the kernel says it has moved (msg_len), where it says so */
  size_t part_sizes[32]; /* bytes in each iovec */
  size_t part_count;
  size_t part_more;         /* iovecs behind those, of which only the bytes are kept */
  size_t room;              /* bytes that all of them have room for; 0: those of part_sizes */
  bool named;               /* whether it has an address: destination or source */
  struct address address;   /* length 0: none */
  struct bytes control;     /* the control buffer: to send, or room to receive */
  size_t control_size;      /* msg_controllen, before and after the call */
  int flags;                /* msg_flags of a received message */
  struct socket **received; /* reserved for SCM_RIGHTS; received_count are in use */
  size_t received_room;
  size_t received_count;
};

struct call_messages {
  struct call_message *message; /* owned */
  size_t count;
};

/* A lookup of names or addresses. */
struct call_lookup {
  char *text[2];         /* host and service: the query or the answer; owned; NULL: none */
  struct address *found; /* getaddrinfo: the addresses; owned */
  int *types;            /* their socket types; owned */
  size_t count;
};

/* A descriptor of socksh's own: a file, or one end of a pipe. */
struct call_file {
  char *name;     /* as shown in the call; owned; NULL: none */
  int descriptor; /* -1: none */
};

/* The value of an option. Its bytes are in call->data. */
struct call_value {
  const struct option *option; /* NULL: known only by number */
  bool raw;                    /* given, or to be shown, as bytes */
  size_t whole;                /* of a log: its length, where call->data has only its first bytes */
};

/* What it means that a receiving call returned 0. */
enum call_zero {
  ZERO_NOT,         /* it returned something else, or is no such call */
  ZERO_END,         /* the end of the stream: the peer has closed, or shut down its sending side */
  ZERO_GONE,        /* the end of the stream: the socket has no connection any more */
  ZERO_END_OR_NONE, /* the end, or an empty message in front of it: the kernel does not tell */
  ZERO_ENDS,        /* values above are no end of the stream, and those up to here are one */
  ZERO_EMPTY,       /* an empty datagram or message */
  ZERO_ASKED,       /* no byte was asked for */
  ZERO_ERROR_QUEUE, /* a message of the error queue, which carries no data */
  ZERO_SHUT,        /* this side was shut down for receiving */
};

struct call {
  enum call_name name;
  struct socket *entry;        /* the socket it is made on, a reference; NULL: none */
  struct socket *other;        /* a second socket (epoll_ctl, splice), a reference; NULL: none */
  struct socket_label subject; /* the label of `entry`, which outlives it */
  struct socket_label object;
  long number[3];         /* integers, flags and symbols, in the slots that the parts name */
  struct address address; /* passed in or filled in */
  bool no_address;        /* none was asked for: NULL was passed for the two to fill in */
  bool no_data;           /* NULL is passed in place of the data, which is empty */
  struct blob *data;      /* what to send, or room to receive into; a reference */
  size_t size;            /* bytes asked for; to be sent: all, where data has fewer */
  bool discards;    /* the kernel counts what it takes, and writes none of it: MSG_TRUNC on TCP */
  int peek_offset;  /* SO_PEEK_OFF, where the result does not tell how much was written; else 0 */
  int64_t duration; /* a timeout in nanoseconds, -1: none */
  union {           /* call_row.payload says which member is in use */
    struct call_items items;
    struct call_messages messages;
    struct call_lookup lookup;
    struct call_file file;
    struct call_value value;
  };
  struct host *host; /* socket, socketpair: the lab's host to make it on; NULL: this machine */
  const char *where; /* the name of the host it is made on; NULL: this machine */
  int refused;       /* a fault: it is not made, and fails with this errno; 0: it is made */
  size_t limit;      /* a fault: no more bytes are asked for than this; 0: as many as `size` says */
  bool takes_part;   /* it moves less than there is because its command goes on, or wants no more */
  bool bulk;         /* one of many alike: a view for people may leave it out */

  /* The outcome. */
  long result;
  enum call_zero zero; /* filled in where the call was made, and not kept by the timeline */
  int error;           /* errno, 0 on success; getaddrinfo: an EAI_ number, as in `result` */
  int unasked;         /* not made: the errno with which its host in the lab could not be asked */
  bool interrupted;    /* this program's signal ended it, or would have */
  bool injected;       /* its outcome was brought about on purpose: a fault */
  int made[2];         /* descriptors that the kernel made, -1: none */
  struct socket *made_entry[2]; /* reserved by call_prepare, in the table after call_finish */
  struct socket_label made_label[2];
  int64_t began;        /* monotonic nanoseconds; 0: the log that it is from does not say it */
  int64_t ended;        /* the same */
  uint64_t start_event; /* serial number of the event that records its start; 0: none does */
};

/* The call's row in the table. */
static inline const struct call_row *call_row(const struct call *call) {
  return &call_rows[call->name];
}

/* The call's items, or NULL if it has none. */
static inline const struct call_items *call_items(const struct call *call) {
  return call_row(call)->payload == PAYLOAD_ITEMS ? &call->items : NULL;
}

/* Whether the call has a part of this kind. */
bool call_has_part(const struct call *call, enum call_part_kind kind);

/* Whether the other end may notice that the call is made: it sends, connects, closes or shuts down.
 */
bool call_acts(const struct call *call);

/* Whether it may return because of what was done at the other end. */
bool call_notices(const struct call *call);

/* How many descriptors the call makes if it succeeds. */
int call_descriptors(const struct call *call);

/* The call's MSG_ flags, or 0 if it takes none. */
long call_message_flags(const struct call *call);

/* How the option's value is parsed and shown. */
const struct option_type *call_value_type(const struct call *call);

/* The address that the call names, to explain a failure with. NULL if there is none. */
const struct address *call_destination(const struct call *call);

/* Whether the call failed: by its result, or a lookup by its status. */
bool call_has_failed(const struct call *call);

/* Whether it has found the end of the stream. */
static inline bool call_found_end(const struct call *call) {
  return call->zero > ZERO_NOT && call->zero < ZERO_ENDS;
}

/* True if the call that just returned proves what a look would find: nothing has changed. */
bool call_needs_no_look(const struct call *call);

/* Initializes an empty call and takes a reference to `entry`, which may be NULL. `duration`, `made`
 * and a file's descriptor are -1. */
void call_init(struct call *call, enum call_name name, struct socket *entry);

/* Reserves memory and table entries. 0, or -1 with an error (EBADF if a socket is closed, or no
 * memory). Then call_free releases what was reserved. */
int call_prepare(struct call *call, struct socket_table *table, struct error *error);

/* Makes the system call and stores result and errno. It takes no lock and touches nothing outside
 * the struct. */
void call_perform(struct call *call);

/* Undoes call_prepare if the call is not made after all. */
void call_cancel(struct call *call);

/* Updates the table of sockets after the call. */
void call_finish(struct call *call, struct socket_table *table);

/* Frees what the call owns and drops its references. The struct itself stays the caller's. */
void call_free(struct call *call);

#endif
