/* Constants that occur only in the values of socket options. */
#include <time.h>

#include "names/constant.h"

/* Path MTU discovery: the numbers are the same in IPv4 and IPv6. */

static const char path_mtu_dont[] =
    N_("Never sets the don't-fragment bit: what is too large for a link is cut into fragments.");
static const char path_mtu_want[] =
    N_("Follows the path MTU that is known for the route: it sends with the don't-fragment bit "
       "what fits, and makes fragments of a larger datagram.");
static const char path_mtu_do[] =
    N_("Always sets the don't-fragment bit: a datagram beyond the path MTU fails with EMSGSIZE.");
static const char path_mtu_probe[] =
    N_("Sets the don't-fragment bit and takes no notice of the path MTU that is known, as a "
       "program does that probes for it itself.");
static const char path_mtu_interface[] =
    N_("Never sets the don't-fragment bit and uses the interface's own MTU, so that forged ICMP "
       "messages have no effect.");
static const char path_mtu_omit[] =
    N_("As INTERFACE, but what is larger than the interface's MTU may be cut into fragments.");

/* The values are those of <linux/in.h> and <linux/in6.h>. */
static const struct constant path_mtu[] = {
    {"IP_PMTUDISC_DONT", 0, path_mtu_dont},
    {"IP_PMTUDISC_WANT", 1, path_mtu_want},
    {"IP_PMTUDISC_DO", 2, path_mtu_do},
    {"IP_PMTUDISC_PROBE", 3, path_mtu_probe},
    {"IP_PMTUDISC_INTERFACE", 4, path_mtu_interface},
    {"IP_PMTUDISC_OMIT", 5, path_mtu_omit},
    {NULL, 0, NULL},
};

static const struct constant path_mtu6[] = {
    {"IPV6_PMTUDISC_DONT", 0, path_mtu_dont},
    {"IPV6_PMTUDISC_WANT", 1, path_mtu_want},
    {"IPV6_PMTUDISC_DO", 2, path_mtu_do},
    {"IPV6_PMTUDISC_PROBE", 3, path_mtu_probe},
    {"IPV6_PMTUDISC_INTERFACE", 4, path_mtu_interface},
    {"IPV6_PMTUDISC_OMIT", 5, path_mtu_omit},
    {NULL, 0, NULL},
};

/* The bits of <linux/net_tstamp.h>, where they are an enumeration that grows. They are given by
 * number, so that old headers suffice. */
static const struct constant timestamping[] = {
    {"SOF_TIMESTAMPING_TX_HARDWARE", 1 << 0, N_("The device stamps what is sent, when it leaves.")},
    {"SOF_TIMESTAMPING_TX_SOFTWARE", 1 << 1,
     N_("The driver stamps what is sent, when the device gets it.")},
    {"SOF_TIMESTAMPING_RX_HARDWARE", 1 << 2, N_("The device stamps what arrives.")},
    {"SOF_TIMESTAMPING_RX_SOFTWARE", 1 << 3, N_("The kernel stamps what arrives.")},
    {"SOF_TIMESTAMPING_SOFTWARE", 1 << 4, N_("Tells the stamps that the kernel's clock gave.")},
    {"SOF_TIMESTAMPING_SYS_HARDWARE", 1 << 5,
     N_("Of no use any more; the kernel takes and forgets it.")},
    {"SOF_TIMESTAMPING_RAW_HARDWARE", 1 << 6, N_("Tells the stamps that the device's clock gave.")},
    {"SOF_TIMESTAMPING_OPT_ID", 1 << 7, N_("Numbers each stamp, so that it finds its send.")},
    {"SOF_TIMESTAMPING_TX_SCHED", 1 << 8, N_("Stamps what is sent before it enters the queue.")},
    {"SOF_TIMESTAMPING_TX_ACK", 1 << 9,
     N_("Stamps when TCP's peer has acknowledged everything of a send.")},
    {"SOF_TIMESTAMPING_OPT_CMSG", 1 << 10,
     N_("Tells the interface of each stamp in a control message.")},
    {"SOF_TIMESTAMPING_OPT_TSONLY", 1 << 11,
     N_("The error queue gives the stamp without the packet.")},
    {"SOF_TIMESTAMPING_OPT_STATS", 1 << 12,
     N_("Adds what TCP knows of the connection to each stamp.")},
    {"SOF_TIMESTAMPING_OPT_PKTINFO", 1 << 13,
     N_("Adds the real interface to stamps of the device.")},
    {"SOF_TIMESTAMPING_OPT_TX_SWHW", 1 << 14,
     N_("Gives both stamps, the kernel's and the device's.")},
    {"SOF_TIMESTAMPING_BIND_PHC", 1 << 15, N_("Uses a chosen clock of the device.")},
    {"SOF_TIMESTAMPING_OPT_ID_TCP", 1 << 16,
     N_("Numbers TCP's stamps from the bytes written so far.")},
    {"SOF_TIMESTAMPING_OPT_RX_FILTER", 1 << 17,
     N_("No stamps of what arrives that others asked for.")},
    {"SOF_TIMESTAMPING_TX_COMPLETION", 1 << 18,
     N_("Stamps when the device reports that it has sent.")},
    {NULL, 0, NULL},
};

static const struct constant buffer_locks[] = {
    {"SOCK_SNDBUF_LOCK", 1, N_("The send buffer keeps its size; the kernel does not tune it.")},
    {"SOCK_RCVBUF_LOCK", 2, N_("The receive buffer keeps its size; the kernel does not tune it.")},
    {NULL, 0, NULL},
};

static const struct constant address_preferences[] = {
    {"IPV6_PREFER_SRC_TMP", 0x0001, N_("Prefers a temporary address, RFC 8981, for privacy.")},
    {"IPV6_PREFER_SRC_PUBLIC", 0x0002, N_("Prefers the address that stays.")},
    {"IPV6_PREFER_SRC_COA", 0x0004, N_("Prefers the care-of address of a mobile host.")},
    {"IPV6_PREFER_SRC_CGA", 0x0008, N_("Prefers an address made from a key.")},
    {"IPV6_PREFER_SRC_PUBTMP_DEFAULT", 0x0100, N_("Temporary or not as the system is set up.")},
    {"IPV6_PREFER_SRC_HOME", 0x0400, N_("Prefers the home address of a mobile host.")},
    {"IPV6_PREFER_SRC_NONCGA", 0x0800, N_("Prefers an address that is not made from a key.")},
    {NULL, 0, NULL},
};

static const struct constant repair[] = {
    {"TCP_REPAIR_OFF", 0, N_("Ends the repair, and sends a window probe.")},
    {"TCP_REPAIR_ON", 1, N_("Begins the repair.")},
    {"TCP_REPAIR_OFF_NO_WP", -1, N_("Ends the repair without a window probe.")},
    {NULL, 0, NULL},
};

static const struct constant repair_queues[] = {
    {"TCP_NO_QUEUE", 0, N_("No queue is being repaired.")},
    {"TCP_RECV_QUEUE", 1, N_("The receive queue is being repaired.")},
    {"TCP_SEND_QUEUE", 2, N_("The send queue is being repaired.")},
    {NULL, 0, NULL},
};

static const struct constant encapsulations[] = {
    {"UDP_ENCAP_NONE", 0, N_("Ordinary datagrams.")},
    {"UDP_ENCAP_ESPINUDP_NON_IKE", 1,
     N_("IPsec as drafts before RFC 3948 had it; newer kernels refuse it.")},
    {"UDP_ENCAP_ESPINUDP", 2, N_("IPsec's ESP within UDP, RFC 3948.")},
    {"UDP_ENCAP_L2TPINUDP", 3, N_("L2TP within UDP, RFC 2661.")},
    {"UDP_ENCAP_GTP0", 4, N_("Tunnels of mobile networks, GTP version 0.")},
    {"UDP_ENCAP_GTP1U", 5, N_("Tunnels of mobile networks, GTP version 1.")},
    {"UDP_ENCAP_RXRPC", 6, N_("The calls of AF_RXRPC.")},
    {"UDP_ENCAP_ESPINTCP", 7, N_("IPsec's ESP within TCP, RFC 8229.")},
    {NULL, 0, NULL},
};

static const struct constant clocks[] = {
    {"CLOCK_REALTIME", CLOCK_REALTIME, N_("The time of day; it jumps when it is set.")},
    {"CLOCK_MONOTONIC", CLOCK_MONOTONIC,
     N_("The time since the machine started, without jumps; the fq queue takes it.")},
    {"CLOCK_TAI", CLOCK_TAI, N_("The time of day without leap seconds; the etf queue takes it.")},
    {NULL, 0, NULL},
};

static const struct constant transmit_flags[] = {
    {"SOF_TXTIME_DEADLINE_MODE", 1, N_("The time is the latest one, not the exact one.")},
    {"SOF_TXTIME_REPORT_ERRORS", 2,
     N_("Packets that came too late are told of in the error queue.")},
    {NULL, 0, NULL},
};

const struct constant_set constant_path_mtu = {N_("way of path MTU discovery"), "DISCOVERY",
                                               "IP_PMTUDISC_", false, path_mtu};
const struct constant_set constant_path_mtu6 = {N_("way of path MTU discovery"), "DISCOVERY",
                                                "IPV6_PMTUDISC_", false, path_mtu6};
const struct constant_set constant_timestamping = {N_("time stamp flag"), "FLAGS",
                                                   "SOF_TIMESTAMPING_", true, timestamping};
const struct constant_set constant_buffer_locks = {N_("buffer lock"), "LOCKS", "SOCK_", true,
                                                   buffer_locks};
const struct constant_set constant_address_preferences = {
    N_("preference of addresses"), "PREFERENCES", "IPV6_PREFER_SRC_", true, address_preferences};
const struct constant_set constant_repair = {N_("state of the repair"), "REPAIR", "TCP_REPAIR_",
                                             false, repair};
const struct constant_set constant_repair_queues = {N_("queue of a connection"), "QUEUE", "TCP_",
                                                    false, repair_queues};
const struct constant_set constant_encapsulations = {N_("encapsulation in UDP"), "ENCAPSULATION",
                                                     "UDP_ENCAP_", false, encapsulations};
const struct constant_set constant_clocks = {N_("clock"), "CLOCK", "CLOCK_", false, clocks};
const struct constant_set constant_transmit_flags = {N_("transmit time flag"), "FLAGS",
                                                     "SOF_TXTIME_", true, transmit_flags};
