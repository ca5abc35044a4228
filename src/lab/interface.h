/* interface: a host's interfaces, as TUN devices, with their addresses and routes. This code runs
 * in the helper, in the host's network namespace, and allocates no memory. */
#ifndef SOCKSH_LAB_INTERFACE_H
#define SOCKSH_LAB_INTERFACE_H

#include "lab/request.h"

/* Creates one: returns its TUN descriptor, non-blocking. A struct virtio_net_hdr precedes each
 * packet. 0, or an errno, with the stage it reached. */
int interface_create(const struct lab_request *request, int *device, bool *inet6,
                     enum lab_stage *stage);

/* Whether an errno says that memory or descriptors are short: no answer of the kernel to what was
 * asked, and so a failure also where an answer of no is none. */
bool interface_is_shortage(int error);

/* Brings up an existing interface: the loopback. 0, or an errno. */
int interface_raise(const char *name);

/* Adds a route to one of the wires. 0, or an errno. */
int interface_route(const struct lab_request *request);

/* Makes the default route lead out of an interface, in place of the one there is. 0, or an errno.
 */
int interface_lead_out(const struct lab_request *request);

/* Sets the MTU, in bytes. An MTU below 1,280 removes IPv6; a larger one brings it back. Reports
 * whether it is there. 0, or an errno. */
int interface_set_mtu(const struct lab_request *request, bool *inet6);

#endif
