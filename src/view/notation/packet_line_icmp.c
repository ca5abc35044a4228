#include "view/notation/packet_line_icmp.h"

#include <string.h>

#include "packet/packet_bits.h"

enum { ANY = -1 };

/* A kind of message and its words. A letter after % stands for what the message holds:
 *   d s  destination and source of the packet that it is about
 *   p r  that packet's transport and port, its protocol
 *   i q  an echo's id and sequence number
 *   m M  a next-hop MTU of 16 and 32 bits
 *   o O  the offset of what is wrong, in 8 and 32 bits
 *   g    a gateway (IPv4)
 *   a    the address that is asked for (IPv6)
 *   t c  type and code */
struct icmp_form {
  int type;
  int code;
  const char *text;
  bool about; /* the packet that it is about is worth a mention */
};

static const struct icmp_form icmp_forms[] = {
    {0, ANY, "echo reply, id %i, seq %q", false},
    {3, 0, "net %d unreachable", true},
    {3, 1, "host %d unreachable", true},
    {3, 2, "%d protocol %r unreachable", false},
    {3, 3, "%d %p unreachable", false},
    {3, 4, "%d unreachable - need to frag (mtu %m)", true},
    {3, 5, "%d unreachable - source route failed", true},
    {3, 6, "net %d unreachable - unknown", true},
    {3, 7, "host %d unreachable - unknown", true},
    {3, 8, "%d unreachable - source host isolated", true},
    {3, 9, "net %d unreachable - admin prohibited", true},
    {3, 10, "host %d unreachable - admin prohibited", true},
    {3, 11, "net %d unreachable - tos prohibited", true},
    {3, 12, "host %d unreachable - tos prohibited", true},
    {3, 13, "host %d unreachable - admin prohibited filter", true},
    {3, 14, "host %d unreachable - host precedence violation", true},
    {3, 15, "host %d unreachable - precedence cutoff", true},
    {3, ANY, "%d unreachable - #%c", true},
    {4, ANY, "source quench", true},
    {5, 0, "redirect %d to net %g", true},
    {5, 1, "redirect %d to host %g", true},
    {5, 2, "redirect-tos %d to net %g", true},
    {5, 3, "redirect-tos %d to host %g", true},
    {8, ANY, "echo request, id %i, seq %q", false},
    {9, ANY, "router advertisement", false},
    {10, ANY, "router solicitation", false},
    {11, 0, "time exceeded in-transit", true},
    {11, 1, "ip reassembly time exceeded", true},
    {11, ANY, "time exceeded-#%c", true},
    {12, ANY, "parameter problem - octet %o", true},
    {13, ANY, "time stamp query id %i seq %q", false},
    {14, ANY, "time stamp reply id %i seq %q", false},
    {ANY, ANY, "type-#%t", false},
};

static const struct icmp_form icmpv6_forms[] = {
    {1, 0, "destination unreachable, unreachable route %d", true},
    {1, 1, "destination unreachable, unreachable prohibited %d", true},
    {1, 2, "destination unreachable, beyond scope %d, source address %s", true},
    {1, 3, "destination unreachable, unreachable address %d", true},
    {1, 4, "destination unreachable, unreachable port, %d %p", false},
    {1, 5, "destination unreachable, source address %s failed policy", true},
    {1, 6, "destination unreachable, reject route to %d", true},
    {1, ANY, "destination unreachable, unknown code (%c)", true},
    {2, ANY, "packet too big, mtu %M", true},
    {3, 0, "time exceeded in-transit for %d", true},
    {3, 1, "ip6 reassembly time exceeded", true},
    {3, ANY, "time exceeded, unknown code (%c)", true},
    {4, 0, "parameter problem, erroneous - octet %O", true},
    {4, 1, "parameter problem, next header - octet %O", true},
    {4, 2, "parameter problem, option - octet %O", true},
    {4, ANY, "parameter problem, code-#%c", true},
    {128, ANY, "echo request, id %i, seq %q", false},
    {129, ANY, "echo reply, id %i, seq %q", false},
    {130, ANY, "multicast listener query", false},
    {131, ANY, "multicast listener report", false},
    {132, ANY, "multicast listener done", false},
    {133, ANY, "router solicitation", false},
    {134, ANY, "router advertisement", false},
    {135, ANY, "neighbor solicitation, who has %a", false},
    {136, ANY, "neighbor advertisement, tgt is %a", false},
    {137, ANY, "redirect, %a", false},
    {143, ANY, "multicast listener report v2", false},
    {ANY, ANY, "type-#%t", false},
};

static const struct icmp_form *find_form(const struct packet *packet) {
  const struct icmp_form *form = packet->family == AF_INET ? icmp_forms : icmpv6_forms;
  while ((form->type != ANY && form->type != (int)packet->type) ||
         (form->code != ANY && form->code != (int)packet->code))
    form++;
  return form;
}

/* The name of the end of the quoted packet that has this address; "" if none has. */
static const char *quoted_name(const struct packet_writer *writer, const struct address *address) {
  struct packet quoted;
  if (!packet_read_quoted(writer->packet, &quoted))
    return "";
  struct address source = packet_source(&quoted);
  struct address target = packet_destination(&quoted);
  address_set_port(&source, 0);
  address_set_port(&target, 0);
  const char *name = address_equal(address, &source)   ? writer->event->about_source
                     : address_equal(address, &target) ? writer->event->about_target
                                                       : NULL;
  return name ? name : "";
}

/* Appends an address inside the message, by the name of the end of this packet, or of the one that
 * it is about, that has it. */
static void put_address(struct packet_writer *writer, struct address address) {
  struct address source = packet_source(writer->packet);
  struct address target = packet_destination(writer->packet);
  if (address.length == 0) {
    packet_put(writer, "?");
    return;
  }
  address_set_port(&address, 0);
  address_set_port(&source, 0);
  address_set_port(&target, 0);
  const char *name = address_equal(&address, &source)   ? writer->event->source
                     : address_equal(&address, &target) ? writer->event->target
                                                        : quoted_name(writer, &address);
  if (name[0])
    escape_append_plain(writer->bytes, name, strlen(name), false, ESCAPE_ASCII);
  else
    address_append_host(&address, writer->bytes);
}

/* Appends an address of 4 or 16 bytes at an offset after the type. */
static void put_address_at(struct packet_writer *writer, size_t offset) {
  const struct packet *packet = writer->packet;
  struct address address = {0};
  size_t size = packet->family == AF_INET ? 4 : 16;
  const unsigned char *at = packet->bytes + packet->transport + offset;
  if (packet->length - packet->transport < offset + size) {
    packet_put(writer, "?");
    return;
  }
  if (packet->family == AF_INET) {
    address.length = sizeof address.inet;
    address.inet.sin_family = AF_INET;
    memcpy(&address.inet.sin_addr, at, size);
  } else {
    address.length = sizeof address.inet6;
    address.inet6.sin6_family = AF_INET6;
    memcpy(&address.inet6.sin6_addr, at, size);
  }
  put_address(writer, address);
}

static void put_transport(struct packet_writer *writer, const struct packet *about) {
  if (about->protocol == IPPROTO_TCP || about->protocol == IPPROTO_UDP)
    packet_put(writer, about->protocol == IPPROTO_TCP ? "tcp port " : "udp port ");
  else
    bytes_append_format(writer->bytes, "protocol %d port ", about->protocol);
  packet_put_port(writer, about->destination_port);
}

static void put_part(struct packet_writer *writer, const struct packet *about, char part) {
  const struct packet *packet = writer->packet;
  const unsigned char *rest = packet->bytes + packet->transport + 4;
  switch (part) {
  case 'd':
    put_address(writer, packet_destination(about));
    break;
  case 's':
    put_address(writer, packet_source(about));
    break;
  case 'p':
    put_transport(writer, about);
    break;
  case 'r':
    bytes_append_number(writer->bytes, about->protocol);
    break;
  case 'i': /* for a ping socket, the id is its port */
    packet_put_port(writer, get_16(rest));
    break;
  case 'q':
  case 'm':
    bytes_append_number(writer->bytes, get_16(rest + 2));
    break;
  case 'M':
  case 'O':
    bytes_append_number(writer->bytes, get_32(rest));
    break;
  case 'o':
    bytes_append_number(writer->bytes, rest[0]);
    break;
  case 'g':
    put_address_at(writer, 4);
    break;
  case 'a':
    put_address_at(writer, 8);
    break;
  case 't':
    bytes_append_number(writer->bytes, packet->type);
    break;
  case 'c':
    bytes_append_number(writer->bytes, packet->code);
    break;
  }
}

static void put_end(struct packet_writer *writer, struct address address) {
  put_address(writer, address);
  if (writer->event->ports && address_port(&address) > 0) {
    bytes_append_char(writer->bytes, '.');
    packet_put_port(writer, (unsigned)address_port(&address));
  }
}

/* The packet that an error is about. Its sequence numbers are not shown, since they are another
 * sender's. */
static void put_about(struct packet_writer *writer, const struct packet *about) {
  packet_put(writer, _(", about "));
  put_end(writer, packet_source(about));
  packet_put(writer, " > ");
  put_end(writer, packet_destination(about));
  if (about->protocol == IPPROTO_TCP && about->has_transport) {
    packet_put(writer, ": Flags [");
    packet_flags_append(about->flags, writer->bytes);
    packet_put(writer, "]");
  } else if (about->protocol == IPPROTO_TCP || about->protocol == IPPROTO_UDP) {
    packet_put(writer, about->protocol == IPPROTO_TCP ? ": TCP" : ": UDP");
  } else {
    bytes_append_format(writer->bytes, ": protocol %d", about->protocol);
  }
  if (about->has_transport && about->payload_length > 0)
    bytes_append_format(writer->bytes, ", length %zu", about->payload_length);
}

/* Whether the words speak of a packet that is not at hand: then they would be false. */
static bool lacks_about(const char *text, const struct packet *about) {
  for (const char *at = strchr(text, '%'); at && about->family == AF_UNSPEC;
       at = strchr(at + 1, '%'))
    if (strchr("dspr", at[1]))
      return true;
  return false;
}

static void put_words(struct packet_writer *writer, const char *text, const struct packet *about) {
  for (const char *at = text; *at; at++)
    if (*at == '%')
      put_part(writer, about, *++at);
    else
      bytes_append_char(writer->bytes, *at);
}

void packet_put_icmp_words(struct packet_writer *writer) {
  const char *text = find_form(writer->packet)->text;
  struct packet about = {.family = AF_UNSPEC};
  packet_read_quoted(writer->packet, &about);
  if (lacks_about(text, &about))
    put_words(writer, _("type %t, code %c, about a packet that was not kept"), &about);
  else
    put_words(writer, text, &about);
}

void packet_put_icmp(struct packet_writer *writer) {
  const struct packet *packet = writer->packet;
  struct packet about;
  packet_put(writer, packet->family == AF_INET ? "ICMP " : "ICMP6, ");
  packet_put_icmp_words(writer);
  bytes_append_format(writer->bytes, ", length %zu", packet->end - packet->transport);
  if (find_form(packet)->about && packet_read_quoted(packet, &about))
    put_about(writer, &about);
}
