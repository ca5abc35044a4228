/* lab_fork: starts processes on the hosts. */
#include "lab/lab_fork.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/confine.h"
#include "lab/lab.h"
#include "system/descriptor.h"

/* The root privileges that a program needs on its host, for ports below 1024, ping and ip, are kept
 * for any user. */
static void keep_capabilities(void) {
  static const int kept[] = {CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE};
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0)
    return;
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    data[kept[i] / 32].inheritable |= 1U << kept[i] % 32;
  if (syscall(SYS_capset, &header, data) < 0)
    return;
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept[i], 0, 0);
}

/* Moves this process to the host; its children will be in the PID namespace, too. 0, or -1 with
 * errno set. */
static int enter(const struct lab_host *host) {
  char place[4096];
  bool known = syscall(SYS_getcwd, place, sizeof place) > 0;
  if (setns(host->lab->users, CLONE_NEWUSER) < 0 &&
      errno != EINVAL) /* EINVAL: we are already in it */
    return -1;
  if (setns(host->lab->processes, CLONE_NEWPID) < 0 || setns(host->mounts, CLONE_NEWNS) < 0 ||
      setns(host->system, CLONE_NEWUTS) < 0 || setns(host->space, CLONE_NEWNET) < 0)
    return -1;
  if (known && chdir(place) < 0)
    return -1;
  if (geteuid() != 0)
    keep_capabilities();
  else
    confine_program_of_root();
  return 0;
}

/* What the process in between tells. */
struct birth {
  pid_t pid; /* as the session sees it */
  int error;
};

/* The process in between enters the host, and makes the child as a child of the session's. Returns
 * in the child alone. */
static void bear(const struct lab_host *host, int report) {
  struct birth birth = {.pid = -1};
  if (enter(host) == 0)
    birth.pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0L, 0L, 0L, 0L);
  if (birth.pid == 0)
    return;
  birth.error = errno;
  while (write(report, &birth, sizeof birth) < 0 && errno == EINTR)
    ;
  _exit(0);
}

/* The kernel says ENOMEM of a PID namespace whose first process has ended. */
static bool is_gone(const struct helper *helper) {
  struct pollfd item = {.fd = helper->control};
  return poll(&item, 1, 0) > 0 && item.revents & POLLHUP;
}

pid_t lab_fork(const struct host *host) {
  const struct lab *lab = ((const struct lab_host *)host)->lab;
  struct birth birth = {.pid = -1};
  int report[2];
  if (descriptor_pipe(report) < 0)
    return -1;
  pid_t between = fork();
  if (between == 0) {
    bear((const struct lab_host *)host, report[1]);
    return 0;
  }
  birth.error = between < 0 ? errno : EPIPE;
  close(report[1]);
  if (between > 0) {
    while (read(report[0], &birth, sizeof birth) < 0 && errno == EINTR)
      ;
    while (waitpid(between, NULL, 0) < 0 && errno == EINTR)
      ;
  }
  close(report[0]);
  errno = birth.pid < 0 && is_gone(&lab->helper) ? ENOTCONN : birth.error;
  return birth.pid;
}
