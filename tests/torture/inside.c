/* Linked into the tortured program, in front of every library: its allocators count, and fail when
 * they are told to; and before main begins a filter is set that tells the watcher of each system
 * call. The C library's allocations and those of other libraries come here as well. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#include "inside.h"
#include "session/observe.h"

#ifdef __SANITIZE_ADDRESS__
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif
void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *memory, size_t size);

/* Called before the sanitizers have begun, so not instrumented. */
#define PLAIN __attribute__((no_sanitize("address", "undefined")))

extern const char __executable_start;
extern const char etext;

static struct torture *torture; /* NULL: nothing is to fail */
static _Thread_local bool exempt __attribute__((tls_model("initial-exec")));

/* One frame of the place of the first failure, for whoever has to mend it. */
static _Unwind_Reason_Code remember_frame(struct _Unwind_Context *context, void *unused) {
  const char *frame = (const char *)_Unwind_GetIP(context);
  bool ours = frame >= &__executable_start && frame < &etext;
  (void)unused;
  torture->frame[torture->frames++] = ours ? (uint64_t)(frame - &__executable_start) : 0;
  return torture->frames < TORTURE_FRAMES ? _URC_NO_REASON : _URC_END_OF_STACK;
}

PLAIN static bool fails(void) {
  if (!torture || exempt)
    return false;
  uint64_t number = atomic_fetch_add(&torture->allocations, 1) + 1;
  if (torture->fail_at == 0 || atomic_load(&torture->ending))
    return false;
  bool chosen = number == torture->fail_at || (torture->fail_later && number > torture->fail_at);
  if (chosen && atomic_fetch_add(&torture->failed, 1) == 0)
    _Unwind_Backtrace(remember_frame, NULL);
  if (chosen)
    errno = ENOMEM;
  return chosen;
}

PLAIN void *malloc(size_t size) {
  return fails() ? NULL : REAL(malloc)(size);
}

PLAIN void *calloc(size_t count, size_t size) {
  return fails() ? NULL : REAL(calloc)(count, size);
}

PLAIN void *realloc(void *memory, size_t size) {
  return fails() ? NULL : REAL(realloc)(memory, size);
}

PLAIN void *reallocarray(void *memory, size_t count, size_t size) {
  size_t whole;
  if (__builtin_mul_overflow(count, size, &whole)) {
    errno = ENOMEM;
    return NULL;
  }
  return fails() ? NULL : REAL(realloc)(memory, whole);
}

/* The sanitizer asks for a new thread's stack, and does not survive that this finds no memory. */
int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes) {
  static int (*real)(pthread_t, pthread_attr_t *);
  bool before = exempt;
  exempt = true;
  if (!real)
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_getattr_np");
  int status = real(thread, attributes);
  exempt = before;
  return status;
}

/* What a watched call jumps to, one instruction for each. */
static int set_filter(const struct torture *page) {
  struct sock_filter program[TORTURE_CALLS + 16];
  unsigned short length = 0;
  const struct sock_filter begin[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      /* The message that hands the listener over. */
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TORTURE_SOCKET, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
  };
  memcpy(program, begin, sizeof begin);
  length = sizeof begin / sizeof *begin;
  for (unsigned call = 0; call < TORTURE_CALLS; call++)
    if (page->watched[call]) {
      program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1);
      program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    }
  program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog whole = {length, program};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  /* A call is not interrupted any more once its watcher knows of it: since Linux 5.19. */
  enum { LISTENER = SECCOMP_FILTER_FLAG_NEW_LISTENER, KILLABLE = 1 << 5 };
  int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, LISTENER | KILLABLE, &whole);
  if (listener < 0 && errno == EINVAL)
    listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, LISTENER, &whole);
  return listener;
}

static void hand_over(int listener) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof listener)];
  } control = {.header = {CMSG_LEN(sizeof listener), SOL_SOCKET, SCM_RIGHTS}};
  char byte = 0;
  struct iovec part = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  memcpy(CMSG_DATA(&control.header), &listener, sizeof listener);
  if (sendmsg(TORTURE_SOCKET, &message, 0) < 0)
    _exit(125);
}

static void end(void) {
  atomic_store(&torture->ending, 1);
}

__attribute__((constructor)) static void begin(void) {
  if (!getenv(TORTURE_VARIABLE))
    return;
  unsetenv(TORTURE_VARIABLE);
  struct torture *page =
      mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, TORTURE_PAGE, 0);
  if (page == MAP_FAILED)
    _exit(125);
  atexit(end);
  settle_pace.step = 2; /* sessions are short; what settles, settles at once on the loopback */
  settle_pace.quiet = 8;
  close(TORTURE_PAGE);
  if (page->filter) {
    int listener = set_filter(page);
    if (listener < 0)
      _exit(125);
    hand_over(listener);
    close(listener);
  }
  close(TORTURE_SOCKET);
  torture = page;
}
