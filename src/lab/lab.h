/* lab: virtual hosts, each with the kernel's own TCP/IP stack, and the wires between them.
 *
 * A host is a network namespace; a wire joins the hosts that have an interface on it, and is
 * carried by a thread of the session (wire.h). Work inside a namespace is done by the helper
 * (helper.h). Hosts and wires are added and never removed: all of it ends with the session. The
 * layout - hosts, links, wires - is guarded by the wire's lock; what hosts do for sockets may be
 * called from any thread; everything else needs the session's lock. */
#ifndef SOCKSH_LAB_LAB_H
#define SOCKSH_LAB_LAB_H

#include <pthread.h>

#include "lab/helper.h"
#include "lab/request.h"
#include "lab/wire.h"
#include "language/error.h"
#include "socket/host.h"

enum { LAB_HOST_LINKS = LAB_WIRES };

/* A host, with the lab's own data about it. */
struct lab_host {
  struct host host; /* first: sockets point to it */
  struct lab *lab;
  unsigned index; /* 0, 1 ...: in order of creation */
  int space;      /* the descriptor of its network namespace, one of the program's own */
  int mounts;     /* the same of its mount namespace ... */
  int system;     /* ... and its UTS namespace */
  int statistics[STATISTICS];      /* descriptors of its files below /proc/net */
  struct kernel *receivers;        /* a sock_diag of the wire's own; NULL: it can't be read */
  const struct wire_link *way_out; /* the host that its default route leads to */
  bool leads_out;                  /* it has a default route */
  struct wire_link *links[LAB_HOST_LINKS];
  size_t link_count;
};

struct lab {
  struct helper helper;
  pthread_mutex_t control; /* guards the exchange with the helper, one question and its answer at a
                              time; and `questions` and `silent` */
  uint32_t questions;
  bool silent; /* it has not answered the last one */
  int users;   /* descriptors of the helper's user and PID namespaces, for programs on a host */
  int processes;
  bool plain; /* `lab --plain` */
  bool fast;  /* packets flow unseen: see lab_follow_wire */
  struct lab_host *hosts[LAB_HOSTS];
  size_t host_count;
  struct wire wire;
};

/* Starts a lab without hosts, whose packets go to the timeline. NULL with an error that says what
 * the system lacks, and how to get it. */
struct lab *lab_create(struct timeline *timeline, bool repeatable, struct error *error);
/* Ends it: the hosts go away once nobody has a socket on them. NULL is allowed. */
void lab_free(struct lab *lab);

/* A host to be made. */
struct lab_plan {
  const char *name;
  const char *const *wires;
  size_t wire_count;
  struct address own[2]; /* addresses of IPv4 and IPv6 in place of the wire's; length 0: none */
  bool bare;             /* with the kernel's own settings, and interfaces called tun0 and so on */
  int device; /* of a peer (lab_peer.h): in place of a TUN, and the lab's once the host has a link;
                 -1: none */
};
int lab_make_host(struct lab *lab, const struct lab_plan *plan, struct error *error);

/* Adds a host with an interface on each of the wires, and creates those wires that do not exist
 * yet. 0, or -1 with an error. */
int lab_add_host(struct lab *lab, const char *name, const char *const *wires, size_t wire_count,
                 struct error *error);

/* The host with a name, or NULL. */
struct lab_host *lab_find_host(const struct lab *lab, const char *name, size_t length);

/* The address of the host with a name, port 0; length 0 if there is no such host, or it has none of
 * that family. */
struct address lab_resolve(const struct lab *lab, const char *name, size_t length, int family);

/* The address of an interface, port 0; length 0 if it has none of that family. */
struct address lab_link_address(const struct wire_link *link, int family);
/* Its link-local address, fe80::NUMBER; length 0: it has no IPv6. */
struct address lab_link_local(const struct wire_link *link);

/* True for valid names of hosts and wires: letters, digits, - and _, at most 15 of them. */
bool lab_name_valid(const char *name, size_t length);

/* Reads a sysctl of a host, such as "net.ipv4.tcp_rmem", after writing it if value is not NULL. 0,
 * or -1 with an error. */
int lab_setting(struct lab_host *host, const char *name, const char *value, size_t length,
                struct bytes *result, struct error *error);

/* Appends what gethostname(2) says on that host. 0, or -1 with an error. */
int lab_system_name(struct lab_host *host, struct bytes *text, struct error *error);

/* Appends what a file of /proc says on that host, such as /proc/net/netstat. 0, or -1 with an
 * error. */
int lab_read(struct lab_host *host, const char *path, struct bytes *text, struct error *error);

/* Turns timestamps, SACK and window scaling off or on, on all hosts, present and future. 0, or -1
 * with an error. */
int lab_set_plain(struct lab *lab, bool plain, struct error *error);

/* Call it when the wire may have become seen or unseen: while nobody looks, the hosts segment a
 * long send for speed; otherwise they do it the same way every time. */
void lab_follow_wire(struct lab *lab);

/* Sets the MTU of a wire's interfaces, in bytes; NULL: of all. 0, or -1 with an error. */
int lab_set_mtu(struct lab *lab, const struct lan *lan, unsigned mtu, struct error *error);

/* Sets the error for a stage that failed with an errno: why, and what to do about it. Returns
 * -1. */
int lab_explain(enum lab_stage stage, int number, struct error *error);

#endif
