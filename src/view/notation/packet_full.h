/* packet_full: a packet with every field of its headers, the meaning of each, and its bytes, as
 * answers to a command. */
#ifndef SOCKSH_VIEW_NOTATION_PACKET_FULL_H
#define SOCKSH_VIEW_NOTATION_PACKET_FULL_H

#include <stdbool.h>

#include "timeline/event.h"

/* Makes the table "packet". `stable` leaves out what differs from run to run: checksums, random
 * numbers, times. */
void packet_full_table(const struct event_packet *event, bool stable, struct answer *answer);

/* Makes the text "packet-bytes": the bytes of the headers, and `limit` bytes behind them, in
 * hexadecimal and as characters, as tcpdump -X shows them; with `stable` only the data of TCP and
 * UDP. */
void packet_full_bytes(const struct event_packet *event, bool stable, size_t limit,
                       struct answer *answer);

#endif
