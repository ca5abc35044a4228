#include "service/service.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "service/accept.h"
#include "service/datagram.h"
#include "service/datagram_relay.h"
#include "service/loop.h"
#include "service/model.h"
#include "service/outbound.h"
#include "service/report.h"
#include "system/descriptor.h"
#include "system/thread.h"
#include "system/wait.h"

const char service_model_names[] = "epoll|iterative|threads";

const char *service_model_name(enum service_model model) {
  static const char *const names[] = {
      [MODEL_EPOLL] = "epoll", [MODEL_ITERATIVE] = "iterative", [MODEL_THREADS] = "threads"};
  return names[model];
}

/* The report of the last loop to end. */
static void report_end(struct service *service) {
  struct event_service about = {.phase = SERVICE_ENDED,
                                .received = service->received,
                                .sent = service->sent,
                                .count = service->total,
                                .end = (enum service_end)service->end};
  service_report(service, &about);
}

/* Gives a loop a descriptor table of its own, with its socket in it. 0, or -1 with the loop's
 * error. */
static int begin(struct loop *loop) {
  const struct service_plan *plan = &loop->service->plan;
  loop->listener = descriptor_unshare_alone(loop->given, plan->host ? plan->host->maker : -1);
  if (loop->listener < 0)
    return error_set_errno(&loop->error, errno,
                           _("no table of descriptors of its own for the service"));
  if (loop->index > 0) {
    int beside = outbound_beside(loop->listener, plan->host);
    int problem = errno;
    close(loop->listener);
    loop->listener = beside;
    if (beside == OUTBOUND_UNASKED)
      return error_set_errno(&loop->error, problem,
                             _("the lab's helper could not be asked for the socket of loop %u"),
                             loop->index + 1);
    if (beside < 0)
      return error_set_errno(&loop->error, problem,
                             _("no further socket at the same address for loop %u"),
                             loop->index + 1);
  }
  bool many = plan->type == SOCK_STREAM ? plan->model == MODEL_EPOLL : plan->handler->relays;
  if (many) {
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0)
      return error_set_errno(&loop->error, errno, "epoll_create1");
    struct epoll_event listening = {.events = EPOLLIN};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->listener, &listening) < 0)
      return error_set_errno(&loop->error, errno, "epoll_ctl");
  }
  return 0;
}

static void run_body(struct loop *loop) {
  const struct service_plan *plan = &loop->service->plan;
  if (plan->type == SOCK_DGRAM && plan->handler->relays)
    loop_relay_datagrams(loop);
  else if (plan->type == SOCK_DGRAM)
    loop_run_datagrams(loop);
  else if (plan->model == MODEL_EPOLL)
    loop_run_epoll(loop);
  else if (plan->model == MODEL_ITERATIVE)
    loop_run_iterative(loop);
  else
    loop_run_threads(loop);
}

static void *run_loop(void *argument) {
  struct loop *loop = argument;
  struct service *service = loop->service;
  bool right = begin(loop) == 0;
  if (right)
    service->holding++;
  loop->begun = 1;
  futex_wake(&loop->begun);
  while (right && service->go == 0)
    futex_wait(&service->go, 0, 0);
  if (right)
    run_body(loop);
  loop_close_listener(loop);
  if (loop->epoll >= 0)
    close(loop->epoll);
  if (service->running == 1 && service->started) {
    service_finish(service, SERVICE_LOST);
    report_end(service);
  }
  service->running--;
  futex_wake(&service->running);
  return NULL;
}

/* Starts a loop's thread, in which all signals are blocked except during waits. */
static int start_thread(struct loop *loop) {
  struct service *service = loop->service;
  service->running++;
  pthread_mutex_lock(&service->lock);
  int problem = thread_start(&loop->thread, 0, 0, run_loop, loop);
  loop->started = problem == 0;
  pthread_mutex_unlock(&service->lock);
  if (problem)
    service->running--;
  return problem;
}

static int start_loop(struct loop *loop, int descriptor, struct error *error) {
  loop->given = descriptor_copy_up(descriptor);
  if (loop->given < 0)
    return error_set_errno(error, errno, _("no descriptor for the service's copy of the socket"));
  int problem = start_thread(loop);
  while (!problem && loop->begun == 0)
    futex_wait(&loop->begun, 0, 0);
  close(loop->given); /* the loop has its own */
  if (problem)
    return error_set_errno(error, problem, _("no thread could be started for the service"));
  if (loop->error.kind == ERROR_NONE)
    return 0;
  *error = loop->error;
  return -1;
}

static void destroy(struct service *service) {
  for (unsigned i = 0; service->loops && i < service->plan.loops; i++) {
    struct loop *loop = &service->loops[i];
    if (loop->started)
      pthread_join(loop->thread, NULL);
    pthread_mutex_destroy(&loop->lock);
    free(loop->scratch);
    free(loop->memory);
  }
  free(service->loops);
  until_free(&service->until);
  blob_release(service->plan.given);
  pthread_mutex_destroy(&service->lock);
  free(service);
}

static size_t memory_needed(const struct service_plan *plan) {
  if (plan->type != SOCK_DGRAM)
    return 1;
  return plan->handler->relays ? loop_relay_memory() : loop_datagrams_memory(plan);
}

/* Allocates everything the service needs. NULL when there is no memory. */
static struct service *create(const struct service_plan *plan) {
  struct service *service = calloc(1, sizeof *service);
  if (!service) {
    blob_release(plan->given);
    return NULL;
  }
  service->plan = *plan;
  service->plan.until = NULL;
  pthread_mutex_init(&service->lock, NULL);
  service->report_since = clock_monotonic() - 1000000000;
  service->loops = calloc(plan->loops, sizeof *service->loops);
  bool failed = !service->loops ||
                (plan->until && until_create(&service->until, plan->until, plan->until_length) < 0);
  for (unsigned i = 0; service->loops && i < plan->loops; i++) {
    struct loop *loop = &service->loops[i];
    *loop = (struct loop){.service = service, .index = i, .listener = -1, .epoll = -1};
    pthread_mutex_init(&loop->lock, NULL);
    loop->scratch = malloc(SCRATCH);
    loop->memory = calloc(1, memory_needed(plan));
    failed = failed || !loop->scratch || !loop->memory;
  }
  if (!failed)
    return service;
  destroy(service);
  return NULL;
}

struct service *service_start(const struct service_plan *plan, int descriptor,
                              struct error *error) {
  struct service *service = create(plan);
  int status = 0;
  if (!service) {
    error_set_memory(error);
    return NULL;
  }
  for (unsigned i = 0; status == 0 && i < plan->loops; i++)
    status = start_loop(&service->loops[i], descriptor, error);
  if (status == 0)
    return service;
  service->end = SERVICE_STOPPED;
  service_go(service, 0);
  destroy(service);
  return NULL;
}

void service_go(struct service *service, uint64_t started) {
  service->started = started;
  service->go = 1;
  futex_wake(&service->go);
}

void service_stop(struct service *service) {
  service_finish(service, SERVICE_STOPPED);
}

void service_let_go(struct service *service) {
  unsigned holding;
  service->let_go = true;
  service_nudge(service);
  while ((holding = service->holding) > 0)
    futex_wait(&service->holding, holding, 0);
}

void service_free(struct service *service) {
  destroy(service);
}

_Atomic unsigned *service_running(struct service *service) {
  return &service->running;
}

void service_look(const struct service *service, struct service_figures *figures) {
  *figures = (struct service_figures){
      .end = (enum service_end)service->end,
      .running = service->running > 0,
      .accepts = service->holding > 0,
      .now = service->now,
      .total = service->total,
      .received = service->received,
      .sent = service->sent,
      .errors = service->errors,
      .error = service->last_error,
  };
}

typedef void visitor(const struct service_connection *connection, void *context);

static void walk_loop(struct loop *loop, visitor *each, void *context) {
  pthread_mutex_lock(&loop->lock);
  for (const struct connection *at = loop->connections; at; at = at->next)
    each(&(struct service_connection){at->cookie, at->number, true, at->outgoing}, context);
  for (struct client *client = loop->clients; client; client = client->next)
    walk_loop(&client->loop, each, context);
  pthread_mutex_unlock(&loop->lock);
}

void service_walk(struct service *service, visitor *each, void *context) {
  pthread_mutex_lock(&service->lock);
  uint64_t kept = service->closed_count < CLOSED_KEPT ? service->closed_count : CLOSED_KEPT;
  for (uint64_t i = 0; i < kept; i++)
    each(&(struct service_connection){.cookie = service->closed[i]}, context);
  pthread_mutex_unlock(&service->lock);
  for (unsigned i = 0; i < service->plan.loops; i++)
    walk_loop(&service->loops[i], each, context);
}
