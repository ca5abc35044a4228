/* connection_serve: what happens next on a connection: the handler's answer, the rest of one, or
 * the end. */
#include <sys/epoll.h>

#include "service/connection.h"
#include "service/relay.h"

/* How long a client that has been sent everything may take to close its side, in nanoseconds. */
static const int64_t DRAIN_TIME = 2000000000;

/* Everything has been sent. If the client is still sending, closing now could destroy data on its
 * way to it, since further data would be answered with a RST. */
static void finish(struct connection *connection) {
  if (connection->ended) {
    connection_end(connection, 0);
    return;
  }
  struct host *host = connection->loop->service->plan.host;
  host_act_begin(host);
  if (!connection->shut)
    shutdown(connection->descriptor, SHUT_WR);
  host_act_end(host);
  connection->shut = true;
  connection->phase = CONNECTION_DRAINING;
  connection_expect(connection, DRAIN_TIME);
  connection_await(connection, EPOLLIN);
}

/* Everything is sent so far: what comes next? */
static void go_on(struct connection *connection) {
  const struct handler *handler = connection->loop->service->plan.handler;
  if (connection->state.answered || (connection->ended && !handler->never_listens))
    finish(connection);
  else
    connection_await(connection, handler->never_listens ? EPOLLOUT : EPOLLIN);
}

static void answer(struct connection *connection, char *data, size_t length) {
  const struct service_plan *plan = &connection->loop->service->plan;
  struct handler_reply reply = {0};
  struct handler_question question = {.data = data, .length = length, .end = connection->ended};
  if (plan->given) {
    question.given = plan->given->data;
    question.given_length = plan->given->length;
  }
  plan->handler->answer(&connection->state, &question, &reply);
  if (!reply.none && !connection_send(connection, reply.data, reply.length, reply.lasting))
    return;
  if (plan->handler->never_listens) { /* it continues where the kernel stopped taking data */
    handler_advance(&connection->state, reply.length - connection->pending_length);
    connection->pending_length = 0;
  }
  if (connection->pending_length > 0)
    connection_await(connection, EPOLLOUT);
  else
    go_on(connection);
}

void connection_begin(struct connection *connection) {
  const struct handler *handler = connection->loop->service->plan.handler;
  if (handler->relays)
    relay_begin(connection);
  else if (handler->begins)
    answer(connection, NULL, 0);
  else
    connection_await(connection, EPOLLIN);
}

static void drain(struct connection *connection) {
  ssize_t got = connection_receive(connection, connection->loop->scratch);
  if (got == 0)
    connection_end(connection, 0);
}

void connection_ready(struct connection *connection, uint32_t events) {
  char *scratch = connection->loop->scratch;
  if (connection->phase == CONNECTION_OVER)
    return;
  if (connection->loop->service->plan.handler->relays) {
    relay_ready(connection, events);
  } else if (connection->phase == CONNECTION_DRAINING) {
    drain(connection);
  } else if (connection->pending_length > 0) {
    if (connection_flush(connection))
      go_on(connection);
  } else if (connection->events & EPOLLOUT) {
    answer(connection, NULL, 0);
  } else {
    ssize_t got = connection_receive(connection, scratch);
    if (got >= 0)
      answer(connection, scratch, (size_t)got);
  }
}
