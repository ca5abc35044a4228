#include "shell/run_loss.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "language/loss.h"

/* Tells what is missing: in a note, and where notes are not shown on standard error. */
static void tell_missing(struct runner *runner, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void tell_missing(struct runner *runner, const char *format, ...) {
  struct session *session = runner->session;
  char text[400];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  runner_note(runner, "%s", text);
  if (!session->settings.view.quiet && !session->formatted)
    return;
  output_add(&session->output, STDERR_FILENO, "socksh: ", strlen("socksh: "));
  output_add(&session->output, STDERR_FILENO, text, strlen(text));
  output_add(&session->output, STDERR_FILENO, "\n", 1);
}

bool run_loss_tell(struct runner *runner, struct error *error, bool failed) {
  struct loss_look look;
  bool lost = false;
  int unkept = loss_take_record();
  if (loss_take_memory() && error->number != ENOMEM) {
    char before[200] = "";
    if (failed)
      snprintf(before, sizeof before, "%.190s; ", error->message);
    struct place place = error->place;
    error_set_errno(error, ENOMEM,
                    _("%smemory ran out, so what this showed or kept is not complete"), before);
    error_set_place(error, place);
    lost = true;
  }
  if (unkept)
    tell_missing(runner,
                 _("the file that keeps what happened earlier can't be written: %s (%s). What is "
                   "older than the last events is forgotten; TMPDIR names another place for it"),
                 strerrordesc_np(unkept), error_number_name(unkept));
  while (loss_take_look(&look))
    tell_missing(runner,
                 _("the kernel could not be asked: %s failed: %s (%s). What it would have said is "
                   "missing here, and where it fails again"),
                 look.call, strerrordesc_np(look.error), error_number_name(look.error));
  return lost;
}
