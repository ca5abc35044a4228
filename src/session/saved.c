#include "session/saved.h"

#include <errno.h>

#include "system/descriptor.h"
#include "system/replace.h"
#include "view/json/json_view.h"

enum {
  PACE = 256,         /* so many events are written before others get the lock */
  BUFFER = 256 * 1024 /* bytes that are written together */
};

struct writing {
  struct session *session;
  struct runner *runner;
  struct replacement file;
  struct view *json; /* makes the lines */
  struct bytes text; /* what waits to be written */
  struct saved *saved;
  int problem; /* an errno; 0: none so far */
};

static void write_waiting(struct writing *writing) {
  if (!writing->problem && writing->text.failed)
    writing->problem = ENOMEM;
  if (!writing->problem)
    writing->problem = replacement_write(&writing->file, writing->text.data, writing->text.length);
  bytes_clear(&writing->text);
}

static void add_line(struct writing *writing, const struct bytes *line) {
  if (!line)
    writing->problem = ENOMEM;
  else
    bytes_append(&writing->text, line->data, line->length);
  if (writing->text.length >= BUFFER || writing->text.failed)
    write_waiting(writing);
}

/* How things looked before the first change that is kept: from its event, or they are so now. */
static bool take_first_look(const struct event *event, void *context) {
  *(struct event_look *)context = event->settings.before;
  return false;
}

static void add_head(struct writing *writing, uint64_t first) {
  struct session *session = writing->session;
  struct json_kept kept = {.look = session->look,
                           .monotonic = clock_monotonic(),
                           .wall = clock_wall(),
                           .first = first,
                           .last = timeline_last(session->timeline)};
  timeline_walk(session->timeline, 1, EVENT_BIT(EVENT_SETTINGS), take_first_look, &kept.look);
  /* What was typed at a prompt stood on the terminal; a replay shows it. */
  kept.look.verbose |= session->interactive;
  add_line(writing, json_view_head(writing->json, &kept));
}

static bool add_event(const struct event *event, const char *data, size_t size, void *context) {
  struct writing *writing = context;
  if (writing->saved->events == 0)
    add_head(writing, event->serial);
  add_line(writing, json_view_line(writing->json, event, data, size));
  if (++writing->saved->events % PACE == 0 && writing->runner) {
    session_yield_lock(writing->session);
    if (runner_is_stopped(writing->runner))
      writing->problem = EINTR;
  }
  return writing->problem == 0;
}

static int write_all(struct writing *writing) {
  writing->saved->lost = timeline_walk_kept(writing->session->timeline, add_event, writing);
  if (writing->saved->events == 0 && !writing->problem)
    add_head(writing, 0);
  write_waiting(writing);
  return writing->problem;
}

int saved_write(struct session *session, struct runner *runner, const char *path,
                struct saved *saved, struct error *error) {
  struct output unused = {0};
  struct writing writing = {.session = session,
                            .runner = runner,
                            .json = view_create(&view_json, &unused, &session->settings.view, NULL),
                            .saved = saved};
  *saved = (struct saved){0};
  if (!writing.json)
    return error_set_memory(error);
  int problem = replacement_begin(&writing.file, path);
  if (!problem) {
    writing.file.file = descriptor_move_up(writing.file.file);
    problem = replacement_end(&writing.file, write_all(&writing));
  }
  view_free(writing.json);
  bytes_free(&writing.text);
  if (problem == EINTR && runner)
    return runner_interrupted(runner, error);
  return problem ? error_set_errno(error, problem,
                                   _("%.300s can't be written, and was left as it is"), path)
                 : 0;
}
