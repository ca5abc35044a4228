/* address: socket addresses: reading them as they are typed, and writing them for people. */
#ifndef SOCKSH_NAMES_ADDRESS_H
#define SOCKSH_NAMES_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "language/bytes.h"
#include "language/error.h"
#include "language/value.h"

struct address {
  socklen_t length; /* bytes of it in use; 0: no address at all */
  union {
    struct sockaddr any;
    struct sockaddr_in inet;
    struct sockaddr_in6 inet6;
    struct sockaddr_un local;
    struct sockaddr_storage storage;
  };
};

/* What the text of an address says. A name of a host or a service is for resolve.h to look up. */
enum address_need {
  ADDRESS_COMPLETE, /* *address is filled in */
  ADDRESS_LOOK_UP,  /* host and service must be looked up */
  ADDRESS_WRONG,    /* the error says why */
};

/* A host and a service to look up, as zero-terminated texts. */
struct address_query {
  char host[256];   /* "" for any address (passive), or a numeric one */
  char service[64]; /* a name of a service, or a number */
};

/* Reads an address: 127.0.0.1:80, [::1]:80, [fe80::1%eth0]:80, host:service, *:80 (any address),
 * :80 or 80 (that port on the loopback), unix:/path, unix:@abstract, unix: (no name: the kernel
 * chooses one at bind). Where the text leaves the family open it is `family`, or AF_INET for
 * AF_UNSPEC. */
enum address_need address_parse(const char *text, size_t length, int family,
                                struct address *address, struct address_query *query,
                                struct error *error);

/* Reads an address of one family without a port, as inet_pton(3) does, with a scope (%eth0) for
 * IPv6. */
int address_parse_host(const char *text, size_t length, int family, struct address *address);

/* Adds it as it would be typed: 127.0.0.1:80, [::1]:80, unix:/path. Unprintable bytes of a path are
 * escaped. */
void address_append(const struct address *address, struct bytes *bytes);

/* The same with a path's bytes as they are: what `$c.peer` stands for. */
void address_append_raw(const struct address *address, struct bytes *bytes);

/* Adds the host part alone. */
void address_append_host(const struct address *address, struct bytes *bytes);

int address_family(const struct address *address); /* AF_UNSPEC where there is none */
int address_port(const struct address *address);   /* host order; -1 where the family has none */
void address_set_port(struct address *address, int port);

/* True for INADDR_ANY and in6addr_any. */
bool address_is_any(const struct address *address);
/* True for 127.0.0.0/8 and ::1, also as an IPv6 address that stands for the former. */
bool address_is_loopback(const struct address *address);
/* The loopback in place of any address, which nobody can connect to by name. */
void address_any_to_loopback(struct address *address);
/* The IPv4 address in place of the IPv6 one that stands for it. */
void address_unmap(struct address *address);
bool address_equal(const struct address *a, const struct address *b);

/* An object for names to hold, with the fields .port .host .family .path. NULL when there is no
 * memory. */
struct object *address_object_create(const struct address *address);
/* The address in such an object; NULL where the object is something else. */
const struct address *address_from_object(const struct object *object);

#endif
