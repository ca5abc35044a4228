#include "session/replayed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language/escape.h"
#include "system/line_reader.h"
#include "view/json/json_kept.h"

enum {
  LINE_LIMIT = 1 << 30,
  PACE = 256,   /* so many events are read before others get the lock */
  PLACES = 4096 /* sockets that have no name yet, of which the latest are known */
};

struct replay {
  struct runner *runner;
  const char *path; /* as shown */
  struct line_reader reader;
  struct bytes record;
  bool shown;
  struct event_look look;       /* of the last event */
  struct socket *known[PLACES]; /* by id; references */
  uint64_t statement;           /* that made the sockets below; 0: none */
  struct socket_label made[2];
};

/* The entry of a socket; NULL where there is none, or no memory. */
static struct socket *find(struct replay *replay, const struct socket_label *label) {
  struct socket **place = &replay->known[label->id % PLACES];
  struct session *session = replay->runner->session;
  if (label->descriptor < 0 || label->id == 0)
    return NULL;
  if (*place && (*place)->id == label->id)
    return *place;
  const struct value *bound =
      label->name[0] ? names_get(&session->names, label->name, strlen(label->name)) : NULL;
  struct socket *socket =
      bound && bound->kind == VALUE_OBJECT ? socket_from_object(bound->object) : NULL;
  if (socket && socket->id == label->id)
    object_retain(&socket->object);
  else
    socket = socket_create_replayed(&session->sockets, label);
  if (*place)
    object_release(&(*place)->object);
  *place = socket;
  return socket;
}

static void bind_name(struct replay *replay, struct socket *socket, const char *name,
                      size_t length) {
  char text[SOCKET_NAME_SIZE];
  struct error ignored; /* no memory: then the name is missing */
  struct names *names = &replay->runner->session->names;
  if (!socket || length >= sizeof text || !name_valid(name, length))
    return;
  const struct value *bound = names_get(names, name, length);
  if (bound && bound->kind == VALUE_OBJECT && bound->object == &socket->object)
    return;
  memcpy(text, name, length);
  text[length] = '\0';
  runner_bind(replay->runner, text, value_from_object(&socket->object), &ignored);
}

/* A program's is called p.4, which is no name that a line could bind. */
static void bind_number(struct replay *replay, struct socket *socket,
                        const struct socket_label *label) {
  char name[SOCKET_NAME_SIZE + 16];
  snprintf(name, sizeof name, "%s.%d", label->name, label->descriptor);
  struct names *names = &replay->runner->session->names;
  const struct value *bound = names_get(names, name, strlen(name));
  if (!bound || bound->kind != VALUE_OBJECT || bound->object != &socket->object)
    names_set(names, name, value_from_object(&socket->object)); /* no memory: the name is missing */
}

static void note_label(struct replay *replay, const struct socket_label *label) {
  struct socket *socket = find(replay, label);
  if (socket && label->of_program && label->name[0]) {
    bind_number(replay, socket, label);
    return;
  }
  if (!socket || !label->name[0] || label->role == ROLE_QUEUED || label->role == ROLE_OF_SERVICE ||
      label->role == ROLE_SUBFLOW)
    return; /* they are called like their listener */
  bind_name(replay, socket, label->name, strlen(label->name));
}

static void note_call(struct replay *replay, const struct event *event) {
  const struct call *call = event->call;
  note_label(replay, &call->subject);
  for (int i = 0; i < 2; i++)
    note_label(replay, &call->made_label[i]);
  if (call->made[0] < 0)
    return;
  replay->statement = event->statement;
  memcpy(replay->made, call->made_label, sizeof replay->made);
}

static void note_state(struct replay *replay, const struct event_state *state) {
  struct socket *socket = find(replay, &state->socket);
  if (!socket)
    return;
  note_label(replay, &state->socket);
  struct snapshot seen = state->now;
  if (seen.local.length == 0)
    seen.local = socket->seen.local;
  if (seen.peer.length == 0)
    seen.peer = socket->seen.peer;
  socket->seen = seen;
}

/* The names before `=`: those of the sockets that the statement has made. */
static void note_result(struct replay *replay, const struct event *event) {
  const char *at = event->result.names ? event->result.names : "";
  if (event->result.failed || replay->statement == 0 || replay->statement != event->statement)
    return;
  for (int i = 0; i < 2 && *at; i++) {
    size_t length = strcspn(at, " ");
    bind_name(replay, find(replay, &replay->made[i]), at, length);
    at += length + strspn(at + length, " ");
  }
}

static bool note_event(const struct event *event, const char *data, size_t size, void *context) {
  struct replay *replay = context;
  (void)data, (void)size;
  switch (event->kind) {
  case EVENT_CALL_FINISH:
    note_call(replay, event);
    break;
  case EVENT_STATE:
    note_state(replay, event->state);
    break;
  case EVENT_RESULT:
    note_result(replay, event);
    break;
  case EVENT_SETTINGS:
    replay->look = event->settings.now;
    break;
  default: /* none of a socket of this session */
    break;
  }
  return true;
}

/* Says where in the file it is. */
static int place_error(const struct replay *replay, struct error *error) {
  char message[sizeof error->message];
  memcpy(message, error->message, sizeof message);
  return error_set(error, ERROR_FAILURE, "%.300s:%llu: %s", replay->path,
                   (unsigned long long)replay->reader.lines, message);
}

static int read_head(struct replay *replay, struct json_kept *kept, struct error *error) {
  struct line_read line;
  int status = line_reader_next(&replay->reader, &line);
  if (status < 0)
    return error_set_errno(error, errno, _("%.300s can't be read"), replay->path);
  if (status == 0)
    return error_set(error, ERROR_FAILURE, _("%.300s is empty: it is no saved timeline"),
                     replay->path);
  return json_kept_read_head(line.text ? line.text : "", line.text ? line.length : 0, kept, error) <
                 0
             ? place_error(replay, error)
             : 0;
}

/* The event of a line. 0, or -1 with an error. */
static int take_line(struct replay *replay, const struct line_read *line, struct error *error) {
  if (!line->text)
    return error_set(error, ERROR_FAILURE, _("the line is longer than 1G"));
  if (json_kept_read(line->text, line->length, &replay->record, error) < 0)
    return -1;
  switch (timeline_take(replay->runner->session->timeline, replay->record.data,
                        replay->record.length, replay->shown, note_event, replay)) {
  case TAKEN:
    return 0;
  case TAKEN_NOT_NEXT:
    return error_set(error, ERROR_FAILURE,
                     _("its serial is not above that of the line before it: lines were moved, or "
                       "are there twice"));
  case TAKEN_NO_EVENT:
    break;
  }
  return error_set(error, ERROR_FAILURE,
                   _("its record is no event: the line was changed, or another program wrote it"));
}

static int interrupted(const struct replay *replay, struct error *error) {
  runner_interrupted(replay->runner, error);
  error_set(error, ERROR_INTERRUPTED,
            _("interrupted: what %.300s has behind line %llu is not here"), replay->path,
            (unsigned long long)replay->reader.lines);
  error->call = false;
  return -1;
}

static int read_events(struct replay *replay, struct error *error) {
  struct runner *runner = replay->runner;
  struct line_read line;
  int status;
  while ((status = line_reader_next(&replay->reader, &line)) > 0) {
    if (take_line(replay, &line, error) < 0 && line.ended)
      return place_error(replay, error);
    if (!line.ended && error->kind != ERROR_NONE) {
      runner_note(runner, _("%.300s:%llu: the last line is cut off, and is left out"), replay->path,
                  (unsigned long long)replay->reader.lines);
      return 0;
    }
    if (replay->reader.lines % PACE != 0)
      continue;
    runner->session->shell->drain(runner);
    session_yield_lock(runner->session);
    if (runner_is_stopped(runner))
      return interrupted(replay, error);
  }
  return status < 0 ? error_set_errno(error, errno, _("%.300s can't be read"), replay->path) : 0;
}

/* What the head says, and what was chosen for this session: -q shows less of it, -v more. */
static void apply_look(struct session *session, const struct event_look *look) {
  struct settings *settings = &session->settings;
  const struct event_look own = session->look;
  const struct event_settings change = {own, *look};
  view_take_look(&settings->view, &change);
  settings->view.quiet |= own.quiet;
  settings->view.verbose |= own.verbose;
  settings->stable = settings->view.stable |= own.stable;
  session->look = view_look(&settings->view); /* as it was there from the start: no change */
  session_apply_settings(session);
  /* Nobody waits behind each long answer, and nothing is counted in place of being shown. */
  settings->view.pages = settings->view.pages_all = settings->view.folds = false;
  view_configure(session->view, session->timeline, &settings->view);
}

static int replay_file(struct replay *replay, const struct replay_plan *plan, struct error *error) {
  struct session *session = replay->runner->session;
  const struct settings own = session->settings;
  struct json_kept kept;
  if (read_head(replay, &kept, error) < 0)
    return -1;
  replay->look = kept.look;
  if (plan->shown)
    apply_look(session, &kept.look);
  int status = read_events(replay, error);
  uint64_t last = timeline_last(session->timeline);
  if (status == 0 && last < kept.last)
    runner_note(replay->runner, _("%.300s ends at event %llu of %llu: the rest was cut off"),
                replay->path, (unsigned long long)last, (unsigned long long)kept.last);
  session->look = replay->look;
  if (plan->shown && plan->goes_on && !session->formatted)
    view_finish(session->view);
  if (plan->goes_on) {
    session->settings = own;
    session_apply_settings(session);
  }
  return status;
}

int replayed_read(struct runner *runner, const struct replay_plan *plan, struct error *error) {
  struct bytes path = {0};
  struct replay *replay = calloc(1, sizeof *replay);
  error_clear(error);
  if (!replay) {
    close(plan->descriptor);
    return error_set_memory(error);
  }
  escape_append(&path, plan->path, strlen(plan->path), escape_chosen());
  replay->runner = runner;
  replay->path = bytes_text(&path);
  replay->reader = (struct line_reader){.descriptor = plan->descriptor, .limit = LINE_LIMIT};
  replay->shown = plan->shown;
  int status = replay_file(replay, plan, error);
  for (size_t i = 0; i < PLACES; i++)
    if (replay->known[i])
      object_release(&replay->known[i]->object);
  line_reader_free(&replay->reader);
  bytes_free(&replay->record);
  bytes_free(&path);
  free(replay);
  close(plan->descriptor);
  return status;
}
