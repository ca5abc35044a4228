/* request: what the session asks of the lab's helper, and what that answers: each is one message on
 * a socket pair, with descriptors beside it. */
#ifndef SOCKSH_LAB_REQUEST_H
#define SOCKSH_LAB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A lab is small: its addresses are 10.0.WIRE.NUMBER and fd00:0:0:WIRE::NUMBER. */
enum { LAB_HOSTS = 64, LAB_WIRES = 16, LAB_NAME = 128, LAB_TEXT = 16 * 1024 };

enum lab_ask {
  ASK_READY, /* is the helper there; gives the descriptors of its user and mount namespaces */
  ASK_HOST,  /* makes a host; gives the descriptors of its network namespace and of its sock_diag */
  ASK_LINK,  /* makes its interface `name` with two addresses; gives the TUN descriptor */
  ASK_ROUTE, /* a way to `number` of the wires, over a host */
  ASK_SOCKET,  /* makes a socket, or a pair; gives it */
  ASK_SETTING, /* reads, or writes `text` into, a file below /proc/sys/net */
  ASK_MTU,     /* sets that of the interface `name` */
  ASK_PROGRAM, /* process `number` runs on a host: it is ended with the helper */
  ASK_NAMES,   /* `text` is what /etc/hosts holds for programs on the hosts */
};

struct lab_request {
  enum lab_ask ask;
  uint32_t serial; /* 1, 2 ...: by which its answer is known */
  unsigned host;   /* 0, 1 ...: in the order in which they were made */
  int domain;
  int type;
  int protocol;
  bool pair;
  bool writes;          /* ASK_SETTING */
  unsigned wire;        /* ASK_LINK, ASK_MTU: that of the interface. ASK_ROUTE: to where */
  unsigned number;      /* ASK_LINK, ASK_MTU: the host's number on that wire */
  unsigned over_wire;   /* ASK_ROUTE: the way leads over this wire ... */
  unsigned over_number; /* ... to the host with this number there */
  unsigned mtu;         /* bytes; ASK_LINK, ASK_MTU */
  char name[LAB_NAME];  /* an interface, or a path below /proc/sys/ */
  size_t length;        /* of the text */
  char text[LAB_TEXT];
};

/* How far something came: what to say when it failed. */
enum lab_stage {
  STAGE_NONE,
  STAGE_CLONE,     /* a user namespace and a network namespace */
  STAGE_MAP,       /* the user in it */
  STAGE_CONTROL,   /* talking to the helper */
  STAGE_NAMESPACE, /* a network namespace for a host */
  STAGE_DEVICE,    /* opening /dev/net/tun */
  STAGE_INTERFACE, /* making the interface */
  STAGE_ADDRESS,   /* giving it addresses */
  STAGE_ROUTE,
  STAGE_DIAGNOSIS, /* sock_diag */
  STAGE_SOCKET,    /* socket(2) */
  STAGE_SETTING,   /* a sysctl */
  STAGE_NAMES,     /* /etc/hosts */
};

struct lab_reply {
  uint32_t serial; /* of the question */
  int error;       /* an errno; 0: done */
  enum lab_stage stage;
  bool handed; /* descriptors come with it; a message of the serial alone follows when the helper
                  has let go of them */
  bool inet6;  /* ASK_LINK: it has an IPv6 address, too */
  size_t length;
  char text[LAB_TEXT];
};

/* At most so many descriptors come with a reply. */
enum { LAB_DESCRIPTORS = 2 };

#endif
