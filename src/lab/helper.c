#include "lab/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lab/confine.h"
#include "lab/hosts_file.h"
#include "lab/interface.h"
#include "system/descriptor.h"

/* Everything up to helper_start runs in the child, a copy of a program with threads: so nothing
 * here takes a lock or allocates memory. */

enum { CONTROL = 3 };

/* The namespaces of a host. */
struct inside_host {
  int network;
  int mounts;
  int system; /* its name: see uts_namespaces(7) */
  int names;  /* its /etc/hosts; -1: it has none of its own */
};

struct inside {
  struct inside_host hosts[LAB_HOSTS];
  unsigned count;
  int mounts;       /* the namespace that those of the hosts are copied from; -1: not open, for */
  int mounts_error; /* this errno */
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
  ssize_t written;
  while ((written = write(file, data, length)) < 0 && errno == EINTR)
    ;
  int error = written < 0 ? errno : 0;
  close(file);
  return error;
}

static void give(struct inside *inside, int descriptor) {
  inside->give[inside->gives++] = descriptor;
}

static int open_space(const char *path) {
  return open(path, O_RDONLY | O_CLOEXEC);
}

/* Gives them all, or closes them and fails. */
static int give_all(struct inside *inside, const int *descriptors, size_t count,
                    enum lab_stage stage) {
  int error = errno;
  bool whole = true;
  for (size_t i = 0; i < count; i++)
    whole = whole && descriptors[i] >= 0;
  for (size_t i = 0; i < count; i++)
    if (whole)
      give(inside, descriptors[i]);
    else if (descriptors[i] >= 0)
      close(descriptors[i]);
  return whole ? 0 : fail(inside, stage, error);
}

static void ready(struct inside *inside) {
  int spaces[2] = {open_space("/proc/self/ns/user"), -1};
  if (spaces[0] >= 0)
    spaces[1] = open_space("/proc/self/ns/pid");
  give_all(inside, spaces, 2, STAGE_NAMESPACE);
}

static const char child_table[] = "/proc/sys/net/ipv4/tcp_child_ehash_entries";

struct initial_setting {
  const char *path;
  const char *value;
};

/* Those that make a lecture. */
static const struct initial_setting lecture_settings[] = {
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
    {NULL, NULL},
};

/* Those without which no host works here. */
static const struct initial_setting host_settings[] = {
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
    {NULL, NULL},
};

/* Those that can't be set are skipped: older kernels lack some; but not for want of memory or
 * descriptors. 0 or an errno. */
static int apply(const struct initial_setting *settings) {
  for (; settings->path; settings++) {
    int error = write_file(settings->path, settings->value, strlen(settings->value));
    if (interface_is_shortage(error))
      return error;
  }
  return 0;
}

/* 0 or an errno. */
static int set_up_host(bool bare) {
  int error = bare ? 0 : apply(lecture_settings);
  if (error == 0)
    error = apply(host_settings);
  return error ? error : interface_raise("lo");
}

/* Opens the namespaces that this process is in. False if one can't be had. */
static bool open_spaces(struct inside_host *host) {
  *host = (struct inside_host){open_space("/proc/self/ns/net"), open_space("/proc/self/ns/mnt"),
                               open_space("/proc/self/ns/uts"), -1};
  return host->network >= 0 && host->mounts >= 0 && host->system >= 0;
}

static void close_spaces(const struct inside_host *host) {
  const int spaces[] = {host->network, host->mounts, host->system, host->names};
  for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
    if (spaces[i] >= 0)
      close(spaces[i]);
}

/* A host whose kernel has not got some counters has an empty file in their place. */
static int open_statistic(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  return file >= 0 || errno != ENOENT ? file : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int copy_of(int descriptor) {
  return fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

static void make_host(struct inside *inside) {
  const struct lab_request *request = &inside->request;
  struct inside_host host;
  if (inside->count >= LAB_HOSTS) {
    fail(inside, STAGE_NAMESPACE, ENOSPC);
    return;
  }
  if (inside->mounts < 0) {
    fail(inside, STAGE_NAMESPACE, inside->mounts_error);
    return;
  }
  if (setns(inside->mounts, CLONE_NEWNS) < 0 ||
      unshare(CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWNS) < 0) {
    fail(inside, STAGE_NAMESPACE, errno);
    return;
  }
  if (!open_spaces(&host)) {
    fail(inside, STAGE_NAMESPACE, errno);
    close_spaces(&host);
    return;
  }
  host.names = hosts_file_make();
  int problem = sethostname(request->name, strnlen(request->name, sizeof request->name)) < 0
                    ? errno
                    : set_up_host(request->bare);
  if (problem) {
    fail(inside, STAGE_INTERFACE, problem);
    close_spaces(&host);
    return;
  }
  const int given[LAB_DESCRIPTORS] = {
      copy_of(host.network),
      copy_of(host.mounts),
      copy_of(host.system),
      socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0),
      socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG),
      socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG),
      [LAB_HOST_STATISTICS + STATISTIC_DEVICES] = open_statistic("/proc/self/net/dev"),
      [LAB_HOST_STATISTICS + STATISTIC_SNMP] = open_statistic("/proc/self/net/snmp"),
      [LAB_HOST_STATISTICS + STATISTIC_NETSTAT] = open_statistic("/proc/self/net/netstat"),
      [LAB_HOST_STATISTICS + STATISTIC_SNMP6] = open_statistic("/proc/self/net/snmp6"),
      [LAB_HOST_STATISTICS + STATISTIC_PACKET] = open_statistic("/proc/self/net/packet"),
      [LAB_HOST_STATISTICS + STATISTIC_RAW] = open_statistic("/proc/self/net/raw"),
      [LAB_HOST_STATISTICS + STATISTIC_RAW6] = open_statistic("/proc/self/net/raw6"),
  };
  if (give_all(inside, given, LAB_DESCRIPTORS, STAGE_DIAGNOSIS) < 0) {
    close_spaces(&host);
    return;
  }
  inside->hosts[inside->count++] = host;
}

static int enter(struct inside *inside) {
  if (inside->request.host >= inside->count)
    return fail(inside, STAGE_NAMESPACE, ESRCH);
  if (setns(inside->hosts[inside->request.host].network, CLONE_NEWNET) < 0)
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
  ssize_t got = -1;
  while (file >= 0 && (got = read(file, inside->reply.text, sizeof inside->reply.text)) < 0 &&
         errno == EINTR)
    ;
  if (got < 0)
    fail(inside, STAGE_SETTING, errno);
  else
    inside->reply.length = (size_t)got;
  if (file >= 0)
    close(file);
}

static void tell_name(struct inside *inside) {
  int system = inside->hosts[inside->request.host].system;
  if (setns(system, CLONE_NEWUTS) < 0 ||
      gethostname(inside->reply.text, sizeof inside->reply.text) < 0)
    fail(inside, STAGE_NAMESPACE, errno);
  else
    inside->reply.length = strnlen(inside->reply.text, sizeof inside->reply.text);
}

/* The mounts that all hosts begin with. Programs there see the processes of the lab; where /proc is
 * covered in part, as in many containers, the kernel refuses that, and they see the machine's. */
static void prepare_mounts(struct inside *inside) {
  mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
  mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  inside->mounts = open_space("/proc/self/ns/mnt");
  inside->mounts_error = inside->mounts < 0 ? errno : 0;
}

static void set_names(struct inside *inside) {
  const struct lab_request *request = &inside->request;
  for (unsigned i = 0; i < inside->count; i++) {
    int names = inside->hosts[i].names;
    int error = names < 0 ? ENOENT : hosts_file_write(names, request->text, request->length);
    if (error)
      fail(inside, STAGE_NAMES, error);
  }
  hosts_file_remember(request->text, request->length);
}

/* Whether so many bytes are a request. */
static bool is_whole(const struct lab_request *request, ssize_t got) {
  return got >= (ssize_t)offsetof(struct lab_request, text) &&
         request->length <= (size_t)got - offsetof(struct lab_request, text) &&
         memchr(request->name, '\0', sizeof request->name);
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
  else if (enter(inside) < 0)
    return;
  else if (request->ask == ASK_LINK)
    make_link(inside);
  else if (request->ask == ASK_SOCKET)
    make_socket(inside);
  else if (request->ask == ASK_SYSTEM)
    tell_name(inside);
  else if (request->ask == ASK_SETTING)
    do_setting(inside);
  else if (request->ask == ASK_ROUTE && (inside->reply.error = interface_route(request)))
    inside->reply.stage = STAGE_ROUTE;
  else if (request->ask == ASK_DEFAULT && (inside->reply.error = interface_lead_out(request)))
    inside->reply.stage = STAGE_ROUTE;
  else if (request->ask == ASK_MTU &&
           (inside->reply.error = interface_set_mtu(request, &inside->reply.inet6)))
    inside->reply.stage = STAGE_INTERFACE;
}

/* Sends a message; what lacks memory for the moment is tried again. The session must not wait for
 * an answer that never comes: where it can't be sent, the helper ends, which the session notices.
 */
static void send_or_end(const struct msghdr *message) {
  enum { TRIES = 20, PAUSE = 10000000 };
  for (int i = 0; sendmsg(CONTROL, message, MSG_NOSIGNAL) < 0; i++) {
    const struct timespec pause = {.tv_nsec = PAUSE};
    if (errno == EINTR)
      continue;
    if ((errno != ENOMEM && errno != ENOBUFS && errno != ETOOMANYREFS) || i >= TRIES)
      _exit(1);
    nanosleep(&pause, NULL);
  }
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
  send_or_end(&message);
  for (size_t i = 0; i < inside->gives; i++)
    close(inside->give[i]);
  struct iovec serial = {&inside->reply.serial, sizeof inside->reply.serial};
  struct msghdr release = {.msg_iov = &serial, .msg_iovlen = 1};
  if (inside->gives > 0)
    send_or_end(&release);
}

/* Memory for the child alone, which allocates none. */
static struct inside child_inside;

static _Noreturn void serve(void) {
  struct inside *inside = &child_inside;
  prepare_mounts(inside);
  write_file(child_table, "1024", 4);
  confine_helper();
  for (;;) {
    ssize_t got = recv(CONTROL, &inside->request, sizeof inside->request, 0);
    if (got < 0 && (errno == EINTR || errno == ENOMEM || errno == ENOBUFS))
      continue;
    if (!is_whole(&inside->request, got))
      _exit(0); /* the kernel ends every process of the namespace with its first one */
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
  int error = write_file("/proc/self/setgroups", "deny", 4);
  if (error && error != ENOENT) /* older kernels lack this file */
    return error;
  error = map_identity("/proc/self/uid_map", user);
  return error ? error : map_identity("/proc/self/gid_map", group);
}

_Noreturn void helper_become(int control, int report, bool own_users, uid_t user, gid_t group) {
  sigset_t all;
  sigfillset(&all);
  signal(SIGCHLD, SIG_IGN); /* orphans of the namespace come here, and leave nothing to wait for */
  sigprocmask(SIG_SETMASK, &all, NULL); /* signals typed at the terminal are for the session */
  setpgid(0, 0);
  int error = 0;
  /* Both are high numbers, of the program's own. A copy of a user's socket that stayed open here
   * would keep its close from ending anything. */
  if (dup2(control, CONTROL) < 0 || dup2(report, CONTROL + 1) < 0 ||
      close_range(CONTROL + 2, ~0U, 0) < 0)
    error = errno;
  else
    report = CONTROL + 1;
  if (!error && own_users)
    error = map_user(user, group);
  while (write(report, &error, sizeof error) < 0 && errno == EINTR)
    ;
  close(report);
  if (error)
    _exit(1);
  serve();
}
