#include "service/event_queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "language/loss.h"
#include "system/thread.h"
#include "system/wait.h"

enum { QUEUE_LIMIT = 16384 };

struct queued {
  struct queued *next;
  struct event_service about;
  const struct host *host;
  uint64_t cause;
  int64_t time;
  char data[]; /* the relayed data, then the text with a terminating zero */
};

struct event_queue {
  struct timeline *timeline;
  void (*news)(void *context);
  void *context;
  pthread_t thread;
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t come;  /* signalled when the queue is no longer empty, or is to end */
  pthread_cond_t
      done; /* signalled when the queue is empty, and everything from it is on the timeline */
  struct queued *first;
  struct queued *last;
  size_t length;
  uint64_t left_out;
  bool busy; /* what was taken out is being appended */
  bool ends;
};

/* Those who report have no descriptors but their own, so interfaces are named here. */
static void append(struct event_queue *event_queue, struct queued *queued) {
  address_name_interface(&queued->about.peer, host_network(queued->host));
  address_name_interface(&queued->about.target, host_network(queued->host));
  struct event event = {.kind = EVENT_SERVICE,
                        .cause = queued->cause,
                        .monotonic = queued->time,
                        .host = queued->host ? queued->host->name : NULL,
                        .service = &queued->about};
  timeline_append(event_queue->timeline, &event);
}

/* Takes everything that is queued. NULL at the end. */
static struct queued *take(struct event_queue *event_queue) {
  pthread_mutex_lock(&event_queue->lock);
  event_queue->busy = false;
  if (!event_queue->first)
    pthread_cond_broadcast(&event_queue->done);
  while (!event_queue->first && !event_queue->ends)
    pthread_cond_wait(&event_queue->come, &event_queue->lock);
  struct queued *taken = event_queue->first;
  event_queue->first = event_queue->last = NULL;
  event_queue->length = 0;
  event_queue->busy = taken != NULL;
  pthread_mutex_unlock(&event_queue->lock);
  return taken;
}

static void *run(void *argument) {
  struct event_queue *event_queue = argument;
  struct queued *taken;
  while ((taken = take(event_queue))) {
    while (taken) {
      struct queued *next = taken->next;
      append(event_queue, taken);
      free(taken);
      taken = next;
    }
    event_queue->news(event_queue->context);
  }
  return NULL;
}

struct event_queue *event_queue_create(struct timeline *timeline, void (*news)(void *context),
                                       void *context) {
  struct event_queue *event_queue = calloc(1, sizeof *event_queue);
  if (!event_queue)
    return NULL;
  *event_queue = (struct event_queue){.timeline = timeline, .news = news, .context = context};
  pthread_mutex_init(&event_queue->lock, NULL);
  pthread_cond_init(&event_queue->come, NULL);
  pthread_cond_init(&event_queue->done, NULL);
  int problem = thread_start(&event_queue->thread, 0, 0, run, event_queue);
  if (problem == 0)
    return event_queue;
  free(event_queue);
  errno = problem;
  return NULL;
}

void event_queue_free(struct event_queue *event_queue) {
  pthread_mutex_lock(&event_queue->lock);
  event_queue->ends = true;
  pthread_cond_signal(&event_queue->come);
  pthread_mutex_unlock(&event_queue->lock);
  pthread_join(event_queue->thread, NULL);
  pthread_mutex_destroy(&event_queue->lock);
  pthread_cond_destroy(&event_queue->come);
  pthread_cond_destroy(&event_queue->done);
  free(event_queue);
}

/* A copy that owns what it points to. NULL when there is no memory. */
static struct queued *copy(const struct event_service *about, const struct host *host,
                           uint64_t cause) {
  size_t text = strlen(about->text) + 1;
  struct queued *queued = malloc(sizeof *queued + about->kept + text);
  if (!queued)
    return NULL;
  *queued =
      (struct queued){.about = *about, .host = host, .cause = cause, .time = clock_monotonic()};
  if (about->kept > 0)
    memcpy(queued->data, about->data, about->kept);
  memcpy(queued->data + about->kept, about->text, text);
  queued->about.data = queued->data;
  queued->about.text = queued->data + about->kept;
  return queued;
}

void event_queue_append(struct event_queue *event_queue, const struct event_service *about,
                        const struct host *host, uint64_t cause) {
  struct queued *queued = copy(about, host, cause);
  if (!queued)
    loss_of_memory();
  pthread_mutex_lock(&event_queue->lock);
  /* The end of a service is never dropped: each has one. */
  bool room = event_queue->length < QUEUE_LIMIT || about->phase == SERVICE_ENDED;
  if (!queued || !room) {
    event_queue->left_out++;
    pthread_mutex_unlock(&event_queue->lock);
    free(queued);
    return;
  }
  queued->about.left_out += event_queue->left_out;
  event_queue->left_out = 0;
  *(event_queue->last ? &event_queue->last->next : &event_queue->first) = queued;
  event_queue->last = queued;
  event_queue->length++;
  pthread_cond_signal(&event_queue->come);
  pthread_mutex_unlock(&event_queue->lock);
}

void event_queue_settle(struct event_queue *event_queue) {
  pthread_mutex_lock(&event_queue->lock);
  while (event_queue->first || event_queue->busy)
    pthread_cond_wait(&event_queue->done, &event_queue->lock);
  pthread_mutex_unlock(&event_queue->lock);
}
