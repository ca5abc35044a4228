#include "lab/confine.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system/machine.h"

/* Nothing here allocates memory or takes a lock: it runs in children of a program with threads. */

/* Joining and making namespaces, and moving what is mounted there, takes SYS_ADMIN and SYS_CHROOT;
 * interfaces, routes and sysctls NET_ADMIN; the sockets that the user asks for NET_RAW. */
static const int helper_capabilities[] = {CAP_SYS_ADMIN, CAP_SYS_CHROOT, CAP_NET_ADMIN, CAP_NET_RAW,
                                          -1};

static const int program_capabilities[] = {
    CAP_CHOWN,      CAP_DAC_OVERRIDE, CAP_FOWNER,           CAP_FSETID,   CAP_KILL,
    CAP_SETGID,     CAP_SETUID,       CAP_NET_BIND_SERVICE, CAP_NET_RAW,  CAP_NET_ADMIN,
    CAP_SYS_CHROOT, CAP_SYS_PTRACE,   CAP_SYS_NICE,         CAP_IPC_LOCK, -1};

#ifdef __has_feature /* clang's spelling */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED
#endif

static const int calls[] = {
    /* requests, replies, and what is handed over */
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_sendmsg,
    SYS_sendto,
    SYS_close,
    SYS_fcntl,
    /* hosts */
    SYS_setns,
    SYS_unshare,
    SYS_mount,
    SYS_umount2,
    SYS_sethostname,
    SYS_uname,
    /* files below /proc, /etc/hosts, the TUN device */
    SYS_openat,
    SYS_read,
    SYS_write,
    SYS_pread64,
    SYS_pwrite64,
    SYS_ftruncate,
    SYS_fstat,
    SYS_newfstatat,
    SYS_lseek,
#ifdef SYS_open
    SYS_open,
#endif
    /* interfaces and sockets */
    SYS_socket,
    SYS_socketpair,
    SYS_ioctl,
    /* the end, and what the C library and the kernel do by themselves */
    SYS_exit,
    SYS_exit_group,
    SYS_rt_sigreturn,
    SYS_restart_syscall,
    SYS_futex,
#ifdef SANITIZED
    /* what a sanitizer does in each process */
    SYS_sigaltstack,
    SYS_mmap,
    SYS_munmap,
#endif
};

enum { CALLS = sizeof calls / sizeof *calls };

static void filter_calls(void) {
  enum { HEAD = 4, LENGTH = HEAD + CALLS + 2 };
  const uint32_t architecture = MACHINE_AUDIT;
  struct sock_filter filter[LENGTH] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
  };
  for (size_t i = 0; i < CALLS; i++) /* jumps behind the refusal */
    filter[HEAD + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i],
                                                    (uint8_t)(CALLS - i), 0);
  filter[HEAD + CALLS] =
      (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA));
  filter[HEAD + CALLS + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const struct sock_fprog program = {LENGTH, filter};
  if (architecture != 0)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

/* Drops all others, for good: no later execve gives them back. */
static void keep_capabilities(const int *kept) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{0}};
  struct __user_cap_data_struct now[2];
  for (; *kept >= 0; kept++)
    data[*kept / 32].permitted |= 1U << *kept % 32;
  for (int number = 0; number <= CAP_LAST_CAP; number++)
    if (!(data[number / 32].permitted >> number % 32 & 1))
      prctl(PR_CAPBSET_DROP, number, 0, 0, 0); /* the kernel may not know the newest ones */
  if (syscall(SYS_capget, &header, now) < 0)
    return;
  for (size_t i = 0; i < 2; i++) {
    data[i].permitted &= now[i].permitted;
    data[i].effective = data[i].permitted;
  }
  syscall(SYS_capset, &header, data);
}

void confine_helper(void) {
  keep_capabilities(helper_capabilities);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    filter_calls();
}

void confine_program_of_root(void) {
  keep_capabilities(program_capabilities);
}
