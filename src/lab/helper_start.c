/* helper_start: starts the lab's helper, and ends it. This part runs in the session. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab/helper.h"
#include "system/descriptor.h"
#include "system/wait.h"

/* Creates the child without the C library's fork, which takes locks that another thread may
 * hold. */
static pid_t clone_child(unsigned long flags) {
  return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0L, 0L, 0L, 0L);
}

/* Starts the child in namespaces of its own; if a user namespace is refused, a privileged user does
 * without one. */
static pid_t start_child(int control, int report, int *error) {
  const unsigned long spaces = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID;
  uid_t user = geteuid();
  gid_t group = getegid();
  pid_t pid = clone_child(CLONE_NEWUSER | spaces);
  if (pid == 0)
    helper_become(control, report, true, user, group);
  *error = pid < 0 ? errno : 0;
  if (pid < 0 && user == 0) {
    pid = clone_child(spaces);
    if (pid == 0)
      helper_become(control, report, false, user, group);
  }
  return pid;
}

/* What the new helper says of its user mapping: 0 or an errno. EPIPE: it has ended before that. */
static int read_report(int report) {
  enum { PATIENCE = 10000, SLICE = 50 }; /* milliseconds */
  struct pollfd item = {.fd = report, .events = POLLIN};
  int told = 0;
  ssize_t got = -1;
  for (int waited = 0; got < 0; waited += SLICE) {
    if (poll(&item, 1, SLICE) > 0)
      got = read(report, &told, sizeof told);
    if (got < 0 && wait_reason_here() >= WAIT_USER)
      return EINTR;
    if (got < 0 && waited >= PATIENCE)
      return ETIMEDOUT;
  }
  return got == sizeof told ? told : EPIPE;
}

int helper_start(struct helper *helper, enum lab_stage *stage) {
  int control[2];
  int report[2];
  int error = 0;
  *stage = STAGE_CONTROL;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) < 0)
    return errno;
  if (pipe2(report, O_CLOEXEC) < 0) {
    error = errno;
    close(control[0]);
    close(control[1]);
    return error;
  }
  for (int i = 0; i < 2; i++) {
    if ((control[i] = descriptor_move_up(control[i])) < 0)
      error = errno;
    if ((report[i] = descriptor_move_up(report[i])) < 0)
      error = errno;
  }
  helper->control = control[0];
  helper->pid = error ? -1 : start_child(control[1], report[1], &error);
  close(control[1]);
  close(report[1]);
  *stage = STAGE_CLONE;
  if (helper->pid > 0) {
    error = read_report(report[0]);
    *stage = STAGE_MAP;
  }
  close(report[0]);
  if (error)
    helper_stop(helper);
  return error;
}

/* Waits for the helper's end, and brings it about if it is stopped, or has lost its way. */
static void await_end(pid_t pid) {
  enum { STEP = 500000, STEPS = 2000 };
  const struct timespec step = {.tv_nsec = STEP};
  pid_t ended = 0;
  for (int i = 0; i < STEPS && (ended = waitpid(pid, NULL, WNOHANG)) == 0; i++)
    nanosleep(&step, NULL);
  if (ended == 0)
    kill(pid, SIGKILL);
  while (ended == 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
    ;
}

void helper_stop(struct helper *helper) {
  if (helper->control >= 0) {
    shutdown(helper->control,
             SHUT_RDWR); /* the helper sees the end even if another process still holds a copy */
    close(helper->control);
  }
  helper->control = -1;
  if (helper->pid > 0)
    await_end(helper->pid);
  helper->pid = -1;
}
