#include "service/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "service/report.h"
#include "socket/look_note.h"
#include "system/wait.h"

struct connection *connection_create(struct loop *loop, int descriptor, const struct address *peer,
                                     uint64_t number, bool outgoing) {
  struct connection *connection = calloc(1, sizeof *connection);
  socklen_t length = sizeof connection->cookie;
  if (!connection) {
    close(descriptor);
    return NULL;
  }
  connection->loop = loop;
  connection->descriptor = descriptor;
  connection->phase = CONNECTION_OPEN;
  connection->number = number;
  connection->outgoing = outgoing;
  if (look_note(getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &connection->cookie, &length),
                "getsockopt") < 0)
    connection->cookie = 0;
  if (address_family(peer) == AF_INET || address_family(peer) == AF_INET6) {
    connection->peer.length = peer->length;
    memcpy(&connection->peer.any, &peer->any, peer->length);
  }
  pthread_mutex_lock(&loop->lock);
  connection->next = loop->connections;
  connection->link = &loop->connections;
  if (connection->next)
    connection->next->link = &connection->next;
  loop->connections = connection;
  pthread_mutex_unlock(&loop->lock);
  return connection;
}

static void leave_queue(struct connection *connection) {
  struct loop *loop = connection->loop;
  if (connection->deadline == 0)
    return;
  *(connection->waiting_before ? &connection->waiting_before->waiting_next : &loop->waiting_first) =
      connection->waiting_next;
  *(connection->waiting_next ? &connection->waiting_next->waiting_before : &loop->waiting_last) =
      connection->waiting_before;
  connection->deadline = 0;
}

void connection_expect(struct connection *connection, int64_t duration) {
  struct loop *loop = connection->loop;
  leave_queue(connection);
  connection->deadline = clock_monotonic() + duration;
  connection->waiting_next = NULL;
  connection->waiting_before = loop->waiting_last;
  *(loop->waiting_last ? &loop->waiting_last->waiting_next : &loop->waiting_first) = connection;
  loop->waiting_last = connection;
}

bool loop_reap(struct loop *loop) {
  bool some = loop->over != NULL;
  while (loop->over) {
    struct connection *connection = loop->over;
    loop->over = connection->waiting_next;
    pthread_mutex_lock(&loop->lock);
    *connection->link = connection->next;
    if (connection->next)
      connection->next->link = connection->link;
    pthread_mutex_unlock(&loop->lock);
    free(connection);
  }
  return some;
}

int64_t loop_expire(struct loop *loop) {
  while (loop->waiting_first && loop->waiting_first->deadline <= clock_monotonic())
    connection_end(loop->waiting_first, 0);
  return loop->waiting_first ? loop->waiting_first->deadline : 0;
}

static void remember_closed(struct service *service, uint64_t cookie) {
  pthread_mutex_lock(&service->lock);
  service->closed[service->closed_count++ % CLOSED_KEPT] = cookie;
  pthread_mutex_unlock(&service->lock);
}

void connection_end(struct connection *connection, int error) {
  struct service *service = connection->loop->service;
  if (connection->phase == CONNECTION_OVER)
    return;
  leave_queue(connection);
  connection->phase = CONNECTION_OVER;
  free(connection->memory);
  connection->memory = NULL;
  remember_closed(service, connection->cookie);
  host_act_begin(service->plan.host);
  /* This also removes it from the epoll instance: nobody else has it. */
  close(connection->descriptor);
  host_act_end(service->plan.host);
  connection->error = error;
  connection->waiting_next = connection->loop->over;
  connection->loop->over = connection;
  if (connection->outgoing)
    return;
  count(&service->now, (uint64_t)-1);
  if (error) {
    count(&service->errors, 1);
    service->last_error = error;
  }
  service_report_connection(connection, SERVICE_CLOSED, error);
}

void connection_await(struct connection *connection, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = connection};
  if (connection->phase == CONNECTION_OVER || events == connection->events)
    return;
  connection->events = events;
  if (connection->loop->epoll < 0)
    return;
  /* A connection that waits for nothing is removed: otherwise its end would be reported again and
   * again. */
  int operation = events == 0 ? EPOLL_CTL_DEL : connection->polled ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  connection->polled = events != 0;
  if (epoll_ctl(connection->loop->epoll, operation, connection->descriptor, &event) < 0)
    connection_end(connection, errno);
}

/* Sends as much as the kernel takes. Returns how much; or -1 if it failed, and the connection is
 * over. */
static ssize_t send_some(struct connection *connection, const char *data, size_t length) {
  struct service *service = connection->loop->service;
  ssize_t sent;
  do
    sent = send(connection->descriptor, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  if (sent < 0 && errno != EAGAIN) {
    connection_end(connection, errno);
    return -1;
  }
  sent = sent < 0 ? 0 : sent;
  connection->sent += (uint64_t)sent;
  if (!connection->outgoing)
    count(&service->sent, (uint64_t)sent);
  return sent;
}

bool connection_flush(struct connection *connection) {
  if (connection->pending_length == 0)
    return true;
  ssize_t sent = send_some(connection, connection->pending, connection->pending_length);
  if (sent < 0)
    return false;
  connection->pending += sent;
  connection->pending_length -= (size_t)sent;
  if (connection->pending_length > 0)
    return false;
  free(connection->memory);
  connection->memory = NULL;
  return true;
}

/* What was not sent is kept, and nothing more is received until it is sent: so a connection never
 * has more than SCRATCH bytes in memory. */
bool connection_send(struct connection *connection, const char *data, size_t length, bool lasting) {
  ssize_t sent = length > 0 ? send_some(connection, data, length) : 0;
  if (sent < 0)
    return false;
  size_t left = length - (size_t)sent;
  if (left == 0)
    return true;
  connection->pending = data + sent;
  connection->pending_length = left;
  if (lasting)
    return true;
  connection->memory = malloc(left);
  if (!connection->memory) {
    connection_end(connection, ENOMEM);
    return false;
  }
  memcpy(connection->memory, data + sent, left);
  connection->pending = connection->memory;
  return true;
}

ssize_t connection_receive(struct connection *connection, char *data) {
  struct service *service = connection->loop->service;
  ssize_t got;
  do
    got = recv(connection->descriptor, data, SCRATCH, MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  if (got < 0) {
    if (errno != EAGAIN)
      connection_end(connection, errno);
    return -1;
  }
  connection->ended = connection->ended || got == 0;
  connection->received += (uint64_t)got;
  if (!connection->outgoing) {
    count(&service->received, (uint64_t)got);
    if (service->until.text)
      service_search(service, &connection->matched, data, (size_t)got);
  }
  return got;
}
