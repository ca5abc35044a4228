#include "lab/wire_link.h"
#include "lab/wire_reason.h"

#include <linux/if_tun.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/lab.h"
#include "language/chance.h"
#include "language/loss.h"

struct lan *wire_find_lan(const struct wire *wire, const char *name, size_t length) {
  for (size_t i = 0; i < wire->lan_count; i++)
    if (bytes_equal(name, length, wire->lans[i]->name, strlen(wire->lans[i]->name)))
      return wire->lans[i];
  return NULL;
}

struct lan *wire_add_lan(struct wire *wire, const char *name) {
  struct lan *lan = wire->lan_count < LAB_WIRES ? calloc(1, sizeof *lan) : NULL;
  if (!lan && wire->lan_count < LAB_WIRES)
    loss_of_memory();
  if (!lan)
    return NULL;
  strncpy(lan->name, name, sizeof lan->name - 1);
  lan->index = (unsigned)wire->lan_count;
  lan->next_number = 1;
  lan->mtu = WIRE_MTU;
  wire->lans[wire->lan_count++] = lan;
  return lan;
}

/* A stream has nothing in common with that of another chance, or of another way. */
static uint64_t stream_of(uint64_t seed, enum wire_chance chance, size_t from, size_t to) {
  uint64_t place = (uint64_t)chance << 32 | (uint64_t)from << 16 | (uint64_t)to;
  return chance_stream(seed, place);
}

static struct wire_way new_way(const struct wire *wire, size_t from, size_t to) {
  struct wire_way way = {.shape = wire->base};
  for (unsigned i = 0; i < CHANCES; i++)
    way.random[i] = stream_of(wire->seed[i], i, from, to);
  return way;
}

/* Makes room in every link for its way to the new one, and in the new one for all of them. */
static bool make_ways(struct wire *wire, struct wire_link *link) {
  size_t count = wire->link_count + 1;
  link->ways = calloc(count, sizeof *link->ways);
  if (!link->ways)
    return false;
  for (size_t i = 0; i < wire->link_count; i++) {
    struct wire_way *ways = realloc(wire->links[i]->ways, count * sizeof *ways);
    if (!ways)
      return false;
    wire->links[i]->ways = ways;
    ways[count - 1] = new_way(wire, i, count - 1);
  }
  for (size_t i = 0; i < count; i++)
    link->ways[i] = new_way(wire, count - 1, i);
  return true;
}

struct wire_link *wire_add_link(struct wire *wire, struct lab_host *host, struct lan *lan,
                                unsigned number, int device, bool inet6) {
  struct wire_link *link = wire->link_count < WIRE_LINKS ? calloc(1, sizeof *link) : NULL;
  if (!link || !make_ways(wire, link)) {
    if (link)
      free(link->ways);
    free(link);
    return NULL;
  }
  link->index = (unsigned)wire->link_count;
  link->host = host;
  link->lan = lan;
  link->number = number;
  link->device = device;
  link->inet6 = inet6;
  wire->links[wire->link_count++] = link;
  lan->links[number] = link;
  host->links[host->link_count++] = link;
  wire_wake(wire); /* its thread must poll the new interface too */
  return link;
}

void wire_free_links(struct wire *wire) {
  for (size_t i = 0; i < wire->link_count; i++) {
    /* It goes with its host's namespace, behind our back: to take it away here would take 20 ms. */
    ioctl(wire->links[i]->device, TUNSETPERSIST, 1);
    close(wire->links[i]->device);
    for (size_t j = 0; j < wire->link_count; j++)
      wire_queue_free(&wire->links[i]->ways[j].queue);
    free(wire->links[i]->ways);
    free(wire->links[i]);
  }
  for (size_t i = 0; i < wire->lan_count; i++)
    free(wire->lans[i]);
}

/* The routes from one LAN to all others, shortest first: breadth first over the hosts with several
 * interfaces. */
static void route_from(struct lan *start) {
  struct lan *queue[LAB_WIRES] = {start};
  struct wire_link *first[LAB_WIRES] = {NULL};
  bool reached[LAB_WIRES] = {false};
  size_t count = 1;
  reached[start->index] = true;
  for (size_t at = 0; at < count; at++)
    for (unsigned number = 1; number < queue[at]->next_number; number++) {
      struct wire_link *link = queue[at]->links[number];
      for (size_t i = 0; link && i < link->host->link_count; i++) {
        struct lan *next = link->host->links[i]->lan;
        if (reached[next->index])
          continue;
        reached[next->index] = true;
        first[next->index] = at == 0 ? link : first[queue[at]->index];
        queue[count++] = next;
      }
    }
  memcpy(start->toward, first, sizeof first);
}

void wire_route(struct wire *wire) {
  for (size_t i = 0; i < wire->lan_count; i++)
    route_from(wire->lans[i]);
}

static bool is_host(const struct address *one, const struct address *other) {
  if (one->length == 0 || address_family(one) != address_family(other))
    return false;
  return address_family(one) == AF_INET
             ? one->inet.sin_addr.s_addr == other->inet.sin_addr.s_addr
             : memcmp(&one->inet6.sin6_addr, &other->inet6.sin6_addr, 16) == 0;
}

/* The last that was given the address. */
static struct wire_link *link_given(const struct wire *wire, const struct address *address) {
  for (size_t i = wire->link_count; i-- > 0;)
    if (is_host(&wire->links[i]->own[0], address) || is_host(&wire->links[i]->own[1], address))
      return wire->links[i];
  return NULL;
}

struct wire_link *wire_link_of(const struct wire *wire, const struct address *address) {
  unsigned lan = LAB_WIRES;
  unsigned number = 0;
  if (address_family(address) == AF_INET) {
    uint32_t host = ntohl(address->inet.sin_addr.s_addr);
    if (host >> 16 == 10U << 8) {
      lan = host >> 8 & 0xff;
      number = host & 0xff;
    }
  } else if (address_family(address) == AF_INET6) {
    static const unsigned char start[6] = {0xfd};
    static const unsigned char middle[6] = {0};
    const unsigned char *bytes = address->inet6.sin6_addr.s6_addr;
    if (memcmp(bytes, start, sizeof start) == 0 && memcmp(bytes + 8, middle, sizeof middle) == 0) {
      lan = (unsigned)bytes[6] << 8 | bytes[7];
      number = (unsigned)bytes[14] << 8 | bytes[15];
    }
  }
  bool known = lan < wire->lan_count && number <= LAB_HOSTS;
  return known ? wire->lans[lan]->links[number] : link_given(wire, address);
}

struct wire_link *wire_link_beside(const struct lan *lan, const struct address *address) {
  static const unsigned char start[14] = {0xfe, 0x80};
  const unsigned char *bytes = address->inet6.sin6_addr.s6_addr;
  if (address_family(address) != AF_INET6 || memcmp(bytes, start, sizeof start) != 0)
    return NULL;
  unsigned number = (unsigned)bytes[14] << 8 | bytes[15];
  return number <= LAB_HOSTS ? lan->links[number] : NULL;
}

/* True for broadcast on a LAN, and multicast. */
static bool is_for_everybody(const struct address *address) {
  if (address_family(address) == AF_INET6)
    return address->inet6.sin6_addr.s6_addr[0] == 0xff;
  uint32_t host = ntohl(address->inet.sin_addr.s_addr);
  return host >> 28 == 0xe || host == ~0U || (host >> 16 == 10U << 8 && (host & 0xff) == 0xff);
}

struct wire_target wire_find_target(const struct wire *wire, const struct lan *lan,
                                    const struct packet *packet) {
  struct address address = packet_destination(packet);
  struct wire_target target = {0};
  if (address.length == 0)
    return target;
  target.everybody = is_for_everybody(&address);
  struct wire_link *link = target.everybody ? NULL : wire_link_of(wire, &address);
  if (!link && !target.everybody)
    link = wire_link_beside(lan, &address);
  if (link && link->lan != lan)
    link = lan->toward[link->lan->index];
  target.link = link;
  return target;
}

bool wire_is_shaped(const struct wire_shape *shape) {
  return shape->cut || shape->delay || shape->jitter || shape->loss > 0 || shape->rate;
}

static bool is_chosen(const struct wire_choice *choice, const struct wire_link *from,
                      const struct wire_link *to) {
  return (!choice->from || from->host == choice->from) && (!choice->to || to->host == choice->to) &&
         (!choice->lan || (from->lan == choice->lan && to->lan == choice->lan));
}

static bool is_all(const struct wire_choice *choice) {
  return !choice->from && !choice->to && !choice->lan;
}

void wire_shape_ways(struct wire *wire, struct wire_choice choice,
                     void (*change)(struct wire_shape *shape, void *context), void *context) {
  for (size_t i = 0; i < wire->link_count; i++)
    for (size_t j = 0; j < wire->link_count; j++)
      if (is_chosen(&choice, wire->links[i], wire->links[j]))
        change(&wire->links[i]->ways[j].shape, context);
  if (is_all(&choice))
    change(&wire->base, context);
  wire->shaped = false;
  for (size_t i = 0; i < wire->link_count; i++)
    for (size_t j = 0; j < wire->link_count; j++)
      wire->shaped = wire->shaped || wire_is_shaped(&wire->links[i]->ways[j].shape);
  wire_set_offloads(wire);
}

void wire_seed_ways(struct wire *wire, struct wire_choice choice, enum wire_chance chance,
                    uint64_t seed) {
  for (size_t i = 0; i < wire->link_count; i++)
    for (size_t j = 0; j < wire->link_count; j++)
      if (is_chosen(&choice, wire->links[i], wire->links[j]))
        wire->links[i]->ways[j].random[chance] = stream_of(seed, chance, i, j);
  if (is_all(&choice))
    wire->seed[chance] = seed;
}

void wire_seed(struct wire *wire, uint64_t seed) {
  for (unsigned i = 0; i < CHANCES; i++)
    wire_seed_ways(wire, (struct wire_choice){0}, i, seed);
}

/* A number in [0, 1). */
static double draw(struct wire_way *way, enum wire_chance chance) {
  return chance_draw(&way->random[chance]);
}

struct wire_way *wire_way(const struct wire_link *from, const struct wire_link *to) {
  return from && to ? &from->ways[to->index] : NULL;
}

const char *wire_loses(struct wire_way *way) {
  if (!way)
    return NULL;
  bool lost = way->shape.loss > 0 && draw(way, CHANCE_LOSS) < way->shape.loss;
  if ((lost || way->shape.cut) && way->shape.jitter > 0)
    draw(way, CHANCE_JITTER); /* so the next packet has the jitter that it would have had */
  return way->shape.cut ? WIRE_REASON_CUT : lost ? WIRE_REASON_BY_CHANCE : NULL;
}

int64_t wire_due(struct wire_way *way, size_t length, int64_t now) {
  if (!way)
    return now;
  const struct wire_shape *shape = &way->shape;
  int64_t due = now;
  if (shape->rate > 0) {
    due = way->free > now ? way->free : now;
    due += (int64_t)((double)length * 8e9 / (double)shape->rate);
    if (shape->queue > 0 && !wire_queue_add(&way->queue, shape->queue, due, now))
      return WIRE_NEVER;
    way->free = due;
  }
  due += shape->delay;
  if (shape->jitter > 0)
    due += (int64_t)((2 * draw(way, CHANCE_JITTER) - 1) * (double)shape->jitter);
  return due > now ? due : now;
}
