/* wire: carries packets between the hosts of the lab, and holds them where that is asked for.
 *
 * One thread reads the packets of all interfaces, decides what becomes of each, and writes it to
 * the interface that it is for. With the wire held they wait in one queue, in the order in which
 * they came, and cross when a command lets them. Each is an event on the timeline. `lock` guards
 * all of it; it is taken below the session's lock and above the timeline's. The thread sleeps while
 * there is nothing to do. */
#ifndef SOCKSH_LAB_WIRE_H
#define SOCKSH_LAB_WIRE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "lab/flow.h"
#include "lab/held.h"
#include "lab/request.h"
#include "language/error.h"
#include "packet/packet.h"
#include "socket/host.h"
#include "timeline/timeline.h"

struct lab_host;

/* What the wire does to packets from one interface to another. Zero: nothing. */
struct wire_shape {
  int64_t delay;  /* nanoseconds */
  int64_t jitter; /* at most so many more, or fewer */
  double loss;    /* 0 to 1 */
  uint64_t rate;  /* bits a second; 0: without limit */
  bool cut;
};

/* The same with what it remembers. */
struct wire_way {
  struct wire_shape shape;
  int64_t free; /* when the last packet will have left it, at its rate; monotonic nanoseconds */
};

/* Hosts that reach each other directly. */
struct lan {
  char name[HOST_NAME_SIZE];
  unsigned index;
  unsigned next_number; /* that of the next host on it: 1, 2, 3 ... */
  unsigned mtu;
  struct wire_link *links[LAB_HOSTS + 1]; /* by number; NULL where there is none */
  struct wire_link
      *toward[LAB_WIRES]; /* for packets to another LAN: the router; NULL: there is no way */
};

/* An interface of a host. */
struct wire_link {
  unsigned index; /* among all links */
  struct lab_host *host;
  struct lan *lan;
  unsigned number; /* the host's on that LAN */
  int device;      /* its TUN descriptor */
  bool inet6;
  char name[8];          /* of the interface, "eth0" */
  struct wire_way *ways; /* to the links, by their index */
};

struct wire {
  pthread_mutex_t lock;
  pthread_t thread;
  bool running; /* there is the thread */
  bool stopping;
  int wake;              /* an eventfd that wakes it */
  _Atomic unsigned news; /* counts what came and crossed; waited for as a futex */
  struct timeline *timeline;
  bool holds;    /* `wire hold` */
  bool shows;    /* `wire show` */
  bool folds;    /* `wire fold` */
  bool captures; /* somebody writes the packets down: whole, as they would be on a cable */
  bool shaped;   /* something is done to packets on some way */
  uint64_t
      statement; /* what its events belong to: the statement that let a packet cross; 0: none */
  unsigned job;
  unsigned numbers;       /* packets so far */
  uint64_t random;        /* the state of the generator */
  struct wire_shape base; /* of links to come */
  struct lan *lans[LAB_WIRES];
  size_t lan_count;
  struct wire_link *links[LAB_HOSTS * 4];
  size_t link_count;
  struct held_queue held; /* by hand */
  struct held_queue
      recent; /* crossed by hand a moment ago, and not acknowledged yet: see wire_remember */
  struct held_queue flying; /* by time: the next one due first */
  struct flow_table flows;
  unsigned char *buffer; /* what is read */
};

/* 0, or an errno. */
int wire_start(struct wire *wire, struct timeline *timeline, bool repeatable);
/* Ends its thread: nothing crosses any more, and no event comes. */
void wire_halt(struct wire *wire);
void wire_stop(struct wire *wire);

void wire_lock(struct wire *wire);
void wire_unlock(struct wire *wire);

/* The rest is called with the lock held. */

/* The LAN of a name, NULL where there is none; and a new one, NULL when there is no memory or no
 * room. */
struct lan *wire_find_lan(const struct wire *wire, const char *name, size_t length);
struct lan *wire_add_lan(struct wire *wire, const char *name);

/* Adds an interface, whose descriptor becomes the wire's. NULL when there is no memory. */
struct wire_link *wire_add_link(struct wire *wire, struct lab_host *host, struct lan *lan,
                                unsigned number, int device, bool inet6);

/* Finds the ways between LANs anew. */
void wire_route(struct wire *wire);

/* Holds packets, or lets all that are held cross, and from then on every other. */
void wire_set_holds(struct wire *wire, bool holds);
void wire_set_shows(struct wire *wire, bool shows);
void wire_set_captures(struct wire *wire, bool captures);

/* True while packets flow unseen, and nothing is done to them. */
bool wire_is_fast(const struct wire *wire);

/* The held packet of a number; NULL: none. */
struct held *wire_find_held(const struct wire *wire, unsigned number);

/* True where it is a TCP segment with all of these flags. */
bool wire_has_flags(const struct held *held, unsigned flags);

/* What an event would say of it now. The names of those who are no hosts are written into the
 * rooms. */
void wire_describe(struct wire *wire, const struct held *held, struct event_packet *event,
                   char rooms[2][64]);

/* Lets one cross, and reads what the hosts answer at once. */
void wire_deliver(struct wire *wire, struct held *held);

void wire_drop(struct wire *wire, struct held *held);
/* A second one right behind it. 0, or -1 when there is no memory. */
int wire_duplicate(struct wire *wire, struct held *held);
/* Takes the place of another. */
void wire_move(struct wire *wire, struct held *held, struct held *place);
/* Says that its bytes were changed. */
void wire_changed(struct wire *wire, struct held *held, const char *how);
/* Flips one bit of what it carries. */
void wire_corrupt(struct wire *wire, struct held *held);

/* Puts a packet onto the wire, as if a host had sent it. 0, or -1 with an error. */
int wire_inject(struct wire *wire, const void *bytes, size_t length, struct error *error);

/* Changes what happens between two hosts, NULL: any. `change` is called for each way, and for those
 * to come where both are NULL. */
void wire_shape_ways(struct wire *wire, const struct lab_host *from, const struct lab_host *to,
                     void (*change)(struct wire_shape *shape, void *context), void *context);
/* Whether it does anything. */
bool wire_is_shaped(const struct wire_shape *shape);
void wire_seed(struct wire *wire, uint64_t seed);

/* Reads what there is to be read now. */
void wire_pump(struct wire *wire);

/* The bases that relative numbers in a packet hang on; false where its connection is not known. */
bool wire_bases(struct wire *wire, const struct packet *packet, struct flow_bases *bases);

/* The name of who has an address: a host's, or the address as text in `room`. */
const char *wire_name(const struct wire *wire, const struct address *address, char room[64]);

/* True when packets are on their way that nobody holds: things will go on. */
bool wire_busy(struct wire *wire);

#endif
