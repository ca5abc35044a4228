#include "lab/talk.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "system/descriptor.h"
#include "system/wait.h"

static void close_all(int *descriptors) {
  for (size_t i = 0; i < LAB_DESCRIPTORS; i++) {
    if (descriptors[i] >= 0)
      close(descriptors[i]);
    descriptors[i] = -1;
  }
}

/* Takes the descriptors attached to an answer: the program's own are moved up, the user's get the
 * lowest numbers. 0; or an errno, with none taken. */
static int take_descriptors(struct msghdr *message, bool own, int *descriptors) {
  struct cmsghdr *header = CMSG_FIRSTHDR(message);
  bool rights = header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS;
  size_t count = rights ? (header->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
  int error = message->msg_flags & MSG_CTRUNC ? EMFILE : 0; /* there was no free number for it */
  for (size_t i = 0; i < count && i < LAB_DESCRIPTORS; i++) {
    memcpy(&descriptors[i], CMSG_DATA(header) + i * sizeof(int), sizeof(int));
    if (own && (descriptors[i] = descriptor_move_up(descriptors[i])) < 0)
      error = errno;
  }
  if (error)
    close_all(descriptors);
  return error;
}

/* One exchange, and what it needs. */
struct exchange {
  struct lab *lab;
  struct talk *talk;
  bool own; /* it can't be interrupted */
  int flags;
  struct iovec part;
  struct msghdr message;
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int) * LAB_DESCRIPTORS)];
  } control;
};

/* How long the helper may take for one answer, in nanoseconds: a thousand times what it takes; and
 * after a question that it has not answered, so that not each further one takes so long. */
static const int64_t PATIENCE = 10000000000;
static const int64_t PATIENCE_AGAIN = 500000000;

/* Waits until there is something to read from the helper, which may be stopped, or have lost its
 * answer. 0, or an errno: ETIMEDOUT, or EINTR when the caller is to stop. */
static int await_message(const struct exchange *exchange) {
  enum { SOON = 5, SLICE = 50 }; /* milliseconds: an answer's time; between looks for the end */
  int64_t until = clock_monotonic() + (exchange->lab->silent ? PATIENCE_AGAIN : PATIENCE);
  int timeout = SOON;
  for (;; timeout = SLICE) {
    struct pollfd item = {.fd = exchange->lab->helper.control, .events = POLLIN};
    /* A question of the user's is a call, which is a wait already. */
    bool waits = timeout == SLICE && exchange->own && wait_begin_here();
    int ready = poll(&item, 1, timeout);
    int problem = ready < 0 ? errno : 0;
    if (waits)
      wait_end_here();
    if (ready > 0)
      return 0;
    if (problem && problem != EINTR && problem != EAGAIN && problem != ENOMEM)
      return problem;
    if (wait_reason_here() >= (exchange->own ? WAIT_USER : WAIT_BLOCKS))
      return EINTR;
    if (clock_monotonic() >= until)
      return ETIMEDOUT;
  }
}

/* Receives one message. Returns its length, or -1 with errno set: ENOTCONN if the helper is
 * gone. */
static ssize_t receive(struct exchange *exchange, void *data, size_t size) {
  exchange->part = (struct iovec){data, size};
  exchange->message = (struct msghdr){.msg_iov = &exchange->part,
                                      .msg_iovlen = 1,
                                      .msg_control = exchange->control.room,
                                      .msg_controllen = sizeof exchange->control};
  ssize_t got;
  do {
    int error = await_message(exchange);
    if (error) {
      errno = error;
      return -1;
    }
    got =
        recvmsg(exchange->lab->helper.control, &exchange->message, exchange->flags | MSG_DONTWAIT);
  } while (got < 0 && (errno == EAGAIN || errno == EINTR));
  if (got == 0)
    errno = ENOTCONN;
  return got > 0 ? got : -1;
}

/* Receives the answer, skipping those to questions that were given up. 0, or an errno. */
static int receive_answer(struct exchange *exchange) {
  struct talk *talk = exchange->talk;
  for (;;) {
    ssize_t got = receive(exchange, &talk->reply, sizeof talk->reply);
    if (got < 0)
      return errno;
    if (got < (ssize_t)offsetof(struct lab_reply, text))
      continue; /* the end of such an answer */
    size_t text = (size_t)got - offsetof(struct lab_reply, text);
    if (talk->reply.length > text) /* it is believed no more than any other process */
      talk->reply.length = text;
    if (talk->reply.serial == talk->request.serial)
      return 0;
    take_descriptors(&exchange->message, false, talk->descriptors);
    close_all(talk->descriptors);
  }
}

/* Waits until the helper has closed what it handed over: before that, a close here would end
 * nothing. An interrupted caller does not wait. */
static void await_release(struct exchange *exchange) {
  struct exchange release = {
      .lab = exchange->lab, .talk = exchange->talk, .own = exchange->own, .flags = exchange->flags};
  uint32_t serial = 0;
  receive(&release, &serial, sizeof serial);
}

static int ask(struct exchange *exchange) {
  struct talk *talk = exchange->talk;
  size_t size = offsetof(struct lab_request, text) + talk->request.length;
  ssize_t sent;
  talk->request.serial = ++exchange->lab->questions;
  do
    sent = send(exchange->lab->helper.control, &talk->request, size, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0)
    return errno == EPIPE || errno == ECONNRESET ? ENOTCONN : errno;
  int error = receive_answer(exchange);
  if (error == 0 && talk->reply.handed)
    await_release(exchange);
  return error;
}

int talk_ask(struct lab *lab, struct talk *talk, enum talk_for whom) {
  bool own = whom == TALK_FOR_PROGRAM;
  struct exchange exchange = {
      .lab = lab, .talk = talk, .own = own, .flags = whom == TALK_FOR_USER ? 0 : MSG_CMSG_CLOEXEC};
  for (size_t i = 0; i < LAB_DESCRIPTORS; i++)
    talk->descriptors[i] = -1;
  pthread_mutex_lock(&lab->control);
  int error = ask(&exchange);
  if (error == 0 || error == ETIMEDOUT)
    lab->silent = error != 0;
  pthread_mutex_unlock(&lab->control);
  if (error)
    talk->reply =
        (struct lab_reply){.stage = STAGE_CONTROL, .error = error == ECONNRESET ? ENOTCONN : error};
  else if (talk->reply.error == 0)
    talk->reply.error = take_descriptors(&exchange.message, own, talk->descriptors);
  return talk->reply.error;
}

struct talk *talk_create(enum lab_ask what, unsigned host) {
  struct talk *talk = calloc(1, sizeof *talk);
  if (talk) {
    talk->request.ask = what;
    talk->request.host = host;
  }
  return talk;
}

int talk_own(struct lab *lab, struct talk *talk, struct error *error) {
  if (talk_ask(lab, talk, TALK_FOR_PROGRAM) == 0)
    return 0;
  return lab_explain(talk->reply.stage, talk->reply.error, error);
}
