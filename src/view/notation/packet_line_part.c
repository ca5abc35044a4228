#include "view/notation/packet_line_part.h"

/* Protocols over IP that are not parsed here, by the names that tcpdump uses. */
static const struct protocol_name {
  int protocol;
  const char *name;
} protocol_names[] = {{IPPROTO_ICMP, "ICMP"},      {IPPROTO_IGMP, "igmp"},
                      {IPPROTO_TCP, "TCP"},        {IPPROTO_UDP, "UDP"},
                      {IPPROTO_GRE, "GRE"},        {IPPROTO_ESP, "ESP"},
                      {IPPROTO_AH, "AH"},          {IPPROTO_ICMPV6, "ICMP6"},
                      {IPPROTO_SCTP, "sctp"},      {IPPROTO_NONE, "no next header"},
                      {IPPROTO_HOPOPTS, "hopopt"}, {IPPROTO_ROUTING, "route"},
                      {IPPROTO_FRAGMENT, "frag"},  {IPPROTO_DSTOPTS, "dstopts"}};

void packet_put_port(struct packet_writer *writer, unsigned port) {
  if (writer->notation->aliases)
    alias_append_port(writer->notation->aliases, (int)port, writer->bytes);
  else
    bytes_append_number(writer->bytes, port);
}

void packet_put_hex(struct packet_writer *writer, const unsigned char *data, size_t length,
                    size_t limit) {
  for (size_t i = 0; i < length && i < limit; i++)
    bytes_append_format(writer->bytes, "%02x", data[i]);
  if (length > limit)
    packet_put(writer, "...");
}

void packet_put_protocol(struct packet_writer *writer, int protocol) {
  for (size_t i = 0; i < sizeof protocol_names / sizeof *protocol_names; i++)
    if (protocol_names[i].protocol == protocol) {
      packet_put(writer, protocol_names[i].name);
      return;
    }
  bytes_append_format(writer->bytes, "ip-proto-%d", protocol);
}
