#include "lab/wire_ends.h"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include "lab/lab.h"
#include "lab/wire_link.h"
#include "system/network.h"

static bool is_tcp(const struct packet *packet) {
  return packet->has_transport && packet->protocol == IPPROTO_TCP;
}

/* Reads the segment that an ICMP error is about. False for any other packet. */
static bool read_quoted(const struct packet *packet, struct packet *quoted) {
  enum { ICMP_HEADER = 8 };
  bool about4 = packet->protocol == IPPROTO_ICMP &&
                (packet->type == ICMP_DEST_UNREACH || packet->type == ICMP_TIME_EXCEEDED ||
                 packet->type == ICMP_PARAMETERPROB || packet->type == ICMP_SOURCE_QUENCH);
  bool about6 = packet->protocol == IPPROTO_ICMPV6 && !(packet->type & ICMP6_INFOMSG_MASK);
  size_t at = packet->transport + ICMP_HEADER;
  if (!packet->has_transport || !(about4 || about6) || at >= packet->length)
    return false;
  packet_read(packet->bytes + at, packet->length - at, packet->length - at, quoted);
  /* Eight bytes of the segment are enough: they have the ports. */
  return quoted->family != AF_UNSPEC && quoted->protocol == IPPROTO_TCP;
}

/* Whether it may move an end to another state. */
static bool may_move(struct wire *wire, const struct packet *packet) {
  struct packet quoted;
  if (!wire->looks)
    return false;
  if (!is_tcp(packet))
    return read_quoted(packet, &quoted);
  return packet->flags & (FLAG_SYN | FLAG_FIN | FLAG_RST) || flow_is_awaited(&wire->flows, packet);
}

unsigned wire_is_looked_behind(struct wire *wire, const struct packet *packet) {
  if (!wire->observer.look)
    return 0;
  return (may_move(wire, packet) ? LOOKED_FOR_STATES : 0) |
         (wire->samples && is_tcp(packet) ? LOOKED_FOR_SAMPLES : 0);
}

/* Looks at one end, if the host of this link has its address. */
static void look(struct wire *wire, const struct packet *packet, const struct wire_link *link,
                 struct wire_end *end, unsigned looked) {
  const struct wire_link *owner = wire_link_of(wire, &end->local);
  if (link && !owner && (owner = wire_link_beside(link->lan, &end->local))) {
    unsigned scope = network_interface_index(link->host->host.network, link->name);
    end->local.inet6.sin6_scope_id = end->peer.inet6.sin6_scope_id = scope;
  }
  if (!link || !owner || owner->host != link->host)
    return;
  end->host = &link->host->host;
  end->statement = wire->statement;
  end->job = wire->job;
  if (looked & LOOKED_FOR_STATES) {
    enum socket_state state = wire->observer.look(wire->observer.context, end);
    if (is_tcp(packet))
      flow_set_state(&wire->flows, packet, &end->local, state);
  }
  if (looked & LOOKED_FOR_SAMPLES)
    wire->observer.sample(wire->observer.context, end);
}

void wire_look_at_sender(struct wire *wire, const struct packet *packet,
                         const struct wire_link *from, uint64_t event, unsigned looked) {
  unsigned moving = FLAG_SYN | FLAG_FIN | FLAG_RST;
  if (!is_tcp(packet))
    return;
  if (!(packet->flags & moving) || flow_is_explained(&wire->flows, packet))
    looked &= ~(unsigned)LOOKED_FOR_STATES;
  if (!looked)
    return;
  struct wire_end end = {.local = packet_source(packet),
                         .peer = packet_destination(packet),
                         .packet = event,
                         .sent = true};
  look(wire, packet, from, &end, looked);
}

void wire_look_at_receiver(struct wire *wire, const struct packet *packet,
                           const struct wire_link *to, uint64_t event, unsigned looked) {
  struct packet quoted;
  struct wire_end end = {.packet = event};
  if (is_tcp(packet)) {
    end.local = packet_destination(packet);
    end.peer = packet_source(packet);
    end.reset = packet->flags & FLAG_RST;
    end.acknowledged = (packet->flags & (FLAG_SYN | FLAG_FIN | FLAG_RST | FLAG_ACK)) == FLAG_ACK;
  } else if (read_quoted(packet, &quoted)) {
    end.local = packet_source(&quoted);
    end.peer = packet_destination(&quoted);
    end.unreachable = true;
  }
  look(wire, packet, to, &end, looked);
}

void wire_still_begin(const struct wire_link *to) {
  if (to)
    pthread_rwlock_wrlock(&to->host->host.still);
}

void wire_still_end(const struct wire_link *to) {
  if (to)
    pthread_rwlock_unlock(&to->host->host.still);
}
