#include "lab/lab_peer.h"

#include <errno.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lab/wire_device.h"
#include "system/descriptor.h"

static void set_own(struct lab_plan *plan, const struct address *address) {
  plan->own[address_family(address) == AF_INET6] = *address;
}

int lab_add_tested(struct lab *lab, const char *name, const char *wire,
                   const struct address *address, struct error *error) {
  struct lab_plan plan = {
      .name = name, .wires = &wire, .wire_count = 1, .bare = true, .device = -1};
  set_own(&plan, address);
  return lab_make_host(lab, &plan, error);
}

int lab_add_peer(struct lab *lab, const char *name, const char *wire, const struct address *address,
                 struct error *error) {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
    return error_set_errno(error, errno, _("the peer can't be made"));
  for (int i = 0; i < 2; i++)
    ends[i] = descriptor_move_up(ends[i]);
  if (ends[0] < 0 || ends[1] < 0) {
    int problem = errno;
    close(ends[ends[0] < 0 ? 1 : 0]);
    return error_set_errno(error, problem, _("the peer can't be made"));
  }
  struct lab_plan plan = {.name = name, .wires = &wire, .wire_count = 1, .device = ends[0]};
  set_own(&plan, address);
  if (lab_make_host(lab, &plan, error) == 0)
    return ends[1];
  const struct lab_host *host = lab_find_host(lab, name, strlen(name));
  if (!host || host->link_count == 0)
    close(ends[0]);
  close(ends[1]);
  return -1;
}

void lab_retire(struct lab *lab, struct lab_host *host) {
  wire_lock(&lab->wire);
  for (size_t i = 0; i < host->link_count; i++) {
    struct wire_link *link = host->links[i];
    link->ended = true;
    link->own[0] = link->own[1] = (struct address){.length = 0};
    flow_forget_lan(&lab->wire.flows, link->lan->index);
  }
  wire_unlock(&lab->wire);
  wire_wake(&lab->wire);
}

/* In front of a packet from the wire is when it came: see wire_device.c. */
bool lab_peer_read(int peer, struct bytes *bytes, int64_t *time) {
  struct virtio_net_hdr header;
  bytes_clear(bytes);
  if (bytes_reserve(bytes, PACKET_SIZE_LIMIT) < 0)
    return false;
  struct iovec parts[2] = {{&header, sizeof header}, {bytes->data, PACKET_SIZE_LIMIT}};
  ssize_t got = readv(peer, parts, 2);
  if (got < (ssize_t)sizeof header)
    return false;
  memcpy(time, &header, sizeof *time);
  bytes->length = (size_t)got - sizeof header;
  return true;
}

int lab_peer_write(int peer, const void *bytes, size_t length) {
  struct virtio_net_hdr header = {0};
  struct iovec parts[2] = {{&header, sizeof header}, {(void *)bytes, length}};
  return writev(peer, parts, 2) < 0 ? errno : 0;
}
