#include "session/diagnosis.h"

#include <errno.h>
#include <fcntl.h>

#include "socket/look.h"

/* True for a call that waits for the peer, rather than starts a handshake or sets a flag. */
static bool would_block(const struct call *call) {
  return !call_row(call)->connects && call_row(call)->result != RESULT_FLAGS;
}

static bool signal_due(const struct call *call) {
  return call_row(call)->direction == SENDS && !(call_message_flags(call) & MSG_NOSIGNAL);
}

static bool connects(const struct call *call) {
  return call_row(call)->connects;
}

static bool any(const struct call *call) {
  (void)call;
  return true;
}

/* The explanation of an errno, for the calls that it applies to. */
static const struct diagnosis {
  int number;
  bool (*applies)(const struct call *call);
  const char *text;
} diagnoses[] = {
    {EPIPE, signal_due,
     N_("the kernel sends SIGPIPE with this, which ends a program that does not ignore it or send "
        "with MSG_NOSIGNAL")},
    {EINTR, any,
     N_("a signal ended the wait; a program calls again, unless its handler was installed with "
        "SA_RESTART")},
    {EAGAIN, would_block,
     N_("the call would have had to wait: the socket is non-blocking, or its time-out is over; "
        "`poll` tells when to try again")},
    {EINPROGRESS, connects,
     N_("the handshake goes on by itself: `await . writable`, then `getsockopt . so_error` tells "
        "how it ended")},
    {EALREADY, connects, N_("the handshake that an earlier connect began is still going on")},
};

static const struct diagnosis *diagnosis_find(const struct call *call) {
  for (size_t i = 0; call->error && i < sizeof diagnoses / sizeof *diagnoses; i++)
    if (diagnoses[i].number == call->error && diagnoses[i].applies(call))
      return &diagnoses[i];
  return NULL;
}

static bool stream(const struct call *call) {
  return call->entry && (call->entry->type == SOCK_STREAM || call->entry->type == SOCK_SEQPACKET);
}

void diagnosis_note(struct runner *runner, const struct call *call, int pending) {
  const struct diagnosis *diagnosis = diagnosis_find(call);
  runner->last_call.explained = diagnosis && !(call->interrupted && runner->expectation.of_blocks);
  if (runner->last_call.explained)
    runner_note(runner, "%s", _(diagnosis->text));
  if (call->result >= 0 && call_row(call)->direction == SENDS &&
      call_row(call)->result == RESULT_NUMBER && call->data &&
      (size_t)call->result < call->data->length)
    runner_note(runner,
                _("only %ld of %zu bytes were taken: the send buffer is full; a program sends the "
                  "rest with further calls, as send-all does"),
                call->result, call->data->length);
  bool received = call_row(call)->end_at_zero && call->result >= 0;
  if (received && call->result == 0 && call->size > 0 && stream(call))
    runner_note(runner, "%s",
                _("end of the stream: the peer has closed, or shut down its sending side"));
  if (call->discards && call->result > 0)
    runner_note(runner, "%s",
                call_message_flags(call) & MSG_PEEK
                    ? _("MSG_TRUNC on a stream: the bytes were counted, and none was written")
                    : _("MSG_TRUNC on a stream: the bytes were thrown away, and none was written"));
  if (received && call->data &&
      (long)call->data->length < (pending > call->result ? pending : call->result) &&
      call_row(call)->takes_datagram && !call->discards && !(call_message_flags(call) & MSG_PEEK))
    runner_note(runner, _("the datagram had %ld bytes: the %ld that did not fit are gone"),
                pending > call->result ? (long)pending : call->result,
                (pending > call->result ? (long)pending : call->result) - (long)call->data->length);
}
