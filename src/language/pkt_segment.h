/* pkt_segment: packets in the notation of packetdrill, which is that of tcpdump. */
#ifndef SOCKSH_LANGUAGE_PKT_SEGMENT_H
#define SOCKSH_LANGUAGE_PKT_SEGMENT_H

#include "language/pkt_reader.h"

/* Reads a segment, from < or > on. 0, or -1 with an error. */
int pkt_segment_read(struct pkt_reader *reader, struct pkt_segment *segment);

#endif
