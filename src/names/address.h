/* address: socket addresses: parses them as they are typed, and formats them for people. */
#ifndef SOCKSH_NAMES_ADDRESS_H
#define SOCKSH_NAMES_ADDRESS_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "language/bytes.h"
#include "language/error.h"
#include "language/value.h"

struct address {
  socklen_t length; /* bytes in use; 0: no address */
  union {
    struct sockaddr any;
    struct sockaddr_in inet;
    struct sockaddr_in6 inet6;
    struct sockaddr_un local;
    struct sockaddr_storage storage;
  };
  /* The name of the interface whose number is in it, as the scope of IPv6 or in AF_PACKET: "eth0"
   * on the host it was used on. "" if it has none, or nobody asked. */
  char interface[IF_NAMESIZE];
};

/* What the text of an address amounts to. Names of hosts and services are looked up by
 * resolve.h. */
enum address_need {
  ADDRESS_COMPLETE, /* *address is filled in */
  ADDRESS_LOOK_UP,  /* host and service must be looked up */
  ADDRESS_WRONG,    /* the error says why */
};

/* A host and a service to look up, as zero-terminated texts. */
struct address_query {
  char host[256];   /* "" for any address (passive), or a numeric address */
  char service[64]; /* the name of a service, or a number */
};

/* Parses an address: 127.0.0.1:80, [::1]:80, [fe80::1%eth0]:80, host:service, *:80 (any address),
 * :80 or 80 (that port on the loopback), INADDR_ANY:80 and the like as C names them, unix:/path,
 * unix:@abstract, unix: (no name: the kernel chooses one at bind), and those of address_link.h. If
 * the text leaves the family open, it is `family`, or AF_INET for AF_UNSPEC. The network is the one
 * in which an interface is looked for (network.h). */
enum address_need address_parse(const char *text, size_t length, int family, int network,
                                struct address *address, struct address_query *query,
                                struct error *error);

/* Parses an address of one family without a port, as inet_pton(3) does, with an optional scope
 * (%eth0) for IPv6. */
int address_parse_host(const char *text, size_t length, int family, int network,
                       struct address *address);

/* Fills in the name of the interface whose number the address has, in that network. Everybody who
 * gets an address from the kernel calls it: later, and in another network, the number says nothing.
 */
void address_name_interface(struct address *address, int network);

/* Appends it as it would be typed: 127.0.0.1:80, [::1]:80, unix:/path. Unprintable bytes of a path
 * are escaped. */
void address_append(const struct address *address, struct bytes *bytes);

/* The same with the bytes of a path unescaped: what `$c.peer` expands to. */
void address_append_raw(const struct address *address, struct bytes *bytes);

/* Appends the host part alone. */
void address_append_host(const struct address *address, struct bytes *bytes);

int address_family(const struct address *address); /* AF_UNSPEC if there is no address */
int address_port(const struct address *address); /* host byte order; -1: the family has no ports */
void address_set_port(struct address *address, int port);

/* True for INADDR_ANY and in6addr_any. */
bool address_is_any(const struct address *address);
/* True for 127.0.0.0/8 and ::1, also as an IPv4-mapped IPv6 address. */
bool address_is_loopback(const struct address *address);
/* Replaces the wildcard address, to which nobody can connect, by the loopback. */
void address_any_to_loopback(struct address *address);
/* Replaces an IPv4-mapped IPv6 address by the IPv4 address. */
void address_unmap(struct address *address);
bool address_equal(const struct address *a, const struct address *b);

/* Creates an object for names to hold, with the fields .port .host .family .path. NULL when there
 * is no memory. */
struct object *address_object_create(const struct address *address);
/* The address in such an object; NULL if the object is something else. */
const struct address *address_from_object(const struct object *object);

#endif
