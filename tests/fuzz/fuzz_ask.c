/* What the lab's helper is asked. It is read by the helper's own code, which is included here with
 * system calls that only pretend, since the real ones would change the machine: each succeeds or
 * fails as a bit of the input says. Descriptors are numbers in a list, so that one that stays open
 * behind an answer, or is closed twice, is found.
 *
 * The input is 32 bytes of those bits, then requests, each behind two bytes for its length, without
 * the text's unused rest. Where the program's own types are bits, any byte is made one. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/close_range.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <linux/ipv6_route.h>
#include <linux/netlink.h>
#include <linux/route.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lab/confine.h"
#include "lab/helper.h"
#include "lab/hosts_file.h"
#include "lab/interface.h"
#include "system/descriptor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOODS = 32, NUMBERS = 1024, FIRST = 10 };

static uint8_t moods[MOODS];
static unsigned made; /* calls so far */
static bool is_open[NUMBERS];
static unsigned answers;

static void check(bool holds) {
  if (!holds)
    abort();
}

static bool fails(void) {
  static const int errors[] = {EPERM, ENOMEM, EMFILE, ENOSPC, EEXIST, ENOENT, EINVAL, ENOBUFS};
  unsigned turn = made++ % (MOODS * 8);
  errno = errors[made % 8];
  return moods[turn / 8] >> turn % 8 & 1;
}

static int new_number(void) {
  int number = FIRST;
  if (fails())
    return -1;
  while (is_open[number])
    check(++number < NUMBERS);
  is_open[number] = true;
  return number;
}

static void check_number(int number) {
  check(number >= FIRST && number < NUMBERS && is_open[number]);
}

static int pretend_open(const char *path, ...) {
  check(strlen(path) < LAB_NAME);
  return new_number();
}

static int pretend_close(int number) {
  check_number(number);
  is_open[number] = false;
  return 0;
}

static int pretend_pair(int numbers[2]) {
  int first = new_number();
  int second = first < 0 ? -1 : new_number();
  if (second < 0) {
    if (first >= 0)
      pretend_close(first);
    return -1; /* with both as they were, as socketpair(2) */
  }
  numbers[0] = first;
  numbers[1] = second;
  return 0;
}

/* A call that is asked only whether it succeeds; what it points to is read. */
static int pretend(const char *text) {
  check(!text || strlen(text) < LAB_NAME);
  return fails() ? -1 : 0;
}

static int pretend_mount(const char *from, const char *target, const char *kind, unsigned long how,
                         const char *data) {
  (void)how;
  return pretend(from) | pretend(target) | pretend(kind) | pretend(data);
}

static int pretend_socket(int family, int type, int protocol) {
  (void)family, (void)type, (void)protocol;
  return new_number();
}

static int pretend_on(int number) {
  check_number(number);
  return pretend(NULL);
}

static int pretend_ioctl(int number, unsigned long request, const void *argument) {
  struct ifreq read;
  check_number(number);
  (void)request;
  memcpy(&read, argument, sizeof(struct in6_ifreq)); /* the least of what is handed over */
  return fails() ? -1 : 0;
}

static ssize_t pretend_read(int number, void *to, size_t size) {
  check_number(number);
  if (fails())
    return -1;
  size_t got = size < 100 ? size : 100;
  memset(to, 'x', got);
  return (ssize_t)got;
}

static ssize_t pretend_write(int number, const void *from, size_t size) {
  static char sink[2 * LAB_TEXT + 64 * 1024];
  check_number(number);
  check(size <= sizeof sink);
  memcpy(sink, from, size);
  return fails() ? -1 : (ssize_t)size;
}

static int pretend_hostname(char *to, size_t size) {
  if (fails())
    return -1;
  memset(to, 'h', size); /* as gethostname(2), without a zero where it does not fit */
  return 0;
}

/* The reply, then the serial alone. */
static ssize_t pretend_send(const struct msghdr *message) {
  static char sink[sizeof(struct lab_reply)];
  const struct cmsghdr *header = message->msg_control ? CMSG_FIRSTHDR(message) : NULL;
  size_t size = message->msg_iov->iov_len;
  check(size <= sizeof sink);
  memcpy(sink, message->msg_iov->iov_base, size);
  for (size_t i = 0; header && i < (header->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
    int number;
    memcpy(&number, CMSG_DATA(header) + i * sizeof number, sizeof number);
    check_number(number);
  }
  answers++;
  return (ssize_t)size;
}

#define open(...) pretend_open(__VA_ARGS__)
#define close(number) pretend_close(number)
#define socket(family, type, protocol) pretend_socket(family, type, protocol)
#define socketpair(family, type, protocol, numbers) pretend_pair(numbers)
#define fcntl(number, ...) (pretend_on(number) < 0 ? -1 : new_number())
#define setns(number, kind) pretend_on(number)
#define unshare(kind) pretend(NULL)
#define mount(...) pretend_mount(__VA_ARGS__)
#define umount2(target, flags) pretend(target)
#define sethostname(name, size) (check(strnlen(name, size) == (size)), pretend(NULL))
#define gethostname(to, size) pretend_hostname(to, size)
#define ioctl(number, request, argument) pretend_ioctl(number, request, argument)
#define ftruncate(number, size) pretend_on(number)
#define read(number, to, size) pretend_read(number, to, size)
#define pread(number, to, size, at) pretend_read(number, to, size)
#define recv(number, to, size, flags) pretend_read(number, to, size)
#define write(number, from, size) pretend_write(number, from, size)
#define pwrite(number, from, size, at) pretend_write(number, from, size)
#define send(number, from, size, flags) pretend_write(number, from, size)
#define sendmsg(number, message, flags) pretend_send(message)

/* Whatever these include was included above. */
#include "lab/helper.c"    // NOLINT(bugprone-suspicious-include)
#include "lab/interface.c" // NOLINT(bugprone-suspicious-include)

#include "lab/hosts_file.c" // NOLINT(bugprone-suspicious-include)

static void forget(void) {
  memset(&child_inside, 0, sizeof child_inside);
  memset(is_open, 0, sizeof is_open);
  memset(moods, 0, sizeof moods);
  written_length = 0;
  made = 0;
}

/* What stays open is what the hosts have, and the namespace that their mounts come from. */
static void check_open(void) {
  size_t kept = child_inside.mounts >= 0;
  size_t count = 0;
  for (unsigned i = 0; i < child_inside.count; i++)
    kept += 3 + (child_inside.hosts[i].names >= 0);
  for (size_t i = 0; i < NUMBERS; i++)
    count += is_open[i];
  check(count == kept);
}

static void ask(const uint8_t *data, size_t length) {
  struct lab_request *request = &child_inside.request;
  unsigned char *bytes = (unsigned char *)request;
  memset(request, 0, sizeof *request);
  memcpy(request, data, length);
  request->ask = (enum lab_ask)((unsigned)request->ask % (ASK_NAMES + 1));
  bytes[offsetof(struct lab_request, pair)] &= 1;
  bytes[offsetof(struct lab_request, writes)] &= 1;
  bytes[offsetof(struct lab_request, bare)] &= 1;
  if (!is_whole(request, (ssize_t)length))
    return;
  unsigned before = answers;
  answer(&child_inside);
  check(child_inside.reply.length <= sizeof child_inside.reply.text);
  check(child_inside.reply.error == 0 || child_inside.gives == 0);
  check((child_inside.reply.error == 0) == (child_inside.reply.stage == STAGE_NONE));
  send_reply(&child_inside);
  check(answers == before + 1 + child_inside.reply.handed);
  check_open();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  forget();
  if (size < MOODS)
    return 0;
  prepare_mounts(&child_inside);
  memcpy(moods, data, MOODS);
  data += MOODS;
  size -= MOODS;
  while (size > 2) {
    size_t length = (size_t)data[0] << 8 | data[1];
    data += 2;
    size -= 2;
    length = length < size ? length : size;
    length = length < sizeof(struct lab_request) ? length : sizeof(struct lab_request);
    ask(data, length);
    data += length;
    size -= length;
  }
  return 0;
}
