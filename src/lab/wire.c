#include "lab/wire.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "lab/lab.h"
#include "lab/wire_parts.h"
#include "system/descriptor.h"
#include "system/thread.h"
#include "system/wait.h"

enum {
  ROUNDS = 8,           /* of bursts, before the lock is given up */
  HEAP = 8,             /* packets read at once that are taken for many */
  PAUSE = 30000,        /* nanoseconds, then, until the next are read */
  BURST = 64,           /* packets read from one interface before the next has its turn */
  FLYING_LIMIT = 65536, /* packets on their way at most: what is more is lost, as in a full queue */
  BUFFER_SIZE = sizeof(struct virtio_net_hdr) + PACKET_SIZE_LIMIT + 1,
};

/* The kernel may leave the checksum to be made, and hand over up to 64 KiB that are many segments.
 */
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

static void signal_news(struct wire *wire) {
  wire->news++;
  futex_wake(&wire->news);
}

const char *wire_write(struct wire *wire, const struct lan *lan, const struct wire_link *from,
                       struct wire_target target, const void *bytes, size_t length) {
  const char *problem = target.everybody ? NULL : "nobody has the address";
  struct virtio_net_hdr header = {0};
  struct iovec parts[2] = {{&header, sizeof header}, {(void *)bytes, length}};
  (void)wire;
  for (unsigned number = 1; target.everybody && number < lan->next_number; number++)
    if (lan->links[number] && lan->links[number] != from)
      writev(lan->links[number]->device, parts, 2);
  if (target.link)
    problem = writev(target.link->device, parts, 2) < 0 ? "the host refuses it" : NULL;
  return problem;
}

/* While somebody looks, packets are to be what they would be on a cable. */
static bool is_seen(const struct wire *wire) {
  return wire->holds || wire->shows || wire->captures;
}

bool wire_is_fast(const struct wire *wire) {
  return !is_seen(wire) && !wire->shaped;
}

void wire_set_offloads(struct wire *wire) {
  bool wanted = wire_is_fast(wire);
  for (size_t i = 0; i < wire->link_count; i++)
    ioctl(wire->links[i]->device, TUNSETOFFLOAD, wanted ? offloads : 0U);
}

/* Ways that do something to packets need them one by one; a plain way hands on what it gets. */
static bool is_plain(const struct wire_way *way) {
  const struct wire_shape *shape = &way->shape;
  return shape->delay == 0 && shape->jitter == 0 && shape->rate == 0;
}

/* One that is to wait: by hand, or by time. */
static struct held *keep(struct wire_link *link, struct wire_target target, const void *bytes,
                         size_t length, int64_t now) {
  struct held *held = held_create(bytes, length);
  if (!held)
    return NULL;
  held->lan = link->lan;
  held->from = link;
  held->to = target.link;
  held->everybody = target.everybody;
  held->times[0] = now;
  return held;
}

/* Where packets are taken off: from the interface they came in by, with what was found out about
 * them. */
struct arrival {
  struct wire_link *link;
  struct wire_target target;
  const struct virtio_net_hdr *header;
  struct packet packet;
  struct flow_bases bases;
  bool based;
};

static void record_arrival(struct wire *wire, const struct arrival *arrival, enum packet_fate fate,
                           const char *reason) {
  struct wire_record record = {.fate = fate,
                               .number = wire->numbers,
                               .lan = arrival->link->lan,
                               .from = arrival->link,
                               .to = arrival->target.link,
                               .everybody = arrival->target.everybody,
                               .reason = reason,
                               .copies = 1};
  wire_record(wire, &record, &arrival->packet, arrival->based ? &arrival->bases : NULL);
}

bool wire_is_full(const struct wire *wire) {
  enum { PACKETS = 4096, BYTES = 64 << 20 };
  return wire->held.count >= PACKETS || wire->held.bytes >= BYTES;
}

static void hold(struct wire *wire, const struct arrival *arrival, int64_t now) {
  const struct packet *packet = &arrival->packet;
  bool full = wire_is_full(wire);
  struct held *held =
      full ? NULL : keep(arrival->link, arrival->target, packet->bytes, packet->length, now);
  if (!held) {
    record_arrival(wire, arrival, PACKET_LOST, full ? "too many are held" : "no memory");
    return;
  }
  held->number = wire->numbers;
  held_append(&wire->held, held);
  record_arrival(wire, arrival, PACKET_HELD, "");
}

static void fly(struct wire *wire, const struct arrival *arrival, int64_t due, int64_t now) {
  const struct packet *packet = &arrival->packet;
  struct held *held = wire->flying.count >= FLYING_LIMIT ? NULL
                                                         : keep(arrival->link, arrival->target,
                                                                packet->bytes, packet->length, now);
  if (!held) {
    record_arrival(wire, arrival, PACKET_LOST, "the queue is full");
    return;
  }
  held->number = wire->numbers;
  held->due = due;
  held_insert_due(&wire->flying, held);
  wire_wake(wire);
}

/* Why a segment is no new packet: what it is folded into, NULL for one that is new. */
static struct held *find_fold(struct wire *wire, const struct arrival *arrival,
                              const char **reason) {
  const struct packet *packet = &arrival->packet;
  struct held *held = held_find_again(&wire->held, arrival->link, packet, &arrival->bases);
  *reason = held ? "" : "unanswered";
  if (!held)
    held = held_find_answer(&wire->held, packet, &arrival->bases);
  return held ? held : held_find_again(&wire->recent, arrival->link, packet, &arrival->bases);
}

/* True where it was sent before, and that, or what acknowledges it, is still held. */
static bool fold(struct wire *wire, const struct arrival *arrival, int64_t now) {
  const char *reason;
  wire_forget(wire, &arrival->packet, now);
  if (!wire->folds || !arrival->based)
    return false;
  struct held *held = find_fold(wire, arrival, &reason);
  if (!held)
    return false;
  if (*reason) {
    held->repeats++;
  } else {
    if (held->copies < HELD_TIMES)
      held->times[held->copies] = now;
    held->copies++;
  }
  wire_record_held(wire, held, PACKET_AGAIN, reason);
  return true;
}

/* As the kernel gave it, which may be many segments in one. That it crosses is said first: who gets
 * it may go on at once. */
static void pass(struct wire *wire, const struct arrival *arrival) {
  const struct packet *packet = &arrival->packet;
  const char *problem = NULL;
  record_arrival(wire, arrival, PACKET_CROSSED, "");
  if (arrival->target.everybody)
    problem = wire_write(wire, arrival->link->lan, arrival->link, arrival->target, packet->bytes,
                         packet->length);
  else if (write(arrival->target.link->device, arrival->header,
                 sizeof *arrival->header + packet->length) < 0)
    problem = "the host refuses it";
  if (problem)
    record_arrival(wire, arrival, PACKET_LOST, problem);
}

/* What the kernel says on its own account: it has no part in what anybody does here. */
static bool is_noise(const struct packet *packet) {
  enum { MLD_FIRST = 130, MLD_LAST = 132, ROUTER_SOLICITATION = 133, MLD_REPORT = 143 };
  bool icmp6 =
      packet->family == AF_INET6 && packet->protocol == IPPROTO_ICMPV6 && packet->has_transport;
  return icmp6 && ((packet->type >= MLD_FIRST && packet->type <= MLD_LAST) ||
                   packet->type == ROUTER_SOLICITATION || packet->type == MLD_REPORT);
}

static void decide(struct wire *wire, const struct arrival *arrival) {
  struct wire_way *way = wire_way(arrival->link, arrival->target.link);
  const char *lost = wire_loses(wire, way);
  if (!lost && !arrival->target.link && !arrival->target.everybody)
    lost = "nobody has the address";
  if (lost) {
    record_arrival(wire, arrival, PACKET_LOST, lost);
  } else if (wire->holds) {
    hold(wire, arrival, clock_monotonic());
  } else if (!way || is_plain(way)) {
    pass(wire, arrival);
  } else {
    int64_t now = clock_monotonic();
    fly(wire, arrival, wire_due(wire, way, arrival->packet.length, now), now);
  }
}

/* A packet that has come in by an interface: buffer holds it, behind what the kernel says about it.
 */
static void take(struct wire *wire, struct wire_link *link, size_t length) {
  struct arrival arrival = {.link = link,
                            .header = (const struct virtio_net_hdr *)(void *)wire->buffer};
  unsigned char *bytes = wire->buffer + sizeof *arrival.header;
  packet_read(bytes, length, length, &arrival.packet);
  if (is_noise(&arrival.packet))
    return;
  bool unfinished = arrival.header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
  arrival.target = wire_find_target(wire, link->lan, &arrival.packet);
  struct wire_way *way = wire_way(link, arrival.target.link);
  if (unfinished && (is_seen(wire) || arrival.target.everybody || (way && !is_plain(way))))
    packet_fix_checksums(bytes, length);
  arrival.based = flow_note(&wire->flows, &arrival.packet, &arrival.bases);
  if (wire->holds && fold(wire, &arrival, clock_monotonic()))
    return;
  wire->numbers++;
  decide(wire, &arrival);
}

/* Reads some of what one interface has. True when there may be more. */
static bool read_some(struct wire *wire, struct wire_link *link) {
  for (int i = 0; i < BURST; i++) {
    ssize_t got = read(link->device, wire->buffer, BUFFER_SIZE);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < (ssize_t)sizeof(struct virtio_net_hdr))
      return false;
    take(wire, link, (size_t)got - sizeof(struct virtio_net_hdr));
  }
  return true;
}

void wire_pump(struct wire *wire) {
  unsigned before = wire->numbers;
  bool more = true;
  for (int rounds = 0; more;) {
    more = false;
    for (size_t i = 0; i < wire->link_count; i++)
      more |= read_some(wire, wire->links[i]);
    more = more && (wire->holds || ++rounds < ROUNDS); /* in flow others want the lock, too */
  }
  if (wire->numbers != before)
    signal_news(wire);
}

int64_t wire_deliver_due(struct wire *wire, int64_t now) {
  bool any = false;
  while (wire->flying.first && wire->flying.first->due <= now) {
    struct held *held = wire->flying.first;
    held_remove(&wire->flying, held);
    struct wire_target target = {held->to, held->everybody};
    wire_record_held(wire, held, PACKET_CROSSED, held->origin);
    const char *problem =
        wire_write(wire, held->lan, held->from, target, held->bytes, held->length);
    if (problem)
      wire_record_held(wire, held, PACKET_LOST, problem);
    held_free(held);
    any = true;
  }
  if (any)
    signal_news(wire);
  return wire->flying.first ? wire->flying.first->due : 0;
}

bool wire_busy(struct wire *wire) {
  return wire->flying.count > 0;
}

/* While much comes it is taken in heaps: a thread that waits for each packet must be woken for
 * each, at the sender's cost. */
static void pause_briefly(void) {
  static const struct timespec time = {.tv_nsec = PAUSE};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

/* Sleeps until something comes, is due, or has changed. */
static void rest(struct wire *wire, struct pollfd *items, size_t count, int64_t due) {
  int64_t left = due - clock_monotonic();
  struct timespec time = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
  if (due && left < 0)
    time = (struct timespec){0};
  eventfd_t ignored;
  if (ppoll(items, count, due ? &time : NULL, NULL) > 0 && items[0].revents)
    eventfd_read(wire->wake, &ignored);
}

static void *carry(void *context) {
  struct wire *wire = context;
  struct pollfd items[1 + WIRE_LINKS] = {{.fd = wire->wake, .events = POLLIN}};
  prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
  for (;;) {
    wire_lock(wire);
    if (wire->stopping)
      break;
    unsigned before = wire->numbers;
    wire_pump(wire);
    bool busy = wire->numbers - before >= HEAP && !wire->flying.first;
    int64_t due = wire_deliver_due(wire, clock_monotonic());
    size_t count = 1;
    for (size_t i = 0; i < wire->link_count; i++)
      items[count++] = (struct pollfd){.fd = wire->links[i]->device, .events = POLLIN};
    wire_unlock(wire);
    if (busy)
      pause_briefly();
    else
      rest(wire, items, count, due);
  }
  wire_unlock(wire);
  return NULL;
}

int wire_start(struct wire *wire, struct timeline *timeline, bool repeatable) {
  *wire = (struct wire){.timeline = timeline, .shows = true, .folds = true};
  pthread_mutex_init(&wire->lock, NULL);
  wire_seed(wire, repeatable ? 1 : (uint64_t)clock_monotonic());
  wire->buffer = malloc(BUFFER_SIZE);
  wire->wake = wire->buffer ? descriptor_move_up(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) : -1;
  if (wire->wake < 0)
    return wire->buffer ? errno : ENOMEM;
  int error = thread_start(&wire->thread, 0, 0, carry, wire);
  wire->running = error == 0;
  return error;
}

void wire_halt(struct wire *wire) {
  if (!wire->running)
    return;
  wire_lock(wire);
  wire->stopping = true;
  wire_unlock(wire);
  wire_wake(wire);
  pthread_join(wire->thread, NULL);
  wire->running = false;
}

void wire_stop(struct wire *wire) {
  wire_halt(wire);
  held_clear(&wire->held);
  held_clear(&wire->flying);
  held_clear(&wire->recent);
  flow_free(&wire->flows);
  wire_free_links(wire);
  if (wire->wake >= 0)
    close(wire->wake);
  free(wire->buffer);
  pthread_mutex_destroy(&wire->lock);
}

/* What the kernel has given so far is carried as it was to be until now. */
static void change_mode(struct wire *wire, bool *mode, bool value) {
  wire_pump(wire);
  *mode = value;
  wire_set_offloads(wire);
}

void wire_set_shows(struct wire *wire, bool shows) {
  change_mode(wire, &wire->shows, shows);
}

void wire_set_captures(struct wire *wire, bool captures) {
  change_mode(wire, &wire->captures, captures);
}

/* What is on its way stops where it is. */
static void stop_flying(struct wire *wire) {
  while (wire->flying.first) {
    struct held *held = wire->flying.first;
    held_remove(&wire->flying, held);
    held_append(&wire->held, held);
    wire_record_held(wire, held, PACKET_HELD, held->origin);
  }
}

void wire_set_holds(struct wire *wire, bool holds) {
  change_mode(wire, &wire->holds, holds);
  if (holds)
    stop_flying(wire);
  while (!holds && wire->held.first)
    wire_deliver(wire, wire->held.first);
  wire_wake(wire);
}
