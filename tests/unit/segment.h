/* segment: segments of one connection between a client and a server, for tests. The headers that
 * cmocka needs come first. */
#ifndef SOCKSH_TESTS_SEGMENT_H
#define SOCKSH_TESTS_SEGMENT_H

#include <netinet/in.h>
#include <string.h>

#include "lab/flow.h"

enum { CLIENT_START = 1000, SERVER_START = 0xfffffff0 }; /* the server's numbers wrap around */

/* A segment from the client (port 40000) or the server (port 80), with relative numbers. */
struct segment {
  bool server;
  unsigned flags;
  uint32_t sequence;
  uint32_t acknowledgment;
  size_t length;
  int port;        /* of the client; 0: 40000 */
  unsigned window; /* 0: 500 */
  bool closed;     /* the window is 0 */
};

static inline struct bytes build(struct segment segment) {
  static const char data[2000];
  struct error error;
  struct bytes bytes = {0};
  struct packet_plan plan = {.hops = 64, .protocol = IPPROTO_TCP, .flags = segment.flags};
  struct address ends[2];
  plan.window = segment.closed ? 0 : segment.window ? segment.window : 500;
  for (int i = 0; i < 2; i++) {
    ends[i] = (struct address){.length = sizeof ends[i].inet};
    ends[i].inet.sin_family = AF_INET;
    ends[i].inet.sin_addr.s_addr = htonl(0x0a000001U + (unsigned)i);
    ends[i].inet.sin_port = htons(i == 0 ? (uint16_t)(segment.port ? segment.port : 40000) : 80);
  }
  plan.source = ends[segment.server];
  plan.destination = ends[!segment.server];
  plan.sequence = segment.sequence + (segment.server ? SERVER_START : CLIENT_START);
  if (segment.flags & FLAG_ACK)
    plan.acknowledgment = segment.acknowledgment + (segment.server ? CLIENT_START : SERVER_START);
  plan.data = data;
  plan.data_length = segment.length;
  assert_int_equal(packet_build(&plan, &bytes, &error), 0);
  return bytes;
}

static inline bool note(struct flow_table *table, struct segment segment,
                        struct flow_bases *bases) {
  struct bytes bytes = build(segment);
  struct packet packet;
  packet_read(bytes.data, bytes.length, bytes.length, &packet);
  bool known = flow_note(table, &packet, 0, 1, bases);
  bytes_free(&bytes);
  return known;
}

#endif
