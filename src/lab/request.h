/* request: the messages between the session and the lab's helper, one each on a socket pair, with
 * descriptors attached. */
#ifndef SOCKSH_LAB_REQUEST_H
#define SOCKSH_LAB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A lab is small: its addresses are 10.0.WIRE.NUMBER, fd00:0:0:WIRE::NUMBER and fe80::NUMBER. */
enum { LAB_HOSTS = 64, LAB_WIRES = 16, LAB_NAME = 128, LAB_TEXT = 16 * 1024 };

enum lab_ask {
  ASK_READY, /* whether the helper is there; returns the descriptors of its user and PID namespaces
              */
  ASK_HOST,  /* makes a host called `name`; returns the descriptors of its network, mount and UTS
                namespaces, of a socket for questions about its interfaces, of two sock_diag
                sockets, and from LAB_HOST_STATISTICS on of its statistics */
  ASK_LINK,  /* makes its interface `name` with two addresses; returns the TUN descriptor */
  ASK_ROUTE, /* adds a route to wire `wire` by way of a host */
  ASK_DEFAULT, /* makes the default route lead out of `name`, by way of a host, or of none */
  ASK_SOCKET,  /* makes a socket or a pair, and returns it */
  ASK_SETTING, /* reads a file below /proc/sys/net, or writes `text` to it */
  ASK_MTU,     /* sets the MTU of the interface `name` */
  ASK_SYSTEM,  /* returns what gethostname(2) says there, as text */
  ASK_NAMES,   /* `text` is what begins the /etc/hosts of every host */
};

struct lab_request {
  enum lab_ask ask;
  uint32_t serial; /* 1, 2 ...: identifies its answer */
  unsigned host;   /* 0, 1 ...: in order of creation */
  int domain;
  int type;
  int protocol;
  bool pair;
  bool writes;          /* ASK_SETTING */
  bool bare;            /* ASK_HOST: with the kernel's own settings */
  unsigned wire;        /* ASK_LINK, ASK_MTU: the interface's wire. ASK_ROUTE: the destination */
  unsigned number;      /* ASK_LINK, ASK_MTU: the host's number on that wire */
  unsigned over_wire;   /* ASK_ROUTE: the route leads over this wire ... */
  unsigned over_number; /* ... by way of the host with this number there; ASK_DEFAULT: 0 is none */
  unsigned mtu;         /* bytes; ASK_LINK, ASK_MTU */
  unsigned char
      inet[4]; /* ASK_LINK: its addresses in place of the wire's; zeros: those of the wire */
  unsigned char inet6[16];
  char name[LAB_NAME]; /* a host, an interface, or a path below /proc/sys/ */
  size_t length;       /* of the text, in bytes */
  char text[LAB_TEXT];
};

/* How far something got, for the message when it fails. */
enum lab_stage {
  STAGE_NONE,
  STAGE_CLONE,     /* creating a user namespace and a network namespace */
  STAGE_MAP,       /* mapping the user in it */
  STAGE_CONTROL,   /* talking to the helper */
  STAGE_NAMESPACE, /* creating a network namespace for a host */
  STAGE_DEVICE,    /* opening /dev/net/tun */
  STAGE_INTERFACE, /* creating the interface */
  STAGE_ADDRESS,   /* giving it addresses */
  STAGE_ROUTE,
  STAGE_DIAGNOSIS, /* sock_diag */
  STAGE_SOCKET,    /* socket(2) */
  STAGE_SETTING,   /* a sysctl */
  STAGE_NAMES,     /* /etc/hosts */
};

struct lab_reply {
  uint32_t serial; /* of the question */
  int error;       /* an errno; 0: success */
  enum lab_stage stage;
  bool handed; /* descriptors are attached; a message with the serial alone follows once the helper
                  has closed them */
  bool inet6;  /* ASK_LINK: it also has an IPv6 address */
  size_t length;
  char text[LAB_TEXT];
};

/* Files below /proc/net, which a host's descriptors stay those of that host. */
enum lab_statistic {
  STATISTIC_DEVICES, /* dev: what its interfaces have carried and dropped */
  STATISTIC_SNMP,    /* snmp, netstat, snmp6: its counters */
  STATISTIC_NETSTAT,
  STATISTIC_SNMP6,
  STATISTIC_PACKET, /* packet, raw, raw6: its sockets that get packets, not data */
  STATISTIC_RAW,
  STATISTIC_RAW6,
  STATISTICS,
};

/* The most descriptors attached to a reply. */
enum { LAB_HOST_STATISTICS = 6, LAB_DESCRIPTORS = LAB_HOST_STATISTICS + STATISTICS };

#endif
