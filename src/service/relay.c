#include "service/relay.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "service/connection.h"
#include "service/outbound.h"
#include "service/report.h"

static struct connection *client_of(struct connection *connection) {
  return connection->outgoing ? connection->other : connection;
}

/* Makes close send a RST: it did not end normally, and its peer should know. */
static void make_abrupt(const struct connection *connection) {
  struct linger now = {.l_onoff = 1, .l_linger = 0};
  setsockopt(connection->descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* When one side is over, so is the other. */
static void end_both(struct connection *connection, int error, bool target_failed) {
  struct connection *client = client_of(connection);
  struct connection *target = client->other;
  if (error && client->phase != CONNECTION_OVER)
    make_abrupt(client);
  if (error && target && target->phase != CONNECTION_OVER)
    make_abrupt(target);
  client->target_failed = target_failed;
  connection_end(client, error);
  if (target)
    connection_end(target, error);
}

void relay_begin(struct connection *client) {
  struct loop *loop = client->loop;
  const struct address *to = &loop->service->plan.target;
  int descriptor = outbound_connect(to, SOCK_STREAM, loop->service->plan.host);
  int error = errno;
  struct connection *target =
      descriptor < 0 ? NULL : connection_create(loop, descriptor, to, client->number, true);
  if (descriptor == OUTBOUND_UNASKED) { /* nothing was heard of the target */
    service_report_failure(loop->service, OUTBOUND_QUESTION, error);
    end_both(client, ECONNABORTED, false);
    return;
  }
  if (!target) {
    end_both(client, descriptor < 0 ? error : ENOMEM, true);
    return;
  }
  client->other = target;
  target->other = client;
  target->phase = CONNECTION_CONNECTING;
  connection_await(target, EPOLLOUT);
}

/* Each side receives while the other has nothing left to send. */
static void await_both(struct connection *connection) {
  struct connection *other = connection->other;
  for (int i = 0; i < 2; i++) {
    bool reads = !connection->ended && other->pending_length == 0;
    connection_await(connection,
                     (reads ? EPOLLIN : 0) | (connection->pending_length > 0 ? EPOLLOUT : 0));
    other = connection;
    connection = connection->other;
  }
}

/* Passes on the end of one side's stream once everything before it was sent. */
static void pass_end(struct connection *from) {
  struct connection *to = from->other;
  if (!from->ended || to->pending_length > 0 || to->shut)
    return;
  host_act_begin(to->loop->service->plan.host);
  shutdown(to->descriptor, SHUT_WR);
  host_act_end(to->loop->service->plan.host);
  to->shut = true;
}

static void connected(struct connection *target) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(target->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error) {
    end_both(target, error, true);
    return;
  }
  target->phase = CONNECTION_OPEN;
  service_report_connection(target->other, SERVICE_CONNECTED, 0);
}

static void pass_on(struct connection *from) {
  char *scratch = from->loop->scratch;
  ssize_t got = connection_receive(from, scratch);
  if (got <= 0)
    return;
  service_report_relayed(client_of(from), from->outgoing, scratch, (size_t)got);
  connection_send(from->other, scratch, (size_t)got, false);
}

void relay_ready(struct connection *connection, uint32_t events) {
  struct connection *other = connection->other;
  if (connection->phase == CONNECTION_CONNECTING)
    connected(connection);
  else if (events & EPOLLOUT && connection->pending_length > 0)
    connection_flush(connection);
  else if (connection->events & EPOLLIN)
    pass_on(connection);
  else
    connection_flush(connection);
  if (connection->phase == CONNECTION_OVER || other->phase == CONNECTION_OVER) {
    const struct connection *first = connection->phase == CONNECTION_OVER ? connection : other;
    end_both(connection, first->error, first->outgoing);
    return;
  }
  pass_end(connection);
  pass_end(other);
  if (connection->shut && other->shut)
    end_both(connection, 0, false);
  else
    await_both(connection);
}
