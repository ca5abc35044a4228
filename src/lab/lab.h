/* lab: virtual hosts, each with the kernel's own TCP/IP stack, and the wires between them.
 *
 * A host is a network namespace; a wire joins those that have an interface on it, and is carried by
 * a thread of the session (wire.h). What must be done inside a namespace the helper does
 * (helper.h). Hosts and wires are added and never taken away: all of it ends with the session. The
 * layout - hosts, links, wires - is guarded by the lock of the wire, what hosts do for sockets may
 * be called from any thread, and everything else only with the session's lock. */
#ifndef SOCKSH_LAB_LAB_H
#define SOCKSH_LAB_LAB_H

#include <pthread.h>

#include "lab/helper.h"
#include "lab/request.h"
#include "lab/wire.h"
#include "language/error.h"
#include "socket/host.h"

enum { LAB_HOST_LINKS = LAB_WIRES };

/* A host with what the lab needs of it. */
struct lab_host {
  struct host host; /* first: what sockets point to */
  struct lab *lab;
  unsigned index; /* 0, 1 ...: in the order in which they were made */
  int space;      /* the descriptor of its network namespace, the program's own */
  struct wire_link *links[LAB_HOST_LINKS];
  size_t link_count;
};

struct lab {
  struct helper helper;
  pthread_mutex_t control; /* guards the talk with the helper: one question and its answer at a
                              time; and `questions` */
  uint32_t questions;
  int users; /* descriptors of the helper's user and mount namespaces, for programs that run on a
                host */
  int mounts;
  bool plain; /* `lab --plain` */
  bool fast;  /* packets flow unseen: see lab_follow_wire */
  struct lab_host *hosts[LAB_HOSTS];
  size_t host_count;
  struct wire wire;
};

/* Starts a lab without hosts, whose packets go to the timeline. NULL with an error that says what
 * the system lacks, and how to get it. */
struct lab *lab_create(struct timeline *timeline, bool repeatable, struct error *error);
/* Ends it: the hosts are gone when nobody has a socket on them any more. NULL is none. */
void lab_free(struct lab *lab);

/* Adds a host with an interface on each of the wires, which are made where there is none of that
 * name. 0, or -1 with an error. */
int lab_add_host(struct lab *lab, const char *name, const char *const *wires, size_t wire_count,
                 struct error *error);

/* The host of a name, or NULL. */
struct lab_host *lab_find_host(const struct lab *lab, const char *name, size_t length);

/* The address of that host, port 0; length 0 where no host is called so, or it has none of that
 * family. */
struct address lab_resolve(const struct lab *lab, const char *name, size_t length, int family);

/* The address of an interface, port 0; length 0 where it has none of that family. */
struct address lab_link_address(const struct wire_link *link, int family);

/* True for what a host or a wire may be called: letters, digits, - and _, up to 15 of them. */
bool lab_name_valid(const char *name, size_t length);

/* Reads a sysctl of a host, such as "net.ipv4.tcp_rmem", or writes it first where value is not
 * NULL. 0, or -1 with an error. */
int lab_setting(struct lab_host *host, const char *name, const char *value, size_t length,
                struct bytes *result, struct error *error);

/* Adds what a file of /proc says on that host, such as /proc/net/netstat. 0, or -1 with an error.
 */
int lab_read(struct lab_host *host, const char *path, struct bytes *text, struct error *error);

/* Timestamps, SACK and window scaling, off or on again, on all hosts and those to come. 0, or -1
 * with an error. */
int lab_set_plain(struct lab *lab, bool plain, struct error *error);

/* To be called when the wire may have begun, or ceased, to be seen: while nobody looks the hosts
 * make of a long send what is fast; else what looks the same every time. */
void lab_follow_wire(struct lab *lab);

/* The most that one packet may hold on the interfaces of a wire, NULL: all. 0, or -1 with an error.
 */
int lab_set_mtu(struct lab *lab, const struct lan *lan, unsigned mtu, struct error *error);

/* Has a program that runs on a host ended with the session, however that ends. */
void lab_note_program(struct lab *lab, pid_t pid);

/* In a child between fork and exec: moves it to the host. 0, or -1 with errno set. */
int lab_enter(const struct lab_host *host);

/* Says why a stage failed with an errno, and what to do about it. -1. */
int lab_explain(enum lab_stage stage, int number, struct error *error);

/* Tries all that a lab needs with one of its own, which is ended at once. 0, or -1 with an error.
 */
int lab_check(struct error *error);

#endif
