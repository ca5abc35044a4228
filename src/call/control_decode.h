/* control_decode: control messages that are structures of their own: options of IP, entries of the
 * error queue, the statistics of TCP. */
#ifndef SOCKSH_CALL_CONTROL_DECODE_H
#define SOCKSH_CALL_CONTROL_DECODE_H

#include <stddef.h>

#include "language/bytes.h"

/* Each appends the data of a message, which may be shorter than it should be. */
void control_decode_error(const unsigned char *data, size_t length, struct bytes *bytes);
void control_decode_ip_options(const unsigned char *data, size_t length, struct bytes *bytes);
void control_decode_statistics(const unsigned char *data, size_t length, struct bytes *bytes);
void control_decode_packet(const unsigned char *data, size_t length, struct bytes *bytes);
void control_decode_timestamp_packet(const unsigned char *data, size_t length, struct bytes *bytes);

#endif
