/* Which threads are apart, and how ThreadSanitizer is told.
 *
 * ThreadSanitizer assumes that all threads share one descriptor table, and remembers for each
 * number who used it. It would report what a thread with a table of its own does to its 4 as a race
 * with what others do to theirs. So in such a thread, and in no other, the calls below go straight
 * to the C library; its memory and locks are checked as usual. tests/threads/told shows both. */
#include "system/descriptor.h"

static _Thread_local bool apart;

bool descriptor_is_apart(void) {
  return apart;
}

void descriptor_set_apart(void) {
  apart = true;
}

#ifdef __has_feature /* clang's spelling */
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__
#endif
#endif

#ifdef __SANITIZE_THREAD__

#include <dlfcn.h>
#include <gnu/lib-names.h>
#include <stdlib.h>

/* Each call has at most six arguments, each one word on every machine that ThreadSanitizer
 * supports. */
#define WORDS long a, long b, long c, long d, long e, long f
typedef long any_call(WORDS);

static any_call *find(const char *name) {
  void *library = dlopen(LIBC_SO, RTLD_LAZY | RTLD_NOLOAD);
  any_call *found;
  if (!library || !(*(void **)&found = dlsym(library, name)))
    abort();
  return found;
}

/* The function defined here takes the call's own name; ThreadSanitizer's is reached by its second
 * name. The C library's is looked up at the start, while there is one thread. */
#define TELL(call)                                                                                 \
  any_call __interceptor_##call;                                                                   \
  any_call told_##call __asm__(#call);                                                             \
  static any_call *direct_##call;                                                                  \
  __attribute__((constructor)) static void find_##call(void) {                                     \
    direct_##call = find(#call);                                                                   \
  }                                                                                                \
  long told_##call(WORDS) {                                                                        \
    return (apart ? direct_##call : __interceptor_##call)(a, b, c, d, e, f);                       \
  }

/* The calls by which ThreadSanitizer tracks descriptors, as far as such threads make them. It
 * ignores getsockopt, getsockname, poll and the like. If one is missing here, ThreadSanitizer
 * reports a race. */
TELL(accept4)
TELL(bind)
TELL(close)
TELL(connect)
TELL(epoll_create1)
TELL(epoll_ctl)
TELL(epoll_pwait)
TELL(fstat)
TELL(listen)
TELL(open)
TELL(read)
TELL(recv)
TELL(recvfrom)
TELL(recvmmsg)
TELL(recvmsg)
TELL(send)
TELL(sendmmsg)
TELL(sendto)
TELL(socket)
TELL(write)

#endif
