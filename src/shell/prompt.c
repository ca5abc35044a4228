#include "shell/prompt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "shell/edit.h"
#include "shell/job.h"
#include "shell/script_file.h"
#include "shell/watcher.h"
#include "shell/worker.h"

enum { LOOK_EVERY = 300 }; /* milliseconds between looks at an idle prompt */

/* The prompt there is: readline's callbacks carry no context. */
static struct workbench bench;
static bool input_ended;
static struct termios terminal_before;
static bool terminal_known;

static void accept_line(const char *line) {
  if (!line) {
    /* Ctrl-D: ends a block that is not closed, or the session. */
    input_ended = bench.waiting.length == 0;
    bytes_clear(&bench.waiting);
    if (!input_ended)
      output_add(&bench.session->output, STDOUT_FILENO, "\n", 1);
    return;
  }
  struct bytes text = {0};
  session_lock(bench.session);
  edit_remember(line); /* `history` in a job reads what this changes */
  session_unlock(bench.session);
  bytes_append_text(&text, line);
  bytes_append_char(&text, '\n');
  workbench_submit(&bench, bytes_text(&text));
  bytes_free(&text);
}

static const char *prompt_text(void) {
  if (bench.waiting.length > 0)
    return "   ...> ";
  return bench.walk ? "step> " : "socksh> ";
}

void prompt_lend_terminal(struct session *session, pid_t group) {
  if (!session->interactive)
    return;
  tcsetpgrp(STDIN_FILENO, group ? group : getpgrp());
  if (group == 0 && terminal_known)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal_before);
}

void prompt_read_keys(struct session *session, bool keys) {
  struct termios raw = terminal_before;
  if (!session->interactive || !terminal_known)
    return;
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSADRAIN, keys ? &raw : &terminal_before);
}

int prompt_wait_key(struct runner *runner, int milliseconds) {
  struct pollfd item = {.fd = STDIN_FILENO, .events = POLLIN};
  char key;
  if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
    return -1;
  output_flush(&runner->session->output);
  int ready = poll(&item, 1, milliseconds);
  bool pressed = ready > 0 && read(STDIN_FILENO, &key, 1) >= 0;
  runner_wait_end(runner);
  return runner->waiter.reason != WAIT_NOT_INTERRUPTED ? -1 : pressed;
}

int prompt_walk(struct runner *runner, const char *path, struct error *error) {
  struct bytes text = {0};
  if (!runner->session->interactive || runner->job)
    return error_set(error, ERROR_FAILURE,
                     _("a walk through a file needs the prompt; leave --step out here"));
  int status = script_read_file(path, -1, &text, error);
  if (status == 0 && workbench_walk(&bench, runner, path, &text) < 0) {
    error_set(error, ERROR_FAILURE, _("%.300s is no script that runs"), path);
    status = -1;
  }
  bytes_free(&text);
  return status;
}

/* While a command runs the terminal itself shows ^C and ^Z: what follows begins on a line of its
 * own. */
static void end_echo(struct session *session) {
  if (terminal_known && terminal_before.c_lflag & ECHO && terminal_before.c_lflag & ECHOCTL)
    output_add(&session->output, STDOUT_FILENO, "\n", 1);
}

static void handle_signal(int number) {
  struct session *session = bench.session;
  switch (number) {
  case 0:
    break;
  case SIGINT:
    if (edit_active()) {
      bytes_clear(&bench.waiting);
      edit_drop();
    } else {
      end_echo(session);
      watcher_interrupt_foreground(session);
    }
    break;
  case SIGTSTP:
    if (!edit_active()) {
      end_echo(session);
      workbench_detach(&bench);
    }
    break;
  case SIGWINCH:
    if (edit_active())
      edit_resize();
    break;
  case SIGCONT:
    if (edit_active())
      edit_redraw();
    break;
  default:
    watcher_end_session(session, 128 + number);
  }
}

static void show_output(struct session *session) {
  if (session->output.waiting == 0)
    return;
  if (edit_active())
    edit_show_output(&session->output);
  else
    output_flush(&session->output);
}

static void greet(struct session *session) {
  static const char text[] = N_("socksh, the socket shell. Type a socket call, as `s = socket inet "
                                "stream`; `help` lists them, Tab completes.\n");
  if (!session->settings.view.quiet && !session->formatted)
    output_add(&session->output, STDOUT_FILENO, _(text), strlen(_(text)));
}

/* Begins with a walk: socksh --step FILE. 0, or -1 with the error told. */
static int begin_walk(const struct shell_options *options) {
  struct session *session = bench.session;
  struct runner runner;
  struct bytes text = {0};
  struct error error;
  runner_start(&runner, session, 0, NULL);
  session_lock(session);
  int status = script_read_file(options->path, options->script, &text, &error);
  if (status < 0)
    fprintf(stderr, "socksh: %s\n", error.message);
  else
    status = workbench_walk(&bench, &runner, options->path, &text);
  runner_stop(&runner);
  session_unlock(session);
  bytes_free(&text);
  return status;
}

/* While nobody types a command, the sockets may change all the same: what is found is shown above
 * the line. */
static void look_around(struct session *session) {
  static int64_t looked;
  int64_t now = clock_monotonic();
  if (now - looked < (int64_t)LOOK_EVERY * 1000000)
    return;
  looked = now;
  session_lock(session);
  if (session_looks(session))
    session_look_around(session);
  session_unlock(session);
}

static void loop(struct session *session, bool lab) {
  if (lab)
    workbench_submit(&bench, "lab\n");
  else if (bench.walk)
    workbench_submit(&bench, "");
  while (!session->quitting) {
    struct watcher_news news;
    if (!workbench_busy(&bench)) {
      /* Whatever the command has printed stands before the next prompt. */
      if (!edit_active())
        output_flush(&session->output);
      if (input_ended || session->output.broken || session->quitting)
        break;
      if (!edit_active())
        edit_begin(prompt_text());
    }
    bool idle = edit_active();
    watcher_wait(session, edit_active() ? STDIN_FILENO : -1, idle ? LOOK_EVERY : -1, &news);
    if (idle)
      look_around(session);
    handle_signal(news.signal);
    if (news.readable && edit_active())
      edit_read();
    if (edit_active() || news.flush)
      show_output(session);
  }
}

int prompt_run(struct session *session, const struct shell_options *options) {
  signal(SIGTTOU, SIG_IGN);
  terminal_known = tcgetattr(STDIN_FILENO, &terminal_before) == 0;
  input_ended = false;
  if (workbench_start(&bench, session, options) < 0) {
    fprintf(stderr, _("socksh: the thread that runs commands can't be started: %s\n"),
            strerror(errno));
    return 1;
  }
  edit_start(session, accept_line);
  int status = options->path ? begin_walk(options) : 0;
  if (status == 0) {
    if (!options->path)
      greet(session);
    output_flush(&session->output);
    loop(session, options->lab);
  }
  edit_stop();
  /* The terminal's thread was the watcher until now; while threads are being ended there must be
   * another. */
  if (watcher_start(session) < 0)
    return 1;
  session_lock(session);
  session->quitting = true;
  job_end_all(session);
  session_unlock(session);
  watcher_interrupt_foreground(session);
  output_flush(&session->output);
  workbench_stop(&bench);
  if (terminal_known)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal_before);
  return status < 0 ? 2 : session->quit_status;
}
