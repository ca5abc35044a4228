/* Which threads are apart, and that ThreadSanitizer knows it.
 *
 * ThreadSanitizer takes all threads for sharing one table of descriptors, and remembers for each
 * number who used it. What a thread that is apart does to its 4 would be held against what others
 * do to theirs. So in such a thread, and in no other, the calls below go straight to the C library;
 * everything else in it, its memory and its locks, is looked at as ever. tests/threads/told shows
 * both. */
#include "system/descriptor.h"

static _Thread_local bool apart;

bool descriptor_is_apart(void) {
  return apart;
}

void descriptor_set_apart(void) {
  apart = true;
}

#ifdef __has_feature /* clang's way to say it */
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__
#endif
#endif

#ifdef __SANITIZE_THREAD__

#include <dlfcn.h>
#include <gnu/lib-names.h>
#include <stdlib.h>

/* The arguments of each call are at most six words, on every machine that ThreadSanitizer knows. */
#define WORDS long a, long b, long c, long d, long e, long f
typedef long any_call(WORDS);

static any_call *find(const char *name) {
  void *library = dlopen(LIBC_SO, RTLD_LAZY | RTLD_NOLOAD);
  any_call *found;
  if (!library || !(*(void **)&found = dlsym(library, name)))
    abort();
  return found;
}

/* The call's own name becomes that of the function here; ThreadSanitizer's has a second one. The C
 * library's is found at the start, when there is one thread. */
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

/* What such threads call of what ThreadSanitizer follows descriptors by. It does not look at
 * getsockopt, getsockname, poll and the like. A call that is missing here is reported as a race
 * where it matters. */
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
