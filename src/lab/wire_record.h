/* wire_record: packets as events of the timeline. Only for the files of the wire. */
#ifndef SOCKSH_LAB_WIRE_RECORD_H
#define SOCKSH_LAB_WIRE_RECORD_H

#include "lab/wire.h"

/* What an event says about a packet. */
struct wire_record {
  enum packet_fate fate;
  unsigned number;
  const struct lan *lan;
  const struct wire_link *from;
  const struct wire_link *to;
  bool everybody;
  const char *reason;
  unsigned copies;
  unsigned labels; /* as in struct event_packet */
  unsigned duplicates;
  int64_t since; /* nanoseconds since it was first sent */
};
/* Appends the event. `bases` need not be known. Returns its serial. */
uint64_t wire_record(struct wire *wire, const struct wire_record *record,
                     const struct packet *packet, const struct flow_bases *bases);

/* The same for a held packet. */
uint64_t wire_record_held(struct wire *wire, const struct held *held, enum packet_fate fate,
                          const char *reason);

#endif
