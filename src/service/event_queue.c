#include "service/event_queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "system/thread.h"
#include "system/wait.h"

enum { QUEUE_LIMIT = 16384 };

struct told {
  struct told *next;
  struct event_service about;
  const char *host;
  uint64_t cause;
  int64_t time;
  char data[]; /* what was relayed, then the text with a zero behind it */
};

struct event_queue {
  struct timeline *timeline;
  void (*news)(void *context);
  void *context;
  pthread_t thread;
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t come;  /* something is in the queue, or it is to end */
  pthread_cond_t done;  /* the queue is empty, and what was in it is on the timeline */
  struct told *first;
  struct told *last;
  size_t length;
  uint64_t left_out;
  bool busy; /* what was taken out is being appended */
  bool ends;
};

static void append(struct event_queue *event_queue, const struct told *told) {
  struct event event = {.kind = EVENT_SERVICE,
                        .cause = told->cause,
                        .monotonic = told->time,
                        .host = told->host,
                        .service = &told->about};
  timeline_append(event_queue->timeline, &event);
}

/* Takes all that is there at once. NULL at the end. */
static struct told *take(struct event_queue *event_queue) {
  pthread_mutex_lock(&event_queue->lock);
  event_queue->busy = false;
  if (!event_queue->first)
    pthread_cond_broadcast(&event_queue->done);
  while (!event_queue->first && !event_queue->ends)
    pthread_cond_wait(&event_queue->come, &event_queue->lock);
  struct told *taken = event_queue->first;
  event_queue->first = event_queue->last = NULL;
  event_queue->length = 0;
  event_queue->busy = taken != NULL;
  pthread_mutex_unlock(&event_queue->lock);
  return taken;
}

static void *run(void *argument) {
  struct event_queue *event_queue = argument;
  struct told *taken;
  while ((taken = take(event_queue))) {
    while (taken) {
      struct told *next = taken->next;
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
static struct told *copy(const struct event_service *about, const char *host, uint64_t cause) {
  size_t text = strlen(about->text) + 1;
  struct told *told = malloc(sizeof *told + about->kept + text);
  if (!told)
    return NULL;
  *told = (struct told){.about = *about, .host = host, .cause = cause, .time = clock_monotonic()};
  if (about->kept > 0)
    memcpy(told->data, about->data, about->kept);
  memcpy(told->data + about->kept, about->text, text);
  told->about.data = told->data;
  told->about.text = told->data + about->kept;
  return told;
}

void event_queue_append(struct event_queue *event_queue, const struct event_service *about,
                        const char *host, uint64_t cause) {
  struct told *told = copy(about, host, cause);
  pthread_mutex_lock(&event_queue->lock);
  /* The end of a service is never left out: there is one for each. */
  bool room = event_queue->length < QUEUE_LIMIT || about->phase == SERVICE_ENDED;
  if (!told || !room) {
    event_queue->left_out++;
    pthread_mutex_unlock(&event_queue->lock);
    free(told);
    return;
  }
  told->about.left_out += event_queue->left_out;
  event_queue->left_out = 0;
  *(event_queue->last ? &event_queue->last->next : &event_queue->first) = told;
  event_queue->last = told;
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
