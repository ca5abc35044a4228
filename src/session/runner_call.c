#include "session/runner_call.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "call/call.h"
#include "lab/lab.h"
#include "language/escape.h"
#include "language/uncleared.h"
#include "names/constant.h"
#include "session/diagnosis.h"
#include "session/diagnosis_peer.h"
#include "session/fault.h"
#include "session/observe.h"
#include "session/session_look.h"
#include "session/traced.h"
#include "session/unaccepted.h"
#include "session/zero.h"
#include "socket/look.h"

/* Appends "bind of socket 3 srv to 127.0.0.1:80", without the call's name if the command has that
 * name. */
static void describe_call(const char *command, const struct call *call, struct bytes *text) {
  const struct call_row *row = call_row(call);
  const struct address *destination = call_destination(call);
  if (!command || strcmp(command, row->name) != 0)
    bytes_append_text(text, row->name);
  if (call->subject.descriptor >= 0) {
    bytes_append_format(text, text->length ? " of socket %d" : "socket %d",
                        call->subject.descriptor);
    if (call->subject.name[0])
      bytes_append_format(text, " %s", call->subject.name);
  }
  if (destination && destination->length > sizeof(sa_family_t)) {
    bytes_append_text(text, row->direction == SENDS || row->connects ? " to " : " at ");
    address_append(destination, text);
  }
  if (row->payload == PAYLOAD_VALUE && call->value.option)
    bytes_append_format(text, ", %s", call->value.option->name);
  else if (row->payload == PAYLOAD_VALUE)
    bytes_append_format(text, _(", option %ld"), call->number[1]);
  if (text->length == 0)
    bytes_append_text(text, row->name);
}

static int call_failed(struct runner *runner, const char *command, const struct call *call,
                       struct error *error) {
  struct bytes text = {0};
  if (call->interrupted) {
    runner_interrupted(runner, error);
    error->number = call->error;
    return -1;
  }
  if (call_row(call)->result == RESULT_LOOKUP) {
    struct bytes host = {0};
    const char *asked = call->lookup.text[0] ? call->lookup.text[0] : "";
    escape_append(&host, asked, strlen(asked), escape_chosen());
    error_set(error, ERROR_FAILURE, _("%s%slook-up failed: %s (%s)"), bytes_text(&host),
              host.length ? ": " : "",
              call->result == EAI_SYSTEM ? strerror(call->error) : gai_strerror((int)call->result),
              constant_name(&constant_lookup_errors, call->result)
                  ? constant_name(&constant_lookup_errors, call->result)
                  : "EAI_?");
    bytes_free(&host);
    return -1;
  }
  describe_call(command, call, &text);
  error_set_errno(error, call->error, "%s", bytes_text(&text));
  error->kind = ERROR_FAILURE;
  error->call = true;
  bytes_free(&text);
  return -1;
}

/* Binds the first name before `=` to a new socket at once, so that it can be used while the command
 * goes on. */
static void bind_early(struct runner *runner, const struct call *call) {
  UNCLEARED struct error ignored; /* out of memory: the name is bound, or the error reported, when
                           the command is done */
  if (!runner->binding.names || runner->binding.done_early || call->made[0] < 0)
    return;
  const char *name = runner->binding.names[0];
  const struct value *before = names_get(runner->scope.names, name, strlen(name));
  value_clear(&runner->binding.before);
  if (before)
    runner->binding.before = value_copy(before);
  runner->binding.done_early = true;
  runner_bind(runner, name, value_from_object(&call->made_entry[0]->object), &ignored);
}

/* Records in each end of a pair the other's cookie. */
static void join_pair(const struct call *call) {
  struct socket *a = call->made_entry[0];
  struct socket *b = call->made_entry[1];
  look_identity(a);
  look_identity(b);
  a->pair_cookie = b->cookie;
  b->pair_cookie = a->cookie;
}

static void use_sockets(struct runner *runner, struct call *call) {
  /* --stable waits until the touched sockets have settled, whatever the call proved. */
  bool stable = runner->session->settings.stable;
  runner->touched.more |= call_row(call)->direction == MOVES_NOTHING;
  if (call->entry) {
    if (stable || !call_needs_no_look(call))
      runner_touch(runner, call->entry);
    runner_use_socket(runner, call->entry);
  }
  if (call_row(call)->makes == MAKES_SOCKETS && call->made[1] >= 0 &&
      session_looks(runner->session))
    join_pair(call);
  for (int i = 0; i < 2; i++)
    if (call->made[i] >= 0 && call->made_entry[i]) {
      if (call_row(call)->makes == MAKES_SOCKETS && session_looks(runner->session))
        look_at_new(call->made_entry[i]);
      runner_touch(runner, call->made_entry[i]);
    }
  if (call->made[0] >= 0 && call->made_entry[0])
    runner_use_socket(runner, call->made_entry[0]);
}

/* The length of the next datagram, taken before receiving: afterwards what was cut off can't be
 * known. */
static int pending_datagram(const struct runner *runner, const struct call *call) {
  if (!runner->session->settings.look || !call->entry || call->entry->type != SOCK_DGRAM ||
      !call_row(call)->takes_datagram)
    return 0;
  int pending = look_pending(call->entry);
  return pending < 0 ? 0 : pending;
}

/* Looks at a socket that is about to be closed, since afterwards less can be seen of it. What has
 * changed by itself belongs to no call. */
static void look_before(struct runner *runner, struct socket *socket) {
  struct look_cause cause = {
      .job = runner->job, .statement = runner->statement, .time = clock_monotonic()};
  if (socket_has_tcp_states(socket) && socket->told)
    session_look(runner->session, socket, &cause);
  look_before_close(socket);
}

/* Makes the call without the lock. `on_wire` is what the lab's wire knows of it, if it is made on a
 * host. False if the runner was interrupted just before it. */
static bool perform_unlocked(struct runner *runner, struct call *call, struct wire_call *on_wire) {
  struct session *session = runner->session;
  struct waiter *waiter = &runner->waiter;
  if (runner->expectation.of_blocks) {
    waiter->deadline_reason = WAIT_BLOCKS;
    waiter->deadline = call->began + session->settings.blocks_after;
  }
  session_unlock(session);
  bool made = waiter_begin(waiter, call, call->began);
  if (made) {
    on_wire->phase = CALL_INSIDE;
    call_perform(call);
    on_wire->phase = CALL_RETURNED;
    waiter_end(waiter);
  }
  if (waiter->deadline)
    waiter->deadline = 0;
  call->ended = clock_monotonic();
  runner->last_call.just_ended = made;
  session_lock(session);
  return made;
}

static void record_start(struct runner *runner, struct call *call) {
  UNCLEARED struct event start;
  event_begin(&start, EVENT_CALL_START);
  start.monotonic = call->began;
  start.host = call->where;
  start.call = call;
  call->start_event = runner_append(runner, &start);
}

/* Appends the end of the call, and remembers it as the runner's last one. */
static void record_finish(struct runner *runner, struct call *call) {
  UNCLEARED struct event finish;
  event_begin(&finish, EVENT_CALL_FINISH);
  finish.cause = call->start_event;
  finish.monotonic = call->ended;
  finish.host = call->where;
  finish.call = call;
  runner->last_call.serial = runner_append(runner, &finish);
  runner->last_call.subject = call->entry ? call->entry->id : 0;
  runner->last_call.error = call->error;
  if (call->error) {
    runner->last_call.failure = call->error;
    runner->last_call.failed = runner->last_call.subject;
  }
  runner->last_call.ended = call->ended;
}

/* What a call on a host sends shall be on the timeline behind the call. Nobody waits for the calls
 * of a long transfer. */
static struct wire_gate *gate_of(struct runner *runner, const struct call *call,
                                 const struct host *host) {
  struct lab *lab = runner->session->lab;
  if (!host || !lab || call->bulk)
    return NULL;
  if (runner->stat < 0)
    runner->stat = wire_gate_open_stat();
  return &lab->wire.gate;
}

/* What was asked for by `fault .`. */
static void inject(struct runner *runner, struct call *call) {
  struct error ignored; /* where the wait is interrupted, the call is, too */
  const struct call_fault fault = fault_choose(runner->session, ".", call, 0);
  call->injected = call_fault_any(&fault);
  call->refused = fault.error;
  call->limit = fault.limit;
  if (fault.delay > 0)
    runner_wait_until(runner, clock_monotonic() + fault.delay, &ignored);
}

/* Makes a call that was prepared, and puts its end onto the timeline. False if it was not made. */
static bool make_call(struct runner *runner, struct call *call, const struct host *host) {
  struct session *session = runner->session;
  struct wire_call on_wire;
  if (session->faults)
    inject(runner, call);
  struct wire_gate *gate = gate_of(runner, call, host);
  if (gate)
    wire_gate_begin(gate, &on_wire, host, runner->stat, call->began);
  bool made = perform_unlocked(runner, call, &on_wire) && !call->unasked;
  if (made && call->entry && call->result >= 0 && session->tracer && call_notices(call))
    traced_await_cause(session, call->entry);
  if (made) {
    call->interrupted = call->error == EINTR && runner->waiter.reason != WAIT_NOT_INTERRUPTED;
    call_finish(call, &runner->session->sockets);
    bind_early(runner, call);
    record_finish(runner, call);
  } else {
    call_cancel(call);
  }
  if (gate)
    wire_gate_end(gate, &on_wire);
  return made;
}

/* Says why a call was not made: the runner was interrupted just before it, or while its host was
 * asked; or the host can't be asked. That is no result of the call: no errno is expected of it, and
 * none has its usual cause. Returns -1. */
static int not_made(struct runner *runner, const struct call *call, struct error *error) {
  if (call->unasked == 0 || runner->waiter.reason != WAIT_NOT_INTERRUPTED)
    return runner_interrupted(runner, error);
  lab_explain(STAGE_CONTROL, call->unasked, error);
  error->number = 0;
  return -1;
}

int runner_call(struct runner *runner, const char *command, struct call *call,
                struct error *error) {
  struct session *session = runner->session;
  struct waiter *waiter = &runner->waiter;
  if (waiter->reason != WAIT_NOT_INTERRUPTED)
    return runner_interrupted(runner, error);
  if (call_prepare(call, &session->sockets, error) < 0)
    return -1;
  int pending = pending_datagram(runner, call);
  struct zero_before before = zero_look_before(session, call);
  int unread = diagnosis_unread(runner, call);
  bool closes = call_row(call)->closes && call->entry && session_looks(session);
  UNCLEARED struct unaccepted unaccepted;
  unaccepted.count = 0;
  if (closes)
    look_before(runner, call->entry);
  if ((closes || call_row(call)->shuts_down) && session_looks(session))
    unaccepted_find(session, call->entry, &unaccepted);
  if (call_row(call)->makes == MAKES_SOCKETS)
    call->host = runner->host;
  const struct host *host = call->entry ? call->entry->host : call->host;
  call->where = host ? host->name : NULL;
  call->began = clock_monotonic();
  if (timeline_hears(session->timeline, EVENT_CALL_START))
    record_start(runner, call);
  if (!make_call(runner, call, host)) {
    unaccepted_free(&unaccepted);
    return not_made(runner, call, error);
  }
  if (closes && call->entry->descriptor < 0) {
    look_after_close(call->entry);
    session_prune_orphans(session);
  }
  unaccepted_settle(&unaccepted);
  call->zero = zero_decide(session, call, before);
  use_sockets(runner, call);
  bool explained = !call->injected && diagnosis_note(runner, call, pending);
  if (!call->injected) /* what it would say of the kernel does not hold */
    diagnosis_note_peer(runner, call, unread);
  /* A blocking send that was interrupted returns the part it sent, and a recv of 0 bytes its 0: it
   * blocked, as expected. */
  bool partial = call_row(call)->direction == SENDS || call->zero == ZERO_ASKED;
  if (runner->expectation.of_blocks && waiter->reason == WAIT_BLOCKS && partial &&
      call->result >= 0)
    return runner_interrupted(runner, error);
  int status = call_has_failed(call) ? call_failed(runner, command, call, error) : 0;
  if (status < 0)
    error->explained = explained;
  return status;
}
