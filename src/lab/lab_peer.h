/* lab_peer: a host of the lab without a kernel: segments that are sent to it are read by whoever
 * has its descriptor, and what is written there it sends. Nothing answers by itself. */
#ifndef SOCKSH_LAB_LAB_PEER_H
#define SOCKSH_LAB_LAB_PEER_H

#include "lab/lab.h"

/* Adds a host with the kernel's own settings, for tests of it, and an address in place of the
 * wire's; its network is 16 bits of IPv4, or 64 of IPv6. 0, or -1 with an error. */
int lab_add_tested(struct lab *lab, const char *name, const char *wire,
                   const struct address *address, struct error *error);

/* Adds a peer. Returns its descriptor, the caller's and not blocking; or -1 with an error. */
int lab_add_peer(struct lab *lab, const char *name, const char *wire, const struct address *address,
                 struct error *error);

/* Nothing crosses to or from the host any more, and its own addresses are free for another: a test
 * has ended. */
void lab_retire(struct lab *lab, struct lab_host *host);

/* Reads a packet that has come to it, from its IP header on, into `bytes`, and when it came, in
 * monotonic nanoseconds. False: none has. */
bool lab_peer_read(int peer, struct bytes *bytes, int64_t *time);

/* Sends a packet of its own. 0, or an errno. */
int lab_peer_write(int peer, const void *bytes, size_t length);

#endif
