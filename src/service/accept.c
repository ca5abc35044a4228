#include "service/accept.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "service/connection.h"
#include "service/report.h"
#include "system/wait.h"

/* For how long no connection is accepted when no descriptor is left and no connection ends, in
 * nanoseconds. */
static const int64_t PAUSE = 100000000;

void loop_close_listener(struct loop *loop) {
  struct service *service = loop->service;
  if (loop->listener < 0)
    return;
  close(loop->listener);
  loop->listener = -1;
  service->holding--;
  futex_wake(&service->holding);
}

/* Lets epoll tell of clients, or no more. False if it refuses, with errno set. */
static bool await_clients(struct loop *loop, bool wanted) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  return loop->epoll < 0 || loop->listener < 0 ||
         epoll_ctl(loop->epoll, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, loop->listener, &event) ==
             0;
}

/* A waiting connection keeps the listener readable, so trying again and again would spin. Instead
 * nothing is accepted until a connection ends, or some time has passed. */
void loop_pause(struct loop *loop, const char *call, int error) {
  loop->paused = true;
  loop->paused_until = clock_monotonic() + PAUSE;
  await_clients(loop, false);
  if (!loop->reported)
    service_report_failure(loop->service, call, error);
  loop->reported = true;
}

void loop_resume(struct loop *loop) {
  if (!loop->paused)
    return;
  /* What it would not let go above, it has still. */
  if (await_clients(loop, true) || errno == EEXIST)
    loop->paused = false;
  else
    loop_pause(loop, "epoll_ctl", errno);
}

/* The socket was shut down, so it no longer listens. */
static void lose_listener(struct loop *loop) {
  struct event_service about = {.phase = SERVICE_UNBOUND, .error = EINVAL};
  service_report(loop->service, &about);
  loop_close_listener(loop);
}

static void refused(struct loop *loop, int error) {
  switch (error) {
  case EAGAIN:
  case EINTR:
    break;
  case EINVAL:
    lose_listener(loop);
    break;
  case ECONNABORTED: /* an error of that one connection, which is gone */
    service_report_failure(loop->service, "accept", error);
    break;
  default: /* an error of the network, which may hit the next one too */
    loop_pause(loop, "accept", error);
  }
}

struct connection *loop_accept(struct loop *loop, struct loop *into) {
  struct service *service = loop->service;
  struct address peer = {.length = sizeof peer.storage};
  int on = 1;
  host_act_begin(service->plan.host);
  int descriptor = accept4(loop->listener, &peer.any, &peer.length, SOCK_CLOEXEC | SOCK_NONBLOCK);
  host_act_end(service->plan.host);
  if (descriptor < 0) {
    refused(loop, errno);
    return NULL;
  }
  uint64_t number = 1 + atomic_fetch_add(&service->total, 1);
  struct connection *connection = connection_create(into, descriptor, &peer, number, false);
  if (!connection) {
    loop_pause(loop, "malloc", ENOMEM);
    return NULL;
  }
  loop->reported = false;
  if (service->plan.handler->relays && connection->peer.length > 0)
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  count(&service->now, 1);
  service_report_connection(connection, SERVICE_ACCEPTED, 0);
  return connection;
}
