/* strace: what the lines of its logs are read as, part by part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/strace_log.h"
#include "import/strace_tree.h"
#include "view/notation/line.h"

/* What came of a log: a line for each call, behind the name of who made it. */
struct reading_log {
  struct socket_table table;
  struct strace_log *log;
  struct bytes text;
  struct bytes times;
  unsigned leaks;
  uint64_t serial;
};

static uint64_t finished(void *context, const struct call *call, const struct event_actor *actor,
                         int64_t wall) {
  struct reading_log *reading = context;
  bytes_append_format(&reading->text, "%s: ", actor->name);
  line_append_call(call, &reading->text);
  bytes_append_char(&reading->text, '\n');
  bytes_append_format(&reading->times, "%lld %lld %lld\n", (long long)call->began,
                      (long long)call->ended, (long long)wall);
  return ++reading->serial;
}

static void leaked(void *context, const struct socket *socket) {
  struct reading_log *reading = context;
  (void)socket;
  reading->leaks++;
}

static void begin(struct reading_log *reading) {
  *reading = (struct reading_log){0};
  socket_table_start(&reading->table);
  struct strace_sink sink = {
      .sockets = &reading->table, .finished = finished, .leaked = leaked, .context = reading};
  reading->log = strace_log_create(&sink, "p", 1);
  assert_non_null(reading->log);
}

static void add(struct reading_log *reading, const char *lines) {
  while (*lines) {
    size_t length = strcspn(lines, "\n");
    strace_log_read(reading->log, lines, length);
    lines += length + (lines[length] == '\n');
  }
}

static void end(struct reading_log *reading) {
  strace_log_free(reading->log);
  socket_table_clear(&reading->table);
  bytes_free(&reading->text);
  bytes_free(&reading->times);
}

/* Reads the lines, and compares what came of them. */
static void check(const char *lines, const char *expected) {
  struct reading_log reading;
  begin(&reading);
  add(&reading, lines);
  assert_string_equal(bytes_text(&reading.text), expected);
  end(&reading);
}

/* One line, and the call that it is shown as; NULL: it is not understood. */
static const struct {
  const char *line;
  const char *shown;
} parts[] = {
    /* sockets, types, protocols */
    {"socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3<TCP:[7]>",
     "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3"},
    {"socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3",
     "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3"},
    {"socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)) = -1 EPERM (Operation not permitted)",
     "socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)) = -1 EPERM (Operation not permitted)"},
    {"socket(AF_INET, SOCK_NOSUCH, 0) = 3", NULL},
    {"socket(AF_INET, SOCK_STREAM, 0) = -1 ENOSUCH (No such)", NULL},
    {"socketpair(AF_UNIX, SOCK_STREAM, 0, [3<UNIX-STREAM:[1->2]>, 4<UNIX-STREAM:[2->1]>]) = 0",
     "socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0"},
    /* addresses */
    {"bind(3<TCP:[7]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, "
     "16) = 0",
     "bind(3, {AF_INET, 127.0.0.1:80}, 16) = 0"},
    {"bind(3<TCP:[7]>, {sa_family=AF_INET, sin_port=htons(80), "
     "sin_addr=inet_addr(\"\\x31\\x2e\\x32\\x2e\\x33\\x2e\\x34\")}, 16) = 0",
     "bind(3, {AF_INET, 1.2.3.4:80}, 16) = 0"},
    {"connect(3<TCPv6:[7]>, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), "
     "inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=0}, 28) = 0",
     "connect(3, {AF_INET6, [::1]:80}, 28) = 0"},
    {"connect(3<TCPv6:[7]>, {sa_family=AF_INET6, sin6_port=htons(80), inet_pton(AF_INET6, "
     "\"fe80::1\", "
     "&sin6_addr), sin6_flowinfo=htonl(0), sin6_scope_id=if_nametoindex(\"eth9\")}, 28) = 0",
     "connect(3, {AF_INET6, [fe80::1%eth9]:80}, 28) = 0"},
    {"connect(3<UNIX:[7]>, {sa_family=AF_UNIX, sun_path=\"/a b\\n\"}, 110) = 0",
     "connect(3, {AF_UNIX, unix:/a b\\n}, 8) = 0"},
    {"bind(3<UNIX-DGRAM:[7]>, {sa_family=AF_UNIX, sun_path=@\"x\"}, 4) = 0",
     "bind(3, {AF_UNIX, unix:@x}, 4) = 0"},
    {"bind(3<NETLINK:[7]>, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000011}, 12) = 0",
     "bind(3, {AF_NETLINK, netlink:0,RTMGRP_LINK|RTMGRP_IPV4_IFADDR}, 12) = 0"},
    {"connect(3<UDP:[7]>, {sa_family=AF_UNSPEC, sa_data=\"\\0\\0\"}, 16) = 0",
     "connect(3, {AF_UNSPEC}, 4) = 0"},
    {"connect(3<TCP:[7]>, {sa_family=AF_INET, sin_port=htons(99999), "
     "sin_addr=inet_addr(\"1.2.3.4\")}, 16) = 0",
     NULL},
    {"getsockname(3<UNIX:[7]>, {sa_family=AF_UNIX}, [110 => 2]) = 0",
     "getsockname(3, {AF_UNIX, unix:}, [2]) = 0"},
    {"getsockname(3<UNIX:[7]>, {sa_family=AF_UNIX}, [110->2]) = 0",
     "getsockname(3, {AF_UNIX, unix:}, [2]) = 0"},
    {"getpeername(3<TCP:[7]>, 0x7ffc, [16]) = -1 ENOTCONN (Transport endpoint is not connected)",
     "getpeername(3, ...) = -1 ENOTCONN (Transport endpoint is not connected)"},
    {"accept(3<TCP:[127.0.0.1:80]>, NULL, NULL) = 4<TCP:[127.0.0.1:80->127.0.0.1:90]>",
     "accept(3, NULL, NULL) = 4"},
    {"accept4(3<TCPv6:[[::1]:80]>, {sa_family=AF_INET6, sin6_port=htons(9), "
     "sin6_flowinfo=htonl(0), "
     "inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=0}, [28], SOCK_NONBLOCK) = 4",
     "accept4(3, {AF_INET6, [::1]:9}, [28], SOCK_NONBLOCK) = 4"},
    /* data */
    {"sendto(3<TCP:[7]>, \"a\\0\\x41\\101\\n\\\"\", 6, MSG_NOSIGNAL, NULL, 0) = 6",
     "sendto(3, \"a\\0AA\\n\\\"\", 6, MSG_NOSIGNAL, NULL, 0) = 6"},
    {"sendto(3<TCP:[7]>, \"ab\"..., 80, 0, NULL, 0) = 40",
     "sendto(3, \"ab\"..., 80, 0, NULL, 0) = 40"},
    {"recvfrom(3<TCP:[7]>, \"ab\"..., 100, 0, NULL, NULL) = 80",
     "recvfrom(3, \"ab\"..., 100, 0, NULL, NULL) = 80"},
    {"recvfrom(3<UDP:[7]>, \"ab\", 2, MSG_TRUNC, NULL, NULL) = 80",
     "recvfrom(3, \"ab\", 2, MSG_TRUNC, NULL, NULL) = 80"},
    {"recvfrom(3<TCP:[7]>, \"never written\", 20, MSG_TRUNC, NULL, NULL) = 13",
     "recvfrom(3, \"\", 20, MSG_TRUNC, NULL, NULL) = 13"},
    {"recvfrom(3<TCP:[7]>, 0x55, 100, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily "
     "unavailable)",
     "recvfrom(3, ..., 100, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)"},
    {"write(3<TCP:[7]>, \"a\", 1) = 1", "write(3, \"a\", 1) = 1"},
    {"read(3<TCP:[7]>, \"\", 9) = 0", "read(3, \"\", 9) = 0"},
    {"sendto(3<TCP:[7]>, \"a, 1, 0, NULL, 0) = 1", NULL},
    /* messages and iovecs */
    {"sendmsg(3<UNIX:[7]>, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"x\", iov_len=1}], "
     "msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, "
     "cmsg_data=[4</a>]}], msg_controllen=24, msg_flags=0}, 0) = 1",
     "sendmsg(3, {msg_name=NULL, msg_iov=[{\"x\", 1}], msg_control=[{SOL_SOCKET, SCM_RIGHTS, "
     "[4]}]}, 0) = 1"},
    {"recvmsg(3<UDP:[7]>, {msg_name={sa_family=AF_INET, sin_port=htons(5), "
     "sin_addr=inet_addr(\"1.2.3.4\")}, "
     "msg_namelen=128 => 16, msg_iov=[{iov_base=\"abc\", iov_len=2}, {iov_base=\"c\", iov_len=9}], "
     "msg_iovlen=2, msg_control=[{cmsg_len=20, cmsg_level=SOL_IP, cmsg_type=IP_TTL, "
     "cmsg_data=[64]}], "
     "msg_controllen=24, msg_flags=MSG_TRUNC}, 0) = 3",
     "recvmsg(3, {msg_name={AF_INET, 1.2.3.4:5}, msg_iov=[{\"ab\", 2}, {\"c\", 9}], "
     "msg_control=[{SOL_IP, IP_TTL, [64]}], msg_flags=MSG_TRUNC}, 0) = 3"},
    {"recvmsg(3<UDP:[7]>, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"\", iov_len=9}], "
     "msg_iovlen=1, "
     "msg_control=[{cmsg_len=20, cmsg_level=SOL_IPV6, cmsg_type=0x34}], msg_controllen=24, "
     "msg_flags=0}, 0) = 0",
     "recvmsg(3, {msg_name=NULL, msg_iov=[{\"\", 9}], msg_flags=0}, 0) = 0"},
    {"recvmsg(3<UDP:[7]>, {msg_namelen=0}, 0) = -1 EAGAIN (Resource temporarily unavailable)",
     "recvmsg(3, ..., 0) = -1 EAGAIN (Resource temporarily unavailable)"},
    {"writev(3<TCP:[7]>, [{iov_base=\"one\"..., iov_len=9}, {iov_base=\"two\", iov_len=3}], 2) = "
     "12",
     "writev(3, [{\"one\"..., 9}, {\"\"..., 3}], 2) = 12"},
    {"readv(3<TCP:[7]>, [{iov_base=\"one\", iov_len=3}, {iov_base=\"t\", iov_len=9}], 2) = 4",
     "readv(3, [{\"one\", 3}, {\"t\", 9}], 2) = 4"},
    {"sendmmsg(3<UDP:[7]>, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"a\", "
     "iov_len=1}], "
     "msg_iovlen=1, msg_controllen=0, msg_flags=0}, msg_len=1}], 1, 0) = 1",
     "sendmmsg(3, [{msg_hdr={msg_name=NULL, msg_iov=[{\"a\", 1}]}, msg_len=1}], 1, 0) = 1"},
    {"recvmmsg(3<UDP:[7]>, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"ab\", "
     "iov_len=9}], "
     "msg_iovlen=1, msg_controllen=0, msg_flags=0}, msg_len=2}], 4, 0, NULL) = 1",
     "recvmmsg(3, [{msg_hdr={msg_name=NULL, msg_iov=[{\"ab\", 9}], msg_flags=0}, msg_len=2}], 4, "
     "0, NULL) = 1"},
    /* options */
    {"setsockopt(3<TCP:[7]>, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0",
     "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0"},
    {"setsockopt(3<TCP:[7]>, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8) = 0",
     "setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8) = 0"},
    {"setsockopt(3<TCP:[7]>, SOL_SOCKET, SO_RCVTIMEO_OLD, {tv_sec=1, tv_usec=5}, 16) = 0",
     "setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, {tv_sec=1, tv_usec=5}, 16) = 0"},
    {"getsockopt(3<TCP:[7]>, SOL_SOCKET, SO_TYPE, [SOCK_STREAM], [4]) = 0",
     "getsockopt(3, SOL_SOCKET, SO_TYPE, [SOCK_STREAM], [4]) = 0"},
    {"getsockopt(3<TCP:[7]>, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0",
     "getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0"},
    {"getsockopt(3<UNIX:[7]>, SOL_SOCKET, SO_PEERCRED, {pid=1, uid=2, gid=3}, [12]) = 0",
     "getsockopt(3, SOL_SOCKET, SO_PEERCRED, {pid=1, uid=2, gid=3}, [12]) = 0"},
    {"setsockopt(3<TCP:[7]>, SOL_TCP, TCP_CONGESTION, \"\\x72\\x65\\x6e\\x6f\", 4) = 0",
     "setsockopt(3, SOL_TCP, TCP_CONGESTION, \"reno\", 4) = 0"},
    {"getsockopt(3, SOL_TCP, TCP_NODELAY, 0x7f, [4]) = -1 EBADF (Bad file descriptor)", ""},
    {"setsockopt(3<UDP:[7]>, SOL_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr=inet_addr(\"224.0.0.9\"), "
     "imr_interface=inet_addr(\"0.0.0.0\")}, 8) = 0",
     "setsockopt(3, SOL_IP, IP_ADD_MEMBERSHIP, hex:e000000900000000, 8) = 0"},
    {"setsockopt(3<TCP:[7]>, SOL_SOCKET, SO_ATTACH_FILTER, {len=1, filter=0x7f}, 16) = 0", NULL},
    {"setsockopt(3<TCP:[7]>, SOL_SOCKET, 0x99 /* SO_??? */, [1], 4) = 0",
     "setsockopt(3, SOL_SOCKET, 153, hex:01000000, 4) = 0"},
    /* fcntl and ioctl */
    {"fcntl(3<TCP:[7]>, F_SETFL, O_RDWR|O_NONBLOCK) = 0",
     "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0"},
    {"fcntl(3<TCP:[7]>, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)",
     "fcntl(3, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)"},
    {"ioctl(3<TCP:[7]>, FIONBIO, [1]) = 0", "ioctl(3, FIONBIO, [1]) = 0"},
    {"ioctl(3<TCP:[7]>, FIONREAD, [5]) = 0", "ioctl(3, FIONREAD, [5]) = 0"},
    {"ioctl(3<TCP:[7]>, SIOCINQ, [5]) = 0", "ioctl(3, FIONREAD, [5]) = 0"},
    {"ioctl(3<TCP:[7]>, SIOCGIFADDR, {ifr_name=\"lo\"}) = 0", NULL},
    /* waiting */
    {"poll([{fd=3<TCP:[7]>, events=POLLIN}, {fd=0</dev/null>, events=POLLIN}], 2, 100) = 1 "
     "([{fd=3, "
     "revents=POLLIN|POLLHUP}])",
     "poll([{fd=3, events=POLLIN}, {fd=0, events=POLLIN}], 2, 100) = 1 ([{fd=3, "
     "revents=POLLIN|POLLHUP}])"},
    {"poll([{fd=3<TCP:[7]>, events=POLLIN}], 1, 0) = 0 (Timeout)",
     "poll([{fd=3, events=POLLIN}], 1, 0) = 0"},
    {"ppoll([{fd=3<TCP:[7]>, events=POLLIN}], 1, {tv_sec=1, tv_nsec=5}, NULL, 8) = 0 (Timeout)",
     "ppoll([{fd=3, events=POLLIN}], 1, {tv_sec=1, tv_nsec=5}) = 0"},
    {"select(8, [3<TCP:[7]> 5<UDP:[9]>], [5<UDP:[9]>], NULL, {tv_sec=1, tv_usec=7}) = 2 (in [3], "
     "out [5], "
     "left {tv_sec=0, tv_usec=9})",
     "select(6, [3 5], [5], NULL, {tv_sec=1, tv_usec=7}) = 2 (in [3], out [5])"},
    {"pselect6(4, [3<TCP:[7]>], [], [], NULL, {sigmask=[INT QUIT], sigsetsize=8}) = 1 (in [3])",
     "pselect6(4, [3], NULL, NULL, NULL) = 1 (in [3])"},
    /* files beside sockets */
    {"sendfile(3<TCP:[7]>, 4</etc/\\x68osts>, [0] => [20], 20) = 20",
     "sendfile(3, </etc/hosts>, [0] => [20], 20) = 20"},
    {"splice(4<pipe:[5]>, NULL, 3<TCP:[7]>, NULL, 9, SPLICE_F_MOVE) = 9",
     "splice(4, NULL, 3, NULL, 9, SPLICE_F_MOVE) = 9"},
    {"shutdown(3<TCP:[7]>, SHUT_RDWR) = 0", "shutdown(3, SHUT_RDWR) = 0"},
    /* what is none of sockets */
    {"read(3</etc/passwd>, \"root\", 4) = 4", ""},
    {"read(3<pipe:[5]>, \"root\", 4) = 4", ""},
    {"write(2</a<b>c<char 1:3>>, \"x\", 1) = 1", ""},
    {"read(3, \"root\", 4) = 4", ""},
    {"close(3) = 0", ""},
    {"openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY) = 3</etc/passwd>", ""},
};

/* Says how many lines are read as something else. */
static unsigned check_part(const char *line, const char *shown) {
  struct reading_log reading;
  struct bytes expected = {0};
  begin(&reading);
  add(&reading, line);
  if (shown && *shown)
    bytes_append_format(&expected, "p: %s\n", shown);
  bool same = strcmp(bytes_text(&reading.text), bytes_text(&expected)) == 0 &&
              strace_log_counts(reading.log)->unclear == (shown ? 0 : 1);
  if (!same)
    print_error("%s\nis read as\n%sand not as\n%s\n", line, bytes_text(&reading.text),
                shown ? bytes_text(&expected) : "something unclear\n");
  bytes_free(&expected);
  end(&reading);
  return !same;
}

static void test_parts(void **state) {
  unsigned wrong = 0;
  (void)state;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    wrong += check_part(parts[i].line, parts[i].shown);
  assert_int_equal(wrong, 0);
}

/* A call is put together from its two lines, also in the form of versions before 6. */
static void test_unfinished(void **state) {
  (void)state;
  check("5 recvfrom(3<TCP:[7]>,  <unfinished ...>\n"
        "6 recvfrom(4<TCP:[8]>,  <unfinished ...>\n"
        "5 <... recvfrom resumed>\"a\", 9, 0, NULL, NULL) = 1\n"
        "6 <... recvfrom resumed> \"b\", 9, 0, NULL, NULL) = 1\n",
        "p: recvfrom(3, \"a\", 9, 0, NULL, NULL) = 1\n"
        "p.2: recvfrom(4, \"b\", 9, 0, NULL, NULL) = 1\n");
}

static void test_ends_without_a_beginning(void **state) {
  struct reading_log reading;
  (void)state;
  begin(&reading);
  add(&reading,
      "5 close(9) = 0\n5 <... recvfrom resumed>\"a\", 9, 0, NULL, NULL) = 1\nnonsense!\n5 ???\n");
  assert_int_equal(strace_log_counts(reading.log)->unclear, 3);
  assert_int_equal(strace_log_counts(reading.log)->first_unclear, 2);
  end(&reading);
}

static void test_beginnings_without_an_end(void **state) {
  struct reading_log reading;
  (void)state;
  begin(&reading);
  add(&reading, "5 recvfrom(3<TCP:[7]>,  <unfinished ...>\n"
                "6 accept(3<TCP:[7]>, <unfinished ...>\n"
                "6 +++ killed by SIGKILL +++\n"
                "7 recvfrom(3<TCP:[7]>, 0x5, 6, 0, NULL, NULL) = ?\n");
  strace_log_finish(reading.log);
  assert_int_equal(strace_log_counts(reading.log)->unreturned, 3);
  assert_int_equal(strace_log_counts(reading.log)->unclear, 0);
  assert_int_equal(reading.text.length, 0);
  end(&reading);
}

/* A handler without SA_RESTART lets the call return EINTR, one with it does not; without a handler
 * the kernel goes on with it. */
static void test_restarted(void **state) {
  static const char interrupted[] = "recvfrom(3<TCP:[7]>, 0x5, 6, 0, NULL, NULL) = ? ERESTARTSYS "
                                    "(To be restarted if SA_RESTART is set)\n"
                                    "--- SIGALRM {si_signo=SIGALRM, si_code=SI_KERNEL} ---\n";
  struct bytes text = {0};
  (void)state;
  bytes_append_text(&text, interrupted);
  bytes_append_text(&text, "rt_sigreturn({mask=[]}) = -1 EINTR (Interrupted system call)\n"
                           "recvfrom(3<TCP:[7]>, \"x\", 6, 0, NULL, NULL) = 1\n");
  check(bytes_text(&text),
        "p: recvfrom(3, ..., 6, 0, NULL, NULL) = -1 EINTR (Interrupted system call)\n"
        "p: recvfrom(3, \"x\", 6, 0, NULL, NULL) = 1\n");
  bytes_clear(&text);
  bytes_append_text(&text, interrupted);
  bytes_append_text(&text, "rt_sigreturn({mask=[]}) = 45\n"
                           "recvfrom(3<TCP:[7]>, \"x\", 6, 0, NULL, NULL) = 1\n");
  check(bytes_text(&text), "p: recvfrom(3, \"x\", 6, 0, NULL, NULL) = 1\n");
  bytes_free(&text);
  check("poll([{fd=3<TCP:[7]>, events=POLLIN}], 1, -1) = ? ERESTART_RESTARTBLOCK (Interrupted by "
        "signal)\n"
        "--- SIGCHLD {si_signo=SIGCHLD} ---\n"
        "restart_syscall(<... resuming interrupted poll ...>) = 1\n",
        "p: poll([{fd=3, events=POLLIN}], 1, -1) = 1\n");
}

/* A number stands for another socket once it was closed, and the same one after dup and fork. */
static void test_sockets(void **state) {
  struct reading_log reading;
  (void)state;
  begin(&reading);
  add(&reading, "5 socket(AF_INET, SOCK_STREAM, 0) = 3\n");
  struct socket *first = strace_log_find(reading.log, 0, 3);
  assert_non_null(first);
  assert_int_equal(first->protocol, IPPROTO_TCP);
  add(&reading,
      "5 dup(3) = 4\n"
      "5 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7) = 6\n"
      "6 dup2(3, 9) = 9\n"
      "5 close(3) = 0\n"
      "5 socket(AF_INET, SOCK_DGRAM, 0) = 3\n");
  assert_ptr_equal(strace_log_find(reading.log, 1, 4), first);
  assert_ptr_equal(strace_log_find(reading.log, 2, 9), first);
  struct socket *second = strace_log_find(reading.log, 1, 3);
  assert_non_null(second);
  assert_ptr_not_equal(second, first);
  assert_int_equal(second->protocol, IPPROTO_UDP);
  assert_null(strace_log_find(reading.log, 1, 77));
  add(&reading, "5 close(4) = 0\n6 close(3) = 0\n6 close(4) = 0\n6 close(9) = 0\n");
  assert_int_equal(first->holders, 0);
  assert_int_equal(first->role, ROLE_GONE);
  add(&reading, "5 +++ exited with 7 +++\n");
  assert_int_equal(reading.leaks, 1);
  int status;
  assert_true(strace_log_ended(reading.log, &status));
  assert_int_equal(status, 7);
  assert_int_equal(strace_log_first(reading.log), 5);
  end(&reading);
}

/* A socket that has come with a message is the one that was sent. */
static void test_passed(void **state) {
  struct reading_log reading;
  (void)state;
  begin(&reading);
  add(&reading,
      "5 socketpair(AF_UNIX, SOCK_STREAM, 0, [3<UNIX-STREAM:[1->2]>, 4<UNIX-STREAM:[2->1]>]) = 0\n"
      "5 recvmsg(3<UNIX-STREAM:[1->2]>, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"x\", "
      "iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, "
      "cmsg_type=SCM_RIGHTS, cmsg_data=[7<UNIX-STREAM:[2->1]>]}], msg_controllen=24, msg_flags=0}, "
      "0) = 1\n");
  assert_non_null(strace_log_find(reading.log, 0, 7));
  assert_ptr_equal(strace_log_find(reading.log, 0, 7), strace_log_find(reading.log, 0, 4));
  end(&reading);
}

/* Threads have the descriptors of their process; a new program loses what closes on exec. */
static void test_processes(void **state) {
  (void)state;
  check("5 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3\n"
        "5 socket(AF_INET, SOCK_STREAM, 0) = 4\n"
        "5 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD, child_tid=0x7} <unfinished ...>\n"
        "6 write(3, \"a\", 1) = 1\n"
        "5 <... clone3 resumed> => {parent_tid=[6]}, 88) = 6\n"
        "5 vfork( <unfinished ...>\n"
        "7 execve(\"/bin/true\", [\"true\"], 0x7 /* 3 vars */) = 0\n"
        "5 <... vfork resumed>) = 7\n"
        "7 write(3, \"b\", 1) = 1\n"
        "7 write(4, \"c\", 1) = 1\n",
        "p: socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3\n"
        "p: socket(AF_INET, SOCK_STREAM, 0) = 4\n"
        "p.2: write(3, \"a\", 1) = 1\n"
        "p.3: write(4, \"c\", 1) = 1\n");
}

/* Without -o, ids come once there is a second thread, and go when there is none. */
static void test_without_ids(void **state) {
  (void)state;
  check("socket(AF_INET, SOCK_STREAM, 0) = 3\n"
        "clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLDstrace: Process 8 attached\n"
        " <unfinished ...>\n"
        "[pid     8] write(3, \"child\", 5) = 5\n"
        "[pid     7] <... clone resumed>, child_tidptr=0x7) = 8\n"
        "[pid     7] write(3, \"parent\", 6) = 6\n"
        "[pid     8] +++ exited with 0 +++\n"
        "write(3, \"again\", 5) = 5\n",
        "p: socket(AF_INET, SOCK_STREAM, 0) = 3\n"
        "p.2: write(3, \"child\", 5) = 5\n"
        "p: write(3, \"parent\", 6) = 6\n"
        "p: write(3, \"again\", 5) = 5\n");
}

/* What epoll returns is the program's own data: which descriptor it stands for was told to
 * epoll_ctl. */
static void test_epoll(void **state) {
  (void)state;
  check("epoll_create1(EPOLL_CLOEXEC) = 4<anon_inode:[eventpoll]>\n"
        "epoll_ctl(4<anon_inode:[eventpoll]>, EPOLL_CTL_ADD, 3<TCP:[7]>, {events=EPOLLIN|EPOLLET, "
        "data={u32=99, u64=18446744069414584419}}) = 0\n"
        "epoll_wait(4<"
        "\\x61\\x6e\\x6f\\x6e\\x5f\\x69\\x6e\\x6f\\x64\\x65\\x3a\\x5b\\x65\\x76\\x65\\x6e\\x74"
        "\\x70\\x6f\\x6c\\x6c\\x5d>, [{events=EPOLLIN, data={u32=99, u64=18446744069414584419}}], "
        "8, -1) = 1\n"
        "epoll_pwait(4<anon_inode:[eventpoll]>, [{events=EPOLLHUP, data=0xffffffff00000063}], 8, "
        "5, NULL, 8) = 1\n"
        "epoll_wait(4<anon_inode:[eventpoll]>, [], 8, 0) = 0\n"
        "epoll_ctl(4<anon_inode:[eventpoll]>, EPOLL_CTL_DEL, 3<TCP:[7]>, 0x7ff) = 0\n",
        "p: epoll_create1(EPOLL_CLOEXEC) = 4\n"
        "p: epoll_ctl(4, EPOLL_CTL_ADD, 3, {events=EPOLLIN|EPOLLET, "
        "data=0xffffffff00000063}) = 0\n"
        "p: epoll_wait(4, [{events=EPOLLIN, data=0xffffffff00000063<3>}], 8, -1) = 1\n"
        "p: epoll_pwait(4, [{events=EPOLLHUP, data=0xffffffff00000063<3>}], 8, 5, NULL) = 1\n"
        "p: epoll_wait(4, [], 8, 0) = 0\n"
        "p: epoll_ctl(4, EPOLL_CTL_DEL, 3, NULL) = 0\n");
}

static const struct {
  const char *lines;
  const char *times; /* when each call began and ended, and by the wall clock */
} clocks[] = {
    {"socket(AF_INET, SOCK_STREAM, 0) = 3", "0 0 -1\n"},
    {"10:00:00 socket(AF_INET, SOCK_STREAM, 0) = 3\n10:00:02 close(3) = 0",
     "1000000000 0 -1\n3000000000 0 -1\n"},
    {"23:59:59.500000 socket(AF_INET, SOCK_STREAM, 0) = 3 <0.000001>\n"
     "00:00:00.500000 close(3) = 0 <0.000002>",
     "1000000000 1000001000 -1\n2000000000 2000002000 -1\n"},
    {"5 1700000000.000001 recvfrom(3<TCP:[7]>,  <unfinished ...>\n"
     "5 1700000000.500001 <... recvfrom resumed>\"\", 9, 0, NULL, NULL) = 0",
     "1000000000 1500000000 1700000000500001000\n"},
    {"     0.000000 socket(AF_INET, SOCK_STREAM, 0) = 3\n     0.250000 close(3) = 0",
     "1000000000 0 -1\n1250000000 0 -1\n"},
};

static void test_times(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
    struct reading_log reading;
    begin(&reading);
    add(&reading, clocks[i].lines);
    assert_string_equal(bytes_text(&reading.times), clocks[i].times);
    end(&reading);
  }
}

/* An id that is used again is another process's. */
static void test_ids_again(void **state) {
  struct reading_log reading;
  (void)state;
  begin(&reading);
  add(&reading, "5 socket(AF_INET, SOCK_STREAM, 0) = 3\n"
                "5 fork() = 6\n"
                "6 close(3) = 0\n"
                "6 +++ exited with 0 +++\n"
                "5 fork() = 6\n"
                "6 write(3, \"a\", 1) = 1\n");
  assert_non_null(strstr(bytes_text(&reading.text), "p.3: write(3, \"a\", 1) = 1\n"));
  end(&reading);
}

/* High numbers in many processes get no more room than there is. */
static void test_high_numbers(void **state) {
  struct reading_log reading;
  char line[64];
  (void)state;
  begin(&reading);
  for (int i = 0; i < 1000; i++) {
    snprintf(line, sizeof line, "%d write(1048575<TCP:[%d]>, \"x\", 1) = 1", i + 5, i + 1);
    add(&reading, line);
  }
  const struct strace_counts *counts = strace_log_counts(reading.log);
  assert_in_range(counts->calls, 1, 10);
  assert_int_equal(counts->unclear + counts->calls, 1000);
  end(&reading);
}

/* A text that nests too deep is refused, not followed. */
static void test_depth(void **state) {
  struct bytes text = {0};
  struct arena arena = {0};
  struct strace_tree tree;
  (void)state;
  bytes_append_text(&text, "bind(3, ");
  for (int i = 0; i < 100000; i++)
    bytes_append_char(&text, i % 2 ? '[' : '{');
  assert_int_equal(strace_tree_read(text.data, text.length, &arena, &tree), -1);
  arena_free(&arena);
  bytes_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parts),
      cmocka_unit_test(test_unfinished),
      cmocka_unit_test(test_ends_without_a_beginning),
      cmocka_unit_test(test_beginnings_without_an_end),
      cmocka_unit_test(test_restarted),
      cmocka_unit_test(test_sockets),
      cmocka_unit_test(test_passed),
      cmocka_unit_test(test_processes),
      cmocka_unit_test(test_without_ids),
      cmocka_unit_test(test_epoll),
      cmocka_unit_test(test_times),
      cmocka_unit_test(test_ids_again),
      cmocka_unit_test(test_high_numbers),
      cmocka_unit_test(test_depth),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
