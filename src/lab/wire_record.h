/* wire_record: packets as events of the timeline. For the files of the wire alone. */
#ifndef SOCKSH_LAB_WIRE_RECORD_H
#define SOCKSH_LAB_WIRE_RECORD_H

#include "lab/wire.h"

/* What an event says of a packet. */
struct wire_record {
  enum packet_fate fate;
  unsigned number;
  const struct lan *lan;
  const struct wire_link *from;
  const struct wire_link *to;
  bool everybody;
  const char *reason;
  unsigned copies;
  int64_t since; /* nanoseconds since it was sent first */
};
void wire_record(struct wire *wire, const struct wire_record *record, const struct packet *packet,
                 const struct flow_bases *bases);

/* The same for one that is held. */
void wire_record_held(struct wire *wire, const struct held *held, enum packet_fate fate,
                      const char *reason);

#endif
