/* The tables of constants for addresses of AF_PACKET, AF_VSOCK and AF_NETLINK. See
 * constant_table.c. */
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/vm_sockets.h>

#include "names/constant.h"

/* Constants that old headers lack. */
#ifndef ETH_P_LLDP
#define ETH_P_LLDP 0x88CC
#endif
#ifndef VMADDR_CID_LOCAL
#define VMADDR_CID_LOCAL 1
#endif

static const struct constant ether_types[] = {
    {"ETH_P_ALL", ETH_P_ALL, N_("Every packet that the interface receives or sends.")},
    {"ETH_P_IP", ETH_P_IP, N_("Packets of IPv4.")},
    {"ETH_P_IPV6", ETH_P_IPV6, N_("Packets of IPv6.")},
    {"ETH_P_ARP", ETH_P_ARP, N_("ARP, which asks for the hardware address of an IPv4 address.")},
    {"ETH_P_RARP", ETH_P_RARP, N_("Reverse ARP, RFC 903.")},
    {"ETH_P_8021Q", ETH_P_8021Q, N_("Frames with a tag of a virtual LAN.")},
    {"ETH_P_8021AD", ETH_P_8021AD, N_("Frames with an outer tag of a provider's virtual LAN.")},
    {"ETH_P_LLDP", ETH_P_LLDP, N_("LLDP, by which neighbours on a wire tell who they are.")},
    {"ETH_P_PAE", ETH_P_PAE, N_("IEEE 802.1X, which asks for a password at a port of a switch.")},
    {"ETH_P_MPLS_UC", ETH_P_MPLS_UC, N_("Packets with labels of MPLS.")},
    {"ETH_P_PPP_SES", ETH_P_PPP_SES, N_("PPP over Ethernet, within a session.")},
    {"ETH_P_LOOPBACK", ETH_P_LOOPBACK, N_("Packets that test a wire by coming back.")},
    {"ETH_P_802_3", ETH_P_802_3, N_("Frames of 802.3, which have a length in place of a type.")},
    {"ETH_P_802_2", ETH_P_802_2, N_("Frames of 802.2 (LLC), such as those of spanning tree.")},
    {NULL, 0, NULL},
};

static const struct constant packet_types[] = {
    {"PACKET_HOST", PACKET_HOST, N_("The packet was sent to this machine.")},
    {"PACKET_BROADCAST", PACKET_BROADCAST, N_("The packet was sent to all on the wire.")},
    {"PACKET_MULTICAST", PACKET_MULTICAST, N_("The packet was sent to a group.")},
    {"PACKET_OTHERHOST", PACKET_OTHERHOST,
     N_("The packet was sent to another machine; it is seen since the interface is promiscuous.")},
    {"PACKET_OUTGOING", PACKET_OUTGOING, N_("The packet was sent by this machine.")},
    {NULL, 0, NULL},
};

static const struct constant hardware_types[] = {
    {"ARPHRD_ETHER", ARPHRD_ETHER,
     N_("Ethernet, and what looks like it: hardware addresses of 6 bytes.")},
    {"ARPHRD_LOOPBACK", ARPHRD_LOOPBACK, N_("The loopback interface.")},
    {"ARPHRD_NONE", ARPHRD_NONE, N_("No hardware header at all, as on TUN devices and WireGuard.")},
    {"ARPHRD_PPP", ARPHRD_PPP, N_("The Point-to-Point Protocol.")},
    {"ARPHRD_TUNNEL", ARPHRD_TUNNEL, N_("A tunnel of IPv4 in IPv4.")},
    {"ARPHRD_TUNNEL6", ARPHRD_TUNNEL6, N_("A tunnel in IPv6.")},
    {"ARPHRD_SIT", ARPHRD_SIT, N_("A tunnel of IPv6 in IPv4.")},
    {"ARPHRD_IPGRE", ARPHRD_IPGRE, N_("A tunnel of GRE in IPv4.")},
    {"ARPHRD_IEEE80211", ARPHRD_IEEE80211, N_("Frames of a wireless network.")},
    {"ARPHRD_IEEE80211_RADIOTAP", ARPHRD_IEEE80211_RADIOTAP,
     N_("Frames of a wireless network, with what the radio says of each.")},
    {"ARPHRD_INFINIBAND", ARPHRD_INFINIBAND, N_("InfiniBand.")},
    {NULL, 0, NULL},
};

static const struct constant netlink_protocols[] = {
    {"NETLINK_ROUTE", NETLINK_ROUTE,
     N_("Interfaces, addresses, routes, neighbours and queues; see rtnetlink(7).")},
    {"NETLINK_USERSOCK", NETLINK_USERSOCK, N_("Messages between processes.")},
    {"NETLINK_SOCK_DIAG", NETLINK_SOCK_DIAG,
     N_("The list of sockets that ss(8) reads; see sock_diag(7).")},
    {"NETLINK_XFRM", NETLINK_XFRM, N_("The keys and rules of IPsec.")},
    {"NETLINK_AUDIT", NETLINK_AUDIT, N_("The audit of the kernel.")},
    {"NETLINK_CONNECTOR", NETLINK_CONNECTOR,
     N_("The kernel's connector: among others the events of processes.")},
    {"NETLINK_NETFILTER", NETLINK_NETFILTER, N_("Netfilter: nftables, connection tracking.")},
    {"NETLINK_KOBJECT_UEVENT", NETLINK_KOBJECT_UEVENT,
     N_("Events of devices, which udev listens to.")},
    {"NETLINK_GENERIC", NETLINK_GENERIC,
     N_("Generic netlink, where families of messages are registered by name.")},
    {"NETLINK_CRYPTO", NETLINK_CRYPTO, N_("The kernel's ciphers.")},
    {NULL, 0, NULL},
};

static const struct constant route_groups[] = {
    {"RTMGRP_LINK", RTMGRP_LINK, N_("Told when an interface comes, goes or changes.")},
    {"RTMGRP_NOTIFY", RTMGRP_NOTIFY, N_("Told of user-defined notices; unused today.")},
    {"RTMGRP_NEIGH", RTMGRP_NEIGH, N_("Told when an entry of the neighbour table changes.")},
    {"RTMGRP_TC", RTMGRP_TC, N_("Told when a queue or filter of traffic control changes.")},
    {"RTMGRP_IPV4_IFADDR", RTMGRP_IPV4_IFADDR, N_("Told when an IPv4 address comes or goes.")},
    {"RTMGRP_IPV4_MROUTE", RTMGRP_IPV4_MROUTE, N_("Told when a multicast route of IPv4 changes.")},
    {"RTMGRP_IPV4_ROUTE", RTMGRP_IPV4_ROUTE, N_("Told when a route of IPv4 changes.")},
    {"RTMGRP_IPV4_RULE", RTMGRP_IPV4_RULE, N_("Told when a routing rule of IPv4 changes.")},
    {"RTMGRP_IPV6_IFADDR", RTMGRP_IPV6_IFADDR, N_("Told when an IPv6 address comes or goes.")},
    {"RTMGRP_IPV6_MROUTE", RTMGRP_IPV6_MROUTE, N_("Told when a multicast route of IPv6 changes.")},
    {"RTMGRP_IPV6_ROUTE", RTMGRP_IPV6_ROUTE, N_("Told when a route of IPv6 changes.")},
    {"RTMGRP_IPV6_IFINFO", RTMGRP_IPV6_IFINFO,
     N_("Told when the settings of IPv6 on an interface change.")},
    {"RTMGRP_IPV6_PREFIX", RTMGRP_IPV6_PREFIX, N_("Told when a router announces a prefix.")},
    {NULL, 0, NULL},
};

static const struct constant vsock_machines[] = {
    {"VMADDR_CID_ANY", (long)VMADDR_CID_ANY,
     N_("Any machine; bind to it to receive at all of one's own.")},
    {"VMADDR_CID_HYPERVISOR", VMADDR_CID_HYPERVISOR, N_("The hypervisor itself.")},
    {"VMADDR_CID_LOCAL", VMADDR_CID_LOCAL, N_("This machine: the loopback, with vsock_loopback.")},
    {"VMADDR_CID_HOST", VMADDR_CID_HOST, N_("The machine on which this virtual one runs.")},
    {NULL, 0, NULL},
};

const struct constant_set constant_ether_types = {N_("EtherType"), "PROTOCOL", "ETH_P_", false,
                                                  ether_types};
const struct constant_set constant_packet_types = {N_("direction of a packet"), "DIRECTION",
                                                   "PACKET_", false, packet_types};
const struct constant_set constant_hardware_types = {N_("kind of hardware"), "HARDWARE", "ARPHRD_",
                                                     false, hardware_types};
const struct constant_set constant_netlink_protocols = {N_("protocol of netlink"), "PROTOCOL",
                                                        "NETLINK_", false, netlink_protocols};
const struct constant_set constant_route_groups = {N_("group of NETLINK_ROUTE"), "GROUPS",
                                                   "RTMGRP_", true, route_groups};
const struct constant_set constant_vsock_machines = {N_("machine of AF_VSOCK"), "CID",
                                                     "VMADDR_CID_", false, vsock_machines};
