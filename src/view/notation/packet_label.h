/* packet_label: the names of what a packet is beside those before it (enum packet_label). */
#ifndef SOCKSH_VIEW_NOTATION_PACKET_LABEL_H
#define SOCKSH_VIEW_NOTATION_PACKET_LABEL_H

#include "timeline/event.h"

struct packet_label_row {
  enum packet_label label;
  const char *name;    /* also for machines: "duplicate ACK" */
  const char *meaning; /* one sentence */
};

/* The rows of all labels, ended by one without a name. */
extern const struct packet_label_row packet_labels[];

/* Appends those of a packet: " [retransmission, window probe]"; nothing if it has none. */
void packet_append_labels(const struct event_packet *event, struct bytes *bytes);

#endif
