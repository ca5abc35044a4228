/* interface: a host's interfaces, as TUN devices, with their addresses and routes. What is here
 * runs in the helper, in the network namespace of the host, and asks for no memory. */
#ifndef SOCKSH_LAB_INTERFACE_H
#define SOCKSH_LAB_INTERFACE_H

#include "lab/request.h"

/* Makes one: its TUN descriptor, which does not block. Each packet has a struct virtio_net_hdr
 * before it. 0, or an errno with how far it came. */
int interface_create(const struct lab_request *request, int *device, bool *inet6,
                     enum lab_stage *stage);

/* Sets one up that is there: the loopback. 0, or an errno. */
int interface_raise(const char *name);

/* Adds a way to one of the wires. 0, or an errno. */
int interface_route(const struct lab_request *request);

/* Sets how much one packet may hold. Where IPv6 has gone for want of 1,280 bytes, it comes back
 * with them: says whether it is there. 0, or an errno. */
int interface_set_mtu(const struct lab_request *request, bool *inet6);

#endif
