#include "commands/survive/trial_rest.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "session/traced.h"
#include "system/descriptor.h"

/* What the session's programs are doing. */
struct activity {
  bool waits;     /* each of their threads waits in the kernel */
  uint64_t ticks; /* of processors, in all; sysconf(_SC_CLK_TCK) of them are a second */
};

/* State and processor time of a thread, from its stat file: proc(5). */
static void add_thread(const struct trace_task *task, struct activity *activity) {
  char path[64];
  char text[1024];
  unsigned long user;
  unsigned long system;
  char state;
  snprintf(path, sizeof path, "/proc/%ld/task/%ld/stat", (long)task->process->id, (long)task->id);
  int file = descriptor_open(path, O_RDONLY, 0);
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0)
    close(file);
  if (length <= 0)
    return;
  text[length] = '\0';
  const char *behind = strrchr(text, ')'); /* the name may hold anything */
  if (!behind || sscanf(behind, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &state,
                        &user, &system) != 3)
    return;
  activity->waits = activity->waits && state == 'S';
  activity->ticks += user + system;
}

static struct activity look_at_programs(const struct session *session) {
  struct activity activity = {.waits = true};
  for (const struct process *process = session->programs; process; process = process->next)
    for (struct trace_task *task = NULL;
         process->traced &&
         (task = task_next(tracer_tracing(session->tracer), process->traced, task));)
      add_thread(task, &activity);
  return activity;
}

static bool count_call(const struct event *event, void *context) {
  *(uint64_t *)context += event->actor != NULL;
  return true;
}

int trial_rest_await(struct runner *runner, uint64_t *calls, double *share, struct error *error) {
  enum { PAUSE = 3000000, PATIENCE = 1000000000, LOOKS = 3 };
  struct session *session = runner->session;
  int64_t began = clock_monotonic();
  uint64_t from = timeline_last(session->timeline) + 1;
  struct activity first = look_at_programs(session);
  struct activity now = first;
  for (int quiet = 0; quiet < LOOKS && clock_monotonic() - began < PATIENCE;) {
    if (runner_wait_until(runner, clock_monotonic() + PAUSE, error) < 0)
      return -1;
    now = look_at_programs(session);
    quiet = now.waits ? quiet + 1 : 0;
    if (quiet == LOOKS)
      return 1;
  }
  *calls = 0;
  timeline_walk(session->timeline, from, EVENT_BIT(EVENT_CALL_FINISH), count_call, calls);
  *share = (double)(now.ticks - first.ticks) / (double)sysconf(_SC_CLK_TCK) /
           ((double)(clock_monotonic() - began) / 1e9);
  return 0;
}
