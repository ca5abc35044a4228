/* fault: runs the tortured program once, lets one allocation or one system call of it fail, and
 * writes down what became of it.
 *
 *     fault [--allocation N[+]] [--call NUMBER --at N[+] --error ERRNO] [--count] [--limit SECONDS]
 *           --report FILE PROGRAM ARGUMENT...
 *
 * N+ is the N-th and all that follow. --count only counts the calls of each kind. System calls are
 * told by a filter whose notifications come here (see seccomp_unotify(2)): the program is not
 * traced, so its signals, threads and children behave as always. A child that has become another
 * program is let alone. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "inside.h"

struct plan {
  unsigned call; /* its number */
  uint64_t at;   /* 1, 2 ...: this one fails; 0: none */
  bool later;    /* all behind it, too */
  int error;
  double limit; /* seconds */
  const char *report;
};

struct run {
  struct plan plan;
  struct torture *torture;
  struct stat program; /* the file that is tortured */
  pid_t child;
  int listener; /* -1 before it has come, and after the last process has ended */
  int handover; /* the socket that it comes over */
  int signals;
  bool ended;
  bool hangs;
  int status;
  uint64_t calls[TORTURE_CALLS];
  uint64_t injected;
};

/* Calls that the listing of kinds knows. What stands here may be failed; the errors that are
 * plausible for each are known to the script. */
static const struct {
  const char *name;
  unsigned number;
} names[] = {
#define CALL(name) {#name, SYS_##name},
#include "calls.inc"
#undef CALL
};

static void fail(const char *what) {
  fprintf(stderr, "fault: %s: %s\n", what, strerror(errno));
  exit(125);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* True when the caller still is the tortured program, not what one of its children has become. */
static bool is_ours(const struct run *run, unsigned pid) {
  char path[64];
  struct stat status;
  snprintf(path, sizeof path, "/proc/%u/exe", pid);
  return stat(path, &status) == 0 && status.st_ino == run->program.st_ino &&
         status.st_dev == run->program.st_dev;
}

/* The text at the address that the second argument is. */
static const char *path_at(const struct seccomp_notif *notice, char *text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%u/mem", notice->pid);
  int memory = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = memory < 0 ? -1 : pread(memory, text, size - 1, (off_t)notice->data.args[1]);
  if (memory >= 0)
    close(memory);
  text[got < 0 ? 0 : got] = '\0';
  return text;
}

/* Files that the C library reads for itself: locales and databases, such as /etc/services. It says
 * nothing when it can't, and answers as if nothing stood in them. */
static bool is_of_library(const char *path) {
  return strncmp(path, "/etc/", 5) == 0 || strncmp(path, "/usr/", 5) == 0 ||
         strncmp(path, "/lib", 4) == 0;
}

/* Failures that would only mislead the C library: questions about a descriptor's flags, which
 * cannot fail, and the counter behind a wake-up. */
static bool is_exempt(const struct seccomp_notif *notice, int error) {
  char path[64];
  char link[64] = "";
  unsigned call = (unsigned)notice->data.nr;
  if (call == SYS_fcntl)
    return notice->data.args[1] == F_GETFD || notice->data.args[1] == F_GETFL;
  if (call == SYS_newfstatat) /* an open file can always be asked */
    return notice->data.args[3] & AT_EMPTY_PATH;
  if (call == SYS_openat)
    return is_of_library(path_at(notice, link, sizeof link));
  snprintf(path, sizeof path, "/proc/%u/fd/%d", notice->pid, (int)notice->data.args[0]);
  if (readlink(path, link, sizeof link - 1) <= 0)
    return false;
  /* Where errors can't be written nobody can be told. */
  if (call == SYS_write && notice->data.args[0] == STDERR_FILENO)
    return true;
  if (call == SYS_write && strstr(link, "eventfd"))
    return true;
  bool writes = call == SYS_write || call == SYS_writev;
  bool reads = call == SYS_read || call == SYS_readv;
  /* Nothing interrupts what is read from a file on disk or from /proc, or is written there, and no
   * pipe or socket lies on a disk. */
  if ((writes || reads) && error == EINTR && link[0] == '/' && strncmp(link, "/dev/pts", 8) != 0)
    return true;
  if ((writes || reads) && (error == ENOSPC || error == EIO) && link[0] != '/')
    return true;
  return (reads || call == SYS_lseek) && is_of_library(link);
}

static bool is_chosen(struct run *run, const struct seccomp_notif *notice) {
  const struct plan *plan = &run->plan;
  unsigned call = (unsigned)notice->data.nr;
  if (call >= TORTURE_CALLS || atomic_load(&run->torture->ending) || !is_ours(run, notice->pid) ||
      is_exempt(notice, plan->error))
    return false;
  uint64_t number = ++run->calls[call];
  return plan->at && call == plan->call &&
         (number == plan->at || (plan->later && number > plan->at));
}

static void answer(struct run *run) {
  struct seccomp_notif notice = {0};
  if (ioctl(run->listener, SECCOMP_IOCTL_NOTIF_RECV, &notice) < 0)
    return; /* the caller has been killed meanwhile */
  struct seccomp_notif_resp response = {.id = notice.id};
  if (is_chosen(run, &notice)) {
    response.error = -run->plan.error;
    run->injected++;
  } else {
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  }
  ioctl(run->listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static int take_listener(int handover) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  char byte;
  int listener = -1;
  struct iovec part = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (recvmsg(handover, &message, MSG_CMSG_CLOEXEC) <= 0)
    return -1;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header)
    memcpy(&listener, CMSG_DATA(header), sizeof listener);
  return listener;
}

/* Takes the status of the program; of processes that it left behind nothing is kept. */
static void reap(struct run *run) {
  struct signalfd_siginfo unused;
  int status;
  pid_t pid;
  while (read(run->signals, &unused, sizeof unused) > 0)
    ;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
    if (pid == run->child) {
      run->ended = true;
      run->status = status;
    }
}

/* Ends whatever the program has left, as its nearest reaper. */
static void end_rest(struct run *run) {
  char path[64];
  for (int round = 0; round < 200; round++) {
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    FILE *children = fopen(path, "re");
    int pid;
    bool any = false;
    while (children && fscanf(children, "%d", &pid) == 1) {
      any = true;
      kill(pid, SIGKILL);
    }
    if (children)
      fclose(children);
    if (!any)
      return;
    /* A child that waits for the filter's answer can be killed; its descriptors go with it. */
    while (waitpid(-1, NULL, WNOHANG) > 0)
      ;
    usleep(round ? 5000 : 200);
    (void)run;
  }
}

static void watch(struct run *run) {
  double until = now() + run->plan.limit;
  while (!run->ended) {
    struct pollfd polled[] = {{run->signals, POLLIN, 0},
                              {run->listener >= 0 ? run->listener : run->handover, POLLIN, 0}};
    double left = until - now();
    if (left <= 0) {
      run->hangs = true;
      return;
    }
    if (poll(polled, 2, (int)(left * 1000) + 1) < 0 && errno != EINTR)
      fail("poll");
    if (polled[1].revents && run->listener >= 0) {
      if (polled[1].revents & POLLIN)
        answer(run);
    } else if (polled[1].revents) {
      run->listener = take_listener(run->handover);
      close(run->handover);
      run->handover = -1;
    }
    if (polled[0].revents)
      reap(run);
  }
}

/* What each thread of the hanging program waits for: "thread COMM syscall NUMBER ARGUMENTS". */
static void describe_threads(const struct run *run, FILE *report) {
  char command[256];
  fflush(report);
  snprintf(command, sizeof command,
           "for t in /proc/%d/task/*; do echo hangs $(cat $t/comm) in call $(cat $t/syscall); done",
           run->child);
  FILE *lines = popen(command, "r");
  char line[512];
  while (lines && fgets(line, sizeof line, lines))
    fputs(line, report);
  if (lines)
    pclose(lines);
}

static void write_report(const struct run *run) {
  FILE *report = fopen(run->plan.report, "we");
  if (!report)
    fail(run->plan.report);
  if (run->hangs)
    fprintf(report, "hang\n");
  else if (WIFSIGNALED(run->status))
    fprintf(report, "signal %d\n", WTERMSIG(run->status));
  else
    fprintf(report, "status %d\n", WEXITSTATUS(run->status));
  fprintf(report, "allocations %llu\n", (unsigned long long)run->torture->allocations);
  fprintf(report, "injected %llu\n", (unsigned long long)(run->injected + run->torture->failed));
  if (run->torture->frames) {
    fprintf(report, "place");
    for (uint32_t i = 0; i < run->torture->frames; i++)
      fprintf(report, " %llx", (unsigned long long)run->torture->frame[i]);
    fprintf(report, "\n");
  }
  for (unsigned call = 0; call < TORTURE_CALLS; call++) {
    const char *name = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
      if (names[i].number == call)
        name = names[i].name;
    if (run->calls[call])
      fprintf(report, "call %u %s %llu\n", call, name ? name : "-",
              (unsigned long long)run->calls[call]);
  }
  if (run->hangs)
    describe_threads(run, report);
  fclose(report);
}

static _Noreturn void become_program(int page, int handover, char **arguments) {
  sigset_t none;
  sigemptyset(&none);
  setsid();
  signal(SIGINT, SIG_DFL); /* one that is started in the background of a script ignores them */
  signal(SIGQUIT, SIG_DFL);
  if (isatty(STDIN_FILENO))
    ioctl(STDIN_FILENO, TIOCSCTTY, 0);
  dup2(page, TORTURE_PAGE);
  dup2(handover, TORTURE_SOCKET);
  setenv(TORTURE_VARIABLE, "1", 1);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execv(arguments[0], arguments);
  fail(arguments[0]);
  _exit(125);
}

static void start(struct run *run, int page, char **arguments) {
  int handover[2];
  sigset_t ends;
  if (stat(arguments[0], &run->program) < 0)
    fail(arguments[0]);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, handover) < 0)
    fail("socketpair");
  sigemptyset(&ends);
  sigaddset(&ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ends, NULL);
  run->signals = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  run->child = fork();
  if (run->child < 0)
    fail("fork");
  if (run->child == 0)
    become_program(page, handover[1], arguments);
  close(handover[1]);
  run->handover = handover[0];
}

static uint64_t read_number(const char *text, bool *later) {
  char *end;
  uint64_t number = strtoull(text, &end, 10);
  *later = *end == '+';
  return number;
}

static void read_options(struct run *run, int argc, char **argv) {
  static const struct option options[] = {{"allocation", required_argument, NULL, 'a'},
                                          {"call", required_argument, NULL, 'c'},
                                          {"at", required_argument, NULL, 'n'},
                                          {"error", required_argument, NULL, 'e'},
                                          {"count", no_argument, NULL, 'C'},
                                          {"limit", required_argument, NULL, 'l'},
                                          {"report", required_argument, NULL, 'r'},
                                          {0}};
  struct plan *plan = &run->plan;
  bool later;
  int option;
  while ((option = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
    if (option == 'a') {
      run->torture->fail_at = read_number(optarg, &later);
      run->torture->fail_later = later;
    } else if (option == 'c') {
      plan->call = (unsigned)atoi(optarg) % TORTURE_CALLS;
      run->torture->filter = 1;
      run->torture->watched[plan->call] = 1;
    } else if (option == 'n') {
      plan->at = read_number(optarg, &plan->later);
    } else if (option == 'e') {
      plan->error = atoi(optarg);
    } else if (option == 'C') {
      run->torture->filter = 2;
      for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        run->torture->watched[names[i].number] = 1;
    } else if (option == 'l') {
      plan->limit = atof(optarg);
    } else if (option == 'r') {
      plan->report = optarg;
    } else {
      exit(2);
    }
  }
}

int main(int argc, char **argv) {
  struct run run = {.plan = {.limit = 20, .report = "/dev/stderr"}, .listener = -1};
  int page = memfd_create("torture", MFD_CLOEXEC);
  if (page < 0 || ftruncate(page, sizeof *run.torture) < 0)
    fail("memfd_create");
  run.torture = mmap(NULL, sizeof *run.torture, PROT_READ | PROT_WRITE, MAP_SHARED, page, 0);
  if (run.torture == MAP_FAILED)
    fail("mmap");
  read_options(&run, argc, argv);
  if (optind >= argc) {
    fprintf(stderr, "fault: which program?\n");
    return 2;
  }
  start(&run, page, argv + optind);
  watch(&run);
  write_report(&run);
  end_rest(&run);
  return 0;
}
