/* pkt_compare: a segment that came, and what the script expects in its place. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_COMPARE_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_COMPARE_H

#include "commands/packetdrill/pkt_state.h"

/* The bits of flags in the script's letters, as FLAG_SYN | FLAG_ACK of "S."; -1: one is unknown. */
int pkt_compare_flags(struct pkt_text flags);
/* IP's two bits for congestion, as 2 of ect0; -1: the name is unknown. */
int pkt_compare_congestion(struct pkt_text name);

/* The part of an expected segment that a packet stands for: one may come as several. */
struct pkt_share {
  const struct pkt_step *step;
  int64_t until; /* the latest moment at which it is due */
  uint32_t done; /* bytes of it that have come before */
  bool last;     /* nothing of it is left behind this packet */
};

/* Compares the packet that came last with its share, into state->difference. 0, or -1 with an
 * error where they differ. */
int pkt_compare_segment(struct pkt_state *state, const struct pkt_share *share,
                        const struct packet *packet, struct pkt_flow *flow, struct error *error);

#endif
