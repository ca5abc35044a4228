/* lifecycle: commands that make, connect and close sockets. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "command/invocation.h"
#include "command/offer.h"
#include "session/observe.h"
#include "session/runner_fold.h"
#include "session/service_handle.h"

/* Gives a socket that a call made as the result. */
static void give_socket(struct invocation *invocation, struct socket *socket) {
  result_add(invocation->result, value_from_object(&socket->object));
}

/* Makes a call that makes descriptors, gives them as results, and frees the call. */
static int make_call(struct invocation *invocation, struct call *call) {
  int status = invocation_call(invocation, call);
  if (status == 0) {
    invocation->result->numbered = true;
    invocation->result->number = call->result;
    for (int i = 0; i < 2; i++)
      if (call->made[i] >= 0)
        give_socket(invocation, call->made_entry[i]);
  }
  if (status == 0 && call_has_part(call, PART_ADDRESS_OUT))
    status = invocation_give_address(invocation, &call->address);
  call_free(call);
  return status;
}

/* FAMILY, an earlier word, decides which names a protocol has. */
static int read_protocol(struct invocation *invocation, struct argument_value *value) {
  const struct argument_value *family = invocation_value(invocation, "FAMILY");
  value->unknown = family->unknown;
  if (family->unknown)
    return 0;
  const struct constant_set *names = constant_protocols_of((int)family->number);
  if (argument_read_symbol(invocation, value, names ? names : &constant_protocols) < 0)
    return -1;
  if (family->number == AF_PACKET && (value->number < 0 || value->number > UINT16_MAX))
    return argument_wrong(invocation, value, _("is no EtherType: it has 16 bits"));
  return 0;
}

static void complete_protocol(const struct argument *argument, struct offer *offer) {
  offer_set(offer, argument->set, false);
  offer_set(offer, &constant_ether_types, false);
  offer_set(offer, &constant_netlink_protocols, false);
}

static const struct argument_kind argument_protocol = {
    .name = "protocol",
    .read = read_protocol,
    .complete = complete_protocol,
};

static int run_socket(struct invocation *invocation) {
  struct call call;
  call_init(&call, invocation->command->call, NULL);
  call.number[0] = (long)invocation_number(invocation, "FAMILY", 0);
  call.number[1] = (long)invocation_number(invocation, "TYPE", 0);
  call.number[2] = (long)invocation_number(invocation, "PROTOCOL", 0);
  if (call.number[0] == AF_PACKET)
    call.number[2] = htons((uint16_t)call.number[2]);
  return make_call(invocation, &call);
}

static int run_bind(struct invocation *invocation) {
  struct call call;
  call_init(&call, CALL_BIND, invocation_socket(invocation, "SOCKET"));
  call.address = invocation_value(invocation, "ADDRESS")->address;
  return invocation_simple_call(invocation, &call);
}

static int run_listen(struct invocation *invocation) {
  struct call call;
  call_init(&call, CALL_LISTEN, invocation_socket(invocation, "SOCKET"));
  call.number[0] = (long)invocation_number(invocation, "BACKLOG", SOMAXCONN);
  if (call.number[0] < INT_MIN || call.number[0] > INT_MAX)
    return invocation_wrong(invocation, invocation_value(invocation, "BACKLOG"),
                            _("a backlog is an int of C"));
  return invocation_simple_call(invocation, &call);
}

static int run_accept(struct invocation *invocation) {
  struct call call;
  const struct argument_value *flags = invocation_value(invocation, "FLAGS");
  call_init(&call, flags ? CALL_ACCEPT4 : CALL_ACCEPT, invocation_socket(invocation, "SOCKET"));
  call.number[0] = flags ? (long)flags->number : 0;
  return make_call(invocation, &call);
}

static int run_connect(struct invocation *invocation) {
  struct call call;
  call_init(&call, CALL_CONNECT, invocation_socket(invocation, "SOCKET"));
  call.address = invocation_value(invocation, "ADDRESS")->address;
  return invocation_simple_call(invocation, &call);
}

static int run_shutdown(struct invocation *invocation) {
  struct call call;
  call_init(&call, CALL_SHUTDOWN, invocation_socket(invocation, "SOCKET"));
  call.number[0] = (long)invocation_number(invocation, "HOW", 0);
  /* Not every kind of listener wakes the threads that wait for clients. */
  if (call.number[0] != SHUT_WR && call.entry->type == SOCK_STREAM)
    service_handle_socket_closes(invocation->runner, call.entry, false);
  return invocation_simple_call(invocation, &call);
}

/* More than anybody wants to read one by one. */
static bool are_many(const struct invocation *invocation, const struct argument_value *first) {
  enum { MANY = 16 };
  int count = 0;
  for (const struct argument_value *value = first; value && count <= MANY;
       value = invocation_next(invocation, value))
    count++;
  return count > MANY;
}

static int run_close(struct invocation *invocation) {
  int status = 0;
  unsigned long long round = 0;
  const struct argument_value *first = invocation_value(invocation, "SOCKET");
  bool folds = are_many(invocation, first) && runner_fold_begin(invocation->runner);
  for (const struct argument_value *value = first; status == 0 && value;
       value = invocation_next(invocation, value)) {
    struct call call;
    if (folds)
      runner_fold_round(invocation->runner, ++round);
    if (value->socket->waiting > 0)
      runner_note(invocation->runner,
                  _("a job waits in a call on %d: on Linux close does not wake it, and it goes on "
                    "with the old socket; shutdown would have woken it"),
                  value->socket->descriptor);
    service_handle_socket_closes(invocation->runner, value->socket, true);
    call_init(&call, CALL_CLOSE, value->socket);
    /* What the close before it has brought about is not mixed with what this one does. */
    if (value != first)
      runner_look_between(invocation->runner);
    status = invocation_simple_call(invocation, &call);
    if (status < 0)
      error_set_place(invocation->error, value->place);
  }
  if (folds)
    runner_fold_end(invocation->runner);
  return status;
}

static int run_dup(struct invocation *invocation) {
  struct call call;
  call_init(&call, CALL_DUP, invocation_socket(invocation, "SOCKET"));
  return make_call(invocation, &call);
}

const struct command command_socket = {
    .name = "socket",
    .group = GROUP_SOCKET,
    .arguments = {{.name = "FAMILY", .kind = &argument_symbol, .set = &constant_families},
                  {.name = "TYPE", .kind = &argument_type},
                  {.name = "PROTOCOL",
                   .kind = &argument_protocol,
                   .flags = OPTIONAL,
                   .set = &constant_protocols}},
    .results = {"socket"},
    .summary = N_("makes a socket"),
    .manual = N_("Makes one end of a communication, which is not yet bound to an address nor "
                 "connected. TYPE may carry flags, as in stream|nonblock. PROTOCOL is a name out "
                 "of /etc/protocols or a number; where it is omitted, 0 lets the kernel choose: "
                 "TCP for inet stream, UDP for inet dgram. For packet it is an EtherType (all, ip, "
                 "arp, 0x88cc), which is passed in network byte order; for netlink a NETLINK_ name "
                 "(route, generic). Raw and packet sockets need CAP_NET_RAW."),
    .prototype = "int socket(int domain, int type, int protocol);",
    .python = "s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    .blocks = N_("never"),
    .errors = {{EPERM, N_("raw and packet sockets need CAP_NET_RAW: run the shell as root, or use "
                          "dgram with protocol icmp")},
               {EACCES, N_("this kind of socket is not allowed for this user")},
               {EAFNOSUPPORT,
                N_("the kernel has no such address family, or its module is not loaded")},
               {EPROTONOSUPPORT, N_("this protocol does not go with this family and type; leave it "
                                    "out, and the kernel chooses")},
               {ESOCKTNOSUPPORT, N_("this family has no sockets of this type")},
               {EMFILE, N_("this process has as many descriptors as its limit allows: close some, "
                           "or raise ulimit -n")}},
    .example = "s = socket inet stream\nbind s 127.0.0.1:0\nclose s",
    .pages = "socket(2), ip(7), ipv6(7), unix(7), tcp(7), udp(7), raw(7)",
    .call = CALL_SOCKET,
    .run = run_socket,
};

const struct command command_socketpair = {
    .name = "socketpair",
    .group = GROUP_SOCKET,
    .arguments = {{.name = "FAMILY", .kind = &argument_symbol, .set = &constant_families},
                  {.name = "TYPE", .kind = &argument_type},
                  {.name = "PROTOCOL",
                   .kind = &argument_protocol,
                   .flags = OPTIONAL,
                   .set = &constant_protocols}},
    .results = {"socket", "socket"},
    .summary = N_("makes two sockets that are connected to each other"),
    .manual = N_("Makes a pair of connected sockets without any address: what is sent into one "
                 "comes out of the other. On Linux only the family unix has them."),
    .prototype = "int socketpair(int domain, int type, int protocol, int sv[2]);",
    .python = "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)",
    .blocks = N_("never"),
    .errors = {{EOPNOTSUPP, N_("this family has no pairs: use unix")},
               {EMFILE, N_("this process has as many descriptors as its limit allows: close some, "
                           "or raise ulimit -n")}},
    .example = "a b = socketpair unix stream\nsend a \"hello\"\nexpect \"hello\" recv b\nclose a b",
    .pages = "socketpair(2), unix(7)",
    .call = CALL_SOCKETPAIR,
    .run = run_socket,
};

const struct command command_bind = {
    .name = "bind",
    .group = GROUP_SOCKET,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket},
                  {.name = "ADDRESS", .kind = &argument_address}},
    .summary = N_("gives a socket its local address"),
    .manual =
        N_("Gives the socket the address it is reached at. Port 0 lets the kernel choose a free "
           "one, which the state line shows; *:PORT is every address of this machine. The path of "
           "a Unix socket is created in the file system, and stays there after close. C passes a "
           "struct sockaddr_in (16 bytes: family, port in network order, address), sockaddr_in6 "
           "(28 bytes) or sockaddr_un, cast to struct sockaddr *, with its length."),
    .prototype = "int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);",
    .python = "s.bind((\"127.0.0.1\", 5000))",
    .blocks = N_("never"),
    .errors = {{EADDRINUSE, N_("another socket has this address, or a closed connection of it is "
                               "still in TIME_WAIT: so_reuseaddr, set before bind here and, back "
                               "then, on the old listener, allows it; or take port 0")},
               {EACCES, N_("ports below 1024 are for root (or CAP_NET_BIND_SERVICE); for a path, "
                           "the directory can't be written")},
               {EADDRNOTAVAIL, N_("this machine has no such address")},
               {EINVAL,
                N_("the socket is bound already; or the address is of another family, for an "
                   "IPv6 or Unix socket; or it is a link-local one without its interface, "
                   "as in fe80::1%eth0")},
               {EAFNOSUPPORT, N_("the address is of another family, for an IPv4 socket")},
               {ENOENT, N_("the directory of the path does not exist")}},
    .example = "s = socket inet dgram\nbind s 127.0.0.1:0\ngetsockname s\nclose s",
    .pages = "bind(2), ip(7), unix(7)",
    .run = run_bind,
};

const struct command command_listen = {
    .name = "listen",
    .group = GROUP_SOCKET,
    .arguments =
        {{.name = "SOCKET", .kind = &argument_socket},
         {.name = "BACKLOG", .kind = &argument_number, .set = &constant_limits, .flags = OPTIONAL}},
    .summary = N_("lets a socket take connections"),
    .manual = N_(
        "Turns the socket into a listener: from now on the kernel itself answers handshakes, and "
        "keeps finished connections in the accept queue until accept takes them. BACKLOG is the "
        "length of that queue; it is cut to net.core.somaxconn, and is SOMAXCONN (4096) where it "
        "is omitted, or named so. Handshakes that are not finished wait in the half-open (SYN) "
        "queue."),
    .prototype = "int listen(int sockfd, int backlog);",
    .python = "s.listen(5)",
    .blocks = N_("never"),
    .errors = {{EADDRINUSE, N_("another socket listens on this port")},
               {EOPNOTSUPP, N_("only stream and seqpacket sockets listen")},
               {EINVAL, N_("the socket is connected already, or a Unix socket was not bound")}},
    .example = "s = socket inet stream\nbind s 127.0.0.1:0\nlisten s 5\nclose s",
    .pages = "listen(2), tcp(7)",
    .run = run_listen,
};

const struct command command_accept = {
    .name = "accept",
    .group = GROUP_SOCKET,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket},
                  {.name = "FLAGS",
                   .kind = &argument_flags,
                   .flags = OPTIONAL,
                   .set = &constant_type_flags}},
    .results = {"socket", "address"},
    .summary = N_("takes a finished connection out of a listener's queue"),
    .manual = N_(
        "Gives a new socket for the connection that waits longest in the listener's accept queue, "
        "and the peer's address. The handshake was made by the kernel before: accept takes no part "
        "in it. The listener stays as it is. With FLAGS (nonblock, cloexec) the call is accept4."),
    .prototype = "int accept(int sockfd, struct sockaddr *addr, socklen_t *addrlen);",
    .python = "connection, address = s.accept()",
    .blocks = N_("until a connection is in the queue, unless the listener is non-blocking"),
    .errors = {{EAGAIN,
                N_("no connection waits, and the listener is non-blocking or SO_RCVTIMEO is over")},
               {EINVAL, N_("the socket does not listen: call listen first")},
               {EOPNOTSUPP, N_("only stream and seqpacket sockets have connections")},
               {EMFILE,
                N_("this process has as many descriptors as its limit allows; the connection "
                   "stays in the queue")}},
    .example =
        "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\ns from = accept srv\nprint $from",
    .pages = "accept(2), tcp(7)",
    .run = run_accept,
};

const struct command command_connect = {
    .name = "connect",
    .group = GROUP_SOCKET,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket},
                  {.name = "ADDRESS", .kind = &argument_address, .flags = ALLOWS_NONE}},
    .summary = N_("connects a socket to an address"),
    .manual = N_("For a stream socket: makes the handshake with the peer. For a datagram socket "
                 "nothing is sent: it only fixes where send goes and whose datagrams are received. "
                 "`none` (AF_UNSPEC) dissolves that association. The call returns when the peer's "
                 "kernel has answered; its program need not have called accept."),
    .prototype = "int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen);",
    .python =
        "s.connect((\"127.0.0.1\", 5000))   # connect_ex gives the errno instead of an exception",
    .blocks = N_("until the handshake is done or has failed (for a silent peer about two minutes), "
                 "unless the socket is non-blocking"),
    .errors = {{ECONNREFUSED, N_("nothing listens on that address and port (a RST came back), or, "
                                 "for a Unix path, nobody has it open")},
               {ETIMEDOUT, N_("no answer came: a firewall drops the packets, or the host is down")},
               {EINPROGRESS,
                N_("the handshake has begun, and the socket is non-blocking or SO_SNDTIMEO "
                   "is over: await writable, then read so_error")},
               {EISCONN, N_("the socket is connected already, or listens")},
               {ENETUNREACH, N_("no route leads there")},
               {EHOSTUNREACH, N_("the last router, or this machine, can't reach the host")},
               {EADDRNOTAVAIL, N_("no local port is free for this peer")},
               {EAFNOSUPPORT, N_("the address is of another family, for an IPv4 socket")},
               {EINVAL, N_("the address is of another family, for an IPv6 or Unix socket; or it is "
                           "a link-local one without its interface, as in fe80::1%eth0; or the "
                           "socket is bound to the loopback, from where no other host is reached")},
               {EACCES,
                N_("a broadcast address needs SO_BROADCAST; a route or a firewall forbids it; "
                   "or, for a Unix path, it may not be written")},
               {EAGAIN, N_("a Unix listener's queue is full, and the socket is non-blocking or "
                           "SO_SNDTIMEO is over")},
               {ENOENT, N_("there is no such path; the listener creates it with bind")}},
    .example = "srv = tcp-listen 127.0.0.1:0\nc = socket inet stream\nconnect c srv",
    .pages = "connect(2), tcp(7), udp(7), unix(7)",
    .run = run_connect,
};

const struct command command_shutdown = {
    .name = "shutdown",
    .group = GROUP_SOCKET,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket},
                  {.name = "HOW", .kind = &argument_symbol, .set = &constant_shutdown}},
    .summary = N_("ends one direction of a connection, or both"),
    .manual =
        N_("wr sends a FIN behind the data that waits: the peer reads it all, then the end of the "
           "stream, and may go on sending (half-close). rd makes recv return 0 where it would "
           "wait; on TCP "
           "nothing is sent for it, and what still comes can be read. rdwr does both. Unlike close "
           "it acts on the connection, "
           "however many descriptors share it, and it wakes calls that block on it."),
    .prototype = "int shutdown(int sockfd, int how);",
    .python = "s.shutdown(socket.SHUT_WR)",
    .blocks = N_("never"),
    .errors = {{ENOTCONN, N_("the socket is not connected, or the connection is gone already; one "
                             "of UDP is shut down all the same")}},
    .example = "a b = socketpair unix stream\nshutdown a wr\nexpect eof recv b",
    .pages = "shutdown(2), tcp(7)",
    .run = run_shutdown,
};

const struct command command_close = {
    .name = "close",
    .group = GROUP_SOCKET,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket, .flags = REPEATED}},
    .summary = N_("closes sockets"),
    .manual = N_("Gives the descriptor back. When it was the last one of the socket, a TCP "
                 "connection is ended in order (FIN), or, where received data was never read, or "
                 "so_linger is on with 0, with a RST. What is left of the connection stays in the "
                 "kernel (FIN_WAIT, TIME_WAIT) without a descriptor. Several sockets are closed "
                 "one after the other, each with its call."),
    .prototype = "int close(int fd);",
    .python = "s.close()",
    .blocks = N_("never, unless so_linger is on with a time and data waits"),
    .errors = {{EBADF, N_("the socket is closed already")}},
    .example = "s = socket inet stream\nclose s",
    .pages = "close(2), socket(7), tcp(7)",
    .run = run_close,
};

const struct command command_dup = {
    .name = "dup",
    .group = GROUP_SOCKET,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket}},
    .results = {"socket"},
    .summary = N_("makes a second descriptor of the same socket"),
    .manual =
        N_("The new descriptor is the lowest free number, and refers to the same open socket: the "
           "same state, options and queues. The connection ends when the last of them is closed."),
    .prototype = "int dup(int oldfd);",
    .python = "t = s.dup()",
    .blocks = N_("never"),
    .errors = {{EMFILE, N_("this process has as many descriptors as its limit allows: close some, "
                           "or raise ulimit -n")}},
    .example = "s = socket inet dgram\nt = dup s\nclose s t",
    .pages = "dup(2)",
    .run = run_dup,
};
