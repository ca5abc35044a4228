#include "shell/watcher.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "session/signal_notice.h"
#include "system/descriptor.h"
#include "system/thread.h"

enum {
  FLUSH_AFTER = 5000000,      /* nanoseconds that a call blocks before pending output is written */
  ANNOUNCE_AFTER = 200000000, /* nanoseconds before it is announced as blocked */
  TICK = 5,                   /* milliseconds between checks while calls come and go */
  SIGNAL_TICK = 10,           /* milliseconds between signals to a thread that does not respond */
  IDLE_TICKS = 20,            /* checks without news before the watcher sleeps */
};

static int signal_descriptor = -1;
static sigset_t original_mask;
static sigset_t watched_signals;

/* A blocked signal is queued although it is ignored, and would be taken. */
static bool is_ignored(int number) {
  struct sigaction action;
  return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int watcher_prepare(bool prompt) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  static const int prompt_numbers[] = {SIGTSTP, SIGWINCH, SIGCONT};
  sigemptyset(&watched_signals);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (prompt || !is_ignored(numbers[i])) /* nohup, and a script in the background of another */
      sigaddset(&watched_signals, numbers[i]);
  for (size_t i = 0; prompt && i < sizeof prompt_numbers / sizeof *prompt_numbers; i++)
    sigaddset(&watched_signals, prompt_numbers[i]);
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigaction(SIGPIPE, &ignore, NULL);
  sigaction(SIGXFSZ, &ignore, NULL); /* a file over the size limit fails with EFBIG */
  sigaction(SIGIO, &ignore, NULL);   /* `ioctl s fioasync 1` would end the program */
  /* Whoever started this may ignore it: then the kernel throws away what children end with. */
  struct sigaction usual = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP};
  sigaction(SIGCHLD, &usual, NULL);
  wait_signal_install();
  if (pthread_sigmask(SIG_BLOCK, &watched_signals, &original_mask) != 0)
    return -1;
  signal_notice_block();
  signal_descriptor =
      descriptor_move_up(signalfd(-1, &watched_signals, SFD_CLOEXEC | SFD_NONBLOCK));
  return signal_descriptor < 0 ? -1 : 0;
}

void watcher_discard(void) {
  if (signal_descriptor >= 0)
    close(signal_descriptor);
  signal_descriptor = -1;
}

void watcher_reset_child(void) {
  signal(SIGPIPE, SIG_DFL);
  signal(SIGXFSZ, SIG_DFL);
  signal(SIGIO, SIG_DFL);
  signal(SIGTTOU, SIG_DFL);
  sigprocmask(SIG_SETMASK, &original_mask, NULL);
}

static void announce(struct session *session, struct waiter *waiter) {
  if (!waiter_attend(waiter) || !waiter->subject)
    return;
  const struct call *call = waiter->subject;
  /* The kernel may be filling in the call right now, so copy only what it leaves alone. The event
   * of the call's start has the rest. */
  struct call started;
  call_init(&started, call->name, NULL);
  started.subject = call->subject;
  started.where = call->where;
  started.start_event = call->start_event;
  struct event event = {.kind = EVENT_CALL_BLOCKED,
                        .cause = call->start_event,
                        .job = waiter->job,
                        .host = started.where,
                        .call = &started};
  timeline_append(session->timeline, &event);
}

/* The sooner of two times in milliseconds; -1 means never. */
static int sooner(int a, int64_t nanoseconds) {
  int64_t b = (nanoseconds + 999999) / 1000000;
  if (b < 1)
    b = 1;
  if (b > 3600000)
    b = 3600000;
  return a < 0 || b < a ? (int)b : a;
}

/* Ends a wait whose deadline has passed. Only once attended to is the wait certain to be the one
 * that had this deadline. An earlier reason stands. */
static void expire(struct waiter *waiter, int64_t began, int64_t deadline) {
  int none = WAIT_NOT_INTERRUPTED;
  if (waiter_attend(waiter) && waiter->began == began && waiter->deadline == deadline)
    atomic_compare_exchange_strong(&waiter->reason, &none, waiter->deadline_reason);
}

/* Attends to one waiter. Returns the milliseconds until it needs attention again, or -1. */
static int attend(struct session *session, struct waiter *waiter, int64_t now, bool *flush) {
  int next = -1;
  if (waiter->phase == WAIT_IDLE)
    return -1;
  int64_t began = waiter->began;
  int64_t deadline = waiter->deadline;
  if (deadline && now >= deadline)
    expire(waiter, began, deadline);
  if (waiter->reason != WAIT_NOT_INTERRUPTED) {
    waiter_signal(waiter);
    next = SIGNAL_TICK;
  } else if (deadline) {
    next = sooner(next, deadline - now);
  }
  if (waiter->flushed != began) {
    if (now - began >= FLUSH_AFTER) {
      waiter->flushed = began;
      *flush = true;
    } else {
      next = sooner(next, began + FLUSH_AFTER - now);
    }
  }
  if (waiter->announced != began) {
    if (now - began >= ANNOUNCE_AFTER) {
      waiter->announced = began;
      announce(session, waiter);
      *flush = true;
    } else {
      next = sooner(next, began + ANNOUNCE_AFTER - now);
    }
  }
  return next;
}

static int attend_all(struct session *session, bool *flush, bool *active) {
  int next = -1;
  int64_t now = clock_monotonic();
  pthread_mutex_lock(&session->waiters.lock);
  for (struct waiter *waiter = session->waiters.first; waiter; waiter = waiter->next) {
    int64_t began = waiter->began;
    *active = *active || began != waiter->seen;
    waiter->seen = began;
    int wanted = attend(session, waiter, now, flush);
    if (wanted >= 0 && (next < 0 || wanted < next))
      next = wanted;
  }
  pthread_mutex_unlock(&session->waiters.lock);
  return next;
}

/* How long to sleep: a tick while calls come and go, else until something is due. In the latter
 * case a thread that begins a wait wakes the watcher. */
static int sleep_time(struct session *session, struct watcher_news *news) {
  static int idle; /* static, since only one thread watches at a time */
  bool active = false;
  int next = attend_all(session, &news->flush, &active);
  idle = active ? 0 : idle < IDLE_TICKS ? idle + 1 : idle;
  if (idle < IDLE_TICKS) {
    session->waiters.asleep = false;
    return next < 0 || next > TICK ? TICK : next;
  }
  session->waiters.asleep = true;
  /* A wait that began just now has woken nobody: check once more. */
  active = false;
  next = attend_all(session, &news->flush, &active);
  if (!active)
    return next;
  idle = 0;
  session->waiters.asleep = false;
  return TICK;
}

static int take_signal(void) {
  struct signalfd_siginfo information;
  ssize_t got = read(signal_descriptor, &information, sizeof information);
  return got == (ssize_t)sizeof information ? (int)information.ssi_signo : 0;
}

void watcher_end_session(struct session *session, int status) {
  if (!session->quitting ||
      session->quit_status ==
          0) /* what ended it first is its status: a hang-up sends SIGCONT behind */
    session->quit_status = status;
  session->quitting = true;
  pthread_mutex_lock(&session->waiters.lock);
  for (struct waiter *waiter = session->waiters.first; waiter; waiter = waiter->next)
    waiter_interrupt(waiter, WAIT_ENDED);
  pthread_mutex_unlock(&session->waiters.lock);
}

/* Ends the session if its deadline has passed. Returns the nanoseconds left. */
static int64_t check_deadline(struct session *session) {
  int64_t left = session->deadline - clock_monotonic();
  if (left <= 0) {
    session->late = true;
    watcher_end_session(session, 1);
  }
  return left;
}

void watcher_wait(struct session *session, int extra, int longest, struct watcher_news *news) {
  *news = (struct watcher_news){0};
  int timeout = sleep_time(session, news);
  if (session->deadline && !session->quitting)
    timeout = sooner(timeout, check_deadline(session));
  if (longest >= 0 && (timeout < 0 || timeout > longest))
    timeout = longest;
  if (news->flush)
    timeout = 0;
  struct pollfd items[] = {{.fd = session->waiters.wake, .events = POLLIN},
                           {.fd = signal_descriptor, .events = POLLIN},
                           {.fd = extra, .events = POLLIN}};
  if (poll(items, 3, timeout) < 0)
    return;
  if (items[0].revents) {
    uint64_t count;
    ssize_t got = read(session->waiters.wake, &count, sizeof count);
    (void)got;
  }
  if (atomic_exchange(&session->flush_wanted, false))
    news->flush = true;
  if (items[1].revents)
    news->signal = take_signal();
  news->readable = items[2].revents != 0;
}

bool watcher_wait_readable(int descriptor) {
  struct pollfd items[] = {{.fd = descriptor, .events = POLLIN},
                           {.fd = signal_descriptor, .events = POLLIN}};
  do
    while (poll(items, 2, -1) < 0 && errno == EINTR)
      ;
  while (!items[0].revents && !items[1].revents);
  return items[0].revents != 0;
}

void watcher_interrupt_foreground(struct session *session) {
  pthread_mutex_lock(&session->waiters.lock);
  for (struct waiter *waiter = session->waiters.first; waiter; waiter = waiter->next)
    if (waiter->job == 0)
      waiter_interrupt(waiter, WAIT_USER);
  pthread_mutex_unlock(&session->waiters.lock);
}

/* The watcher's thread. */
static pthread_t thread;
static _Atomic bool stopping;
static _Atomic unsigned unshared; /* it has its own descriptor table */

/* The terminal's interrupt has reached the program already: they are in one group. */
static void forward(const struct session *session, int signal) {
  if (signal == SIGTERM || signal == SIGHUP)
    kill(session->forward, signal);
}

static void *run_watcher(void *argument) {
  struct session *session = argument;
  thread_set_turn(20000000); /* what it prints can wait, and holds up nobody who acts */
  /* With its own descriptor table the thread holds none of the user's sockets open. A script
   * without jobs also avoids the cost of a shared table in each call. */
  descriptor_unshare();
  unshared = 1;
  futex_wake(&unshared);
  while (!stopping) {
    struct watcher_news news;
    watcher_wait(session, -1, -1, &news);
    if (session->forward && news.signal)
      forward(session, news.signal);
    else if (news.signal == SIGINT)
      watcher_interrupt_foreground(session);
    else if (news.signal == SIGTERM || news.signal == SIGHUP)
      watcher_end_session(session, 128 + news.signal); /* the prompt's other signals end nothing */
    if (news.flush)
      output_flush(&session->output);
    if (session->output.broken && !session->quitting)
      watcher_end_session(session, 1);
  }
  return NULL;
}

int watcher_start(struct session *session) {
  stopping = false;
  unshared = 0;
  int problem = thread_start(&thread, 0, 0, run_watcher, session);
  /* Until the tables are unshared, it would keep open what the script closes. */
  while (problem == 0 && !unshared)
    futex_wait(&unshared, 0, 0);
  errno = problem;
  return problem ? -1 : 0;
}

void watcher_stop(struct session *session) {
  stopping = true;
  waiter_list_wake(&session->waiters);
  pthread_join(thread, NULL);
}
