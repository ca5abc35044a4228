/* packet_full: a packet with every field of its headers and what each means, and its bytes, as
 * answers to a command. */
#ifndef SOCKSH_VIEW_NOTATION_PACKET_FULL_H
#define SOCKSH_VIEW_NOTATION_PACKET_FULL_H

#include <stdbool.h>

#include "timeline/event.h"

/* Makes the table "packet". With `stable` what differs from run to run is left out: checksums,
 * numbers that were chosen by chance, times. */
void packet_full_table(const struct event_packet *event, bool stable, struct answer *answer);

/* Makes the text "packet-bytes": all bytes that were kept, in hexadecimal and as characters, as
 * tcpdump -X shows them. With `stable` only the data of TCP and UDP. */
void packet_full_bytes(const struct event_packet *event, bool stable, struct answer *answer);

#endif
