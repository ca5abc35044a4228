/* wire: carries packets between the hosts of the lab, and holds them on request.
 *
 * One thread reads the packets of all interfaces, decides what becomes of each, and writes it to
 * the interface it is for. While the wire is held, they wait in one queue, in order of arrival, and
 * cross when a command delivers them. Each is an event on the timeline. `lock` guards all of it; it
 * is taken below the session's lock and above the timeline's. The thread sleeps while there is
 * nothing to do. */
#ifndef SOCKSH_LAB_WIRE_H
#define SOCKSH_LAB_WIRE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "lab/flow.h"
#include "lab/held.h"
#include "lab/request.h"
#include "lab/wire_gate.h"
#include "lab/wire_queue.h"
#include "lab/wire_rule.h"
#include "language/error.h"
#include "packet/packet.h"
#include "socket/host.h"
#include "timeline/timeline.h"

struct lab_host;
struct wire_counter_map;
struct wire_gso;

/* What the wire does to packets from one interface to another. Zeroed: nothing. */
struct wire_shape {
  int64_t delay;  /* nanoseconds */
  int64_t jitter; /* nanoseconds, the most by which the delay varies up or down */
  double loss;    /* the probability, 0 to 1 */
  uint64_t rate;  /* bits per second; 0: unlimited */
  unsigned queue; /* with a rate: how many may wait, with the one being sent; 0: any number */
  bool cut;
};

/* What happens by chance. Each draws from a stream of its own on each way, so that no setting
 * changes what another one does. */
enum wire_chance { CHANCE_LOSS, CHANCE_JITTER, CHANCES };

/* The same with its state. */
struct wire_way {
  struct wire_shape shape;
  uint64_t random[CHANCES]; /* the states of the random generators */
  int64_t free; /* when it has sent its last packet, at its rate; monotonic nanoseconds */
  struct wire_queue queue; /* what waits for that, where it is limited */
};

/* Hosts that reach each other directly. */
struct lan {
  char name[HOST_NAME_SIZE];
  unsigned index;
  unsigned next_number; /* the number of its next host: 1, 2, 3 ... */
  unsigned mtu;
  struct wire_link *links[LAB_HOSTS + 1]; /* by number; NULL if there is none */
  struct wire_link
      *toward[LAB_WIRES]; /* for packets to another LAN: the router; NULL: there is no route */
};

/* An interface of a host. */
struct wire_link {
  unsigned index; /* among all links */
  struct lab_host *host;
  struct lan *lan;
  unsigned number; /* the host's number on that LAN */
  int device;      /* its TUN descriptor */
  bool inet6;
  struct address own[2]; /* its addresses of IPv4 and IPv6 that are not those of its number on the
                            wire; length 0: they are */
  bool is_peer;          /* behind it is no kernel, but who reads and writes segments; lab_peer.h */
  bool ended;            /* nobody is behind it any more: a script has ended */
  char name[8];          /* of the interface, "eth0" */
  struct wire_way *ways; /* to the other links, by their index */
  unsigned uncounted;    /* packets sent and got since what it has dropped was read; see
                            wire_counters.h */
  uint64_t lost_sent;    /* dropped on the way out, in its queue, as far as it was told */
  uint64_t lost_got;     /* and on the way in */
};

/* An end of a TCP connection, to be looked at behind a packet. */
struct wire_end {
  struct host *host;
  struct address local;
  struct address peer;
  uint64_t packet;   /* the serial of the packet's event */
  bool sent;         /* it has sent the packet; otherwise it has got it */
  bool reset;        /* what it has got was a RST */
  bool acknowledged; /* or an acknowledgment without SYN, FIN and RST */
  bool unreachable;  /* an ICMP error about a segment of its own */
  uint64_t statement;
  unsigned job;
};

/* Who looks at the ends: whoever knows the sockets. */
struct wire_observer {
  void *context;
  /* Take and release the lock that is held around `look`. It is above the wire's: the wire's thread
   * takes it first; whoever else calls the functions below holds it already. */
  void (*enter)(void *context);
  void (*leave)(void *context);
  /* Looks at one end, and puts what has changed onto the timeline. Returns the state that it is in
   * now; STATE_UNKNOWN if it is nobody's whom the session knows. */
  enum socket_state (*look)(void *context, const struct wire_end *end);
  /* Samples what is watched of one end, behind any segment. */
  void (*sample)(void *context, const struct wire_end *end);
};

struct wire {
  pthread_mutex_t lock;
  pthread_t thread;
  bool running; /* the thread exists */
  bool stopping;
  int wake;              /* an eventfd that wakes it */
  int helper;            /* hangs up when the lab's helper ends; -1: that was told */
  _Atomic unsigned news; /* counts packets that came and crossed; a futex to wait on */
  struct timeline *timeline;
  bool holds;                    /* `wire hold` */
  bool shows;                    /* `wire show` */
  bool folds;                    /* `wire fold` */
  bool captures;                 /* the packets are captured: whole, as they would be on a cable */
  struct wire_observer observer; /* `look` is NULL: nobody looks behind packets */
  bool looks;                    /* what it sees is wanted */
  bool samples;                  /* sockets are watched: it samples behind each segment */
  struct wire_gate gate;         /* has a lock of its own */
  struct wire_link
      *waiting;            /* the link whose packet is in `buffer`, and can't be taken yet; NULL */
  size_t waiting_length;   /* bytes of that packet */
  uint64_t waiting_behind; /* the last call that may have sent it; see wire_gate.h */
  bool times;              /* `wire times` */
  struct wire_counter_map *counter_map; /* see wire_counters.c */
  bool counts;                          /* `wire counters`: behind each packet */
  int64_t count_at; /* when what interfaces drop is read, monotonic nanoseconds; 0: nothing new */
  bool shaped;      /* some way changes or delays packets */
  struct wire_rule *rules[WIRE_RULES]; /* in the order in which they were made; owned */
  size_t rule_count;
  bool ruled;         /* some rule is on */
  uint64_t statement; /* the statement that delivered a packet, for its events; 0: none */
  unsigned job;
  unsigned numbers;       /* packets so far */
  uint64_t seed[CHANCES]; /* of the streams of links added later */
  struct wire_shape base; /* for links added later */
  struct lan *lans[LAB_WIRES];
  size_t lan_count;
  struct wire_link *links[LAB_HOSTS * 4];
  size_t link_count;
  struct held_queue held; /* held by hand */
  struct held_queue
      recent; /* just delivered by hand, and not acknowledged yet: see wire_remember */
  struct held_queue flying; /* delayed, the one due next first */
  struct flow_table flows;
  unsigned char *buffer; /* the packet being read */
  struct wire_gso *gso;  /* datagrams that are to cross as one; see wire_gso.h */
};

/* Starts the wire's thread. `repeatable` seeds the random generator with a constant. `helper` is
 * the descriptor that hangs up when the lab's helper ends, which the thread then tells. 0, or an
 * errno. */
int wire_start(struct wire *wire, struct timeline *timeline, bool repeatable, int helper);

/* Sets who looks at the ends of connections behind packets: before the first link is added. */
void wire_set_observer(struct wire *wire, const struct wire_observer *observer);
/* Whether it is to look. */
void wire_set_looks(struct wire *wire, bool looks);
void wire_set_samples(struct wire *wire, bool samples);
/* Ends its thread: nothing crosses any more, and no events follow. */
void wire_halt(struct wire *wire);
void wire_stop(struct wire *wire);

void wire_lock(struct wire *wire);
void wire_unlock(struct wire *wire);

/* Call everything below with the lock held. */

/* Finds the LAN with a name, NULL if there is none; adds one, NULL when there is no memory or no
 * room. */
struct lan *wire_find_lan(const struct wire *wire, const char *name, size_t length);
struct lan *wire_add_lan(struct wire *wire, const char *name);

/* Adds an interface, and takes ownership of its descriptor. NULL when there is no memory. */
struct wire_link *wire_add_link(struct wire *wire, struct lab_host *host, struct lan *lan,
                                unsigned number, int device, bool inet6);

/* Recomputes the routes between LANs. */
void wire_route(struct wire *wire);

/* Holds packets; or delivers all held ones, and from then on every other. */
void wire_set_holds(struct wire *wire, bool holds);
void wire_set_shows(struct wire *wire, bool shows);
void wire_set_captures(struct wire *wire, bool captures);

/* True while packets flow unseen and unchanged. */
bool wire_is_fast(const struct wire *wire);

/* The held packet with a number; NULL: none. */
struct held *wire_find_held(const struct wire *wire, unsigned number);

/* True for a TCP segment with all of these flags. */
bool wire_has_flags(const struct held *held, unsigned flags);

/* How many names of addresses an event may have. */
enum { WIRE_ROOMS = 4 };

/* What an event would say about it now. Names of addresses that no host has are written to
 * `rooms`. */
void wire_describe(struct wire *wire, const struct held *held, struct event_packet *event,
                   char rooms[WIRE_ROOMS][64]);

/* Delivers one, and reads what the hosts answer at once, and which counters of the receiver say
 * that it was thrown away. */
void wire_deliver(struct wire *wire, struct held *held);

/* Delivers all, in order; counters are read only if `counts`. */
void wire_deliver_all(struct wire *wire);

void wire_drop(struct wire *wire, struct held *held);
/* Inserts a copy right after it. 0, or -1 when there is no memory. */
int wire_duplicate(struct wire *wire, struct held *held);
/* Moves it to the place of another. */
void wire_move(struct wire *wire, struct held *held, struct held *place);
/* Records that its bytes were changed. */
void wire_changed(struct wire *wire, struct held *held, const char *how);
/* Flips one bit of its data. */
void wire_corrupt(struct wire *wire, struct held *held);

/* Puts a packet onto the wire, as if a host had sent it. 0, or -1 with an error. */
int wire_inject(struct wire *wire, const void *bytes, size_t length, struct error *error);

/* Some of the ways: from one host to another, on one LAN; NULL each: any. */
struct wire_choice {
  const struct lab_host *from;
  const struct lab_host *to;
  const struct lan *lan;
};

/* Changes the shape of these ways. `change` is called for each, and for ways added later if all are
 * chosen. */
void wire_shape_ways(struct wire *wire, struct wire_choice choice,
                     void (*change)(struct wire_shape *shape, void *context), void *context);
/* Whether the shape does anything to packets. */
bool wire_is_shaped(const struct wire_shape *shape);

/* Begins the streams of a chance anew on these ways, and on ways added later if all are chosen. */
void wire_seed_ways(struct wire *wire, struct wire_choice choice, enum wire_chance chance,
                    uint64_t seed);
/* The same for every chance on all ways. */
void wire_seed(struct wire *wire, uint64_t seed);

/* Reads what the interfaces have now. A packet whose cause, a call, has not returned yet is left to
 * the wire's thread, and what follows it. */
void wire_pump(struct wire *wire);

/* The bases of the relative numbers in a packet; false if its connection is not known. */
bool wire_bases(struct wire *wire, const struct packet *packet, struct flow_bases *bases);

/* The name for an address: that of the host that has it, or the address as text in `room`. */
const char *wire_name(const struct wire *wire, const struct address *address, char room[64]);

/* Tells of packets that the interfaces have dropped since the last time. */
void wire_count_lost(struct wire *wire);

/* True while delayed packets are under way: the wire will go on by itself. */
bool wire_busy(struct wire *wire);

#endif
