#include "lab/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/interface.h"
#include "system/descriptor.h"

/* Everything up to helper_start runs in the child, a copy of a program with threads: so nothing
 * here takes a lock or allocates memory. */

enum { CONTROL = 3, HOSTS_SIZE = 64 * 1024, PROGRAMS = 1024 };

/* A program on a host, leader of its process group. */
struct program {
  pid_t pid;
  int handle; /* a pidfd, which tells whether the number still belongs to that program */
};

struct inside {
  int hosts[LAB_HOSTS]; /* their network namespaces */
  unsigned count;
  int names; /* the file that programs on the hosts see as /etc/hosts; -1: there is none */
  char system_names[HOSTS_SIZE]; /* the original contents */
  size_t system_length;
  struct program programs[PROGRAMS];
  size_t program_count;
  struct lab_request request;
  struct lab_reply reply;
  int give[LAB_DESCRIPTORS];
  size_t gives;
};

static int fail(struct inside *inside, enum lab_stage stage, int error) {
  inside->reply.error = error;
  inside->reply.stage = stage;
  return -1;
}

static int write_file(const char *path, const void *data, size_t length) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0)
    return errno;
  int error = write(file, data, length) < 0 ? errno : 0;
  close(file);
  return error;
}

static void give(struct inside *inside, int descriptor) {
  inside->give[inside->gives++] = descriptor;
}

static void ready(struct inside *inside) {
  int user = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
  int mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (user < 0 || mounts < 0) {
    fail(inside, STAGE_NAMESPACE, errno);
    close(user);
    close(mounts);
    return;
  }
  give(inside, user);
  give(inside, mounts);
}

static const char child_table[] = "/proc/sys/net/ipv4/tcp_child_ehash_entries";

/* The initial settings of every host. Those that can't be set are skipped: older kernels lack
 * some. */
static void set_up_host(void) {
  static const struct {
    const char *path;
    const char *value;
  } settings[] = {
      /* States that depend on a held packet last as long as a lecture. */
      {"/proc/sys/net/ipv4/tcp_syn_retries", "127"},
      {"/proc/sys/net/ipv4/tcp_synack_retries", "255"},
      {"/proc/sys/net/ipv4/tcp_retries2", "255"},
      {"/proc/sys/net/ipv4/tcp_orphan_retries", "255"},
      {"/proc/sys/net/ipv4/tcp_fin_timeout", "7200"},
      /* The same on every machine: the defaults would be copied from the machine's own. */
      {"/proc/sys/net/ipv4/tcp_rmem", "4096 131072 6291456"},
      {"/proc/sys/net/ipv4/tcp_wmem", "4096 16384 4194304"},
      {"/proc/sys/net/ipv4/tcp_congestion_control",
       "reno"}, /* every kernel has it, and lets everyone use it */
      /* Whether a segment carries PSH does not depend on how long the handshake took. */
      {"/proc/sys/net/ipv4/tcp_min_tso_segs", "64"},
      /* No connection learns from the one before it. */
      {"/proc/sys/net/ipv4/tcp_no_metrics_save", "1"},
      /* Accept packets with a forged source. */
      {"/proc/sys/net/ipv4/conf/all/rp_filter", "0"},
      {"/proc/sys/net/ipv4/conf/default/rp_filter", "0"},
      {"/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"},
      /* The next host, which is made from this one, gets a hash table of its own: listing the
       * sockets in the machine's takes long. */
      {child_table, "1024"},
      /* No packets that nobody asked for. */
      {"/proc/sys/net/ipv6/conf/default/accept_dad", "0"},
      {"/proc/sys/net/ipv6/conf/default/accept_ra", "0"},
      {"/proc/sys/net/ipv6/conf/default/autoconf", "0"},
      {"/proc/sys/net/ipv6/conf/default/router_solicitations", "0"},
      {"/proc/sys/net/ipv6/conf/default/addr_gen_mode", "1"},
  };
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
    write_file(settings[i].path, settings[i].value, strlen(settings[i].value));
  interface_raise("lo");
}

static void make_host(struct inside *inside) {
  if (inside->count >= LAB_HOSTS) {
    fail(inside, STAGE_NAMESPACE, ENOSPC);
    return;
  }
  if (unshare(CLONE_NEWNET) < 0) {
    fail(inside, STAGE_NAMESPACE, errno);
    return;
  }
  int space = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int diagnosis = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (space < 0 || diagnosis < 0) {
    fail(inside, space < 0 ? STAGE_NAMESPACE : STAGE_DIAGNOSIS, errno);
    close(space);
    close(diagnosis);
    return;
  }
  set_up_host();
  inside->hosts[inside->count++] = space;
  give(inside, fcntl(space, F_DUPFD_CLOEXEC, 0));
  give(inside, diagnosis);
}

static int enter(struct inside *inside) {
  if (inside->request.host >= inside->count)
    return fail(inside, STAGE_NAMESPACE, ESRCH);
  if (setns(inside->hosts[inside->request.host], CLONE_NEWNET) < 0)
    return fail(inside, STAGE_NAMESPACE, errno);
  return 0;
}

static void make_link(struct inside *inside) {
  enum lab_stage stage = STAGE_NONE;
  int device = -1;
  int error = interface_create(&inside->request, &device, &inside->reply.inet6, &stage);
  if (error)
    fail(inside, stage, error);
  else
    give(inside, device);
}

static void make_socket(struct inside *inside) {
  const struct lab_request *request = &inside->request;
  int pair[2] = {-1, -1};
  if (request->pair) {
    if (socketpair(request->domain, request->type, request->protocol, pair) < 0)
      fail(inside, STAGE_SOCKET, errno);
  } else {
    pair[0] = socket(request->domain, request->type, request->protocol);
    if (pair[0] < 0)
      fail(inside, STAGE_SOCKET, errno);
  }
  for (int i = 0; i < 2; i++)
    if (pair[i] >= 0)
      give(inside, pair[i]);
}

static void do_setting(struct inside *inside) {
  const struct lab_request *request = &inside->request;
  if (request->writes) {
    int error = write_file(request->name, request->text, request->length);
    if (error) {
      fail(inside, STAGE_SETTING, error);
      return;
    }
  }
  int file = open(request->name, O_RDONLY | O_CLOEXEC);
  ssize_t got = file < 0 ? -1 : read(file, inside->reply.text, sizeof inside->reply.text);
  if (got < 0)
    fail(inside, STAGE_SETTING, errno);
  else
    inside->reply.length = (size_t)got;
  if (file >= 0)
    close(file);
}

/* Programs on the hosts read /etc/hosts: in this process's own mount namespace it is a file in
 * memory. */
static void prepare_names(struct inside *inside) {
  static const char place[] = "/tmp";
  static const char file[] = "/tmp/hosts";
  inside->names = -1;
  int old = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
  if (old < 0)
    return;
  ssize_t got = read(old, inside->system_names, sizeof inside->system_names);
  inside->system_length = got > 0 ? (size_t)got : 0;
  close(old);
  if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ||
      mount("tmpfs", place, "tmpfs", 0, "size=1m,mode=755") < 0)
    return;
  int names = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (names >= 0 && mount(file, "/etc/hosts", NULL, MS_BIND, NULL) == 0)
    inside->names = names;
  else if (names >= 0)
    close(names);
  umount2(place, MNT_DETACH);
}

static void set_names(struct inside *inside) {
  if (inside->names < 0) {
    fail(inside, STAGE_NAMES, ENOENT);
    return;
  }
  if (ftruncate(inside->names, 0) < 0 ||
      pwrite(inside->names, inside->request.text, inside->request.length, 0) < 0 ||
      pwrite(inside->names, inside->system_names, inside->system_length,
             (off_t)inside->request.length) < 0)
    fail(inside, STAGE_NAMES, errno);
}

static bool is_over(const struct program *program) {
  struct pollfd item = {.fd = program->handle, .events = POLLIN};
  return poll(&item, 1, 0) != 0;
}

static void note_program(struct inside *inside) {
  size_t left = 0;
  for (size_t i = 0; i < inside->program_count; i++)
    if (is_over(&inside->programs[i]))
      close(inside->programs[i].handle);
    else
      inside->programs[left++] = inside->programs[i];
  inside->program_count = left;
  pid_t pid = (pid_t)inside->request.number;
  int handle = left < PROGRAMS ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
  if (handle >= 0)
    inside->programs[inside->program_count++] = (struct program){pid, handle};
}

/* The session is gone: nobody else would end the programs on its hosts. */
static void end_programs(const struct inside *inside) {
  for (size_t i = 0; i < inside->program_count; i++)
    if (!is_over(&inside->programs[i]))
      kill(-inside->programs[i].pid, SIGKILL);
}

static void answer(struct inside *inside) {
  const struct lab_request *request = &inside->request;
  inside->reply.serial = request->serial;
  inside->reply.error = 0;
  inside->reply.stage = STAGE_NONE;
  inside->reply.inet6 = false;
  inside->reply.length = 0;
  inside->gives = 0;
  if (request->ask == ASK_READY)
    ready(inside);
  else if (request->ask == ASK_HOST)
    make_host(inside);
  else if (request->ask == ASK_NAMES)
    set_names(inside);
  else if (request->ask == ASK_PROGRAM)
    note_program(inside);
  else if (enter(inside) < 0)
    return;
  else if (request->ask == ASK_LINK)
    make_link(inside);
  else if (request->ask == ASK_SOCKET)
    make_socket(inside);
  else if (request->ask == ASK_SETTING)
    do_setting(inside);
  else if (request->ask == ASK_ROUTE && (inside->reply.error = interface_route(request)))
    inside->reply.stage = STAGE_ROUTE;
  else if (request->ask == ASK_MTU &&
           (inside->reply.error = interface_set_mtu(request, &inside->reply.inet6)))
    inside->reply.stage = STAGE_INTERFACE;
}

/* Sends the reply with its descriptors, and closes them here. As long as a copy is open here, a
 * close(2) by the session ends nothing; so the session is told when they are closed. */
static void send_reply(struct inside *inside) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int) * LAB_DESCRIPTORS)];
  } control = {0};
  struct iovec part = {&inside->reply, offsetof(struct lab_reply, text) + inside->reply.length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  inside->reply.handed = inside->gives > 0;
  if (inside->gives > 0) {
    message.msg_control = control.room;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * inside->gives);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * inside->gives);
    memcpy(CMSG_DATA(header), inside->give, sizeof(int) * inside->gives);
  }
  while (sendmsg(CONTROL, &message, MSG_NOSIGNAL) < 0 && errno == EINTR)
    ;
  for (size_t i = 0; i < inside->gives; i++)
    close(inside->give[i]);
  const uint32_t *serial = &inside->reply.serial;
  while (inside->gives > 0 && send(CONTROL, serial, sizeof *serial, MSG_NOSIGNAL) < 0 &&
         errno == EINTR)
    ;
}

/* Memory for the child alone, which allocates none. */
static struct inside child_inside;

static _Noreturn void serve(void) {
  struct inside *inside = &child_inside;
  prepare_names(inside);
  write_file(child_table, "1024", 4);
  for (;;) {
    ssize_t got = recv(CONTROL, &inside->request, sizeof inside->request, 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < (ssize_t)offsetof(struct lab_request, text)) {
      end_programs(inside);
      _exit(0);
    }
    answer(inside);
    send_reply(inside);
  }
}

/* Formats a number at the end of the buffer. */
static const char *number_text(unsigned number, char *end) {
  *--end = '\0';
  do
    *--end = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  return end;
}

/* Maps the user or group to itself, "1000 1000 1". 0 or an errno. */
static int map_identity(const char *path, unsigned id) {
  char digits[16];
  char line[64] = "";
  const char *number = number_text(id, digits + sizeof digits);
  strcat(strcat(strcat(strcat(line, number), " "), number), " 1");
  return write_file(path, line, strlen(line));
}

static int map_user(uid_t user, gid_t group) {
  write_file("/proc/self/setgroups", "deny", 4); /* older kernels lack this file */
  int error = map_identity("/proc/self/uid_map", user);
  return error ? error : map_identity("/proc/self/gid_map", group);
}

static _Noreturn void become_helper(int control, int report, bool own_users, uid_t user,
                                    gid_t group) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL); /* signals typed at the terminal are for the session */
  setpgid(0, 0);
  dup2(control, CONTROL); /* both are high numbers, of the program's own */
  dup2(report, CONTROL + 1);
  close_range(CONTROL + 2, ~0U, 0);
  int error = own_users ? map_user(user, group) : 0;
  while (write(CONTROL + 1, &error, sizeof error) < 0 && errno == EINTR)
    ;
  close(CONTROL + 1);
  if (error)
    _exit(1);
  serve();
}

/* Creates the child without the C library's fork, which takes locks that another thread may
 * hold. */
static pid_t clone_child(unsigned long flags) {
  return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0L, 0L, 0L, 0L);
}

/* Starts the child in namespaces of its own; if a user namespace is refused, a privileged user does
 * without one. */
static pid_t start_child(int control, int report, int *error) {
  const unsigned long spaces = CLONE_NEWNET | CLONE_NEWNS;
  uid_t user = geteuid();
  gid_t group = getegid();
  pid_t pid = clone_child(CLONE_NEWUSER | spaces);
  if (pid == 0)
    become_helper(control, report, true, user, group);
  *error = pid < 0 ? errno : 0;
  if (pid < 0 && user == 0) {
    pid = clone_child(spaces);
    if (pid == 0)
      become_helper(control, report, false, user, group);
  }
  return pid;
}

int helper_start(struct helper *helper, enum lab_stage *stage) {
  int control[2];
  int report[2];
  int told = 0;
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
    control[i] = descriptor_move_up(control[i]);
    report[i] = descriptor_move_up(report[i]);
  }
  helper->control = control[0];
  helper->pid = start_child(control[1], report[1], &error);
  close(control[1]);
  close(report[1]);
  *stage = STAGE_CLONE;
  if (helper->pid > 0) {
    ssize_t got;
    while ((got = read(report[0], &told, sizeof told)) < 0 && errno == EINTR)
      ;
    error = got == sizeof told ? told : EPIPE;
    *stage = STAGE_MAP;
  }
  close(report[0]);
  if (error)
    helper_stop(helper);
  return error;
}

void helper_stop(struct helper *helper) {
  if (helper->control >= 0) {
    shutdown(helper->control,
             SHUT_RDWR); /* the helper sees the end even if another process still holds a copy */
    close(helper->control);
  }
  helper->control = -1;
  if (helper->pid > 0)
    while (waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
      ;
  helper->pid = -1;
}
