#include "service/datagram_relay.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "service/connection.h"
#include "service/outbound.h"
#include "service/report.h"
#include "system/wait.h"

enum {
  CLIENTS = 1024, /* the most clients; a further one replaces the one that was silent longest */
  BUCKETS = 2048,
  AT_ONCE = 64, /* datagrams from one socket before the others get their turn */
  EVENTS = 64,
};

/* How long a client may be silent before it is forgotten, in nanoseconds. */
static const int64_t SILENCE = 60000000000;

/* Clients by their addresses. */
struct clients {
  struct connection *buckets[BUCKETS];
  size_t count;
};

static size_t bucket_of(const struct sockaddr *address, socklen_t length) {
  const unsigned char *bytes = (const unsigned char *)address;
  uint32_t number = 2166136261u;
  for (socklen_t i = 0; i < length; i++)
    number = (number ^ bytes[i]) * 16777619u;
  return number % BUCKETS;
}

static struct connection *find(const struct clients *clients, const struct address *from) {
  struct connection *client = clients->buckets[bucket_of(&from->any, from->length)];
  while (client && (client->peer.length != from->length ||
                    memcmp(&client->peer.any, &from->any, from->length) != 0))
    client = client->bucket_next;
  return client;
}

/* Frees the clients that are over. */
static void reap(struct loop *loop, struct clients *clients) {
  for (struct connection *over = loop->over; over; over = over->waiting_next) {
    struct connection **link = &clients->buckets[bucket_of(&over->peer.any, over->peer.length)];
    while (*link != over)
      link = &(*link)->bucket_next;
    *link = over->bucket_next;
    clients->count--;
  }
  loop_reap(loop);
}

static void fail(struct connection *client, int error) {
  client->target_failed = true;
  connection_end(client, error);
}

/* Adds a client, with its socket; NULL if that fails, which is reported. */
static struct connection *add(struct loop *loop, struct clients *clients,
                              const struct address *from) {
  struct service *service = loop->service;
  if (clients->count >= CLIENTS) {
    connection_end(loop->waiting_first, 0);
    reap(loop, clients);
  }
  int descriptor = outbound_connect(&service->plan.target, SOCK_DGRAM, service->plan.host);
  if (descriptor < 0) {
    service_report_failure(service, descriptor == OUTBOUND_UNASKED ? OUTBOUND_QUESTION : "connect",
                           errno);
    return NULL;
  }
  struct connection *client =
      connection_create(loop, descriptor, from, 1 + atomic_fetch_add(&service->total, 1), false);
  if (!client) {
    service_report_failure(service, "malloc", ENOMEM);
    return NULL;
  }
  count(&service->now, 1);
  struct connection **bucket = &clients->buckets[bucket_of(&from->any, from->length)];
  client->bucket_next = *bucket;
  *bucket = client;
  clients->count++;
  service_report_connection(client, SERVICE_ACCEPTED, 0);
  connection_await(client, EPOLLIN);
  return client;
}

/* Passes data from a client to the target. What the kernel does not take is lost, as on a
 * network. */
static void pass_on(struct loop *loop, struct clients *clients, const struct address *from,
                    size_t length) {
  struct service *service = loop->service;
  struct connection *client = find(clients, from);
  if (!client)
    client = add(loop, clients, from);
  if (!client || client->phase == CONNECTION_OVER)
    return;
  connection_expect(client, SILENCE);
  client->received += length;
  count(&service->received, length);
  service_report_relayed(client, false, loop->scratch, length);
  if (service->until.text) {
    uint32_t place = 0;
    service_search(service, &place, loop->scratch, length);
  }
  if (send(client->descriptor, loop->scratch, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
    return;
  if (errno == ENOBUFS || errno == ENOMEM)
    service_report_failure(service, "send", errno);
  else if (errno != EAGAIN)
    fail(client, errno);
}

static void receive(struct loop *loop, struct clients *clients) {
  for (int i = 0; i < AT_ONCE; i++) {
    struct address from = {.length = sizeof from.storage};
    ssize_t got =
        recvfrom(loop->listener, loop->scratch, SCRATCH, MSG_DONTWAIT, &from.any, &from.length);
    if (got < 0 && errno != EINTR && errno != ECONNREFUSED) {
      if (errno != EAGAIN)
        service_report_failure(loop->service, "recvfrom", errno);
      return;
    }
    if (got >= 0)
      pass_on(loop, clients, &from, (size_t)got);
  }
}

/* From the target back to a client. */
static void pass_back(struct connection *client) {
  struct loop *loop = client->loop;
  for (int i = 0; i < AT_ONCE && client->phase != CONNECTION_OVER; i++) {
    ssize_t got = recv(client->descriptor, loop->scratch, SCRATCH, MSG_DONTWAIT);
    if (got < 0) {
      if (errno != EAGAIN && errno != EINTR)
        fail(client, errno);
      return;
    }
    connection_expect(client, SILENCE);
    service_report_relayed(client, true, loop->scratch, (size_t)got);
    ssize_t sent = sendto(loop->listener, loop->scratch, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL,
                          &client->peer.any, client->peer.length);
    if (sent < 0 && errno != EAGAIN)
      service_report_failure(loop->service, "sendto", errno);
    client->sent += sent > 0 ? (uint64_t)sent : 0;
    count(&loop->service->sent, sent > 0 ? (uint64_t)sent : 0);
  }
}

static int milliseconds_to(int64_t moment) {
  int64_t left = moment - clock_monotonic();
  return moment == 0 ? -1 : left <= 0 ? 0 : (int)((left + 999999) / 1000000);
}

void loop_relay_datagrams(struct loop *loop) {
  struct service *service = loop->service;
  struct clients *clients = loop->memory;
  struct epoll_event events[EVENTS];
  while (service->end == SERVICE_RUNS && !service->let_go) {
    int64_t due = loop_expire(loop);
    reap(loop, clients);
    int ready =
        epoll_pwait(loop->epoll, events, EVENTS, milliseconds_to(due), service_waiting_signals());
    /* Answers first: a new client may replace an old one, which is then freed. */
    for (int i = 0; i < ready; i++)
      if (events[i].data.ptr)
        pass_back(events[i].data.ptr);
    for (int i = 0; i < ready; i++)
      if (!events[i].data.ptr)
        receive(loop, clients);
  }
  for (struct connection *client = loop->connections; client; client = client->next)
    connection_end(client, 0);
  reap(loop, clients);
}

size_t loop_relay_memory(void) {
  return sizeof(struct clients);
}
