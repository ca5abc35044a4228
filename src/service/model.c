#include "service/model.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "service/accept.h"
#include "service/connection.h"
#include "system/thread.h"
#include "system/wait.h"

enum {
  EVENTS = 256,  /* the most events taken from the kernel at a time */
  ACCEPTED = 64, /* the most clients accepted before the present ones are served again */
  STACK = 128 * 1024,
};

/* How long a service that ends because of what a client sent goes on sending, in nanoseconds. */
static const int64_t LAST_WORDS = 1000000000;

/* The earlier of two times, 0 being never. */
static int64_t sooner(int64_t a, int64_t b) {
  return a == 0 || (b != 0 && b < a) ? b : a;
}

/* When the loop must wake up by itself, in monotonic nanoseconds; 0: never. */
static int64_t next_look(struct loop *loop) {
  int64_t next = sooner(loop_expire(loop), loop->ends_at);
  return loop->paused ? sooner(next, loop->paused_until) : next;
}

static struct timespec *time_until(int64_t moment, struct timespec *time) {
  int64_t left = moment - clock_monotonic();
  if (moment == 0)
    return NULL;
  left = left < 0 ? 0 : left;
  *time = (struct timespec){.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
  return time;
}

/* Ends the connections when the service ends. The data that ended it is still answered. */
static void wind_up(struct loop *loop) {
  const struct service *service = loop->service;
  int64_t now = clock_monotonic();
  if (loop->ends_at == 0)
    loop->ends_at = now + (service->end == SERVICE_UNTIL ? LAST_WORDS : 0);
  for (struct connection *connection = loop->connections; connection;
       connection = connection->next) {
    bool speaks =
        connection->pending_length > 0 && !service->plan.handler->relays && now < loop->ends_at;
    if (!speaks)
      connection_end(connection, 0);
  }
}

/* Acts on flags and deadlines. False when the loop has nothing more to do. */
static bool attend(struct loop *loop) {
  struct service *service = loop->service;
  if (service->let_go || service->end != SERVICE_RUNS)
    loop_close_listener(loop);
  if (service->end != SERVICE_RUNS)
    wind_up(loop);
  loop_expire(loop);
  if (loop_reap(loop) || (loop->paused && clock_monotonic() >= loop->paused_until))
    loop_resume(loop);
  return loop->listener >= 0 || loop->connections;
}

static void accept_some(struct loop *loop) {
  struct connection *connection;
  for (int i = 0; i < ACCEPTED && loop->listener >= 0 && (connection = loop_accept(loop, loop));
       i++)
    connection_begin(connection);
}

/* epoll_pwait2 is missing in older C libraries: round up to milliseconds for epoll_pwait. */
static int milliseconds_until(int64_t moment) {
  if (moment == 0)
    return -1;
  int64_t left = moment - clock_monotonic();
  return left <= 0 ? 0 : (int)((left + 999999) / 1000000);
}

void loop_run_epoll(struct loop *loop) {
  struct epoll_event events[EVENTS];
  const sigset_t *signals = service_waiting_signals();
  while (attend(loop)) {
    int count =
        epoll_pwait(loop->epoll, events, EVENTS, milliseconds_until(next_look(loop)), signals);
    for (int i = 0; i < count; i++)
      if (events[i].data.ptr)
        connection_ready(events[i].data.ptr, events[i].events);
      else
        accept_some(loop);
  }
}

/* Serves the one connection of a loop, or the two of a relay, to its end. */
static void serve_one(struct loop *loop) {
  const sigset_t *signals = service_waiting_signals();
  while (attend(loop) && loop->connections) {
    struct pollfd items[2] = {{.fd = -1}, {.fd = -1}};
    struct connection *waiting[2] = {NULL, NULL};
    int count = 0;
    struct timespec time;
    for (struct connection *at = loop->connections; at && count < 2; at = at->next, count++) {
      waiting[count] = at;
      items[count] =
          (struct pollfd){.fd = at->events ? at->descriptor : -1, .events = (short)at->events};
    }
    if (ppoll(items, 2, time_until(next_look(loop), &time), signals) <= 0)
      continue;
    for (int i = 0; i < count; i++)
      if (items[i].revents)
        connection_ready(waiting[i], (uint32_t)items[i].revents);
  }
}

/* Waits for a client, or for anything else to do. */
static bool await_client(struct loop *loop) {
  struct timespec time;
  struct pollfd item = {.fd = loop->paused ? -1 : loop->listener, .events = POLLIN};
  return ppoll(&item, 1, time_until(next_look(loop), &time), service_waiting_signals()) > 0;
}

void loop_run_iterative(struct loop *loop) {
  while (attend(loop) && loop->listener >= 0) {
    struct connection *connection = await_client(loop) ? loop_accept(loop, loop) : NULL;
    if (!connection)
      continue;
    connection_begin(connection);
    serve_one(loop);
  }
}

static void *run_client(void *argument) {
  struct client *client = argument;
  connection_begin(client->loop.connections);
  serve_one(&client->loop);
  client->over = true;
  return NULL;
}

static void free_client(struct client *client) {
  pthread_mutex_destroy(&client->loop.lock);
  free(client->loop.scratch);
  free(client);
}

/* Joins the threads that have ended, or all. */
static void join_clients(struct loop *loop, bool all) {
  struct client **link = &loop->clients;
  struct client *client;
  while ((client = *link)) {
    if (!all && !client->over) {
      link = &client->next;
      continue;
    }
    pthread_join(client->loop.thread, NULL);
    pthread_mutex_lock(&loop->lock);
    *link = client->next;
    pthread_mutex_unlock(&loop->lock);
    free_client(client);
  }
}

/* Allocates what a client's thread needs. NULL when there is no memory. */
static struct client *make_client(struct loop *loop) {
  struct client *client = calloc(1, sizeof *client);
  if (!client)
    return NULL;
  client->loop = (struct loop){.service = loop->service, .listener = -1, .epoll = -1};
  client->loop.scratch = malloc(SCRATCH);
  pthread_mutex_init(&client->loop.lock, NULL);
  if (client->loop.scratch)
    return client;
  free_client(client);
  return NULL;
}

/* Starts a client's thread. 0, or an errno. */
static int start_client(struct client *client) {
  return thread_start(&client->loop.thread, STACK, 0, run_client, client);
}

static void accept_client(struct loop *loop) {
  struct client *client = make_client(loop);
  if (!client) {
    loop_pause(loop, "malloc", ENOMEM);
    return;
  }
  struct connection *connection = loop_accept(loop, &client->loop);
  int problem = connection ? start_client(client) : 0;
  if (problem) {
    connection_end(connection, problem);
    loop_reap(&client->loop);
    loop_pause(loop, "pthread_create", problem);
  }
  if (!connection || problem) {
    free_client(client);
    return;
  }
  pthread_mutex_lock(&loop->lock);
  client->next = loop->clients;
  loop->clients = client;
  pthread_mutex_unlock(&loop->lock);
}

void loop_run_threads(struct loop *loop) {
  struct service *service = loop->service;
  while (attend(loop)) {
    join_clients(loop, false);
    if (await_client(loop))
      accept_client(loop);
  }
  /* After the listener is closed, clients are served to their end, unless the service ends. */
  while (loop->clients && service->end == SERVICE_RUNS) {
    join_clients(loop, false);
    struct timespec step = {.tv_nsec = 20000000};
    ppoll(NULL, 0, &step, service_waiting_signals());
  }
  for (struct client *client = loop->clients; client; client = client->next)
    if (!client->over)
      pthread_kill(client->loop.thread, wait_signal());
  join_clients(loop, true);
}
