/* flow: the connections whose packets were seen on the wire, with what relative numbers are counted
 * from. Guarded by the wire's lock. */
#ifndef SOCKSH_LAB_FLOW_H
#define SOCKSH_LAB_FLOW_H

#include "packet/packet.h"

/* At most so many are known; beyond that the oldest is forgotten, and counted from where it is seen
 * again. */
enum { FLOW_LIMIT = 4096 };

struct flow_entry;

struct flow_table {
  struct flow_entry *flows; /* a hash table, in the order in which they came */
  unsigned seen;            /* how many there were so far */
};

/* See struct event_packet. */
struct flow_bases {
  uint32_t sequence;
  uint32_t acknowledgment;
  uint32_t timestamp;
  uint32_t echo;
  uint32_t next; /* the highest that its sender had sent before, and 1 more */
};

/* Notes a packet that comes onto the wire, and gives its bases. False: it is of no connection, or
 * there is no memory. */
bool flow_note(struct flow_table *table, const struct packet *packet, struct flow_bases *bases);

/* The bases alone, for a packet of a connection that is known. */
bool flow_find(struct flow_table *table, const struct packet *packet, struct flow_bases *bases);

void flow_free(struct flow_table *table);

#endif
