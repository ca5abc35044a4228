/* wire_counters: what the kernels of the hosts have thrown away, by their own counters: packets
 * that never came onto the wire, and those that have crossed in vain. Only for the files of the
 * wire. */
#ifndef SOCKSH_LAB_WIRE_COUNTERS_H
#define SOCKSH_LAB_WIRE_COUNTERS_H

#include "lab/wire.h"

/* The counters of a host, as they were before a packet was delivered to it. */
enum { WIRE_COUNTERS = 96 };
struct wire_counters {
  const struct lab_host *host; /* NULL: they were not read */
  bool inet6;                  /* those of IPv6 are read, too */
  uint64_t values[WIRE_COUNTERS];
};

/* Enclose the delivery of a packet: what has moved is told, with the packet's event as its cause.
 * They do nothing unless `wanted`. Reading them takes about as long as carrying 100 packets. */
void wire_counters_begin(struct wire *wire, struct wire_counters *counters,
                         const struct packet *packet, const struct wire_link *to, bool wanted);
void wire_counters_end(struct wire *wire, const struct wire_counters *counters, uint64_t packet);

/* Notes that an interface has sent or got a packet: after a burst its drops are read. */
void wire_counters_note(struct wire *wire, struct wire_link *link);

/* Tells of what the interfaces have dropped, if it is time for that by `now`, in monotonic
 * nanoseconds. Nothing may be waiting on them: then it was all before what has come. */
void wire_count_lost_in_time(struct wire *wire, int64_t now);

#endif
