/* call: one socket call as data: which one, its typed arguments, and what came of it.
 *
 * Three steps. call_prepare, under the session's lock, reserves all that the third will need.
 * call_perform, on any thread and without the lock, touches only the struct and makes exactly one
 * system call. call_finish, under the lock again, brings the table of sockets up to date, and
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
  uint32_t asked; /* events asked for; for select: bits of enum call_set */
  uint32_t given; /* events that came */
};
enum call_set { SET_READ = 1, SET_WRITE = 2, SET_EXCEPT = 4 };

/* What poll, select and epoll wait for, or give. */
struct call_items {
  struct call_item *item; /* owned */
  size_t count;
  size_t room; /* epoll_wait: the most */
};

/* A message of sendmsg, recvmsg and their like. Its data is a stretch of call->data. */
struct call_message {
  size_t start;          /* where in call->data it begins */
  size_t length;         /* how much of it was moved */
  size_t part_sizes[16]; /* how the data is cut into iovecs */
  size_t part_count;
  bool named;               /* there is an address, to or from */
  struct address address;   /* length 0: none */
  struct bytes control;     /* the control buffer: to send, or room for what comes */
  size_t control_size;      /* bytes of it given to the kernel; what it filled after the call */
  int flags;                /* msg_flags of one that was received */
  struct socket **received; /* entries reserved for SCM_RIGHTS, then those in use */
  size_t received_room;
  size_t received_count;
};

struct call_messages {
  struct call_message *message; /* owned */
  size_t count;
};

/* A look-up of names. */
struct call_lookup {
  char *text[2];         /* host and service, asked for or found; owned; NULL: none */
  struct address *found; /* getaddrinfo: the addresses; owned */
  int *types;            /* their socket types; owned */
  size_t count;
};

/* A descriptor of the program's own: a file, or an end of a pipe. */
struct call_file {
  char *name;     /* as the call shows it; owned; NULL: there is none */
  int descriptor; /* -1: none */
};

/* The value of an option, which is in call->data. */
struct call_value {
  const struct option *option; /* NULL: known by number only */
  bool raw;                    /* it was given, or is shown, as bytes */
};

struct call {
  enum call_name name;
  struct socket *entry;        /* the socket it is made on, a reference; NULL where there is none */
  struct socket *other;        /* epoll_ctl: the socket in question */
  struct socket_label subject; /* the same as labels, which outlive both */
  struct socket_label object;
  long number[3];         /* integers, flags and symbols, in the slots that the parts name */
  struct address address; /* in or out */
  struct blob *data;      /* sent, or room for what is received; a reference */
  size_t size;            /* bytes asked for */
  int64_t duration;       /* a time-out in nanoseconds, -1: none */
  union {                 /* the payload of the row says which of them it has */
    struct call_items items;
    struct call_messages messages;
    struct call_lookup lookup;
    struct call_file file;
    struct call_value value;
  };
  struct host *host; /* socket, socketpair: the host of the lab to make it on; NULL: here */
  const char *where; /* the name of the host it is made on; NULL: here */
  bool bulk;         /* one of many alike: a view for people may leave it out */

  /* What came of it. */
  long result;
  int error;        /* errno, 0 on success; for getaddrinfo an EAI_ number as `result` */
  bool interrupted; /* it was, or would have been, ended by this program's signal */
  int made[2];      /* descriptors that the kernel made, -1: none */
  struct socket *made_entry[2]; /* their entries: reserved by prepare, in the table after finish */
  struct socket_label made_label[2];
  int64_t began; /* monotonic nanoseconds */
  int64_t ended;
  uint64_t start_event; /* the serial of the event of its start */
};

/* Its row. */
static inline const struct call_row *call_row(const struct call *call) {
  return &call_rows[call->name];
}

/* Its items; NULL where it has none. */
static inline const struct call_items *call_items(const struct call *call) {
  return call_row(call)->payload == PAYLOAD_ITEMS ? &call->items : NULL;
}

/* Whether it has a part of this kind. */
bool call_has_part(const struct call *call, enum call_part_kind kind);

/* Its MSG_ flags; 0 where it takes none. */
long call_message_flags(const struct call *call);

/* How the option's value is read and shown. */
const struct option_type *call_value_type(const struct call *call);

/* The address that it was made for, which a failure is about; NULL: none. */
const struct address *call_destination(const struct call *call);

/* Whether it has failed: by its result, or a look-up by its status. */
bool call_has_failed(const struct call *call);

/* True when the call that has just returned says as much about its socket as a look would: nothing
 * has changed. */
bool call_needs_no_look(const struct call *call);

/* An empty call. `duration` is -1, `made` are -1, and so is the descriptor of a file. */
void call_init(struct call *call, enum call_name name, struct socket *entry);

/* Reserves memory and entries. 0, or -1 with an error and nothing done. */
int call_prepare(struct call *call, struct socket_table *table, struct error *error);

/* Makes the system call. No lock is held, and nothing outside the struct is touched. */
void call_perform(struct call *call);

/* Takes back what prepare did, where the call is not made after all. */
void call_cancel(struct call *call);

/* Brings the table up to date. */
void call_finish(struct call *call, struct socket_table *table);

/* Frees all that the call owns, and its references. */
void call_free(struct call *call);

#endif
