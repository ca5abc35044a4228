#include "session/session.h"

#include <stdlib.h>
#include <string.h>

#include <sched.h>

#include "lab/lab.h"
#include "language/escape.h"

void session_lock(struct session *session) {
  if (lock_try(&session->lock))
    return;
  session->lock_waiters++;
  lock_take(&session->lock);
  session->lock_waiters--;
}

void session_unlock(struct session *session) {
  lock_give(&session->lock);
}

void session_yield_lock(struct session *session) {
  if (session->lock_waiters == 0)
    return;
  /* A mutex goes to whoever asks first, which would be this thread again. So wait until the others
   * have had it. */
  session_unlock(session);
  for (int i = 0; i < 1000 && session->lock_waiters > 0; i++)
    sched_yield();
  session_lock(session);
}

/* What is replayed later changes at the same place. */
static void note_look(struct session *session) {
  struct event event = {.kind = EVENT_SETTINGS};
  event.settings = (struct event_settings){session->look, view_look(&session->settings.view)};
  if (!view_look_differs(&event.settings))
    return;
  session->look = event.settings.now;
  timeline_append(session->timeline, &event);
}

void session_apply_settings(struct session *session) {
  struct settings *settings = &session->settings;
  settings->view.stable = settings->stable;
  settings->view.folds = session->interactive && settings->view.terminal && !session->formatted;
  settings->view.pages = settings->view.folds && settings->pager != PAGING_OFF;
  settings->view.pages_all = settings->view.pages && settings->pager == PAGING_ON;
  escape_choose(settings->view.utf8 && !settings->stable ? ESCAPE_UTF8 : ESCAPE_ASCII);
  note_look(session);
  view_configure(session->view, session->timeline, &session->settings.view);
  timeline_set_record(session->timeline, session->settings.record);
  if (session->lab)
    wire_set_looks(&session->lab->wire, session_looks(session));
}

bool session_looks(const struct session *session) {
  return session->settings.look && session->settings.view.states;
}

int session_begin_again(struct session *session, const char *path, unsigned from, bool asks) {
  struct session_again *again = malloc(sizeof *again);
  char *copy = strdup(path);
  if (!again || !copy || session->again) {
    free(again);
    free(copy);
    return -1;
  }
  *again = (struct session_again){copy, from, asks};
  session->again = again;
  session->quitting = true;
  return 0;
}
