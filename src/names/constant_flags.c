/* The tables of flags, events, commands and requests. See constant_table.c. */
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/sockios.h>

#include "names/constant.h"

/* The kernel's own, and those newer than the C libraries of some systems that socksh builds on. */
#ifndef MSG_PROBE
#define MSG_PROBE 0x10
#endif
#ifndef MSG_NO_SHARED_FRAGS
#define MSG_NO_SHARED_FRAGS 0x80000
#endif
#ifndef MSG_SENDPAGE_DECRYPTED
#define MSG_SENDPAGE_DECRYPTED 0x100000
#endif
#ifndef MSG_SOCK_DEVMEM
#define MSG_SOCK_DEVMEM 0x2000000
#endif
#ifndef MSG_SPLICE_PAGES
#define MSG_SPLICE_PAGES 0x8000000
#endif
#ifndef MSG_CMSG_COMPAT
#define MSG_CMSG_COMPAT 0x80000000U
#endif
#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif
#ifndef SIOCUNIXFILE
#define SIOCUNIXFILE 0x89E0
#endif

static const struct constant message_flags[] = {
    {"MSG_OOB", MSG_OOB,
     N_("Out-of-band data. In TCP the last byte sent is marked urgent (RFC 6093 advises against "
        "new uses), wakes poll with POLLPRI, and is fetched by recv with this flag, unless "
        "SO_OOBINLINE is set. UDP refuses it with EOPNOTSUPP.")},
    {"MSG_PEEK", MSG_PEEK,
     N_("Looks at the data without taking it from the queue: the next recv gives it again. "
        "SO_PEEK_OFF moves where the look begins.")},
    {"MSG_DONTROUTE", MSG_DONTROUTE,
     N_("Sends only to hosts on directly attached networks, through no gateway. SO_DONTROUTE does "
        "it for every send.")},
    {"MSG_TRYHARD", MSG_DONTROUTE, N_("DECnet's name of the bit that is MSG_DONTROUTE.")},
    {"MSG_CTRUNC", MSG_CTRUNC,
     N_("Set by recvmsg in what it returns: control data was lost, since its buffer was too small. "
        "Descriptors among it are closed.")},
    {"MSG_PROXY", MSG_PROXY,
     N_("The C library's name of the bit 0x10, which the kernel calls MSG_PROBE; of no use on a "
        "socket.")},
    {"MSG_PROBE", MSG_PROBE,
     N_("Asks a datagram send to look for the path only, and to send nothing: it finds out the "
        "path MTU and whether there is a route.")},
    {"MSG_TRUNC", MSG_TRUNC,
     N_("Returned by recvmsg: the datagram was longer than the buffer, and its end is lost. Given "
        "to recv it makes the call return the datagram's real length; on TCP it throws the bytes "
        "away unread.")},
    {"MSG_DONTWAIT", MSG_DONTWAIT,
     N_("Does not wait in this one call: fails with EAGAIN where it would block. O_NONBLOCK does "
        "it for every call.")},
    {"MSG_EOR", MSG_EOR,
     N_("Ends a record, on SOCK_SEQPACKET sockets that know records. TCP takes it to mean that "
        "later data is not merged into the same buffer.")},
    {"MSG_WAITALL", MSG_WAITALL,
     N_("Makes recv wait until the whole buffer is full. It may still return less: at the end of "
        "the stream, after a signal or an error, at SO_RCVTIMEO. Datagrams take no notice of it.")},
    {"MSG_FIN", MSG_FIN, N_("The kernel's own, for the FIN of a stream; on a call it has no use.")},
    {"MSG_EOF", MSG_FIN, N_("The name that BSD has for MSG_FIN.")},
    {"MSG_SYN", MSG_SYN, N_("The kernel's own; on a call it has no use.")},
    {"MSG_CONFIRM", MSG_CONFIRM,
     N_("Says that the peer has just answered, so that the entry in the table of neighbours (ARP, "
        "NDP) stays valid without a new probe. For datagrams and raw sockets.")},
    {"MSG_RST", MSG_RST, N_("The kernel's own; on a call it has no use.")},
    {"MSG_ERRQUEUE", MSG_ERRQUEUE,
     N_("Fetches from the error queue, never blocking: ICMP errors after IP_RECVERR, time stamps "
        "of sent packets, completions of MSG_ZEROCOPY. What is fetched is gone from the queue.")},
    {"MSG_NOSIGNAL", MSG_NOSIGNAL,
     N_("No SIGPIPE when the peer of a stream is gone: the send fails with EPIPE all the same. On "
        "datagrams and SOCK_SEQPACKET there is none anyhow.")},
    {"MSG_MORE", MSG_MORE,
     N_("More will follow: TCP holds back a segment that is not full (at most 200 ms), and UDP "
        "collects one datagram until a send without this flag. TCP_CORK and UDP_CORK do it for "
        "every send.")},
    {"MSG_WAITFORONE", MSG_WAITFORONE,
     N_("For recvmmsg: waits for the first datagram and takes the others only as far as they are "
        "there.")},
    {"MSG_BATCH", MSG_BATCH,
     N_("Set by the kernel within sendmmsg: more datagrams follow. On a call it has no use.")},
    {"MSG_NO_SHARED_FRAGS", MSG_NO_SHARED_FRAGS, N_("The kernel's own, within sendpage.")},
    {"MSG_SENDPAGE_DECRYPTED", MSG_SENDPAGE_DECRYPTED,
     N_("The kernel's own, for TLS done by a device.")},
    {"MSG_SOCK_DEVMEM", MSG_SOCK_DEVMEM,
     N_("Receives TCP data that a device has put into its own memory, as descriptors of that "
        "memory in control messages, since Linux 6.12.")},
    {"MSG_ZEROCOPY", MSG_ZEROCOPY,
     N_("Sends from the program's own memory without copying it, after SO_ZEROCOPY was set. The "
        "memory must not change until the error queue tells that the kernel is done with it.")},
    {"MSG_SPLICE_PAGES", MSG_SPLICE_PAGES, N_("The kernel's own, within splice and sendfile.")},
    {"MSG_FASTOPEN", MSG_FASTOPEN,
     N_("TCP Fast Open, RFC 7413: sendto connects and puts its data into the SYN. A first "
        "connection only fetches the server's cookie; net.ipv4.tcp_fastopen must allow it.")},
    {"MSG_CMSG_CLOEXEC", MSG_CMSG_CLOEXEC,
     N_("Descriptors that recvmsg gets by SCM_RIGHTS are closed in programs that this one "
        "executes.")},
    {"MSG_CMSG_COMPAT", MSG_CMSG_COMPAT,
     N_("The kernel's own, for programs of 32 bits on a kernel of 64.")},
    {NULL, 0, NULL},
};

static const struct constant shutdowns[] = {
    {"SHUT_RD", SHUT_RD,
     N_("No more receiving: recv returns 0 where it would wait. TCP sends nothing for it, and what "
        "its peer still sends is taken and can be read; on a Unix socket the peer's send fails "
        "with EPIPE.")},
    {"SHUT_WR", SHUT_WR,
     N_("No more sending: after what is queued TCP sends a FIN, so the peer reads 0, the end of "
        "the stream. Receiving goes on: the connection is half-closed. A further send fails with "
        "EPIPE.")},
    {"SHUT_RDWR", SHUT_RDWR,
     N_("Neither sending nor receiving, for every process that shares the socket. The descriptor "
        "stays until close(2).")},
    {NULL, 0, NULL},
};

static const struct constant poll_events[] = {
    {"POLLIN", POLLIN,
     N_("A read would not block: there is data, the end of the stream, an error, or, on a "
        "listening socket, a connection to accept.")},
    {"POLLPRI", POLLPRI,
     N_("Something urgent: on TCP, out-of-band data. With SO_SELECT_ERR_QUEUE set it also tells of "
        "the error queue.")},
    {"POLLOUT", POLLOUT,
     N_("A write would not block, since enough of the send buffer is free. After a non-blocking "
        "connect it tells that the attempt has ended: read SO_ERROR for how.")},
    {"POLLERR", POLLERR,
     N_("An error is pending, or the error queue is not empty. It is told whether asked for or "
        "not; SO_ERROR or the next call fetches the error.")},
    {"POLLHUP", POLLHUP,
     N_("Both directions are closed, or a stream was never connected. Told whether asked for or "
        "not; data that arrived before can still be read.")},
    {"POLLNVAL", POLLNVAL,
     N_("The descriptor is not open. Told by poll only, whether asked for or not.")},
    {"POLLRDNORM", POLLRDNORM, N_("Ordinary data can be read; on Linux it comes with POLLIN.")},
    {"POLLRDBAND", POLLRDBAND,
     N_("Data of a priority band can be read; of no use on common sockets.")},
    {"POLLWRNORM", POLLWRNORM, N_("Ordinary data can be written; on Linux it comes with POLLOUT.")},
    {"POLLWRBAND", POLLWRBAND,
     N_("Data of a priority band can be written; on Linux it comes with POLLOUT.")},
    {"POLLMSG", POLLMSG, N_("Kept from other systems; Linux does not use it on sockets.")},
    {"POLLRDHUP", POLLRDHUP,
     N_("The peer of a stream has closed or shut down its sending side: on TCP, its FIN has "
        "arrived. The own SHUT_RD has the same effect. It is told only where asked for.")},
    {NULL, 0, NULL},
};

static const struct constant epoll_events[] = {
    {"EPOLLIN", EPOLLIN,
     N_("A read would not block: there is data, the end of the stream, an error, or, on a "
        "listening socket, a connection to accept.")},
    {"EPOLLPRI", EPOLLPRI, N_("Something urgent: on TCP, out-of-band data.")},
    {"EPOLLOUT", EPOLLOUT,
     N_("A write would not block. Level-triggered it is told nearly always: ask for it only while "
        "there is something to send.")},
    {"EPOLLERR", EPOLLERR, N_("An error is pending. Told whether asked for or not.")},
    {"EPOLLHUP", EPOLLHUP,
     N_("Both directions are closed, or a stream was never connected. Told whether asked for or "
        "not.")},
    {"EPOLLRDHUP", EPOLLRDHUP,
     N_("The peer of a stream has closed or shut down its sending side.")},
    {"EPOLLRDNORM", EPOLLRDNORM, N_("Ordinary data can be read; on Linux it comes with EPOLLIN.")},
    {"EPOLLRDBAND", EPOLLRDBAND,
     N_("Data of a priority band can be read; of no use on common sockets.")},
    {"EPOLLWRNORM", EPOLLWRNORM,
     N_("Ordinary data can be written; on Linux it comes with EPOLLOUT.")},
    {"EPOLLWRBAND", EPOLLWRBAND,
     N_("Data of a priority band can be written; it comes with EPOLLOUT.")},
    {"EPOLLMSG", EPOLLMSG, N_("Kept from other systems; Linux does not use it on sockets.")},
    {"EPOLLEXCLUSIVE", (long)EPOLLEXCLUSIVE,
     N_("Where several epolls watch one socket, an event wakes one or a few of them instead of "
        "all: for processes that share a listening socket. It can be given to EPOLL_CTL_ADD "
        "only.")},
    {"EPOLLWAKEUP", (long)EPOLLWAKEUP,
     N_("Keeps the system from suspending while the event is handled; needs CAP_BLOCK_SUSPEND.")},
    {"EPOLLONESHOT", (long)EPOLLONESHOT,
     N_("After one event the socket is watched no longer, until EPOLL_CTL_MOD arms it again: so "
        "that of many threads one alone handles it.")},
    {"EPOLLET", (long)EPOLLET,
     N_("Edge-triggered: an event is told when something new happens, not while it lasts. Read or "
        "write until EAGAIN, or the rest is never told of.")},
    {NULL, 0, NULL},
};

static const struct constant epoll_operations[] = {
    {"EPOLL_CTL_ADD", EPOLL_CTL_ADD,
     N_("Begins to watch a descriptor. EEXIST where it is watched already; what is watched is the "
        "open socket, so closing one of two descriptors of it does not end that.")},
    {"EPOLL_CTL_DEL", EPOLL_CTL_DEL,
     N_("Ceases to watch a descriptor. ENOENT where it was not watched.")},
    {"EPOLL_CTL_MOD", EPOLL_CTL_MOD,
     N_("Changes the events that are watched, and arms EPOLLONESHOT again.")},
    {NULL, 0, NULL},
};

static const struct constant epoll_flags[] = {
    {"EPOLL_CLOEXEC", EPOLL_CLOEXEC, N_("Closes the epoll in programs that this one executes.")},
    {NULL, 0, NULL},
};

static const struct constant file_flags[] = {
    {"O_RDONLY", O_RDONLY, N_("Open for reading only, and no flag set: it is the number 0.")},
    {"O_WRONLY", O_WRONLY, N_("Open for writing only; no socket is.")},
    {"O_RDWR", O_RDWR,
     N_("Open for reading and writing, as every socket is; F_SETFL cannot change it.")},
    {"O_NONBLOCK", O_NONBLOCK,
     N_("Calls that would wait fail with EAGAIN instead, and connect with EINPROGRESS. The flag "
        "belongs to the open socket, so a descriptor made by dup(2) or fork(2) shares it.")},
    {"O_NDELAY", O_NDELAY, N_("An old name of O_NONBLOCK.")},
    {"O_ASYNC", O_ASYNC,
     N_("SIGIO is sent to the owner (F_SETOWN) whenever reading or writing becomes possible.")},
    {"O_APPEND", O_APPEND,
     N_("Every write goes to the end of a file; on a socket it means nothing.")},
    {"O_SYNC", O_SYNC, N_("A write returns when the disk has it; on a socket it means nothing.")},
    {"O_DSYNC", O_DSYNC,
     N_("A write returns when the disk has its data; on a socket it means nothing.")},
    {"O_DIRECT", O_DIRECT,
     N_("Input and output past the page cache; sockets refuse it with EINVAL.")},
    {"O_NOATIME", O_NOATIME,
     N_("Reading leaves a file's access time; on a socket it means nothing.")},
    {NULL, 0, NULL},
};

static const struct constant descriptor_flags[] = {
    {"FD_CLOEXEC", FD_CLOEXEC,
     N_("The descriptor is closed in programs that this one executes. It belongs to the one "
        "descriptor: dup(2) does not copy it.")},
    {NULL, 0, NULL},
};

/* The first two make a descriptor, which is what dup is for here: programs use them. */
static const struct constant file_commands[] = {
    {"F_DUPFD", F_DUPFD, N_("Duplicates the descriptor, as dup does, from a number on.")},
    {"F_DUPFD_CLOEXEC", F_DUPFD_CLOEXEC,
     N_("The same, and the new one is closed in programs that this one executes.")},
    {"F_GETFL", F_GETFL,
     N_("Gets the flags of the open socket: O_RDWR, and O_NONBLOCK where it is set.")},
    {"F_SETFL", F_SETFL,
     N_("Sets the flags of the open socket, O_NONBLOCK and O_ASYNC. It replaces them all, so get "
        "them first.")},
    {"F_GETFD", F_GETFD, N_("Gets the flags of the descriptor: FD_CLOEXEC or none.")},
    {"F_SETFD", F_SETFD, N_("Sets the flags of the descriptor: FD_CLOEXEC or none.")},
    {"F_GETOWN", F_GETOWN,
     N_("Gets the process that receives SIGIO and SIGURG for this socket, 0 for none; a group is a "
        "negative number.")},
    {"F_SETOWN", F_SETOWN,
     N_("Says which process receives SIGIO, where O_ASYNC is set and the socket becomes ready, and "
        "SIGURG, when urgent data comes. `self` is this shell, which tells of each signal.")},
    {"F_GETSIG", F_GETSIG,
     N_("Gets the signal that is sent in place of SIGIO; 0 for SIGIO itself.")},
    {"F_SETSIG", F_SETSIG,
     N_("Chooses the signal that is sent in place of SIGIO. With any but 0 a handler is told which "
        "descriptor it is (si_fd) and what it is ready for (si_band). Real-time signals, 35 and "
        "above, are queued; of others only one waits at a time.")},
    {NULL, 0, NULL},
};

static const struct constant requests[] = {
    {"FIONREAD", FIONREAD,
     N_("How many bytes could be read now: on TCP the whole queue up to urgent data, on UDP the "
        "next datagram. 0 may also be an empty datagram, or the end of the stream.")},
    {"SIOCINQ", SIOCINQ, N_("The same as FIONREAD: how many bytes could be read now.")},
    {"SIOCOUTQ", SIOCOUTQ,
     N_("How much is in the send queue: on TCP the bytes that the peer has not acknowledged yet, "
        "sent or not; on UDP the memory that datagrams take until the device has sent them.")},
    {"TIOCOUTQ", TIOCOUTQ, N_("The same as SIOCOUTQ: how much is in the send queue.")},
    {"SIOCOUTQNSD", SIOCOUTQNSD,
     N_("On TCP the bytes that have not been sent even once: they wait for the peer's window, the "
        "congestion window, or a full segment.")},
    {"SIOCATMARK", SIOCATMARK,
     N_("1 where the next byte to read is the urgent one, which MSG_OOB sent; 0 elsewhere. A read "
        "never crosses that mark.")},
    {"FIONBIO", FIONBIO,
     N_("Takes an int: 1 makes the socket non-blocking, 0 blocking, as F_SETFL with O_NONBLOCK "
        "does.")},
    {"FIOASYNC", FIOASYNC,
     N_("Takes an int: 1 asks for SIGIO when reading or writing becomes possible, 0 no longer, as "
        "O_ASYNC does.")},
    {"FIOCLEX", FIOCLEX, N_("Takes nothing: closes the descriptor at exec, as FD_CLOEXEC does.")},
    {"FIONCLEX", FIONCLEX, N_("Takes nothing: keeps the descriptor open at exec.")},
    {"SIOCGPGRP", SIOCGPGRP,
     N_("Gets who receives SIGIO and SIGURG: a process, or a group as a negative number.")},
    {"SIOCSPGRP", SIOCSPGRP,
     N_("Takes an int: the process that receives SIGIO and SIGURG, or a group as a negative "
        "number. The same as FIOSETOWN and F_SETOWN.")},
    {"FIOGETOWN", FIOGETOWN, N_("The same as SIOCGPGRP: who receives SIGIO and SIGURG.")},
    {"FIOSETOWN", FIOSETOWN, N_("The same as SIOCSPGRP: sets who receives SIGIO and SIGURG.")},
    {"SIOCGSTAMP", SIOCGSTAMP,
     N_("When the datagram arrived that the last recv gave, as a struct timeval. The first use "
        "turns time stamps on; ENOENT where there is none yet. SO_TIMESTAMP is the better way.")},
    {"SIOCGSTAMPNS", SIOCGSTAMPNS,
     N_("When the datagram arrived that the last recv gave, as a struct timespec. ENOENT where "
        "there is none yet; SO_TIMESTAMPNS is the better way.")},
    {"SIOCGSKNS", SIOCGSKNS,
     N_("Returns a new descriptor of the network namespace that the socket is in; needs "
        "CAP_NET_ADMIN.")},
    {"SIOCUNIXFILE", SIOCUNIXFILE,
     N_("Returns a new descriptor, opened with O_PATH, of the path that a Unix socket is bound to; "
        "needs CAP_NET_ADMIN.")},
    {NULL, 0, NULL},
};

const struct constant_set constant_message_flags = {N_("message flag"), "FLAGS", "MSG_", true,
                                                    message_flags};
const struct constant_set constant_shutdown = {N_("way to shut down"), "HOW", "SHUT_", false,
                                               shutdowns};
const struct constant_set constant_poll_events = {N_("poll event"), "EVENTS", "POLL", true,
                                                  poll_events};
const struct constant_set constant_epoll_events = {N_("epoll event"), "EVENTS", "EPOLL", true,
                                                   epoll_events};
const struct constant_set constant_epoll_operations = {N_("epoll operation"), "OPERATION",
                                                       "EPOLL_CTL_", false, epoll_operations};
const struct constant_set constant_epoll_flags = {N_("epoll flag"), "FLAGS", "EPOLL_", true,
                                                  epoll_flags};
static const struct constant splice_flags[] = {
    {"SPLICE_F_MOVE", SPLICE_F_MOVE,
     N_("Asks to move pages rather than copy them; only a hint, which Linux ignores today.")},
    {"SPLICE_F_NONBLOCK", SPLICE_F_NONBLOCK,
     N_("Does not wait for the pipe: EAGAIN where it is full, or empty. The socket waits or not by "
        "its own O_NONBLOCK.")},
    {"SPLICE_F_MORE", SPLICE_F_MORE, N_("More will follow, as MSG_MORE says it to send.")},
    {"SPLICE_F_GIFT", SPLICE_F_GIFT, N_("For vmsplice only: the memory is given away.")},
    {NULL, 0, NULL}};

const struct constant_set constant_splice_flags = {N_("splice flag"), "FLAGS", "SPLICE_F_", true,
                                                   splice_flags};
const struct constant_set constant_file_flags = {N_("file flag"), "FLAGS", "O_", true, file_flags};
const struct constant_set constant_descriptor_flags = {N_("descriptor flag"), "FLAGS", "FD_", true,
                                                       descriptor_flags};
const struct constant_set constant_file_commands = {N_("fcntl command"), "COMMAND", "F_", false,
                                                    file_commands + 2};
const struct constant_set constant_descriptor_commands = {N_("fcntl command"), "COMMAND", "F_",
                                                          false, file_commands};
const struct constant_set constant_requests = {N_("ioctl request"), "REQUEST", "SIOC", false,
                                               requests};
