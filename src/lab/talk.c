#include "lab/talk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket/descriptor.h"

static void close_all(int *descriptors) {
  for (size_t i = 0; i < LAB_DESCRIPTORS; i++) {
    if (descriptors[i] >= 0)
      close(descriptors[i]);
    descriptors[i] = -1;
  }
}

/* Takes what came with an answer: descriptors of the program's own are moved up, those of the user get the lowest numbers. 0, or an
 * errno, and nothing is taken. */
static int take_descriptors(struct msghdr *message, bool own, int *descriptors) {
  struct cmsghdr *header = CMSG_FIRSTHDR(message);
  bool rights = header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS;
  size_t count = rights ? (header->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
  int error = message->msg_flags & MSG_CTRUNC ? EMFILE : 0; /* no number was left for it */
  for (size_t i = 0; i < count && i < LAB_DESCRIPTORS; i++) {
    memcpy(&descriptors[i], CMSG_DATA(header) + i * sizeof(int), sizeof(int));
    if (own && (descriptors[i] = descriptor_move_up(descriptors[i])) < 0)
      error = errno;
  }
  if (error)
    close_all(descriptors);
  return error;
}

int talk_ask(struct lab *lab, struct talk *talk, bool own, bool close_on_exec) {
  struct lab_request *request = &talk->request;
  struct lab_reply *reply = &talk->reply;
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int) * LAB_DESCRIPTORS)];
  } control;
  struct iovec part = {reply, sizeof *reply};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control};
  size_t size = offsetof(struct lab_request, text) + request->length;
  ssize_t got;
  talk->descriptors[0] = talk->descriptors[1] = -1;
  *reply = (struct lab_reply){.stage = STAGE_CONTROL};
  pthread_mutex_lock(&lab->control);
  do
    got = send(lab->helper.control, request, size, MSG_NOSIGNAL);
  while (got < 0 && errno == EINTR);
  int flags = own || close_on_exec ? MSG_CMSG_CLOEXEC : 0;
  do
    got = got < 0 ? got : recvmsg(lab->helper.control, &message, flags);
  while (got < 0 && errno == EINTR);
  if (got >= (ssize_t)offsetof(struct lab_reply, text) && reply->handed)
    while (recv(lab->helper.control, NULL, 0, 0) < 0 && errno == EINTR)
      ;
  pthread_mutex_unlock(&lab->control);
  if (got < (ssize_t)offsetof(struct lab_reply, text))
    return reply->error = ENOTCONN;
  if (reply->error == 0)
    reply->error = take_descriptors(&message, own, talk->descriptors);
  return reply->error;
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
  if (talk_ask(lab, talk, true, true) == 0)
    return 0;
  return lab_explain(talk->reply.stage, talk->reply.error, error);
}
