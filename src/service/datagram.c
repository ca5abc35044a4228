#include "service/datagram.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "service/report.h"
#include "system/wait.h"

enum {
  BATCH = 64,       /* datagrams at a time */
  DATAGRAM = 65536, /* the longest there can be */
};

/* The memory for a batch of datagrams and their answers. */
struct batch {
  unsigned size; /* how many at a time: 1 for the iterative model */
  struct mmsghdr in[BATCH];
  struct mmsghdr out[BATCH];
  struct iovec in_parts[BATCH];
  struct iovec out_parts[BATCH];
  struct address from[BATCH];
  unsigned answers;
  bool told;   /* that answers could not be sent, since the last one that could */
  char data[]; /* DATAGRAM bytes for each; unused pages take no memory */
};

static unsigned batch_size(const struct service_plan *plan) {
  return plan->model == MODEL_ITERATIVE ? 1 : BATCH;
}

size_t loop_datagrams_memory(const struct service_plan *plan) {
  return sizeof(struct batch) + (size_t)batch_size(plan) * DATAGRAM;
}

static int receive(const struct loop *loop, struct batch *batch) {
  for (unsigned i = 0; i < batch->size; i++)
    batch->in[i].msg_hdr = (struct msghdr){.msg_name = &batch->from[i].storage,
                                           .msg_namelen = sizeof batch->from[i].storage,
                                           .msg_iov = &batch->in_parts[i],
                                           .msg_iovlen = 1};
  return recvmmsg(loop->listener, batch->in, batch->size, MSG_DONTWAIT, NULL);
}

/* Has the handler answer one datagram. */
static void answer(const struct service_plan *plan, struct batch *batch, unsigned i) {
  struct handler_state state = {0};
  struct handler_reply reply = {0};
  struct handler_question question = {
      .data = batch->in_parts[i].iov_base, .length = batch->in[i].msg_len, .datagram = true};
  struct msghdr *from = &batch->in[i].msg_hdr;
  bool nameless = from->msg_namelen <= sizeof(sa_family_t);
  if (plan->given) {
    question.given = plan->given->data;
    question.given_length = plan->given->length;
  }
  plan->handler->answer(&state, &question, &reply);
  if (reply.none || nameless) /* a Unix client without a name can't be answered */
    return;
  unsigned at = batch->answers++;
  batch->out_parts[at] = (struct iovec){(void *)reply.data, reply.length};
  batch->out[at].msg_hdr = (struct msghdr){.msg_name = from->msg_name,
                                           .msg_namelen = from->msg_namelen,
                                           .msg_iov = &batch->out_parts[at],
                                           .msg_iovlen = 1};
}

/* Reports the first answer of a row that could not be sent, and counts the others. */
static void tell_unsent(struct service *service, struct batch *batch, int error) {
  if (!batch->told && error != EAGAIN) {
    service_report_failure(service, "sendmmsg", error);
    batch->told = true;
    return;
  }
  service->last_error = error;
  count(&service->errors, 1);
}

/* Sends the answers. One that can't be sent is counted as an error, and the rest are sent. A Unix
 * client with a full buffer must not delay the others, so its answer is dropped, as a network would
 * drop it. */
static void send_answers(const struct loop *loop, struct batch *batch) {
  struct service *service = loop->service;
  unsigned done = 0;
  uint64_t bytes = 0;
  while (done < batch->answers) {
    int sent = sendmmsg(loop->listener, batch->out + done, batch->answers - done,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0) {
      tell_unsent(service, batch, errno);
      done++;
      continue;
    }
    batch->told = false;
    for (int i = 0; i < sent; i++)
      bytes += batch->out[done + (unsigned)i].msg_len;
    done += (unsigned)sent;
  }
  batch->answers = 0;
  count(&service->sent, bytes);
}

static void serve(const struct loop *loop, struct batch *batch, unsigned came) {
  struct service *service = loop->service;
  uint64_t bytes = 0;
  for (unsigned i = 0; i < came; i++) {
    uint32_t place = 0;
    bytes += batch->in[i].msg_len;
    if (service->until.text)
      service_search(service, &place, batch->in_parts[i].iov_base, batch->in[i].msg_len);
    answer(&service->plan, batch, i);
  }
  count(&service->received, bytes);
  count(&service->total, came);
  send_answers(loop, batch);
}

/* Waits for the next datagram. */
static void wait_for_more(const struct loop *loop) {
  struct pollfd item = {.fd = loop->listener, .events = POLLIN};
  ppoll(&item, 1, NULL, service_waiting_signals());
}

/* A call that has failed may fail again and again, so it is retried only after a pause. */
static void pause_after(struct service *service, int error) {
  struct timespec pause = {.tv_nsec = 100000000};
  service_report_failure(service, "recvmmsg", error);
  ppoll(NULL, 0, &pause, service_waiting_signals());
}

void loop_run_datagrams(struct loop *loop) {
  struct service *service = loop->service;
  struct batch *batch = loop->memory;
  batch->size = batch_size(&service->plan);
  for (unsigned i = 0; i < batch->size; i++)
    batch->in_parts[i] = (struct iovec){batch->data + (size_t)i * DATAGRAM, DATAGRAM};
  while (service->end == SERVICE_RUNS && !service->let_go) {
    int came = receive(loop, batch);
    if (came > 0)
      serve(loop, batch, (unsigned)came);
    else if (errno == EAGAIN)
      wait_for_more(loop);
    else if (errno != EINTR && errno != ECONNREFUSED) /* an ICMP error for an earlier answer is no
                                                         problem of this socket */
      pause_after(service, errno);
  }
}
