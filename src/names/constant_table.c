/* The sets of constants, and the tables for what socket(2) takes: families, types, protocols,
 * levels. Flags and requests are in constant_flags.c, states and lookups in constant_state.c,
 * errors in constant_errno.c. Adding a name takes one row; if several names share a number, the
 * first is printed. */
#include "names/constant.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>

/* Newer than the C libraries of some systems that socksh builds on. */
#ifndef AF_MCTP
#define AF_MCTP 45
#endif
#ifndef IPPROTO_L2TP
#define IPPROTO_L2TP 115
#endif
#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256
#endif
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef IPPROTO_ETHERNET
#define IPPROTO_ETHERNET 143
#endif
#ifndef SOL_UDPLITE
#define SOL_UDPLITE 136
#endif
#ifndef SOL_SCTP
#define SOL_SCTP 132
#endif
#ifndef SOL_TLS
#define SOL_TLS 282
#endif
#ifndef SOL_XDP
#define SOL_XDP 283
#endif
#ifndef SOL_MPTCP
#define SOL_MPTCP 284
#endif
#ifndef SOL_MCTP
#define SOL_MCTP 285
#endif
#ifndef SOL_SMC
#define SOL_SMC 286
#endif
#ifndef SOL_VSOCK
#define SOL_VSOCK 287
#endif

static const struct constant families[] = {
    {"AF_UNSPEC", AF_UNSPEC,
     N_("No family in particular. connect(2) with an address of this family takes the peer away "
        "from a datagram socket again; getaddrinfo(3) takes it to mean IPv4 and IPv6 both.")},
    {"AF_UNIX", AF_UNIX,
     N_("Sockets between processes of one machine, named by a path in the file system or by an "
        "abstract name that begins with a zero byte. Nothing is lost or reordered on the way, and "
        "descriptors and credentials can be sent along; see unix(7).")},
    {"AF_LOCAL", AF_LOCAL,
     N_("Another name of AF_UNIX: sockets between processes of one machine.")},
    {"AF_FILE", AF_FILE, N_("An old name of AF_UNIX: sockets between processes of one machine.")},
    {"AF_INET", AF_INET,
     N_("IPv4: an address has 4 bytes and a port of 16 bits, both in network byte order, in a "
        "struct sockaddr_in of 16 bytes. See ip(7), tcp(7) and udp(7).")},
    {"AF_INET6", AF_INET6,
     N_("IPv6: an address has 16 bytes, a port of 16 bits, and a scope for link-local addresses, "
        "in a struct sockaddr_in6 of 28 bytes. Unless IPV6_V6ONLY is set such a socket speaks "
        "IPv4, too, by addresses like ::ffff:127.0.0.1.")},
    {"AF_NETLINK", AF_NETLINK,
     N_("Messages between the kernel and programs: ip(8) and ss(8) learn addresses, routes and "
        "sockets by it. The protocol chooses the subsystem; see netlink(7).")},
    {"AF_ROUTE", AF_ROUTE,
     N_("The name that BSD has for routing sockets; here the number of AF_NETLINK.")},
    {"AF_PACKET", AF_PACKET,
     N_("Frames as the network device sees them, below IP: tcpdump(8) uses it. It needs "
        "CAP_NET_RAW, and its protocol is an Ethernet type in network byte order; see packet(7).")},
    {"AF_VSOCK", AF_VSOCK,
     N_("Between a virtual machine and its host, without a network: an address is a context number "
        "(2 is the host, 1 this machine itself) and a port of 32 bits; see vsock(7).")},
    {"AF_BRIDGE", AF_BRIDGE,
     N_("Marks messages about Ethernet bridges in netlink; no sockets are made of it.")},
    {"AF_KEY", AF_KEY,
     N_("Keys of IPsec, after RFC 2367. New programs manage them by AF_NETLINK and NETLINK_XFRM.")},
    {"AF_ALG", AF_ALG,
     N_("The kernel's cryptography as sockets: hashes, ciphers, random numbers. Bind chooses the "
        "algorithm and accept gives a descriptor to operate on.")},
    {"AF_BLUETOOTH", AF_BLUETOOTH,
     N_("Bluetooth: the protocol chooses HCI, L2CAP, RFCOMM, SCO or another layer of it.")},
    {"AF_CAN", AF_CAN,
     N_("The Controller Area Network of cars and machines: small frames with an identifier, and no "
        "addresses.")},
    {"AF_TIPC", AF_TIPC,
     N_("The protocol of clusters: services are named by type and instance, wherever they run.")},
    {"AF_XDP", AF_XDP,
     N_("Packets straight from a network device's queue into memory shared with the program, "
        "chosen by an XDP program; see the kernel's af_xdp documentation.")},
    {"AF_SMC", AF_SMC,
     N_("Shared memory over RDMA with the interface of TCP, into which it falls back where the "
        "network cannot do it.")},
    {"AF_KCM", AF_KCM,
     N_("The kernel connection multiplexer: whole messages over TCP connections, whose borders a "
        "BPF program finds.")},
    {"AF_RXRPC", AF_RXRPC, N_("The remote procedure calls of the Andrew file system.")},
    {"AF_RDS", AF_RDS, N_("Reliable datagrams over InfiniBand or TCP, for clusters of databases.")},
    {"AF_PPPOX", AF_PPPOX, N_("Point-to-point links over something else: PPPoE, PPTP or L2TP.")},
    {"AF_LLC", AF_LLC,
     N_("The logical link control of IEEE 802.2, right above the frames of a LAN.")},
    {"AF_IEEE802154", AF_IEEE802154,
     N_("Small radio networks after IEEE 802.15.4, as sensors use them.")},
    {"AF_NFC", AF_NFC, N_("Near-field communication: radio over a few centimetres.")},
    {"AF_PHONET", AF_PHONET, N_("The packet protocol inside Nokia's telephones and their modems.")},
    {"AF_CAIF", AF_CAIF, N_("The packet protocol between a processor and ST-Ericsson's modems.")},
    {"AF_QIPCRTR", AF_QIPCRTR,
     N_("The router of messages between the processors of a Qualcomm system.")},
    {"AF_MCTP", AF_MCTP,
     N_("The transport between the management controllers inside a server's hardware.")},
    {"AF_ISDN", AF_ISDN, N_("Digital telephone lines, by the mISDN drivers.")},
    {"AF_IUCV", AF_IUCV, N_("Messages between virtual machines of an IBM Z mainframe.")},
    {"AF_IB", AF_IB, N_("Native addresses of InfiniBand, for its connection manager alone.")},
    {"AF_MPLS", AF_MPLS, N_("Marks labels of MPLS in netlink; no sockets are made of it.")},
    {"AF_X25", AF_X25, N_("X.25, the public packet networks before the Internet.")},
    {"AF_AX25", AF_AX25, N_("The packets of radio amateurs.")},
    {"AF_NETROM", AF_NETROM, N_("NET/ROM, a network layer of radio amateurs above AX.25.")},
    {"AF_ROSE", AF_ROSE, N_("ROSE, a network layer of radio amateurs above AX.25.")},
    {"AF_IPX", AF_IPX, N_("Novell's protocols, which Linux no longer has.")},
    {"AF_APPLETALK", AF_APPLETALK, N_("Apple's old protocols: DDP, the datagrams of AppleTalk.")},
    {"AF_ATMPVC", AF_ATMPVC, N_("Permanent circuits of ATM networks.")},
    {"AF_ATMSVC", AF_ATMSVC, N_("Switched circuits of ATM networks.")},
    {"AF_DECnet", AF_DECnet, N_("The protocols of Digital Equipment, which Linux 6.1 removed.")},
    {"AF_IRDA", AF_IRDA, N_("Infrared links, which Linux 4.17 removed.")},
    {"AF_WANPIPE", AF_WANPIPE,
     N_("Sangoma's cards for wide area networks, which Linux 2.6.21 removed.")},
    {"AF_ECONET", AF_ECONET, N_("Acorn's network, which Linux 3.5 removed.")},
    {"AF_NETBEUI", AF_NETBEUI, N_("A number set aside for NetBEUI, which was never made.")},
    {"AF_SECURITY", AF_SECURITY,
     N_("A number set aside for security callbacks, which were never made.")},
    {"AF_ASH", AF_ASH, N_("A number set aside for Ash, which was never made.")},
    {"AF_SNA", AF_SNA, N_("A number set aside for IBM's SNA, which was never made.")},
    {NULL, 0, NULL},
};

static const struct constant types[] = {
    {"SOCK_STREAM", SOCK_STREAM,
     N_("A connection that carries a stream of bytes, complete and in order, both ways: TCP over "
        "IP. The borders between sends are not kept, so one recv may get part of a send or several "
        "of them.")},
    {"SOCK_DGRAM", SOCK_DGRAM,
     N_("Single datagrams, each delivered whole or not at all: UDP over IP. They may be lost, "
        "doubled or reordered on the way (over AF_UNIX they are not), and a recv with too small a "
        "buffer throws the rest of the datagram away.")},
    {"SOCK_SEQPACKET", SOCK_SEQPACKET,
     N_("A connection that carries messages, complete and in order, and keeps their borders. "
        "AF_UNIX has it, and SCTP; TCP has not.")},
    {"SOCK_RAW", SOCK_RAW,
     N_("IP packets of one protocol, with the header that the kernel would else make and check: "
        "ping and traceroute use it. It needs CAP_NET_RAW, and a protocol other than 0; see "
        "raw(7).")},
    {"SOCK_RDM", SOCK_RDM,
     N_("Datagrams that arrive, but not always in order. Of the families in common use none has "
        "it; TIPC does.")},
    {"SOCK_DCCP", SOCK_DCCP,
     N_("Datagrams with congestion control, after RFC 4340. Linux 6.16 removed it.")},
    {"SOCK_PACKET", SOCK_PACKET,
     N_("The oldest way to frames of a device, kept for old programs: use AF_PACKET instead.")},
    {NULL, 0, NULL},
};

static const struct constant type_flags[] = {
    {"SOCK_NONBLOCK", SOCK_NONBLOCK,
     N_("Makes the new socket non-blocking, as fcntl(2) with O_NONBLOCK does afterwards: a call "
        "that would have to wait fails with EAGAIN, and connect with EINPROGRESS.")},
    {"SOCK_CLOEXEC", SOCK_CLOEXEC,
     N_("Closes the new socket in programs that this one executes. To set it afterwards by "
        "fcntl(2) leaves a gap in which another thread may fork.")},
    {NULL, 0, NULL},
};

static const struct constant protocols[] = {
    {"IPPROTO_IP", IPPROTO_IP,
     N_("0: the usual protocol of the type, which is TCP for a stream and UDP for datagrams. As a "
        "level of options it means IPv4 itself.")},
    {"IPPROTO_TCP", IPPROTO_TCP,
     N_("The Transmission Control Protocol, RFC 9293: a connection, opened by three segments, that "
        "carries a stream of bytes reliably.")},
    {"IPPROTO_UDP", IPPROTO_UDP,
     N_("The User Datagram Protocol, RFC 768: ports and a checksum added to IP, and nothing "
        "more.")},
    {"IPPROTO_ICMP", IPPROTO_ICMP,
     N_("The messages of IPv4 about itself: echo, unreachable, time exceeded. With SOCK_RAW all of "
        "them, with CAP_NET_RAW; with SOCK_DGRAM only echo, for the groups in "
        "net.ipv4.ping_group_range.")},
    {"IPPROTO_ICMPV6", IPPROTO_ICMPV6,
     N_("The messages of IPv6 about itself: echo, unreachable, packet too big, and the discovery "
        "of neighbours and routers.")},
    {"IPPROTO_IPV6", IPPROTO_IPV6,
     N_("IPv6 carried inside IP (6in4). As a level of options it means IPv6 itself.")},
    {"IPPROTO_MPTCP", IPPROTO_MPTCP,
     N_("Multipath TCP, RFC 8684: one connection over several paths; it falls back to TCP where "
        "the peer does not take part. The number is Linux's own and never on the wire.")},
    {"IPPROTO_SCTP", IPPROTO_SCTP,
     N_("The Stream Control Transmission Protocol, RFC 9260: messages in several streams over one "
        "association, which may have several addresses.")},
    {"IPPROTO_UDPLITE", IPPROTO_UDPLITE,
     N_("UDP with a checksum over part of the datagram only, RFC 3828, so that a damaged one can "
        "still be of use.")},
    {"IPPROTO_DCCP", IPPROTO_DCCP, N_("Datagrams with congestion control, RFC 4340.")},
    {"IPPROTO_SMC", IPPROTO_SMC,
     N_("Shared memory communications by socket(AF_INET, SOCK_STREAM, IPPROTO_SMC), since Linux "
        "6.11. The number is Linux's own.")},
    {"IPPROTO_RAW", IPPROTO_RAW,
     N_("For SOCK_RAW: the program writes the whole IP header itself. Such a socket only sends, "
        "and receives nothing.")},
    {"IPPROTO_IGMP", IPPROTO_IGMP,
     N_("By it hosts tell routers which IPv4 multicast groups they are in; the kernel sends it for "
        "IP_ADD_MEMBERSHIP.")},
    {"IPPROTO_IPIP", IPPROTO_IPIP, N_("IPv4 carried inside IPv4, RFC 2003: the simplest tunnel.")},
    {"IPPROTO_GRE", IPPROTO_GRE,
     N_("Generic routing encapsulation, RFC 2784: tunnels for any protocol.")},
    {"IPPROTO_ESP", IPPROTO_ESP, N_("The encrypted packets of IPsec, RFC 4303.")},
    {"IPPROTO_AH", IPPROTO_AH, N_("The authentication header of IPsec, RFC 4302.")},
    {"IPPROTO_COMP", IPPROTO_COMP, N_("Compressed packets of IPsec, RFC 3173.")},
    {"IPPROTO_L2TP", IPPROTO_L2TP, N_("The layer two tunnelling protocol over IP, RFC 3931.")},
    {"IPPROTO_MPLS", IPPROTO_MPLS, N_("Packets of MPLS carried inside IP, RFC 4023.")},
    {"IPPROTO_ETHERNET", IPPROTO_ETHERNET, N_("Ethernet frames carried inside IPv6, RFC 8986.")},
    {"IPPROTO_PIM", IPPROTO_PIM, N_("By it routers agree on the trees of multicast, RFC 7761.")},
    {"IPPROTO_RSVP", IPPROTO_RSVP, N_("Reserves capacity along a path, RFC 2205.")},
    {"IPPROTO_BEETPH", IPPROTO_BEETPH, N_("Carries IPv4 options within IPsec's BEET mode.")},
    {"IPPROTO_ENCAP", IPPROTO_ENCAP, N_("An early encapsulation header, RFC 1241.")},
    {"IPPROTO_MTP", IPPROTO_MTP, N_("An early transport of multicast; historical.")},
    {"IPPROTO_TP", IPPROTO_TP, N_("Class 4 of the ISO transport protocol; historical.")},
    {"IPPROTO_IDP", IPPROTO_IDP, N_("The datagrams of Xerox; historical.")},
    {"IPPROTO_PUP", IPPROTO_PUP, N_("The universal packet of Xerox; historical.")},
    {"IPPROTO_EGP", IPPROTO_EGP,
     N_("The exterior gateway protocol that BGP replaced; historical.")},
    {"IPPROTO_HOPOPTS", IPPROTO_HOPOPTS,
     N_("Not a transport but IPv6's header of options that each router looks at. Its number is "
        "0.")},
    {"IPPROTO_ROUTING", IPPROTO_ROUTING,
     N_("Not a transport but IPv6's header that lists nodes to visit on the way.")},
    {"IPPROTO_FRAGMENT", IPPROTO_FRAGMENT,
     N_("Not a transport but IPv6's header of a fragment; only the sender makes fragments.")},
    {"IPPROTO_DSTOPTS", IPPROTO_DSTOPTS,
     N_("Not a transport but IPv6's header of options for the destination.")},
    {"IPPROTO_MH", IPPROTO_MH, N_("The mobility header of mobile IPv6, RFC 6275.")},
    {"IPPROTO_NONE", IPPROTO_NONE, N_("Says in an IPv6 header that nothing follows it.")},
    {NULL, 0, NULL},
};

static const struct constant levels[] = {
    {"SOL_SOCKET", SOL_SOCKET,
     N_("Options that every socket has, whatever it speaks: the SO_ ones; see socket(7).")},
    {"SOL_IP", SOL_IP, N_("Options of IPv4: the IP_ ones; see ip(7). The same as IPPROTO_IP.")},
    {"SOL_IPV6", SOL_IPV6,
     N_("Options of IPv6: the IPV6_ ones; see ipv6(7). The same as IPPROTO_IPV6.")},
    {"SOL_TCP", SOL_TCP, N_("Options of TCP: the TCP_ ones; see tcp(7). The same as IPPROTO_TCP.")},
    {"SOL_UDP", SOL_UDP, N_("Options of UDP: the UDP_ ones; see udp(7). The same as IPPROTO_UDP.")},
    {"IPPROTO_IP", IPPROTO_IP, N_("Options of IPv4: the same level as SOL_IP.")},
    {"IPPROTO_IPV6", IPPROTO_IPV6, N_("Options of IPv6: the same level as SOL_IPV6.")},
    {"IPPROTO_TCP", IPPROTO_TCP, N_("Options of TCP: the same level as SOL_TCP.")},
    {"IPPROTO_UDP", IPPROTO_UDP, N_("Options of UDP: the same level as SOL_UDP.")},
    {"SOL_RAW", SOL_RAW, N_("Options of raw IPv4 sockets, such as ICMP_FILTER; see raw(7).")},
    {"SOL_ICMPV6", SOL_ICMPV6, N_("Options of raw ICMPv6 sockets, such as ICMPV6_FILTER.")},
    {"SOL_UDPLITE", SOL_UDPLITE, N_("Options of UDP-Lite; see udplite(7).")},
    {"SOL_SCTP", SOL_SCTP, N_("Options of SCTP, RFC 6458.")},
    {"SOL_PACKET", SOL_PACKET, N_("Options of AF_PACKET sockets; see packet(7).")},
    {"SOL_NETLINK", SOL_NETLINK, N_("Options of AF_NETLINK sockets; see netlink(7).")},
    {"SOL_TLS", SOL_TLS,
     N_("Keys and ciphers of TLS in the kernel, after TCP_ULP has put \"tls\" on a TCP socket.")},
    {"SOL_MPTCP", SOL_MPTCP, N_("Options of multipath TCP.")},
    {"SOL_VSOCK", SOL_VSOCK,
     N_("Control messages of AF_VSOCK sockets; their options have the level AF_VSOCK.")},
    {"SOL_XDP", SOL_XDP, N_("Options of AF_XDP sockets.")},
    {"SOL_SMC", SOL_SMC, N_("Options of AF_SMC sockets.")},
    {"SOL_ALG", SOL_ALG, N_("Options of AF_ALG sockets.")},
    {"SOL_BLUETOOTH", SOL_BLUETOOTH, N_("Options of AF_BLUETOOTH sockets.")},
    {"SOL_TIPC", SOL_TIPC, N_("Options of AF_TIPC sockets.")},
    {"SOL_RXRPC", SOL_RXRPC, N_("Options of AF_RXRPC sockets.")},
    {"SOL_RDS", SOL_RDS, N_("Options of AF_RDS sockets.")},
    {"SOL_KCM", SOL_KCM, N_("Options of AF_KCM sockets.")},
    {"SOL_NFC", SOL_NFC, N_("Options of AF_NFC sockets.")},
    {"SOL_CAIF", SOL_CAIF, N_("Options of AF_CAIF sockets.")},
    {"SOL_IUCV", SOL_IUCV, N_("Options of AF_IUCV sockets.")},
    {"SOL_LLC", SOL_LLC, N_("Options of AF_LLC sockets.")},
    {"SOL_DCCP", SOL_DCCP, N_("Options of DCCP sockets.")},
    {"SOL_PPPOL2TP", SOL_PPPOL2TP, N_("Options of PPP over L2TP sockets.")},
    {"SOL_ATM", SOL_ATM, N_("Options of ATM sockets, of their cells.")},
    {"SOL_AAL", SOL_AAL, N_("Options of ATM sockets, of their packets.")},
    {"SOL_MCTP", SOL_MCTP, N_("Options of AF_MCTP sockets.")},
    {NULL, 0, NULL},
};

const struct constant_set constant_families = {N_("address family"), "FAMILY", "AF_", false,
                                               families};
const struct constant_set constant_types = {N_("socket type"), "TYPE", "SOCK_", false, types};
const struct constant_set constant_type_flags = {N_("flag of a socket type"), "FLAGS", "SOCK_",
                                                 true, type_flags};
const struct constant_set constant_protocols = {N_("protocol"), "PROTOCOL", "IPPROTO_", false,
                                                protocols};
const struct constant_set constant_levels = {N_("level of options"), "LEVEL", "SOL_", false,
                                             levels};

const struct constant_set *constant_protocols_of(int family) {
  switch (family) {
  case AF_INET:
  case AF_INET6:
    return &constant_protocols;
  case AF_PACKET:
    return &constant_ether_types;
  case AF_NETLINK:
    return &constant_netlink_protocols;
  default:
    return NULL;
  }
}

const struct constant_set *const constant_sets[] = {
    &constant_errors,
    &constant_states,
    &constant_families,
    &constant_types,
    &constant_type_flags,
    &constant_protocols,
    &constant_levels,
    &constant_message_flags,
    &constant_shutdown,
    &constant_poll_events,
    &constant_epoll_events,
    &constant_epoll_operations,
    &constant_splice_flags,
    &constant_epoll_flags,
    &constant_requests,
    &constant_lookup_errors,
    &constant_lookup_flags,
    &constant_file_flags,
    &constant_file_commands,
    &constant_descriptor_flags,
    &constant_path_mtu,
    &constant_path_mtu6,
    &constant_timestamping,
    &constant_buffer_locks,
    &constant_address_preferences,
    &constant_repair,
    &constant_repair_queues,
    &constant_encapsulations,
    &constant_clocks,
    &constant_transmit_flags,
    &constant_control_messages,
    &constant_error_origins,
    &constant_zerocopy_codes,
    &constant_txtime_codes,
    &constant_timestamp_kinds,
    &constant_signals,
    &constant_limits,
    &constant_internet_addresses,
    &constant_ether_types,
    &constant_packet_types,
    &constant_hardware_types,
    &constant_netlink_protocols,
    &constant_route_groups,
    &constant_vsock_machines,
    NULL,
};
