#include "view/notation/packet_label.h"

const struct packet_label_row packet_labels[] = {
    {LABEL_RETRANSMISSION, "retransmission", N_("all of its numbers were on the wire before")},
    {LABEL_PARTLY, "partial retransmission", N_("some of its numbers were on the wire before")},
    {LABEL_OUT_OF_ORDER, "out of order", N_("what comes behind it was there before")},
    {LABEL_DUPLICATE_ACK, "duplicate ACK",
     N_("nothing but the same ack and window again, and more is outstanding (RFC 5681)")},
    {LABEL_KEEPALIVE, "keepalive",
     N_("asks with an old number whether the other end is there; nothing is outstanding")},
    {LABEL_KEEPALIVE_ACK, "keepalive ACK", N_("the answer to a keepalive")},
    {LABEL_WINDOW_PROBE, "window probe", N_("asks whether the other end's window is still closed")},
    {LABEL_WINDOW_PROBE_ACK, "window probe ACK", N_("the answer to a window probe")},
    {LABEL_ZERO_WINDOW, "zero window", N_("its sender has no room for data")},
    {LABEL_WINDOW_UPDATE, "window update", N_("nothing is new but the window")},
    {LABEL_CE, "CE", N_("a router has met congestion (RFC 3168)")},
    {0, NULL, NULL},
};

void packet_append_labels(const struct event_packet *event, struct bytes *bytes) {
  const char *before = " [";
  for (const struct packet_label_row *row = packet_labels; row->name; row++) {
    if (!(event->labels & (unsigned)row->label))
      continue;
    bytes_append_format(bytes, "%s%s", before, row->name);
    if (row->label == LABEL_DUPLICATE_ACK)
      bytes_append_format(bytes, " %u", event->duplicates);
    before = ", ";
  }
  if (event->labels)
    bytes_append_char(bytes, ']');
}
