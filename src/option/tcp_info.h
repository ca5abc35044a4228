/* tcp_info: the fields of struct tcp_info (tcp(7)), as data: one row each, with its group, its
 * unit, and what it means. */
#ifndef SOCKSH_OPTION_TCP_INFO_H
#define SOCKSH_OPTION_TCP_INFO_H

#include "language/value.h"

enum tcp_info_group {
  TCP_INFO_STATE,
  TCP_INFO_TIME,       /* round-trip time and timers */
  TCP_INFO_SEGMENT,    /* segment sizes */
  TCP_INFO_WINDOW,     /* windows of both ends */
  TCP_INFO_CONGESTION, /* congestion control */
  TCP_INFO_LOSS,       /* retransmissions */
  TCP_INFO_COUNT,      /* what was sent and received */
  TCP_INFO_PACE,       /* rates, and what limited the sender */
  TCP_INFO_GROUPS,
};
extern const char *const tcp_info_group_titles[TCP_INFO_GROUPS];

struct tcp_info_field {
  const char *name; /* "rtt"; NULL ends the table */
  enum tcp_info_group group;
  unsigned short offset;
  unsigned short size;
  const char *unit;    /* "us", "bytes", "" for a plain count */
  const char *meaning; /* a few words; N_() */
  /* Appends the field's value if it is not a plain number; NULL: it is one. */
  void (*append)(const unsigned char *info, struct bytes *text);
};
extern const struct tcp_info_field tcp_info_fields[];

/* What the kernel has filled in: fewer bytes than these headers define, or more. */
struct tcp_info_bytes {
  unsigned char data[512];
  size_t length;
};

/* Reads it from a TCP socket. 0, or -1 with errno set. */
int tcp_info_read(int descriptor, struct tcp_info_bytes *info);

/* What a connection that has timed out was waiting for: the kernel keeps the counts. */
enum tcp_info_end {
  TCP_INFO_END_UNKNOWN,     /* it waited for nothing: a time-out has not ended it */
  TCP_INFO_END_RETRANSMITS, /* an acknowledgment of what it had sent, and sent again */
  TCP_INFO_END_KEEPALIVE,   /* answers to keepalive probes */
  TCP_INFO_END_PROBES,      /* answers to probes of a closed window */
};
enum tcp_info_end tcp_info_end_of(const struct tcp_info_bytes *info);

/* How many bytes are in the send buffer and were not sent yet; 0 if the kernel does not say. */
uint32_t tcp_info_not_sent(const struct tcp_info_bytes *info);

/* The value of a field. False if the kernel does not provide it. *unlimited: it is not a number,
 * but means that there is no limit. */
bool tcp_info_number(const struct tcp_info_field *field, const unsigned char *info, size_t length,
                     unsigned long long *number, bool *unlimited);

/* Whether this number of a field says that the kernel has no sample yet. */
bool tcp_info_is_unknown(const struct tcp_info_field *field, unsigned long long number);

/* Whether the field is newer than the C headers that this program was built with. */
bool tcp_info_is_later(const struct tcp_info_field *field);

/* How many bytes the kernel tells behind all fields of the table: it is newer than this program. */
size_t tcp_info_unknown_bytes(const struct tcp_info_bytes *info);

/* Appends a field's value, without its unit. False if the kernel does not provide it. */
bool tcp_info_append(const struct tcp_info_field *field, const unsigned char *info, size_t length,
                     struct bytes *text);

/* What `$c.info` stands for: an object with every field, as of when it was created. NULL when there
 * is no memory. */
struct object *tcp_info_object_create(const struct tcp_info_bytes *info);

#endif
