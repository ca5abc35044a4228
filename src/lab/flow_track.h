/* flow_track: what the segments of one TCP connection were on one wire, and so what the next one
 * is: a retransmission, a duplicate ACK, a keepalive ... Only what the packets prove is said.
 * Guarded by the wire's lock. */
#ifndef SOCKSH_LAB_FLOW_TRACK_H
#define SOCKSH_LAB_FLOW_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/packet.h"

/* The most gaps remembered of what one end has sent; with more it is not known any more what was on
 * the wire before. */
enum { FLOW_GAPS = 8 };

/* What an end asked for last. */
enum flow_asked { FLOW_ASKED_NOTHING, FLOW_ASKED_ALIVE, FLOW_ASKED_WINDOW };

/* What an end has told in its acknowledgments. */
struct flow_told {
  bool acknowledged; /* the number is known */
  uint32_t acknowledgment;
  bool has_window;
  uint64_t window; /* bytes */
};

/* One end, as a sender. */
struct flow_side {
  bool started; /* something of it was seen, and `next` is known */
  uint32_t next;
  uint32_t data_to; /* where its data ends, once `has_data` */
  bool has_data;
  bool synchronized; /* its SYN was seen, and `initial` and `shift` are known */
  uint32_t initial;
  int shift;                   /* what its SYN says of window scaling; -1: nothing */
  bool accepted;               /* it has sent a SYN with ACK */
  uint32_t gaps[FLOW_GAPS][2]; /* below `next`, from and up to: never on this wire */
  unsigned gap_count;
  bool unknown;          /* there were more gaps */
  struct flow_told sent; /* in its last segment on the wire ... */
  struct flow_told got;  /* ... and in the last one that the other end has got */
  unsigned duplicates;   /* of its last acknowledgment */
  enum flow_asked asked; /* by its last segment */
  bool crossed;          /* some data of it has crossed, and `crossed_to` is known */
  uint32_t crossed_to;
};

struct flow_track {
  struct flow_track *next; /* on another wire */
  unsigned lan;
  struct flow_side sides[2];
};

/* Notes a segment that one of the ends, `from`, puts onto the wire. Returns what it is, bits of
 * enum packet_label; the number of duplicates for a duplicate ACK. */
unsigned flow_track_note(struct flow_track *track, int from, const struct packet *packet,
                         unsigned *duplicates);

/* Notes that it has crossed. Returns true if it has come after data that was sent later; that says
 * something only of a segment that was not on the wire before. */
bool flow_track_cross(struct flow_track *track, int from, const struct packet *packet);

#endif
