#include "lab/wire_device.h"
#include "lab/wire_reason.h"

#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include "system/wait.h"

/* The kernel may leave checksums to be computed, and hand over up to 64 KiB as one packet of many
 * segments. */
static const unsigned offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

void wire_lock(struct wire *wire) {
  pthread_mutex_lock(&wire->lock);
}

void wire_unlock(struct wire *wire) {
  pthread_mutex_unlock(&wire->lock);
}

void wire_wake(struct wire *wire) {
  eventfd_write(wire->wake, 1);
}

void wire_signal_news(struct wire *wire) {
  wire->news++;
  futex_wake(&wire->news);
}

/* A peer is told when a packet has come, in the place of the header. 0, or -1. */
static int write_to(const struct wire_link *link, const void *bytes, size_t length) {
  struct virtio_net_hdr header = {0};
  int64_t now = clock_monotonic();
  struct iovec parts[2] = {{&header, sizeof header}, {(void *)bytes, length}};
  _Static_assert(sizeof now <= sizeof header, "a time has room in a header");
  if (link->is_peer)
    memcpy(&header, &now, sizeof now);
  return writev(link->device, parts, 2) < 0 ? -1 : 0;
}

const char *wire_write(struct wire *wire, const struct lan *lan, const struct wire_link *from,
                       struct wire_target target, const void *bytes, size_t length) {
  const char *problem = target.everybody ? NULL : WIRE_REASON_NO_ADDRESS;
  (void)wire;
  for (unsigned number = 1; target.everybody && number < lan->next_number; number++)
    if (lan->links[number] && lan->links[number] != from)
      write_to(lan->links[number], bytes, length); /* a full one loses it, as a wire does */
  if (target.link)
    problem = write_to(target.link, bytes, length) < 0 ? WIRE_REASON_REFUSES : NULL;
  return problem;
}

bool wire_is_seen(const struct wire *wire) {
  return wire->holds || wire->shows || wire->captures;
}

bool wire_is_fast(const struct wire *wire) {
  return !wire_is_seen(wire) && !wire->shaped && !wire->ruled;
}

void wire_set_offloads(struct wire *wire) {
  bool wanted = wire_is_fast(wire);
  for (size_t i = 0; i < wire->link_count; i++)
    ioctl(wire->links[i]->device, TUNSETOFFLOAD, wanted ? offloads : 0U);
}
