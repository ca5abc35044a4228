/* The tables of constants that messages carry, of signals, and of limits. See constant_table.c. */
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include <linux/errqueue.h> /* needs struct timespec */

#include "names/constant.h"

/* Constants that old headers lack. */
#ifndef SCM_SECURITY
#define SCM_SECURITY 3
#endif
#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif
#ifndef SCM_TS_OPT_ID
#define SCM_TS_OPT_ID 81
#endif
#ifndef SCM_INQ
#define SCM_INQ 84
#endif
#ifndef SO_EE_CODE_TXTIME_INVALID_PARAM
#define SO_EE_CODE_TXTIME_INVALID_PARAM 1
#define SO_EE_CODE_TXTIME_MISSED 2
#endif
#define SCM_TSTAMP_COMPLETION_NUMBER 3 /* since Linux 6.15 */
#define KERNEL_SCM_MAX_FD 253
#define KERNEL_UIO_MAXIOV 1024

static const struct constant control_messages[] = {
    {"SCM_RIGHTS", SCM_RIGHTS,
     N_("Descriptors, sent over a Unix socket: the receiver gets new ones for the same open "
        "sockets, files or pipes. `sendmsg --fd` sends some.")},
    {"SCM_CREDENTIALS", SCM_CREDENTIALS,
     N_("Who has sent a message over a Unix socket: process, user and group, vouched for by the "
        "kernel. SO_PASSCRED asks for it.")},
    {"SCM_SECURITY", SCM_SECURITY,
     N_("The label that a security module has given to the sender. SO_PASSSEC asks for it.")},
    {"SCM_PIDFD", SCM_PIDFD, N_("A descriptor of the sender's process. SO_PASSPIDFD asks for it.")},
    {"SCM_TIMESTAMP", SO_TIMESTAMP,
     N_("When the packet came, as a struct timeval. SO_TIMESTAMP asks for it.")},
    {"SCM_TIMESTAMPNS", SO_TIMESTAMPNS,
     N_("When the packet came, as a struct timespec. SO_TIMESTAMPNS asks for it.")},
    {"SCM_TIMESTAMPING", SO_TIMESTAMPING,
     N_("Three times: by the kernel's clock, an old form that is no longer used, and by the clock "
        "of the device. SO_TIMESTAMPING asks for it.")},
    {"SCM_TIMESTAMPING_OPT_STATS", SCM_TIMESTAMPING_OPT_STATS,
     N_("With the time at which TCP sent something, what the connection was like: attributes "
        "TCP_NLA_ of netlink. SOF_TIMESTAMPING_OPT_STATS asks for it.")},
    {"SCM_TIMESTAMPING_PKTINFO", SCM_TIMESTAMPING_PKTINFO,
     N_("The device whose clock it was, and the length of the packet with its headers.")},
    {"SCM_TXTIME", SO_TXTIME, N_("When this packet is to leave; see SO_TXTIME.")},
    {"SCM_TS_OPT_ID", SCM_TS_OPT_ID,
     N_("The number by which the time of this datagram is to be known, since Linux 6.13.")},
    {"SCM_WIFI_STATUS", SO_WIFI_STATUS, N_("Whether the other end of a wireless link has it.")},
    {"SCM_INQ", SCM_INQ,
     N_("How many bytes are left in the queue of a Unix stream, since Linux 6.17. SO_INQ asks for "
        "it; on TCP it is TCP_CM_INQ.")},
    {NULL, 0, NULL},
};

static const struct constant error_origins[] = {
    {"SO_EE_ORIGIN_NONE", SO_EE_ORIGIN_NONE, N_("Nobody in particular has put it there.")},
    {"SO_EE_ORIGIN_LOCAL", SO_EE_ORIGIN_LOCAL,
     N_("This machine has refused to send: EMSGSIZE, with the path's MTU in ee_info.")},
    {"SO_EE_ORIGIN_ICMP", SO_EE_ORIGIN_ICMP,
     N_("An ICMP message came: its type and code are ee_type and ee_code, its sender the "
        "offender.")},
    {"SO_EE_ORIGIN_ICMP6", SO_EE_ORIGIN_ICMP6, N_("The same with a message of ICMPv6.")},
    {"SO_EE_ORIGIN_TIMESTAMPING", SO_EE_ORIGIN_TIMESTAMPING,
     N_("No error: the time at which something was sent. ee_info says which (SCM_TSTAMP_SND "
        "...).")},
    {"SO_EE_ORIGIN_ZEROCOPY", SO_EE_ORIGIN_ZEROCOPY,
     N_("No error: calls of send with MSG_ZEROCOPY are done, those with the numbers from ee_info "
        "to ee_data, and their memory may be used again.")},
    {"SO_EE_ORIGIN_TXTIME", SO_EE_ORIGIN_TXTIME,
     N_("A packet with a time of its own was dropped: the time lies in the past, or makes no "
        "sense.")},
    {NULL, 0, NULL},
};

static const struct constant zerocopy_codes[] = {
    {"SO_EE_CODE_ZEROCOPY_COPIED", SO_EE_CODE_ZEROCOPY_COPIED,
     N_("The kernel has copied the data after all, as on the loopback: MSG_ZEROCOPY gained "
        "nothing.")},
    {NULL, 0, NULL},
};

static const struct constant txtime_codes[] = {
    {"SO_EE_CODE_TXTIME_INVALID_PARAM", SO_EE_CODE_TXTIME_INVALID_PARAM,
     N_("The time lies in the past, or the clock is not the one of the queue.")},
    {"SO_EE_CODE_TXTIME_MISSED", SO_EE_CODE_TXTIME_MISSED,
     N_("The time went by while the packet waited.")},
    {NULL, 0, NULL},
};

static const struct constant timestamp_kinds[] = {
    {"SCM_TSTAMP_SND", SCM_TSTAMP_SND, N_("It was handed to the device.")},
    {"SCM_TSTAMP_SCHED", SCM_TSTAMP_SCHED, N_("It entered the queue in front of the device.")},
    {"SCM_TSTAMP_ACK", SCM_TSTAMP_ACK, N_("The peer has acknowledged all of it (TCP).")},
    {"SCM_TSTAMP_COMPLETION", SCM_TSTAMP_COMPLETION_NUMBER,
     N_("The device has said that it is sent, since Linux 6.15.")},
    {NULL, 0, NULL},
};

static const struct constant signals[] = {
    {"SIGPIPE", SIGPIPE,
     N_("Sent to a process that writes to a stream or pipe whose other end is gone, together with "
        "EPIPE; not for datagrams, nor for SOCK_SEQPACKET. "
        "It ends a program that does nothing about it; MSG_NOSIGNAL and ignoring it leave the "
        "errno alone. This shell ignores it.")},
    {"SIGIO", SIGIO,
     N_("A descriptor with O_ASYNC has become ready. It goes to whom F_SETOWN names; F_SETSIG "
        "chooses another signal. The same as SIGPOLL.")},
    {"SIGURG", SIGURG,
     N_("Urgent data has come (MSG_OOB on TCP). It goes to whom F_SETOWN names, without O_ASYNC, "
        "and does nothing where a program does not ask for it.")},
    {"SIGINT", SIGINT, N_("Ctrl-C: a call that waits ends with EINTR.")},
    {"SIGTERM", SIGTERM, N_("Asks a program to end.")},
    {"SIGHUP", SIGHUP, N_("The terminal has gone.")},
    {"SIGALRM", SIGALRM, N_("A clock set by alarm(2) has run out: once the way to limit a wait.")},
    {"SIGCHLD", SIGCHLD, N_("A child has ended.")},
    {"SIGUSR1", SIGUSR1, N_("Free for a program's own use.")},
    {"SIGUSR2", SIGUSR2, N_("Free for a program's own use.")},
    {"SIGKILL", SIGKILL, N_("Ends a process at once; its sockets are closed by the kernel.")},
    {"SIGSTOP", SIGSTOP, N_("Stops a process; its kernel still acknowledges what comes.")},
    {"SIGCONT", SIGCONT, N_("Lets a stopped process go on.")},
    {NULL, 0, NULL},
};

static const struct constant limits[] = {
    {"SOMAXCONN", SOMAXCONN,
     N_("The largest backlog that listen(2) is given by programs that want all they can get. The "
        "kernel cuts it to net.core.somaxconn, 4096 by default.")},
    {"SCM_MAX_FD", KERNEL_SCM_MAX_FD,
     N_("The most descriptors that one message of a Unix socket can carry.")},
    {"UIO_MAXIOV", KERNEL_UIO_MAXIOV,
     N_("The most parts of a message, and the most messages of sendmmsg(2). The same as IOV_MAX.")},
    {"INET_ADDRSTRLEN", INET_ADDRSTRLEN,
     N_("The room that the text of an IPv4 address needs, with its final zero byte.")},
    {"INET6_ADDRSTRLEN", INET6_ADDRSTRLEN,
     N_("The room that the text of an IPv6 address needs, with its final zero byte.")},
    {NULL, 0, NULL},
};

static const struct constant internet_addresses[] = {
    {"INADDR_ANY", INADDR_ANY,
     N_("0.0.0.0. To bind: every address of this machine, so that a server is reached by each of "
        "them. It is no address to connect to, though Linux takes it for the loopback. IPv6 has "
        "in6addr_any, `::`. Typed as *:80.")},
    {"INADDR_LOOPBACK", INADDR_LOOPBACK,
     N_("127.0.0.1, this machine itself: nobody else reaches what is bound to it. IPv6 has "
        "in6addr_loopback, `::1`.")},
    {"INADDR_BROADCAST", INADDR_BROADCAST,
     N_("255.255.255.255, all machines on the wire. Sending to it needs SO_BROADCAST.")},
    {"INADDR_UNSPEC_GROUP", INADDR_UNSPEC_GROUP,
     N_("224.0.0.0, the first address of the multicast groups, which is no group itself.")},
    {"INADDR_ALLHOSTS_GROUP", INADDR_ALLHOSTS_GROUP,
     N_("224.0.0.1, the group of all hosts on the wire.")},
    {NULL, 0, NULL},
};

const struct constant_set constant_control_messages = {N_("control message of SOL_SOCKET"), "TYPE",
                                                       "SCM_", false, control_messages};
const struct constant_set constant_error_origins = {
    N_("origin of an entry of the error queue"), "ORIGIN", "SO_EE_ORIGIN_", false, error_origins};
const struct constant_set constant_zerocopy_codes = {N_("code of SO_EE_ORIGIN_ZEROCOPY"), "CODE",
                                                     "SO_EE_CODE_", false, zerocopy_codes};
const struct constant_set constant_txtime_codes = {N_("code of SO_EE_ORIGIN_TXTIME"), "CODE",
                                                   "SO_EE_CODE_", false, txtime_codes};
const struct constant_set constant_timestamp_kinds = {N_("kind of a time of sending"), "KIND",
                                                      "SCM_TSTAMP_", false, timestamp_kinds};
const struct constant_set constant_signals = {N_("signal"), "SIGNAL", "SIG", false, signals};
const struct constant_set constant_limits = {N_("limit"), "LIMIT", "", false, limits};
const struct constant_set constant_internet_addresses = {
    N_("IPv4 address, in host byte order"), "ADDRESS", "INADDR_", false, internet_addresses};
