#include "session/session_lab.h"

#include "lab/lab.h"
#include "session/session_wire.h"

int session_lab_start(struct runner *runner, struct error *error) {
  struct session *session = runner->session;
  if (!session->lab)
    session->lab = lab_create(session->timeline, session->settings.stable, error);
  if (session->lab && !session->lab->wire.observer.look)
    session_wire_start(session);
  return session->lab ? 0 : -1;
}

struct wire *session_lab_wire(const struct session *session, struct error *error) {
  if (session->lab)
    return &session->lab->wire;
  error_set(error, ERROR_FAILURE,
            _("there is no lab, so there is no wire: `lab` makes the hosts client and server, "
              "joined by one"));
  return NULL;
}

void session_lab_lock_wire(struct runner *runner, struct wire *wire) {
  wire_lock(wire);
  wire->statement = runner->statement;
  wire->job = runner->job;
  runner->touched.lab = true;
}

void session_lab_lock_wire_anew(struct runner *runner, struct wire *wire) {
  wire_lock(wire);
  wire_pump(wire);
  wire_unlock(wire);
  session_lab_lock_wire(runner, wire);
}

void session_lab_unlock_wire(struct wire *wire) {
  wire->statement = 0;
  wire->job = 0;
  wire_unlock(wire);
}
