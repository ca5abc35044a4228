/* What the lab's helper answers: messages, each behind a byte for its length in units of 8. Where
 * the program's own types are bits, any value of a byte is made one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/lab.h"
#include "lab/talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer(int end, const uint8_t *data, size_t length) {
  struct lab_reply reply = {0};
  memcpy(&reply, data, length);
  unsigned char *bytes = (unsigned char *)&reply;
  bytes[offsetof(struct lab_reply, handed)] &= 1;
  bytes[offsetof(struct lab_reply, inet6)] &= 1;
  reply.stage = (enum lab_stage)((unsigned)reply.stage % (STAGE_NAMES + 1));
  (void)!send(end, &reply, length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct lab lab;
  static struct talk talk;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
    return 0;
  lab.helper.control = ends[0];
  lab.questions = 0;
  for (size_t at = 0; at < size;) {
    size_t length = 8 * (size_t)data[at++];
    length = length < size - at ? length : size - at;
    answer(ends[1], data + at, length);
    at += length;
  }
  shutdown(ends[1], SHUT_WR);
  memset(&talk, 0, sizeof talk);
  talk.request.ask = ASK_SETTING;
  int error = talk_ask(&lab, &talk, TALK_FOR_PROGRAM);
  if (error != talk.reply.error)
    abort();
  if (error == 0 && talk.reply.length > sizeof talk.reply.text)
    abort();
  close(ends[0]);
  close(ends[1]);
  return 0;
}
