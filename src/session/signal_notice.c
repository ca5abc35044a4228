#include "session/signal_notice.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "names/constant.h"
#include "system/wait.h"

bool signal_notice_may_be(long number) {
  return number == 0 || number == SIGIO || number == SIGURG || number == SIGUSR1 ||
         number == SIGUSR2 || (number >= SIGRTMIN && number <= SIGRTMAX);
}

static sigset_t all_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  for (int number = 1; number <= SIGRTMAX; number++)
    if (signal_notice_may_be(number))
      sigaddset(&set, number);
  return set;
}

void signal_notice_block(void) {
  sigset_t set = all_signals();
  pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void append_signal(int number, struct bytes *text) {
  if (number >= SIGRTMIN)
    bytes_append_format(text, "SIGRTMIN+%d", number - SIGRTMIN);
  else
    constant_append(&constant_signals, number, text);
}

/* What the structure holds that a handler of the program would be given. */
static void tell(struct runner *runner, const siginfo_t *information) {
  static const char *const codes[] = {NULL,       "POLL_IN",  "POLL_OUT", "POLL_MSG",
                                      "POLL_ERR", "POLL_PRI", "POLL_HUP"};
  enum { CODES = sizeof codes / sizeof *codes };
  struct bytes text = {0};
  int code = information->si_code;
  append_signal(information->si_signo, &text);
  if (code > 0 && code < CODES) {
    bytes_append_format(&text, _(" came: si_code=%s, si_fd=%d, si_band="), codes[code],
                        information->si_fd);
    constant_append(&constant_poll_events, information->si_band, &text);
  } else if (code == SI_KERNEL) {
    bytes_append_text(&text, information->si_signo == SIGURG
                                 ? _(" came: urgent data; the signal does not say where")
                                 : _(" came: si_code=SI_KERNEL, so it does not say from which "
                                     "descriptor; after F_SETSIG it does"));
  } else {
    bytes_append_format(&text, _(" came from process %d"), (int)information->si_pid);
  }
  runner_note(runner, "%s", bytes_text(&text));
  bytes_free(&text);
}

void signal_notice_tell(struct runner *runner) {
  const struct timespec now = {0};
  if (!runner->session->signals_wanted)
    return;
  siginfo_t information;
  sigset_t set = all_signals();
  int number;
  while ((number = sigtimedwait(&set, &information, &now)) > 0 || (number < 0 && errno == EINTR))
    if (number > 0)
      tell(runner, &information);
}
