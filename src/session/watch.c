#include "session/watch.h"

#include <stdlib.h>
#include <string.h>

#include "lab/lab.h"
#include "system/thread.h"

static void append_sample(struct session *session, const struct watch *watch, uint64_t event) {
  const struct socket *socket = watch->socket;
  struct event_sample sample;
  struct event appended;
  if (socket->descriptor < 0 || socket->closing ||
      !sample_read(socket, watch->fields, watch->count, &sample))
    return;
  event_begin(&appended, EVENT_SAMPLE);
  appended.cause = event;
  appended.host = socket->host ? socket->host->name : NULL;
  appended.sample = &sample;
  timeline_append(session->timeline, &appended);
}

void watch_follow_lab(struct session *session) {
  if (session->lab)
    wire_set_samples(&session->lab->wire, session->watches.first != NULL);
}

static void discard(struct session *session, struct watch **place) {
  struct watch *watch = *place;
  *place = watch->next;
  object_release(&watch->socket->object);
  free(watch);
  if (!session->watches.first)
    watch_follow_lab(session);
}

/* Samples what is due. Returns when the next is; 0: never. */
static int64_t sample_due(struct session *session, int64_t now) {
  int64_t next = 0;
  for (struct watch **place = &session->watches.first; *place;) {
    struct watch *watch = *place;
    if (watch->socket->descriptor < 0) { /* closed: nothing more is to be read */
      discard(session, place);
      continue;
    }
    if (watch->due <= now) {
      append_sample(session, watch, 0);
      watch->due += watch->every * ((now - watch->due) / watch->every + 1);
    }
    if (next == 0 || watch->due < next)
      next = watch->due;
    place = &watch->next;
  }
  return next;
}

static void *run_sampler(void *argument) {
  struct session *session = argument;
  while (!session->watches.stopping) {
    unsigned news = session->watches.news;
    session_lock(session);
    int64_t next = sample_due(session, clock_monotonic());
    session_unlock(session);
    if (!session->watches.stopping)
      futex_wait(&session->watches.news, news, next);
  }
  return NULL;
}

static void wake(struct session *session) {
  session->watches.news++;
  futex_wake(&session->watches.news);
}

static struct watch **find(struct session *session, const struct socket *socket) {
  struct watch **place = &session->watches.first;
  while (*place && (*place)->socket != socket)
    place = &(*place)->next;
  return place;
}

int watch_begin(struct session *session, struct socket *socket, const struct sample_field *fields,
                size_t count, int64_t every, struct error *error) {
  struct watch *watch = calloc(1, sizeof *watch);
  if (!watch)
    return error_set_memory(error);
  int problem = session->watches.running
                    ? 0
                    : thread_start(&session->watches.thread, 0, 0, run_sampler, session);
  if (problem) {
    free(watch);
    return error_set_errno(error, problem, _("the thread that samples can't be started"));
  }
  session->watches.running = true;
  watch_end(session, socket);
  watch->socket = (struct socket *)object_retain(&socket->object);
  memcpy(watch->fields, fields, count * sizeof *fields);
  watch->count = count;
  watch->every = every;
  watch->due = clock_monotonic() + every;
  watch->next = session->watches.first;
  session->watches.first = watch;
  watch_follow_lab(session);
  append_sample(session, watch, 0);
  wake(session);
  return 0;
}

bool watch_end(struct session *session, const struct socket *socket) {
  struct watch **place = find(session, socket);
  if (!*place)
    return false;
  discard(session, place);
  return true;
}

void watch_sample(struct session *session, const struct socket *socket, uint64_t event) {
  const struct watch *watch = *find(session, socket);
  if (watch)
    append_sample(session, watch, event);
}

void watch_stop(struct session *session) {
  session->watches.stopping = true;
  wake(session);
  if (session->watches.running)
    pthread_join(session->watches.thread, NULL);
  session->watches.running = false;
  session_lock(session);
  while (session->watches.first)
    discard(session, &session->watches.first);
  session_unlock(session);
}
