/* call: one socket call as data: which one, its typed arguments, and what came of it.
 *
 * Three steps. call_prepare, under the session's lock, reserves all that the third will need.
 * call_perform, on any thread and without the lock, touches only the struct and makes exactly one
 * system call. call_finish, under the lock again, brings the table of sockets up to date, and
 * cannot fail, since the kernel has already acted. */
#ifndef SOCKSH_CALL_CALL_H
#define SOCKSH_CALL_CALL_H

#include <stdint.h>

#include "language/value.h"
#include "names/address.h"
#include "option/option.h"
#include "socket/socket.h"

enum call_name {
  CALL_SOCKET,
  CALL_SOCKETPAIR,
  CALL_BIND,
  CALL_LISTEN,
  CALL_ACCEPT,
  CALL_ACCEPT4,
  CALL_CONNECT,
  CALL_SHUTDOWN,
  CALL_CLOSE,
  CALL_DUP,
  CALL_PIPE,
  CALL_SEND,
  CALL_SENDTO,
  CALL_SENDMSG,
  CALL_WRITE,
  CALL_RECV,
  CALL_RECVFROM,
  CALL_RECVMSG,
  CALL_READ,
  CALL_SENDFILE,
  CALL_SPLICE,
  CALL_GETSOCKNAME,
  CALL_GETPEERNAME,
  CALL_GETSOCKOPT,
  CALL_SETSOCKOPT,
  CALL_FCNTL,
  CALL_IOCTL,
  CALL_POLL,
  CALL_SELECT,
  CALL_EPOLL_CREATE1,
  CALL_EPOLL_CTL,
  CALL_EPOLL_WAIT,
  CALL_GETADDRINFO,
  CALL_GETNAMEINFO,
  CALL_COUNT,
};

/* What stands at one place between a call's parentheses. */
enum call_part {
  PART_END,
  PART_SUBJECT,     /* the descriptor of call->subject */
  PART_OBJECT,      /* the descriptor of call->object */
  PART_NUMBER,      /* call->number[slot], with the names of a set, or plain */
  PART_TYPE,        /* number[slot]: a socket type, with its flags */
  PART_PROTOCOL,    /* number[slot]: a protocol, 0 printed as 0 */
  PART_PAIR,        /* the two descriptors made */
  PART_ADDRESS_IN,  /* address and its length */
  PART_ADDRESS_OUT, /* address and its length, filled in by the kernel */
  PART_DATA_IN,     /* data and its length */
  PART_DATA_OUT,    /* data, and the size that was asked for */
  PART_OPTION,      /* level and name of the option: number[0], number[1] */
  PART_VALUE_IN,    /* the option's value and its length */
  PART_VALUE_OUT,
  PART_FLAGS_WORD,   /* fcntl's third argument: flags in number[1], where the command sets them */
  PART_REQUEST_WORD, /* ioctl's third argument: [number[1]] */
  PART_POLL,         /* items and their count */
  PART_SETS,         /* select's count and three sets */
  PART_EVENT,        /* epoll_ctl's event */
  PART_EVENTS,       /* epoll_wait's events and their most */
  PART_MILLISECONDS, /* duration, -1 where there is none */
  PART_TIMESPEC,     /* duration as {tv_sec, tv_nsec}, NULL where there is none */
  PART_MESSAGE,      /* a struct msghdr */
  PART_TEXT,         /* text[slot], NULL where there is none */
  PART_HINTS,        /* getaddrinfo's hints: number[0] family, number[1] type */
  PART_RESULT,       /* getaddrinfo's result, as a count */
  PART_FILE,         /* the file in text[slot] */
  PART_OFFSET,       /* where in it: [number[slot]], and behind the call number[slot + 1] */
  PART_COUNT,        /* bytes asked for */
  PART_NULL,         /* NULL */
  PART_OTHER_END,    /* the descriptor of call->object, or what text[slot] calls it */
};

struct call_argument {
  enum call_part part;
  int slot;
  const struct constant_set *set;
};

/* A row for each call, so that all views show it in the same way. */
struct call_form {
  const char *name; /* as in C */
  struct call_argument arguments[8];
  bool receives;  /* a result of 0 means the end of the stream */
  bool addresses; /* it may change the local or the peer's address */
};
extern const struct call_form call_forms[CALL_COUNT];

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

/* A control message, as its bytes: what it means is for control.h to say. */
struct call_control {
  int level;
  int type;
  struct bytes data;
  int *descriptors; /* SCM_RIGHTS: what was sent, or what came, with the count below */
  size_t descriptor_count;
};

/* The parts of a message that a plain call has no place for. */
struct call_message {
  size_t part_sizes[16]; /* how the data is cut into iovecs */
  size_t part_count;
  bool named;               /* there is an address, to or from */
  struct bytes control;     /* the control buffer: to send, or room for what comes */
  size_t control_size;      /* bytes of it given to the kernel; what it filled after the call */
  int flags;                /* msg_flags after recvmsg */
  struct socket **received; /* entries reserved for SCM_RIGHTS, then those in use */
  size_t received_room;
  size_t received_count;
};

struct call {
  enum call_name name;
  struct socket *entry;        /* the socket it is made on, a reference; NULL where there is none */
  struct socket *other;        /* epoll_ctl: the socket in question */
  struct socket_label subject; /* the same as labels, which outlive both */
  struct socket_label object;
  long number[3];              /* integers, flags and symbols, in the order of the form */
  struct address address;      /* in or out */
  bool wants_address;          /* an out address is asked for */
  const struct option *option; /* NULL: known by number only */
  bool raw_value;              /* the option's value was given, or is shown, as bytes */
  struct blob *data;           /* sent, or room for what is received; a reference */
  size_t size;                 /* bytes asked for */
  int64_t duration;            /* a time-out in nanoseconds, -1: none */
  struct call_item *items;     /* poll, select, epoll; owned */
  size_t item_count;
  size_t item_room;  /* epoll_wait: the most */
  struct host *host; /* socket, socketpair: the host of the lab to make it on; NULL: here */
  const char *where; /* the name of the host it is made on; NULL: here */
  struct call_message *message; /* sendmsg, recvmsg; owned */
  char *text[2];                /* owned */
  int file;  /* sendfile, splice: a descriptor of the program's own, the file or a pipe; -1: none */
  bool bulk; /* one of many alike: who reads along need not see it */
  struct address *found; /* getaddrinfo: the addresses; owned */
  int *found_types;      /* their socket types, owned */
  size_t found_count;

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

/* True for a call that sends: its result is how much was taken of what was to be sent. */
bool call_sends(const struct call *call);

/* True when the call that has just returned says as much about its socket as a look would: nothing
 * has changed. */
bool call_needs_no_look(const struct call *call);

/* An empty call. `duration` is -1, `made` are -1. */
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
