/* The table of errors, in the order of their numbers: what each means to a program that uses
 * sockets, what causes it, and what to try. See constant_table.c. */
#include <errno.h>

#include "names/constant.h"

static const struct constant errors[] = {
    {"EPERM", EPERM,
     N_("A privilege is missing: SOCK_RAW and AF_PACKET need CAP_NET_RAW, SO_MARK and "
        "SO_RCVBUFFORCE need CAP_NET_ADMIN. A datagram send gives it, too, when a firewall rule of "
        "this machine drops the packet.")},
    {"ENOENT", ENOENT,
     N_("Nothing has this name: connect to a Unix path that does not exist, TCP_CONGESTION or "
        "TCP_ULP with a name the kernel does not know, EPOLL_CTL_DEL of a socket that is not "
        "watched.")},
    {"ESRCH", ESRCH,
     N_("No such process, or, where rules, routes and keys are changed by netlink, no such "
        "entry.")},
    {"EINTR", EINTR,
     N_("A signal came while the call was blocked, before anything was done: call it again. A "
        "connect that was interrupted goes on in the background: wait for POLLOUT, then read "
        "SO_ERROR.")},
    {"EIO", EIO,
     N_("Input or output failed in a device; on sockets it is rare, and comes from special kinds "
        "and drivers.")},
    {"ENXIO", ENXIO,
     N_("No such device: opening a Unix socket's path with open(2) gives it; use connect "
        "instead.")},
    {"E2BIG", E2BIG,
     N_("A list is too long: the arguments of exec, or an argument that grew with its version.")},
    {"ENOEXEC", ENOEXEC, N_("A file that was to be executed has no known format.")},
    {"EBADF", EBADF,
     N_("The number is no open descriptor: it was closed before, or never opened. A program that "
        "closes a number twice may hit another socket that got the number meanwhile.")},
    {"ECHILD", ECHILD, N_("wait(2) was called and there is no child process to wait for.")},
    {"EAGAIN", EAGAIN,
     N_("The call would have to wait, and must not: the socket is non-blocking, MSG_DONTWAIT was "
        "given, or SO_RCVTIMEO or SO_SNDTIMEO has run out; or the error queue (MSG_ERRQUEUE) is "
        "empty, which is never waited for. Wait with poll and call again. On a Unix stream that "
        "may not wait, connect gives it when the listener's queue is full.")},
    {"EWOULDBLOCK", EWOULDBLOCK,
     N_("The name that BSD has for EAGAIN: the call would have to wait.")},
    {"ENOMEM", ENOMEM, N_("The kernel has no memory for what was asked.")},
    {"EACCES", EACCES,
     N_("Permission denied: bind to a port below net.ipv4.ip_unprivileged_port_start (1024) "
        "without CAP_NET_BIND_SERVICE, a datagram to a broadcast address without SO_BROADCAST, "
        "connect to a Unix path that may not be written, or a route of the type prohibit.")},
    {"EFAULT", EFAULT,
     N_("A pointer given to the call leads to no memory of the program: a wrong argument in C, "
        "which this shell does not make.")},
    {"ENOTBLK", ENOTBLK, N_("A file is no block device, as mount(2) needs one.")},
    {"EBUSY", EBUSY,
     N_("Something is in use: an interface or an option that can be set only before the socket is "
        "used.")},
    {"EEXIST", EEXIST,
     N_("It is there already: EPOLL_CTL_ADD of a socket that is watched, a second TCP_ULP, a route "
        "or an address that was added before.")},
    {"EXDEV", EXDEV, N_("A file cannot be moved or linked across file systems.")},
    {"ENODEV", ENODEV,
     N_("No such network interface: SO_BINDTODEVICE with an unknown name, a multicast group on an "
        "interface that does not exist, or no interface with a route to the group. See ip link.")},
    {"ENOTDIR", ENOTDIR, N_("A part of a path, such as that of a Unix socket, is no directory.")},
    {"EISDIR", EISDIR, N_("A path names a directory where a file is needed.")},
    {"EINVAL", EINVAL,
     N_("An argument does not fit: accept on a socket that does not listen, bind on one that is "
        "bound, recv on a Unix stream without a peer, an option's value of the wrong size or out "
        "of "
        "range, an address that is too short or of another family (IPv6 and Unix sockets), "
        "MSG_OOB when nothing is urgent. An IPv6 link-local address needs its scope, as in "
        "fe80::1%eth0.")},
    {"ENFILE", ENFILE,
     N_("The whole system has as many open files as fs.file-max allows. Something leaks "
        "descriptors.")},
    {"EMFILE", EMFILE,
     N_("This process has as many descriptors as RLIMIT_NOFILE allows (ulimit -n). On accept the "
        "connection stays in the queue, so poll goes on telling of it: close something first.")},
    {"ENOTTY", ENOTTY,
     N_("The descriptor does not know this ioctl request: it belongs to another kind of device or "
        "socket, as SIOCATMARK does to streams.")},
    {"ETXTBSY", ETXTBSY, N_("A program's file is being executed and cannot be written.")},
    {"EFBIG", EFBIG, N_("A file would grow beyond what its system or RLIMIT_FSIZE allows.")},
    {"ENOSPC", ENOSPC,
     N_("No space is left: on a disk, or in a table, such as the limit of epoll's watches for a "
        "user.")},
    {"ESPIPE", ESPIPE,
     N_("The descriptor has no position: a socket or pipe can't be read by pread or lseek.")},
    {"EROFS", EROFS,
     N_("The file system is read-only: bind cannot create a Unix socket's path on it.")},
    {"EMLINK", EMLINK, N_("A file has as many links as its file system allows.")},
    {"EPIPE", EPIPE,
     N_("Nobody can receive what is sent: this end has shut down its sending side, the connection "
        "is over (the peer answered an earlier send with a RST), or a stream was never connected. "
        "On streams and pipes SIGPIPE comes with it, unless MSG_NOSIGNAL is given; on datagrams "
        "and "
        "SOCK_SEQPACKET it does not.")},
    {"EDOM", EDOM,
     N_("A number is outside what the call takes: SO_RCVTIMEO or SO_SNDTIMEO with microseconds "
        "below 0 or from 1000000 on.")},
    {"ERANGE", ERANGE,
     N_("A result does not fit: the buffer for SO_PEERGROUPS, SO_PEERSEC or a name is too small.")},
    {"EDEADLK", EDEADLK, N_("To wait for this lock would be a deadlock.")},
    {"EDEADLOCK", EDEADLOCK,
     N_("Another name of EDEADLK: to wait for this lock would be a deadlock.")},
    {"ENAMETOOLONG", ENAMETOOLONG,
     N_("A path is longer than 4095 bytes, or a part of it longer than 255. A Unix socket's path "
        "must even fit into the 108 bytes of sun_path: a longer address gives EINVAL.")},
    {"ENOLCK", ENOLCK, N_("The system has no room for more file locks.")},
    {"ENOSYS", ENOSYS,
     N_("This kernel does not have the system call, or a filter (seccomp) hides it.")},
    {"ENOTEMPTY", ENOTEMPTY, N_("A directory that was to be removed holds files.")},
    {"ELOOP", ELOOP,
     N_("Too many symbolic links in a path, or epolls that watch each other in a circle or too "
        "deeply.")},
    {"ENOMSG", ENOMSG, N_("A queue of System V has no message of the type asked for.")},
    {"EIDRM", EIDRM, N_("A queue, semaphore or shared memory of System V was removed meanwhile.")},
    {"ECHRNG", ECHRNG,
     N_("A channel's number is out of range; kept from System V, and rare on Linux.")},
    {"EL2NSYNC", EL2NSYNC,
     N_("Level 2 is not synchronized; kept from System V, and rare on Linux.")},
    {"EL3HLT", EL3HLT, N_("Level 3 is halted; kept from System V, and rare on Linux.")},
    {"EL3RST", EL3RST, N_("Level 3 was reset; kept from System V, and rare on Linux.")},
    {"ELNRNG", ELNRNG,
     N_("A link's number is out of range; kept from System V, and rare on Linux.")},
    {"EUNATCH", EUNATCH,
     N_("No driver is attached to the protocol; kept from System V, used by some drivers.")},
    {"ENOCSI", ENOCSI,
     N_("No CSI structure is available; kept from System V, and not used on Linux.")},
    {"EL2HLT", EL2HLT, N_("Level 2 is halted; kept from System V, and rare on Linux.")},
    {"EBADE", EBADE,
     N_("An exchange is invalid; network file systems and wireless drivers report it.")},
    {"EBADR", EBADR, N_("A request's descriptor is invalid; some drivers report it.")},
    {"EXFULL", EXFULL, N_("An exchange is full; kept from System V, and rare on Linux.")},
    {"ENOANO", ENOANO, N_("No anode; kept from System V, and rare on Linux.")},
    {"EBADRQC", EBADRQC, N_("A request's code is invalid; some drivers report it.")},
    {"EBADSLT", EBADSLT,
     N_("A slot is invalid; network file systems report it for a damaged session.")},
    {"EBFONT", EBFONT, N_("A font's file has a bad format; kept from Xenix, and rare on Linux.")},
    {"ENOSTR", ENOSTR,
     N_("The device is no stream in the sense of System V; not used by sockets.")},
    {"ENODATA", ENODATA,
     N_("There is no such data: a file has no such extended attribute, a Unix socket's peer no "
        "process that SO_PEERPIDFD could name.")},
    {"ETIME", ETIME,
     N_("A timer has run out, in a driver or a kernel interface; sockets give ETIMEDOUT.")},
    {"ENOSR", ENOSR, N_("No resources for a stream in the sense of System V; rare on Linux.")},
    {"ENONET", ENONET,
     N_("An ICMP message said that the source is isolated from the network; routers no longer send "
        "it.")},
    {"ENOPKG", ENOPKG,
     N_("A package is not installed: the kernel lacks a cipher or hash that a key needs.")},
    {"EREMOTE", EREMOTE, N_("The object is on another machine; network file systems report it.")},
    {"ENOLINK", ENOLINK, N_("The link was cut; drivers of remote devices report it.")},
    {"EADV", EADV, N_("An error while advertising; kept from System V, and not used on Linux.")},
    {"ESRMNT", ESRMNT,
     N_("Something is mounted remotely; kept from System V, and not used on Linux.")},
    {"ECOMM", ECOMM, N_("Sending failed on a link; some drivers report it.")},
    {"EPROTO", EPROTO,
     N_("The protocol was violated, or does not allow this here: IP_ADD_MEMBERSHIP on a TCP socket "
        "gives it, as do devices that answer nonsense.")},
    {"EMULTIHOP", EMULTIHOP, N_("More than one hop was attempted; rare on Linux.")},
    {"EDOTDOT", EDOTDOT,
     N_("An error of RFS, a network file system of System V; not used on Linux.")},
    {"EBADMSG", EBADMSG,
     N_("A message is damaged: a TLS record that fails its check, or a block of a file system.")},
    {"EOVERFLOW", EOVERFLOW, N_("A number is too large for the type that it must be returned in.")},
    {"ENOTUNIQ", ENOTUNIQ,
     N_("A name is not unique in the network; some drivers and clusters report it.")},
    {"EBADFD", EBADFD,
     N_("The descriptor's state is wrong for this call; sound devices, packet rings and Bluetooth "
        "report it.")},
    {"EREMCHG", EREMCHG,
     N_("The remote address has changed; kept from System V, and rare on Linux.")},
    {"ELIBACC", ELIBACC, N_("A shared library cannot be reached; the loader's error.")},
    {"ELIBBAD", ELIBBAD, N_("A shared library is damaged; the loader's error.")},
    {"ELIBSCN", ELIBSCN, N_("A program's library section is damaged; kept from System V.")},
    {"ELIBMAX", ELIBMAX, N_("A program needs too many shared libraries; kept from System V.")},
    {"ELIBEXEC", ELIBEXEC, N_("A shared library was executed as a program; kept from System V.")},
    {"EILSEQ", EILSEQ,
     N_("Bytes are no valid character in the encoding in force, or a packet's bits are wrong.")},
    {"ERESTART", ERESTART,
     N_("The kernel's own mark for a call to be made again after a signal; a program never sees "
        "it.")},
    {"ESTRPIPE", ESTRPIPE,
     N_("A pipe of streams failed; sound devices report it when they were suspended.")},
    {"EUSERS", EUSERS,
     N_("There are too many users of something, such as quotas or device entries.")},
    {"ENOTSOCK", ENOTSOCK,
     N_("The descriptor is open and no socket: a file, a pipe, a terminal, an epoll. Only read, "
        "write, poll and close work on it.")},
    {"EDESTADDRREQ", EDESTADDRREQ,
     N_("A datagram without a destination: the socket is not connected, so use sendto with an "
        "address, or connect first.")},
    {"EMSGSIZE", EMSGSIZE,
     N_("The datagram is too large to be sent whole: over 65507 bytes by UDP over IPv4, over the "
        "path MTU where fragments are forbidden (IP_MTU_DISCOVER do), over the send buffer on "
        "AF_UNIX. A router's \"fragmentation needed\" is reported this way, too; IP_MTU then tells "
        "the new limit.")},
    {"EPROTOTYPE", EPROTOTYPE,
     N_("The Unix path belongs to a socket of another type: a stream was connected to a datagram "
        "socket, or the reverse. With an abstract name it is ECONNREFUSED.")},
    {"ENOPROTOOPT", ENOPROTOOPT,
     N_("No such option at this level, for this kind of socket: TCP_NODELAY on a UDP socket, an "
        "option that can only be read, or one that this kernel does not have. On a connection it "
        "may also be an ICMP \"protocol unreachable\".")},
    {"EPROTONOSUPPORT", EPROTONOSUPPORT,
     N_("This family and type do not have the protocol: a stream of UDP, or SOCK_RAW with protocol "
        "0. 0 takes the usual one for streams and datagrams.")},
    {"ESOCKTNOSUPPORT", ESOCKTNOSUPPORT,
     N_("The family has no sockets of this type: AF_INET has no SOCK_SEQPACKET without SCTP.")},
    {"EOPNOTSUPP", EOPNOTSUPP,
     N_("This kind of socket cannot do that: listen or accept on datagrams, MSG_OOB on UDP, "
        "options of IP or TCP on a Unix socket, sendto with an address on an unconnected Unix "
        "stream.")},
    {"ENOTSUP", ENOTSUP,
     N_("The name that POSIX has for EOPNOTSUPP outside sockets; one number on Linux.")},
    {"EPFNOSUPPORT", EPFNOSUPPORT,
     N_("The protocol family is not supported; Linux's socket(2) says EAFNOSUPPORT instead.")},
    {"EAFNOSUPPORT", EAFNOSUPPORT,
     N_("socket: the kernel does not have this family (its module is missing, or IPv6 is off). "
        "bind, connect, sendto: the address is of another family than the socket, where that is of "
        "IPv4; IPv6 and Unix sockets give EINVAL.")},
    {"EADDRINUSE", EADDRINUSE,
     N_("Another socket has this address and port (see ss -tan). After a server's restart it may "
        "be a connection in TIME_WAIT: set SO_REUSEADDR before bind, and on the old listener, too: "
        "its connections take it from there, and a port is shared only where both have it. A Unix "
        "path stays when its server is gone: unlink it. Several sockets on one port need "
        "SO_REUSEPORT on each.")},
    {"EADDRNOTAVAIL", EADDRNOTAVAIL,
     N_("bind: no interface of this machine has the address (IP_FREEBIND allows it all the same). "
        "connect: no ephemeral port is left for this destination: see "
        "net.ipv4.ip_local_port_range, and what is in TIME_WAIT.")},
    {"ENETDOWN", ENETDOWN, N_("The network interface is down: see ip link, and set it up.")},
    {"ENETUNREACH", ENETUNREACH,
     N_("No route leads to this address (see ip route get ADDRESS), or a router said so by ICMP "
        "\"network unreachable\". For IPv6 it often means that the machine has no IPv6 beyond its "
        "link.")},
    {"ENETRESET", ENETRESET,
     N_("The network dropped the connection; on Linux only some devices and special sockets report "
        "it.")},
    {"ECONNABORTED", ECONNABORTED,
     N_("The connection was ended on this machine from outside: ss -K or the kernel destroyed the "
        "socket. Other systems give it in accept, when the peer reset a connection that was still "
        "in the queue.")},
    {"ECONNRESET", ECONNRESET,
     N_("The peer sent a RST: its process closed the socket with data unread or with SO_LINGER 0, "
        "its listener was closed before accept took the connection, or its machine restarted and "
        "no "
        "longer knows it. What was on its way is lost. "
        "A Unix socket gives it when the peer closed with data unread.")},
    {"ENOBUFS", ENOBUFS,
     N_("No buffer for the packet: the device's queue is full, or memory is short. UDP tells of a "
        "full queue only where IP_RECVERR is set, and drops silently otherwise.")},
    {"EISCONN", EISCONN,
     N_("The socket is connected already, or listens: a stream connects once. On a Unix stream "
        "that is connected sendto with an address gives it; TCP ignores the address.")},
    {"ENOTCONN", ENOTCONN,
     N_("The socket has no peer: recv or getpeername before connect, or on the listening socket "
        "instead of the accepted one; shutdown or getpeername after the connection was reset. To "
        "send on unconnected TCP gives EPIPE, and to receive on an unconnected Unix stream "
        "EINVAL.")},
    {"ESHUTDOWN", ESHUTDOWN,
     N_("The endpoint is shut down: USB and Bluetooth devices report it; TCP gives EPIPE.")},
    {"ETOOMANYREFS", ETOOMANYREFS,
     N_("Too many descriptors of this user are on their way through Unix sockets (SCM_RIGHTS): "
        "more than RLIMIT_NOFILE allows, and not received yet.")},
    {"ETIMEDOUT", ETIMEDOUT,
     N_("The peer did not answer: SYNs unanswered after the time of net.ipv4.tcp_syn_retries "
        "(about two minutes), data "
        "unacknowledged after tcp_retries2 (about 15 minutes) or TCP_USER_TIMEOUT, or keepalive "
        "probes. A firewall that drops packets looks like this, too.")},
    {"ECONNREFUSED", ECONNREFUSED,
     N_("Nobody listens there: the SYN was answered by a RST. For a connected UDP socket an ICMP "
        "\"port unreachable\" answered an earlier datagram. A Unix path that is left over without "
        "its server gives it, too, and send on a Unix datagram socket whose peer is closed. Look "
        "whether the server runs, and on which address and port.")},
    {"EHOSTDOWN", EHOSTDOWN,
     N_("The host is down: an old ICMP message (\"host unknown\"), or a device's driver.")},
    {"EHOSTUNREACH", EHOSTUNREACH,
     N_("The host cannot be reached: on the local link nobody answers ARP or neighbour discovery, "
        "a router sent ICMP \"host unreachable\" or \"prohibited\", or the route has the type "
        "unreachable.")},
    {"EALREADY", EALREADY,
     N_("A connect on this socket is still under way, since it did not wait or a signal ended its "
        "wait: wait for POLLOUT and read "
        "SO_ERROR instead of calling connect again.")},
    {"EINPROGRESS", EINPROGRESS,
     N_("The handshake has begun and goes on by itself, since the socket is non-blocking or "
        "SO_SNDTIMEO has run out. Wait for POLLOUT, then read SO_ERROR: 0 means connected.")},
    {"ESTALE", ESTALE,
     N_("A file on a network file system was removed or replaced on its server.")},
    {"EUCLEAN", EUCLEAN, N_("A file system is damaged and needs to be checked.")},
    {"ENOTNAM", ENOTNAM, N_("No named file of Xenix; not used on Linux.")},
    {"ENAVAIL", ENAVAIL, N_("No semaphores of Xenix are available; rare on Linux.")},
    {"EISNAM", EISNAM, N_("A named file of Xenix; not used on Linux.")},
    {"EREMOTEIO", EREMOTEIO,
     N_("Input or output failed on a remote device, such as one on a bus.")},
    {"EDQUOT", EDQUOT, N_("The user's quota of disk space, or of keys, is used up.")},
    {"ENOMEDIUM", ENOMEDIUM, N_("No medium is in the drive.")},
    {"EMEDIUMTYPE", EMEDIUMTYPE, N_("The medium in the drive is of the wrong kind.")},
    {"ECANCELED", ECANCELED, N_("An asynchronous operation was canceled before it was done.")},
    {"ENOKEY", ENOKEY, N_("A key is missing: of an encrypted file, or on the kernel's key rings.")},
    {"EKEYEXPIRED", EKEYEXPIRED,
     N_("A key has expired; kernel TLS gives it in recv until the peer's new key is set.")},
    {"EKEYREVOKED", EKEYREVOKED, N_("A key of the kernel's key rings was revoked.")},
    {"EKEYREJECTED", EKEYREJECTED,
     N_("A key or signature was rejected, of a module or in a handshake.")},
    {"EOWNERDEAD", EOWNERDEAD,
     N_("The thread that held a robust mutex has died; the next owner must repair it.")},
    {"ENOTRECOVERABLE", ENOTRECOVERABLE,
     N_("A robust mutex was not repaired after its owner died.")},
    {"ERFKILL", ERFKILL, N_("A radio is switched off: see rfkill(8).")},
    {"EHWPOISON", EHWPOISON, N_("A page of memory is damaged, and the kernel took it out of use.")},
    {NULL, 0, NULL},
};

const struct constant_set constant_errors = {N_("error"), "ERROR", "E", false, errors};
