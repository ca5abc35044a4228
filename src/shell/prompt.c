#include "shell/prompt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "language/escape.h"
#include "session/observe.h"
#include "shell/edit.h"
#include "shell/history.h"
#include "shell/job.h"
#include "shell/line_library.h"
#include "shell/packetdrill_line.h"
#include "shell/script_file.h"
#include "shell/watcher.h"
#include "shell/worker.h"

enum { LOOK_EVERY = 300 }; /* milliseconds between looks while the prompt is idle */

/* The one prompt of the process: readline's callbacks take no context. */
static struct worker_pool pool;
static bool input_ended;
static struct termios terminal_before;
static struct termios terminal_working; /* while a command runs */
static bool terminal_known;
static _Atomic bool terminal_back; /* a program had it, and may have missed a change of its size */

static void say_no_line(void) {
  static const char text[] =
      N_("there is no such line in the history; `history` lists them by number\n");
  output_add(&pool.session->output, STDERR_FILENO, _(text), strlen(_(text)));
}

static void accept_line(const char *line) {
  if (!line) {
    /* Ctrl-D drops an unfinished block; without one it ends the session. */
    input_ended = pool.pending.length == 0;
    bytes_clear(&pool.pending);
    if (!input_ended)
      output_add(&pool.session->output, STDOUT_FILENO, "\n", 1);
    return;
  }
  struct bytes recalled = {0};
  session_lock(pool.session);
  int found = history_recall(line, &recalled);
  if (found > 0) { /* shown, since nobody has typed it */
    struct bytes shown = {0};
    escape_append_plain(&shown, recalled.data, recalled.length, true, ESCAPE_UTF8);
    bytes_append_char(&shown, '\n');
    output_add(&pool.session->output, STDOUT_FILENO, shown.data, shown.length);
    bytes_free(&shown);
    line = bytes_text(&recalled);
  }
  if (found >= 0)
    edit_remember(line); /* locked, since `history` in a job reads what this changes */
  else
    say_no_line();
  session_unlock(pool.session);
  if (found >= 0)
    worker_pool_submit(&pool, line);
  bytes_free(&recalled);
}

static const char *prompt_text(void) {
  if (pool.pending.length > 0)
    return "   ...> ";
  return pool.walk ? "step> " : "socksh> ";
}

/* How many answers a digit gives by itself. */
static unsigned prompt_digits(void) {
  return pool.walk && pool.pending.length == 0 ? walk_choices(pool.walk) : 0;
}

void prompt_lend_terminal(struct session *session, pid_t group) {
  if (!session->interactive)
    return;
  tcsetpgrp(STDIN_FILENO, group ? group : getpgrp());
  terminal_back = group == 0;
  if (group == 0 && terminal_known)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal_working);
}

void prompt_read_keys(struct session *session, bool keys) {
  struct termios raw = terminal_before;
  if (!session->interactive || !terminal_known)
    return;
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  raw.c_cc[VMIN] = 0; /* Ctrl-C throws away what was typed before it, and nothing waits for that */
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSADRAIN, keys ? &raw : &terminal_working);
}

int prompt_wait_key(struct runner *runner, int milliseconds) {
  struct pollfd item = {.fd = STDIN_FILENO, .events = POLLIN};
  char key;
  if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
    return -1;
  output_flush(&runner->session->output);
  int ready = poll(&item, 1, milliseconds);
  bool pressed = ready > 0 && read(STDIN_FILENO, &key, 1) != 0;
  runner_wait_end(runner);
  return runner->waiter.reason != WAIT_NOT_INTERRUPTED ? -1 : pressed;
}

static struct walk_plan plan_of(const char *path, const struct bytes *text) {
  return (struct walk_plan){
      .name = path, .text = text->data ? text->data : "", .length = text->length};
}

int prompt_walk(struct runner *runner, const char *path, struct error *error) {
  struct bytes text = {0};
  if (!runner->session->interactive || runner->job)
    return error_set(error, ERROR_FAILURE,
                     _("a walk through a file needs the prompt; leave --step out here"));
  int status = script_file_read(path, -1, &text, error);
  struct walk_plan plan = plan_of(path, &text);
  if (status == 0 && worker_pool_walk(&pool, runner, &plan) < 0) {
    error_set(error, ERROR_FAILURE, _("%.300s is no script that runs"), path);
    status = -1;
  }
  bytes_free(&text);
  return status;
}

/* The kernel sends a key's signal, then echoes the key. Settings wait until it is done with it. */
static void await_echo(void) {
  struct termios now;
  if (tcgetattr(STDIN_FILENO, &now) == 0)
    tcsetattr(STDIN_FILENO, TCSANOW, &now);
}

/* The terminal itself echoes ^C and ^Z while a command runs, so end that line. */
static void end_echo(struct session *session) {
  await_echo();
  if (terminal_known && terminal_before.c_lflag & ECHO && terminal_before.c_lflag & ECHOCTL)
    view_echoed(session->view, session->timeline);
}

static void handle_signal(int number) {
  struct session *session = pool.session;
  switch (number) {
  case 0:
    break;
  case SIGINT:
    if (edit_active()) {
      bytes_clear(&pool.pending);
      edit_drop(prompt_text(), prompt_digits());
    } else {
      end_echo(session);
      watcher_interrupt_foreground(session);
    }
    break;
  case SIGTSTP:
    if (!edit_active()) {
      end_echo(session);
      worker_pool_detach(&pool);
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
  static const char text[] = N_("socksh, the socket shell. Type a socket call, as\n"
                                "`s = socket inet stream`; `help` lists them, Tab completes.\n");
  if (!session->settings.view.quiet && !session->formatted)
    output_add(&session->output, STDOUT_FILENO, _(text), strlen(_(text)));
}

/* For --step FILE: starts with a walk. 0, or -1 with the error reported. */
static int begin_walk(const struct shell_options *options) {
  struct session *session = pool.session;
  struct runner runner;
  struct bytes text = {0};
  struct error error;
  runner_start(&runner, session, 0, NULL);
  session_lock(session);
  int status = script_file_read(options->path, options->script, &text, &error);
  if (status < 0)
    fprintf(stderr, "socksh: %s\n", error.message);
  struct walk_plan plan = plan_of(options->path, &text);
  plan.asks = options->ask;
  plan.from = options->from;
  plan.apart = options->apart;
  if (status == 0)
    status = worker_pool_walk(&pool, &runner, &plan);
  runner_stop(&runner);
  session_unlock(session);
  bytes_free(&text);
  return status;
}

/* Looks at the sockets from time to time while nobody types, and shows changes above the line. */
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

static void loop(struct session *session, const char *first) {
  if (first)
    worker_pool_submit(&pool, first);
  else if (pool.walk || pool.replay)
    worker_pool_submit(&pool, NULL);
  while (!session->quitting) {
    struct watcher_news news;
    if (!worker_pool_busy(&pool)) {
      /* What the command has printed must come before the next prompt. */
      if (!edit_active())
        output_flush(&session->output);
      if (input_ended || session->output.broken || session->quitting)
        break;
      if (!edit_active()) {
        edit_begin(prompt_text(), prompt_digits());
        if (edit_active() && terminal_back)
          edit_resize();
        if (edit_active() && pool.offered.length > 0)
          edit_insert(bytes_text(&pool.offered));
        bytes_free(&pool.offered);
        terminal_back = false;
      }
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
  struct error error;
  if (line_library_load(&error) < 0) {
    fprintf(stderr, "socksh: %s\n", error.message);
    return 2;
  }
  signal(SIGTTOU, SIG_IGN);
  terminal_known = tcgetattr(STDIN_FILENO, &terminal_before) == 0;
  terminal_working = terminal_before;
  /* Ctrl-C interrupts a call that blocks, and the lines typed ahead of it are still run. */
  terminal_working.c_lflag |= NOFLSH;
  if (terminal_known)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal_working);
  input_ended = false;
  if (worker_pool_start(&pool, session, options) < 0) {
    fprintf(stderr, _("socksh: the thread that runs commands can't be started: %s\n"),
            strerror(errno));
    return 1;
  }
  edit_start(session, accept_line);
  bool scripted = options->path && !options->step; /* the prompt is for where it fails */
  int status = options->path && !scripted ? begin_walk(options) : 0;
  if (status == 0) {
    struct replay_plan replay = {.path = options->replay,
                                 .descriptor = options->replay_file,
                                 .shown = true,
                                 .goes_on = true};
    if (options->replay)
      pool.replay = &replay;
    else if (!options->path)
      greet(session);
    output_flush(&session->output);
    struct bytes first = {0};
    if (scripted)
      packetdrill_line_append_block(&options->packetdrill, options->path, &first);
    else if (options->lab)
      bytes_append_text(&first, "lab");
    loop(session, first.length ? bytes_text(&first) : NULL);
    bytes_free(&first);
  }
  edit_stop();
  /* This thread was the watcher until now, and one is still needed while threads are being ended.
   */
  if (watcher_start(session) < 0) {
    fprintf(stderr,
            _("socksh: the session can't end in order, without a thread that watches: %s (%s)\n"),
            strerror(errno), error_number_name(errno));
    if (terminal_known)
      tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal_before);
    return 1;
  }
  session_lock(session);
  session->quitting = true;
  job_end_all(session);
  session_unlock(session);
  watcher_interrupt_foreground(session);
  output_flush(&session->output);
  worker_pool_stop(&pool);
  if (terminal_known)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal_before);
  int usual = session->scripts_failed ? 1 : session->quit_status;
  return status < 0 ? 2 : usual;
}
