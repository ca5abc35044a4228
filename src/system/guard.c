#include "system/guard.h"

#include <errno.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system/descriptor.h"
#include "system/wait.h"

extern char **environ;

/* Where the guard has what it is given, and where it reports that it is there. Nothing else is
 * open in it: no terminal, no socket, no pipe of anybody's. */
enum { GUARD_LIST, GUARD_LIFE, GUARD_REPORT };

enum { LIST_SIZE = GUARD_GROUPS * sizeof(pid_t) };

static void kill_groups(void) {
  static pid_t groups[1024];
  ssize_t got;
  for (off_t at = 0; (got = pread(GUARD_LIST, groups, sizeof groups, at)) != 0; at += got) {
    if (got < 0 && errno != EINTR)
      return;
    if (got < 0)
      got = 0;
    for (size_t i = 0; i < (size_t)got / sizeof *groups; i++)
      if (groups[i] > 1)
        kill(-groups[i], SIGKILL);
  }
}

static void report(int to, int error) {
  while (write(to, &error, sizeof error) < 0 && errno == EINTR)
    ;
}

int guard_serve(void) {
  char unused;
  ssize_t got;
  prctl(PR_SET_NAME, GUARD_PROGRAM, 0, 0, 0);
  report(GUARD_REPORT, 0);
  close(GUARD_REPORT);
  while ((got = read(GUARD_LIFE, &unused, 1)) < 0 && errno == EINTR)
    ;
  if (got == 0) /* anything else says nothing about the other process */
    kill_groups();
  return 0;
}

/* Runs in the child of a program with threads: nothing here takes a lock or allocates memory. It
 * becomes this program again, so as to keep nothing of the memory that it is a copy of; without
 * `arguments`, or where that can't be had (/proc is missing), it stays what it is. */
static _Noreturn void become_guard(int list, int life, int told, char *const *arguments) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  setsid(); /* away from the terminal, and from whatever is sent to the session's group */
  if (dup2(list, GUARD_LIST) < 0 || dup2(life, GUARD_LIFE) < 0 || dup2(told, GUARD_REPORT) < 0 ||
      close_range(GUARD_REPORT + 1, ~0U, 0) < 0) {
    report(told, errno);
    _exit(1);
  }
  while (chdir("/") < 0 && errno == EINTR)
    ;
  if (arguments)
    execve("/proc/self/exe", arguments, environ);
  _exit(guard_serve());
}

/* What the new guard reports: 0 or an errno. */
static int read_report(int told) {
  enum { PATIENCE = 10000, SLICE = 50 }; /* milliseconds */
  struct pollfd item = {.fd = told, .events = POLLIN};
  int error = 0;
  ssize_t got = -1;
  for (int waited = 0; got < 0; waited += SLICE) {
    if (poll(&item, 1, SLICE) > 0)
      got = read(told, &error, sizeof error);
    if (got < 0 && wait_reason_here() >= WAIT_USER)
      return EINTR;
    if (got < 0 && waited >= PATIENCE)
      return ETIMEDOUT;
  }
  return got == sizeof error && error >= 0 && error < 4096 ? error : EPIPE;
}

static int make_list(struct guard *guard) {
  int list = descriptor_move_up(memfd_create(GUARD_PROGRAM, MFD_CLOEXEC));
  if (list < 0)
    return -1;
  void *groups = MAP_FAILED;
  if (ftruncate(list, LIST_SIZE) == 0)
    groups = mmap(NULL, LIST_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, list, 0);
  if (groups == MAP_FAILED) {
    int error = errno;
    close(list);
    errno = error;
    return -1;
  }
  guard->list = list;
  guard->groups = groups;
  return 0;
}

/* It has not come to be, or has ended: there may be another one, with the same list. */
static void forget_process(struct guard *guard) {
  if (guard->told > 0)
    close(guard->told);
  close(guard->life);
  guard->told = guard->process = 0;
}

/* Forks it, as this program anew or as a copy. 0, or -1 with errno set. */
static int launch(struct guard *guard, bool anew) {
  int life[2];
  int told[2];
  char number[16];
  char *const arguments[] = {(char *)GUARD_PROGRAM, number, NULL};
  if ((!guard->groups && make_list(guard) < 0) || descriptor_pipe(life) < 0)
    return -1;
  snprintf(number, sizeof number, "%d", (int)getpid()); /* for whoever reads it in ps */
  bool piped = descriptor_pipe(told) == 0;
  pid_t child = piped ? fork() : -1;
  if (child == 0)
    become_guard(guard->list, life[0], told[1], anew ? arguments : NULL);
  int error = errno;
  close(life[0]);
  if (piped)
    close(told[1]);
  guard->process = child > 0 ? child : 0;
  guard->life = life[1];
  guard->told = piped ? told[0] : 0;
  if (child < 0)
    forget_process(guard);
  errno = error;
  return child < 0 ? -1 : 0;
}

/* Waits until it is there. 0, or -1 with errno set: then there is none. */
static int await_report(struct guard *guard) {
  int error = read_report(guard->told);
  if (error) {
    kill(guard->process, SIGKILL);
    while (waitpid(guard->process, NULL, 0) < 0 && errno == EINTR)
      ;
    forget_process(guard);
  } else {
    close(guard->told);
    guard->told = 0;
  }
  errno = error;
  return error ? -1 : 0;
}

/* 0, or -1 with errno set. */
static int start(struct guard *guard) {
  if (guard->process <= 0 && launch(guard, true) < 0)
    return -1;
  if (guard->told <= 0 || await_report(guard) == 0)
    return 0;
  if (errno != EPIPE) /* else its libraries could not be loaded, say for want of memory */
    return -1;
  return launch(guard, false) < 0 ? -1 : await_report(guard);
}

/* Nobody has a reason to end it; but then there is to be another one. */
static void notice_end(struct guard *guard) {
  if (guard->process > 0 && guard->told <= 0 &&
      waitpid(guard->process, NULL, WNOHANG) == guard->process)
    forget_process(guard);
}

void guard_prepare(struct guard *guard) {
  notice_end(guard);
  if (guard->process <= 0)
    launch(guard, true);
}

int guard_reserve(struct guard *guard) {
  notice_end(guard);
  if (start(guard) < 0)
    return -1;
  int place = 0;
  while (place < guard->end && guard->groups[place] != 0)
    place++;
  if (place == GUARD_GROUPS) {
    errno = EAGAIN;
    return -1;
  }
  if (place == guard->end)
    guard->end++;
  guard->groups[place] = -1;
  return place;
}

void guard_enter(const struct guard *guard, int place) {
  guard->groups[place] = getpid();
}

void guard_unreserve(struct guard *guard, int place) {
  guard->groups[place] = 0;
}

void guard_hold(struct guard *guard, int place, pid_t group) {
  guard->groups[place] = 0;
  guard_leave(guard, group);
  guard->groups[place] = group;
}

void guard_leave(struct guard *guard, pid_t group) {
  for (int place = 0; place < guard->end; place++)
    if (guard->groups[place] == group)
      guard->groups[place] = 0;
}

void guard_stop(struct guard *guard) {
  if (guard->process > 0) {
    memset(guard->groups, 0, LIST_SIZE);
    kill(guard->process, SIGKILL); /* it would see the end of the pipe, but may be stopped */
    while (waitpid(guard->process, NULL, 0) < 0 && errno == EINTR)
      ;
    forget_process(guard);
  }
  if (guard->groups) {
    munmap(guard->groups, LIST_SIZE);
    close(guard->list);
  }
  *guard = (struct guard){0};
}
