#include "commands/packetdrill/pkt_clock.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/lab.h"
#include "system/descriptor.h"
#include "system/network.h"

/* Up to TCP's window: behind it is a checksum, which the device fills in. */
enum { IPV4_BYTES = 20 + 16, IPV6_BYTES = 40 + 16 };

void pkt_clock_open(struct pkt_state *state) {
  struct lab_host *tested = (struct lab_host *)state->tested;
  int made[2] = {-1, -1};
  int on = 1;
  if (tested->host.make(&tested->host, AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                        htons(ETH_P_ALL), false, made) != 0)
    return;
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET,
      .sll_protocol = htons(ETH_P_ALL),
      .sll_ifindex = (int)network_interface_index(tested->host.network, tested->links[0]->name)};
  state->clock = descriptor_move_up(made[0]);
  if (state->clock >= 0 &&
      (setsockopt(state->clock, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
       bind(state->clock, (const struct sockaddr *)&address, sizeof address) < 0))
    pkt_clock_close(state);
}

void pkt_clock_close(struct pkt_state *state) {
  if (state->clock >= 0)
    close(state->clock);
  state->clock = -1;
}

/* When a message was sent, by the wall clock; 0: it is not said. */
static int64_t stamp_of(struct msghdr *message) {
  for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control;
       control = CMSG_NXTHDR(message, control)) {
    struct timespec time;
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SO_TIMESTAMPNS)
      continue;
    memcpy(&time, CMSG_DATA(control), sizeof time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
  }
  return 0;
}

static bool is_same(const struct pkt_state *state, const unsigned char *bytes, size_t length) {
  size_t size = length > 0 && bytes[0] >> 4 == 6 ? IPV6_BYTES : IPV4_BYTES;
  return length >= size && state->got.length >= size && memcmp(bytes, state->got.data, size) == 0;
}

/* They come in the order in which they were sent, and so do those that the peer gets. */
void pkt_clock_refine(struct pkt_state *state) {
  unsigned char bytes[IPV6_BYTES];
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(struct timespec))];
  } control;
  struct sockaddr_ll from;
  for (int i = 0; state->clock >= 0 && i < 1024; i++) {
    struct iovec part = {bytes, sizeof bytes};
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t got = recvmsg(state->clock, &message, MSG_DONTWAIT);
    if (got < 0)
      return;
    int64_t stamp = stamp_of(&message);
    if (from.sll_pkttype != PACKET_OUTGOING || !is_same(state, bytes, (size_t)got) || stamp == 0)
      continue;
    int64_t sent = stamp - clock_wall() + clock_monotonic();
    if (sent < state->got_at)
      state->got_at = sent;
    return;
  }
}
