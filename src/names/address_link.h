/* address_link: addresses of AF_PACKET, AF_VSOCK and AF_NETLINK as text, typed as they are shown:
 *
 *   packet:lo,ETH_P_IP        an interface (* for all), and a protocol; what came also has its
 *                             direction, the kind of hardware, and the hardware address
 *   vsock:host:1024           a machine's number or name, and a port (* for any)
 *   netlink:4711,RTMGRP_LINK  a port number (0: the kernel), and groups */
#ifndef SOCKSH_NAMES_ADDRESS_LINK_H
#define SOCKSH_NAMES_ADDRESS_LINK_H

#include "names/address.h"

/* True if the text begins as one of these addresses. */
bool address_link_begins(const char *text, size_t length);

/* Parses it, with the network in which an interface is looked for: 0, or -1 with *reason set to
 * what is wrong. */
int address_link_parse(const char *text, size_t length, int network, struct address *address,
                       const char **reason);

/* Appends it. Netlink's groups have names on a socket of NETLINK_ROUTE (`route`), and are a number
 * elsewhere. False if the address is none of these, or too short to be one. */
bool address_link_append(const struct address *address, bool route, struct bytes *bytes);

/* A field of it as a value: .interface .protocol .direction .hardware .mac, .cid .port, .pid
 * .groups. -1 if it has no such field, and then *fields lists those it has; it is NULL for an
 * address of other families. */
int address_link_field(const struct address *address, const char *name, struct bytes *text,
                       const char **fields);

/* Appends the name of the address's interface. Whoever makes one may use any byte for it. */
void address_link_append_interface(const struct address *address, struct bytes *bytes);

#endif
