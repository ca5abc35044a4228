/* flow: the connections whose packets were seen on the wire, with the bases of their relative
 * numbers. Guarded by the wire's lock. */
#ifndef SOCKSH_LAB_FLOW_H
#define SOCKSH_LAB_FLOW_H

#include "lab/flow_track.h"
#include "names/constant.h"
#include "packet/packet.h"

/* The most connections remembered; beyond that the oldest is dropped, and its next segment starts a
 * new record. */
enum { FLOW_LIMIT = 4096 };

struct flow_entry;

struct flow_table {
  struct flow_entry *flows; /* a hash table, in order of arrival */
  unsigned seen;            /* how many there have been */
};

/* The bases of relative numbers, as in struct event_packet, and what else is known of a packet. */
struct flow_bases {
  bool known; /* the next five are */
  uint32_t sequence;
  uint32_t acknowledgment;
  uint32_t timestamp;
  uint32_t echo;
  uint32_t next;       /* one above the highest that its sender had sent before */
  int64_t began;       /* when its connection began, monotonic nanoseconds; 0: it is not known */
  unsigned labels;     /* what it is, bits of enum packet_label; after flow_note */
  unsigned duplicates; /* of a duplicate ACK: how many there have been */
  struct flow_track
      *track; /* of its connection on its wire, valid until the next flow_note; NULL */
  int from;   /* which end of it sends */
};

/* Records a packet that comes onto a wire at `now`, in monotonic nanoseconds, and fills in what is
 * known of it. False if it belongs to no TCP connection, or there is no memory. */
bool flow_note(struct flow_table *table, const struct packet *packet, unsigned lan, int64_t now,
               struct flow_bases *bases);

/* The same for a packet that was there before, or that no host has sent: nothing is recorded. */
bool flow_find(struct flow_table *table, const struct packet *packet, unsigned lan,
               struct flow_bases *bases);

/* Records that it crosses; adds to its labels if it does so behind what was sent later. */
void flow_cross(const struct flow_bases *bases, const struct packet *packet, unsigned *labels);

/* Whether the receiver of a segment is, as far as was seen, in a state that this acknowledgment may
 * end: SYN_SENT, SYN_RECV, FIN_WAIT1, CLOSING or LAST_ACK. */
bool flow_is_awaited(struct flow_table *table, const struct packet *packet);

/* Whether the sender of a segment was last seen in a state in which it sends that SYN or FIN: then
 * the segment shows nothing new of it. */
bool flow_is_explained(struct flow_table *table, const struct packet *packet);

/* Remembers the state that one end of a segment's connection was seen in, `local` or the other. */
void flow_set_state(struct flow_table *table, const struct packet *packet,
                    const struct address *local, enum socket_state state);

/* Forgets the connections that were seen on this wire first: its hosts have gone, and others will
 * have their addresses. */
void flow_forget_lan(struct flow_table *table, unsigned lan);
void flow_free(struct flow_table *table);

#endif
