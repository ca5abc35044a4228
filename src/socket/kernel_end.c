#include "socket/kernel_end.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int kernel_end_join(int descriptor) {
  struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                .nl_groups = 1u << (SKNLGRP_INET_TCP_DESTROY - 1)};
  if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0)
    return descriptor;
  close(descriptor);
  return -1;
}

static void read_notice(const struct nlmsghdr *header,
                        void (*each)(uint64_t cookie, const struct tcp_info_bytes *info,
                                     void *context),
                        void *context) {
  const struct inet_diag_msg *message = mnl_nlmsg_get_payload(header);
  struct tcp_info_bytes info = {.length = 0};
  const char *tail = mnl_nlmsg_get_payload_tail(header);
  if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
      mnl_nlmsg_get_payload_len(header) < sizeof *message)
    return;
  for (const struct nlattr *attribute = mnl_nlmsg_get_payload_offset(header, sizeof *message);
       mnl_attr_ok(attribute, (int)(tail - (const char *)attribute));
       attribute = mnl_attr_next(attribute)) {
    size_t length = mnl_attr_get_payload_len(attribute);
    if (mnl_attr_get_type(attribute) != INET_DIAG_INFO)
      continue;
    info.length = length < sizeof info.data ? length : sizeof info.data;
    memcpy(info.data, mnl_attr_get_payload(attribute), info.length);
  }
  each((uint64_t)message->id.idiag_cookie[1] << 32 | message->id.idiag_cookie[0], &info, context);
}

void kernel_end_read(int descriptor, int milliseconds,
                     void (*each)(uint64_t cookie, const struct tcp_info_bytes *info,
                                  void *context),
                     void *context) {
  enum { BUFFER = 8192 };
  char buffer[BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
  struct pollfd item = {.fd = descriptor, .events = POLLIN};
  if (descriptor < 0 || poll(&item, 1, milliseconds) <= 0)
    return;
  for (;;) {
    ssize_t got = recv(descriptor, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0)
      return;
    int left = (int)got;
    for (const struct nlmsghdr *header = (const struct nlmsghdr *)(const void *)buffer;
         mnl_nlmsg_ok(header, left); header = mnl_nlmsg_next(header, &left))
      read_notice(header, each, context);
  }
}
