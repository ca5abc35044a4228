/* constant: the names that C gives to numbers, as plain data, and what each means.
 *
 * A constant is one row in the table of its set; everything that parses, prints, completes or
 * explains names walks these tables. */
#ifndef SOCKSH_NAMES_CONSTANT_H
#define SOCKSH_NAMES_CONSTANT_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"
#include "language/error.h"

struct constant {
  const char *name; /* as in C: "SOCK_STREAM". NULL ends a table */
  long value;       /* the number */
  const char
      *explanation; /* for `explain`: what it means, where it comes from, what to try; N_() */
};

struct constant_set {
  const char *title;                /* what the numbers are: "address family" */
  const char *word;                 /* the same as synopses write it: "FAMILY" */
  const char *prefix;               /* the prefix that may be left out: "AF_" */
  bool flags;                       /* the values are bits, joined with |; a name for none of them
                                       is the first */
  const struct constant *constants; /* the rows; the first name of a value is the one printed */
};

extern const struct constant_set constant_families;   /* AF_ (PF_ is read too, but never printed) */
extern const struct constant_set constant_types;      /* SOCK_STREAM ... */
extern const struct constant_set constant_type_flags; /* SOCK_NONBLOCK, SOCK_CLOEXEC */
extern const struct constant_set constant_protocols;  /* IPPROTO_ */
extern const struct constant_set constant_levels;     /* SOL_SOCKET, SOL_IP (ip), SOL_TCP ... */
extern const struct constant_set constant_message_flags;    /* MSG_ */
extern const struct constant_set constant_shutdown;         /* SHUT_RD, SHUT_WR, SHUT_RDWR */
extern const struct constant_set constant_poll_events;      /* POLL */
extern const struct constant_set constant_epoll_events;     /* EPOLL */
extern const struct constant_set constant_epoll_operations; /* EPOLL_CTL_ */
extern const struct constant_set constant_epoll_flags;      /* EPOLL_CLOEXEC */
extern const struct constant_set constant_splice_flags;     /* SPLICE_F_ */
extern const struct constant_set constant_file_flags; /* O_NONBLOCK ... as F_GETFL returns them */
extern const struct constant_set constant_descriptor_flags;    /* FD_CLOEXEC */
extern const struct constant_set constant_file_commands;       /* F_GETFL ... F_SETSIG */
extern const struct constant_set constant_descriptor_commands; /* with those that duplicate */
extern const struct constant_set constant_requests; /* ioctl: FIONREAD, SIOCOUTQ, SIOCATMARK ... */
extern const struct constant_set constant_lookup_errors; /* EAI_ */
extern const struct constant_set constant_lookup_flags;  /* AI_ */
extern const struct constant_set constant_states;        /* the states of sockets: see below */
extern const struct constant_set constant_errors; /* errno names, with the usual causes of each */

/* Values of socket options. */
extern const struct constant_set constant_path_mtu;     /* IP_PMTUDISC_ */
extern const struct constant_set constant_path_mtu6;    /* IPV6_PMTUDISC_ */
extern const struct constant_set constant_timestamping; /* SOF_TIMESTAMPING_ */
extern const struct constant_set constant_buffer_locks; /* SOCK_SNDBUF_LOCK, SOCK_RCVBUF_LOCK */
extern const struct constant_set constant_address_preferences; /* IPV6_PREFER_SRC_ */
extern const struct constant_set constant_repair;              /* TCP_REPAIR_ */
extern const struct constant_set constant_repair_queues;       /* TCP_SEND_QUEUE, TCP_RECV_QUEUE */
extern const struct constant_set constant_encapsulations;      /* UDP_ENCAP_ */
extern const struct constant_set constant_clocks;              /* CLOCK_ */
extern const struct constant_set constant_transmit_flags;      /* SOF_TXTIME_ */

/* What messages carry; signals; limits. */
extern const struct constant_set constant_control_messages;   /* SCM_, of SOL_SOCKET */
extern const struct constant_set constant_error_origins;      /* SO_EE_ORIGIN_ */
extern const struct constant_set constant_zerocopy_codes;     /* SO_EE_CODE_ZEROCOPY_ */
extern const struct constant_set constant_txtime_codes;       /* SO_EE_CODE_TXTIME_ */
extern const struct constant_set constant_timestamp_kinds;    /* SCM_TSTAMP_ */
extern const struct constant_set constant_signals;            /* SIG */
extern const struct constant_set constant_limits;             /* SOMAXCONN ... */
extern const struct constant_set constant_internet_addresses; /* INADDR_ */

/* Addresses of AF_PACKET, AF_NETLINK and AF_VSOCK. */
extern const struct constant_set constant_ether_types;       /* ETH_P_ */
extern const struct constant_set constant_packet_types;      /* PACKET_ */
extern const struct constant_set constant_hardware_types;    /* ARPHRD_ */
extern const struct constant_set constant_netlink_protocols; /* NETLINK_ */
extern const struct constant_set constant_route_groups;      /* RTMGRP_ */
extern const struct constant_set constant_vsock_machines;    /* VMADDR_CID_ */

/* The names of the protocols that socket(2) takes in this family; NULL: they have none. Those of
 * AF_PACKET are passed in network byte order. */
const struct constant_set *constant_protocols_of(int family);

/* All of the above, ended by NULL, in the order in which `explain` searches them. */
extern const struct constant_set *const constant_sets[];

/* The states of a socket that a look can find: TCP's, with the kernel's numbers (TCP_ESTABLISHED is
 * 1), and for other sockets the kernel's socket states (SS_UNCONNECTED ...), numbered after
 * them. */
enum socket_state {
  STATE_UNKNOWN = 0, /* never looked at, or it can't be looked at */
  STATE_ESTABLISHED = 1,
  STATE_SYN_SENT,
  STATE_SYN_RECV,
  STATE_FIN_WAIT1,
  STATE_FIN_WAIT2,
  STATE_TIME_WAIT,
  STATE_CLOSED,
  STATE_CLOSE_WAIT,
  STATE_LAST_ACK,
  STATE_LISTEN,
  STATE_CLOSING,
  STATE_NEW_SYN_RECV,
  STATE_UNCONNECTED = 32, /* datagram and Unix sockets: no peer */
  STATE_CONNECTING,       /* Unix: connect has begun and was not accepted yet */
  STATE_CONNECTED,        /* a peer is set */
  STATE_DISCONNECTED,     /* Unix: the peer has closed */
};

/* The row with this name, with or without the usual prefix, ignoring case. NULL if there is none,
 * or if a short name matches several rows, which the error then lists. `error` may be NULL. */
const struct constant *constant_find(const struct constant_set *set, const char *text,
                                     size_t length, struct error *error);

/* Parses a word as a value of the set: a name, a number, or, for flags, several joined with |. 0,
 * or -1 with an error that suggests what was meant. */
int constant_parse(const struct constant_set *set, const char *text, size_t length, long *value,
                   struct error *error);

/* The name to print for a value; NULL if no row has it. */
const char *constant_name(const struct constant_set *set, long value);

/* Appends a value as C would write it: its name, or flags joined with |; a part without a name as a
 * number (0x... for flags, "0" for no flag). */
void constant_append(const struct constant_set *set, long value, struct bytes *bytes);

/* The name of the set that is nearest to the text; NULL if none is near enough. */
const char *constant_nearest(const struct constant_set *set, const char *text, size_t length);

/* Appends ", did you mean X?" to an error if a name of the set is near the text. */
void constant_suggest(const struct constant_set *set, const char *text, size_t length,
                      struct error *error);

#endif
