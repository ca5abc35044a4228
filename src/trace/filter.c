#include "trace/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system/machine.h"

#define ROW(name, call)                                                                            \
  { SYS_##name, DUTY_CALL, CALL_##call }
#define MAKER(name, call)                                                                          \
  { SYS_##name, DUTY_MAKES, CALL_##call }

/* Where a machine has both an old and a new form of a call, programs use either. */
static const struct trace_row rows[] = {
    MAKER(socket, SOCKET),
    MAKER(socketpair, SOCKETPAIR),
    ROW(bind, BIND),
    ROW(listen, LISTEN),
    ROW(accept, ACCEPT),
    ROW(accept4, ACCEPT4),
    ROW(connect, CONNECT),
    ROW(shutdown, SHUTDOWN),
    ROW(close, CLOSE),
    ROW(dup, DUP),
    ROW(dup3, DUP3),
    ROW(sendto, SENDTO),
    ROW(sendmsg, SENDMSG),
    ROW(sendmmsg, SENDMMSG),
    ROW(write, WRITE),
    ROW(writev, WRITEV),
    ROW(recvfrom, RECVFROM),
    ROW(recvmsg, RECVMSG),
    ROW(recvmmsg, RECVMMSG),
    ROW(read, READ),
    ROW(readv, READV),
    ROW(sendfile, SENDFILE),
    ROW(splice, SPLICE),
    ROW(getsockname, GETSOCKNAME),
    ROW(getpeername, GETPEERNAME),
    ROW(getsockopt, GETSOCKOPT),
    ROW(setsockopt, SETSOCKOPT),
    ROW(fcntl, FCNTL),
    ROW(ioctl, IOCTL),
    ROW(ppoll, PPOLL),
    ROW(pselect6, SELECT),
    MAKER(epoll_create1, EPOLL_CREATE1),
    ROW(epoll_ctl, EPOLL_CTL),
    ROW(epoll_pwait, EPOLL_PWAIT),
#ifdef SYS_epoll_pwait2
    ROW(epoll_pwait2, EPOLL_PWAIT2),
#endif
#ifdef SYS_dup2
    ROW(dup2, DUP2),
#endif
#ifdef SYS_poll
    ROW(poll, POLL),
#endif
#ifdef SYS_select
    ROW(select, OLD_SELECT),
#endif
#ifdef SYS_epoll_create
    MAKER(epoll_create, EPOLL_CREATE),
#endif
#ifdef SYS_epoll_wait
    ROW(epoll_wait, EPOLL_WAIT),
#endif
#ifdef SYS_close_range
    {SYS_close_range, DUTY_CLOSES, CALL_CLOSE_RANGE},
#endif
#ifdef SYS_io_uring_setup
    {SYS_io_uring_setup, DUTY_RING, CALL_SOCKET},
#endif
    {SYS_prctl, DUTY_NAMES, CALL_SOCKET},
    {SYS_restart_syscall, DUTY_RESUMES, CALL_SOCKET},
    {SYS_rt_sigreturn, DUTY_RETURNS, CALL_SOCKET},
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct trace_row *trace_row_find(uint64_t number) {
  static _Atomic unsigned char places[512]; /* by number: the row's place, from 1 on, once found */
  bool small = number < sizeof places;
  if (small && places[number])
    return &rows[places[number] - 1];
  for (size_t i = 0; i < ROWS; i++)
    if ((uint64_t)rows[i].number == number) {
      if (small)
        places[number] = (unsigned char)(i + 1);
      return &rows[i];
    }
  return NULL;
}

int trace_filter_install(void) {
  enum { HEAD = 3, LENGTH = HEAD + ROWS + 2 };
  struct sock_filter filter[LENGTH] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE_AUDIT, 0, ROWS + 1),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
  };
  for (size_t i = 0; i < ROWS; i++) /* jumps behind the permission */
    filter[HEAD + i] = (struct sock_filter)BPF_JUMP(
        BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rows[i].number, (uint8_t)(ROWS - i), 0);
  filter[HEAD + ROWS] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  filter[HEAD + ROWS + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  const struct sock_fprog program = {LENGTH, filter};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
    return 0;
  if (errno != EACCES) /* it takes privileges, or the promise never to get more */
    return -1;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return -1;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
