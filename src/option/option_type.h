/* option_type: the C types of socket options, for the rows of option_table.c.
 *
 * Numbers and texts are in option_type.c, interfaces in option_type_interface.c, addresses in
 * option_type_address.c, symbols in option_symbol.c, structures in option_struct.c, multicast
 * requests in option_multicast.c, TCP's own types in option_tcp.c, those of multipath TCP in
 * option_multipath.c. */
#ifndef SOCKSH_OPTION_OPTION_TYPE_H
#define SOCKSH_OPTION_OPTION_TYPE_H

#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>

#include "language/bytes.h"
#include "language/error.h"
#include "names/constant.h"
#include "option/option.h"

/* Numbers. The kernel takes most of them as an int, and returns them as one. */
extern const struct option_type option_type_bool;    /* on|off */
extern const struct option_type option_type_int;     /* NUMBER */
extern const struct option_type option_type_size;    /* SIZE: 64K */
extern const struct option_type option_type_seconds; /* whole seconds: 30, 30s, 2m */
extern const struct option_type
    option_type_milliseconds; /* whole milliseconds: 1500, 1500ms, 1.5s */
extern const struct option_type option_type_microseconds; /* whole microseconds: 50, 50us */
extern const struct option_type option_type_descriptor;   /* a descriptor */
extern const struct option_type option_type_u32;
extern const struct option_type option_type_size_u32; /* the same as a SIZE, or unlimited */
extern const struct option_type option_type_u64;
extern const struct option_type option_type_rate;      /* bytes per second, or unlimited */
extern const struct option_type option_type_interface; /* an interface's name or index */
extern const struct option_type
    option_type_interface_network; /* the same, with the index in network byte order */
extern const struct option_type option_type_port_range; /* FIRST LAST, in the halves of a u32 */

/* Texts. */
extern const struct option_type option_type_name;  /* up to 15 bytes: an interface, an algorithm */
extern const struct option_type option_type_label; /* of a security module */

/* Bytes. */
extern const struct option_type option_type_peer_name; /* struct sockaddr */

/* Names from a set of constants, as an int. */
extern const struct option_type option_type_family;
extern const struct option_type option_type_socket_type;
extern const struct option_type option_type_protocol;
extern const struct option_type option_type_error;
extern const struct option_type option_type_path_mtu;
extern const struct option_type option_type_path_mtu6;
extern const struct option_type option_type_timestamping;
extern const struct option_type option_type_buffer_locks;
extern const struct option_type option_type_address_preferences;
extern const struct option_type option_type_repair;
extern const struct option_type option_type_repair_queue;
extern const struct option_type option_type_encapsulation;

/* Structures. */
extern const struct option_type option_type_timeval;
extern const struct option_type option_type_linger;
extern const struct option_type option_type_credentials;   /* struct ucred */
extern const struct option_type option_type_groups;        /* gid_t[] */
extern const struct option_type option_type_memory;        /* SO_MEMINFO */
extern const struct option_type option_type_transmit_time; /* struct sock_txtime */
extern const struct option_type option_type_filter; /* the instructions of a struct sock_fprog */
extern const struct option_type option_type_packet_info6; /* struct in6_pktinfo */
extern const struct option_type option_type_mtu_info6;    /* struct ip6_mtuinfo */

/* Multicast. */
extern const struct option_type option_type_multicast_interface; /* struct in_addr, or ip_mreqn */
extern const struct option_type option_type_membership;          /* struct ip_mreqn */
extern const struct option_type option_type_source_membership;   /* struct ip_mreq_source */
extern const struct option_type option_type_membership6;         /* struct ipv6_mreq */
extern const struct option_type option_type_group;               /* struct group_req */
extern const struct option_type option_type_group_source;        /* struct group_source_req */

/* TCP. */
extern const struct option_type option_type_tcp_info;
extern const struct option_type option_type_repair_window;
extern const struct option_type option_type_signature; /* struct tcp_md5sig */
extern const struct option_type option_type_zerocopy_receive;

/* Multipath TCP. */
extern const struct option_type option_type_multipath_info;      /* struct mptcp_info */
extern const struct option_type option_type_multipath_tcp_info;  /* struct tcp_info, several */
extern const struct option_type option_type_multipath_addresses; /* of subflows */

/* Shared by several of these files. Each reader returns 0, or -1 with a usage error about the
 * word. */
int option_read_int(const struct option_word *word, long long smallest, long long largest,
                    long long *number, struct error *error);
int option_read_ipv4(const struct option_word *word, struct in_addr *address, struct error *error);
int option_read_ipv6(const struct option_word *word, struct in6_addr *address, struct error *error);
int option_read_interface(const struct option_word *word, uint32_t *index, struct error *error);

/* Parses a word as an address of a family into a struct in_addr or in6_addr. 0, or -1 without an
 * error. */
int option_try_address(int family, const struct option_word *word, void *address);

/* Parses a time in units of `unit` nanoseconds: a bare number of units, or a duration. */
int option_read_time(const struct option_word *word, int64_t unit, long long *number,
                     struct error *error);

/* Appends an address as text. */
void option_append_ipv4(struct bytes *text, const struct in_addr *address);
void option_append_ipv6(struct bytes *text, const struct in6_addr *address);

/* Copies a structure out of a value. 0, or -1 if the value is shorter than the structure, which is
 * then unusable. */
int option_take(const void *value, size_t length, void *structure, size_t size);

/* Formats and reads an int (of 1, 4 or 8 bytes). */
void option_format_int(const void *value, size_t length, struct bytes *text);
int option_number_int(const void *value, size_t length, long long *number);

/* Formats bytes as the word that yields them again: hex:0a0b. */
void option_format_raw(const void *value, size_t length, struct bytes *text);

/* Appends a plain structure or number to a value. 0, or -1 when there is no memory. */
int option_put(struct bytes *value, const void *data, size_t size, struct error *error);

#endif
