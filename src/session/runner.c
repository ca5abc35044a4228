#include "session/runner.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language/loss.h"
#include "language/uncleared.h"

void runner_start(struct runner *runner, struct session *session, unsigned job,
                  const struct scope *from) {
  *runner = (struct runner){.session = session, .job = job, .stat = -1};
  waiter_create(&runner->waiter, &session->waiters, job);
  runner->scope.names = &session->names;
  runner->scope.last = &runner->last_value;
  if (from) {
    runner->scope.arguments = from->arguments;
    runner->scope.argument_count = from->argument_count;
  }
  if (job && from) {
    runner->scope.names = &runner->own_names;
    runner->scope.round = from->round;
    names_copy(from->names, &runner->own_names);
  }
}

void runner_stop(struct runner *runner) {
  names_clear(&runner->own_names);
  value_clear(&runner->last_value);
  value_clear(&runner->binding.before);
  if (runner->last_socket)
    object_release(&runner->last_socket->object);
  while (runner->touched.count > 0)
    object_release(&runner->touched.sockets[--runner->touched.count]->object);
  if (runner->stat >= 0)
    close(runner->stat);
  runner->stat = -1;
  free(runner->touched.sockets);
  free(runner->spare.values);
}

uint64_t runner_append(struct runner *runner, struct event *event) {
  event->job = runner->job;
  event->statement = runner->statement;
  if (runner->actor)
    event->actor = runner->actor;
  if (!event->host && runner->host)
    event->host = runner->host->name;
  return timeline_append(runner->session->timeline, event);
}

void runner_note(struct runner *runner, const char *format, ...) {
  struct bytes text = {0};
  va_list list;
  va_start(list, format);
  bytes_append_format_list(&text, format, list);
  va_end(list);
  struct event event = {
      .kind = EVENT_NOTE, .cause = runner->last_call.serial, .note = bytes_text(&text)};
  runner_append(runner, &event);
  bytes_free(&text);
}

int runner_answer(struct runner *runner, struct answer *answer, struct error *error) {
  bool failed = answer_failed(answer);
  if (!failed) {
    UNCLEARED struct event event;
    event_begin(&event, EVENT_ANSWER);
    event.answer = answer;
    runner_append(runner, &event);
  }
  answer_free(answer);
  return failed ? error_set_memory(error) : 0;
}

/* How many of the bytes make up the next part: no character of UTF-8 is cut in two. */
static size_t part_length(const char *data, size_t length) {
  enum { PART = 64 * 1024, LONGEST = 4 };
  if (length <= PART)
    return length;
  size_t end = PART;
  while (end > PART - LONGEST && ((unsigned char)data[end] & 0xc0) == 0x80)
    end--;
  return end;
}

int runner_answer_data(struct runner *runner, enum answer_kind kind, const char *data,
                       size_t length, struct error *error) {
  size_t at = 0;
  do {
    struct answer answer = {.kind = kind, .name = "data", .continues = at > 0};
    size_t size = part_length(data + at, length - at);
    bytes_append(&answer.text, data + at, size);
    at += size;
    answer.more = at < length;
    if (runner_answer(runner, &answer, error) < 0)
      return -1;
    if (at < length)
      runner->session->shell->drain(runner);
    if (at < length && runner->waiter.reason != WAIT_NOT_INTERRUPTED)
      return runner_interrupted(runner, error);
  } while (at < length);
  return 0;
}

bool runner_wait_begin(struct runner *runner, int64_t deadline, enum wait_reason reason) {
  int64_t now = clock_monotonic();
  runner->last_call.just_ended = false;
  struct waiter *waiter = &runner->waiter;
  if (runner->expectation.of_blocks) {
    int64_t blocks = now + runner->session->settings.blocks_after;
    if (deadline == 0 || blocks < deadline) {
      deadline = blocks;
      reason = WAIT_BLOCKS;
    }
  }
  waiter->deadline_reason = reason;
  waiter->deadline = deadline;
  session_unlock(runner->session);
  if (waiter_begin(waiter, NULL, now))
    return true;
  waiter->deadline = 0;
  session_lock(runner->session);
  return false;
}

void runner_wait_end(struct runner *runner) {
  runner->waiter.deadline = 0;
  waiter_end(&runner->waiter);
  session_lock(runner->session);
}

int runner_wait_until(struct runner *runner, int64_t moment, struct error *error) {
  struct timespec time = {moment / 1000000000, moment % 1000000000};
  if (moment <= clock_monotonic())
    return 0;
  if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
    return runner_interrupted(runner, error);
  int problem = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
  runner_wait_end(runner);
  return problem ? runner_interrupted(runner, error) : 0;
}

int runner_interrupted(struct runner *runner, struct error *error) {
  enum wait_reason reason = (enum wait_reason)runner->waiter.reason;
  if (reason == WAIT_BLOCKS) {
    waiter_take_reason(&runner->waiter);
    runner->expectation.saw_blocks = true;
  }
  error_set(error, ERROR_INTERRUPTED, reason == WAIT_BLOCKS ? _("it blocks") : _("interrupted"));
  error->call = reason != WAIT_BLOCKS;
  return -1;
}

static void replace_socket(struct socket **place, struct socket *socket) {
  struct socket *old = *place;
  if (old == socket)
    return;
  *place = (struct socket *)object_retain(&socket->object);
  if (old)
    object_release(&old->object);
}

void runner_use_socket(struct runner *runner, struct socket *socket) {
  replace_socket(&runner->last_socket, socket);
  replace_socket(&runner->session->last_used, socket);
}

void runner_touch(struct runner *runner, struct socket *socket) {
  for (size_t i = 0; i < runner->touched.count; i++)
    if (runner->touched.sockets[i] == socket)
      return;
  if (runner->touched.count == runner->touched.room) {
    size_t room = runner->touched.room ? 2 * runner->touched.room : 8;
    struct socket **touched = realloc(runner->touched.sockets, room * sizeof(struct socket *));
    if (!touched) {
      loss_of_memory(); /* a later look will report its change */
      return;
    }
    runner->touched.sockets = touched;
    runner->touched.room = room;
  }
  runner->touched.sockets[runner->touched.count++] =
      (struct socket *)object_retain(&socket->object);
}

/* A name is on one row of `status`: the socket that had it has none now. */
static void take_name(const struct runner *runner, const char *name,
                      const struct socket *from_now) {
  bool in_session = runner->binding.in_session || runner->scope.names == &runner->session->names;
  const struct value *before =
      in_session ? names_get(&runner->session->names, name, strlen(name)) : NULL;
  struct socket *had =
      before && before->kind == VALUE_OBJECT ? socket_from_object(before->object) : NULL;
  if (had && had != from_now && strncmp(had->name, name, sizeof had->name - 1) == 0)
    had->name[0] = '\0';
}

void runner_unbind(struct runner *runner, const char *name) {
  size_t length = strlen(name);
  take_name(runner, name, NULL);
  names_remove(runner->scope.names, name, length);
  if (runner->binding.in_session && runner->scope.names != &runner->session->names)
    names_remove(&runner->session->names, name, length);
}

void runner_bind_failed(struct runner *runner, const char *name) {
  struct value before = runner->binding.before;
  struct error ignored; /* out of memory: the name stays bound to the closed socket */
  const struct value *now = names_get(runner->scope.names, name, strlen(name));
  const struct socket *made =
      now && now->kind == VALUE_OBJECT ? socket_from_object(now->object) : NULL;
  if (!runner->binding.done_early || !made || made->descriptor >= 0)
    return;
  runner->binding.done_early = false;
  runner->binding.before = (struct value){0};
  if (before.kind == VALUE_NOTHING)
    runner_unbind(runner, name);
  else
    runner_bind(runner, name, before, &ignored);
}

int runner_bind(struct runner *runner, const char *name, struct value value, struct error *error) {
  struct socket *socket = value.kind == VALUE_OBJECT ? socket_from_object(value.object) : NULL;
  take_name(runner, name, socket);
  if (socket) {
    strncpy(socket->name, name, sizeof socket->name - 1);
    socket->name[sizeof socket->name - 1] = '\0';
  }
  if (runner->binding.in_session && runner->scope.names != &runner->session->names &&
      names_set(&runner->session->names, name, value_copy(&value)) < 0) {
    value_clear(&value);
    return error_set_memory(error);
  }
  return names_set(runner->scope.names, name, value) < 0 ? error_set_memory(error) : 0;
}
