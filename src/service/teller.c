#include "service/teller.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "socket/thread.h"
#include "socket/wait.h"

enum { QUEUE_LIMIT = 16384 };

struct told {
  struct told *next;
  struct event_service about;
  const char *host;
  uint64_t cause;
  int64_t time;
  char data[]; /* what was relayed, then the text with a zero behind it */
};

struct teller {
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

static void append(struct teller *teller, const struct told *told) {
  struct event event = {.kind = EVENT_SERVICE,
                        .cause = told->cause,
                        .monotonic = told->time,
                        .host = told->host,
                        .service = &told->about};
  timeline_append(teller->timeline, &event);
}

/* Takes all that is there at once. NULL at the end. */
static struct told *take(struct teller *teller) {
  pthread_mutex_lock(&teller->lock);
  teller->busy = false;
  if (!teller->first)
    pthread_cond_broadcast(&teller->done);
  while (!teller->first && !teller->ends)
    pthread_cond_wait(&teller->come, &teller->lock);
  struct told *taken = teller->first;
  teller->first = teller->last = NULL;
  teller->length = 0;
  teller->busy = taken != NULL;
  pthread_mutex_unlock(&teller->lock);
  return taken;
}

static void *run(void *argument) {
  struct teller *teller = argument;
  struct told *taken;
  while ((taken = take(teller))) {
    while (taken) {
      struct told *next = taken->next;
      append(teller, taken);
      free(taken);
      taken = next;
    }
    teller->news(teller->context);
  }
  return NULL;
}

struct teller *teller_create(struct timeline *timeline, void (*news)(void *context), void *context) {
  struct teller *teller = calloc(1, sizeof *teller);
  if (!teller)
    return NULL;
  *teller = (struct teller){.timeline = timeline, .news = news, .context = context};
  pthread_mutex_init(&teller->lock, NULL);
  pthread_cond_init(&teller->come, NULL);
  pthread_cond_init(&teller->done, NULL);
  int problem = thread_start(&teller->thread, 0, 0, run, teller);
  if (problem == 0)
    return teller;
  free(teller);
  errno = problem;
  return NULL;
}

void teller_free(struct teller *teller) {
  pthread_mutex_lock(&teller->lock);
  teller->ends = true;
  pthread_cond_signal(&teller->come);
  pthread_mutex_unlock(&teller->lock);
  pthread_join(teller->thread, NULL);
  pthread_mutex_destroy(&teller->lock);
  pthread_cond_destroy(&teller->come);
  pthread_cond_destroy(&teller->done);
  free(teller);
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

void teller_tell(struct teller *teller, const struct event_service *about, const char *host,
                 uint64_t cause) {
  struct told *told = copy(about, host, cause);
  pthread_mutex_lock(&teller->lock);
  /* The end of a service is never left out: there is one for each. */
  bool room = teller->length < QUEUE_LIMIT || about->phase == SERVICE_ENDED;
  if (!told || !room) {
    teller->left_out++;
    pthread_mutex_unlock(&teller->lock);
    free(told);
    return;
  }
  told->about.left_out += teller->left_out;
  teller->left_out = 0;
  *(teller->last ? &teller->last->next : &teller->first) = told;
  teller->last = told;
  teller->length++;
  pthread_cond_signal(&teller->come);
  pthread_mutex_unlock(&teller->lock);
}

void teller_settle(struct teller *teller) {
  pthread_mutex_lock(&teller->lock);
  while (teller->first || teller->busy)
    pthread_cond_wait(&teller->done, &teller->lock);
  pthread_mutex_unlock(&teller->lock);
}
