/* tcp_info: the fields of struct tcp_info (tcp(7)), as data: one row each, with its group, its
 * unit, and what it means. */
#ifndef SOCKSH_OPTION_TCP_INFO_H
#define SOCKSH_OPTION_TCP_INFO_H

#include "language/value.h"

enum tcp_info_group {
  TCP_INFO_STATE,
  TCP_INFO_TIME,       /* round-trip time and timers */
  TCP_INFO_SEGMENT,    /* sizes of segments */
  TCP_INFO_WINDOW,     /* windows of both sides */
  TCP_INFO_CONGESTION, /* what the sender allows itself */
  TCP_INFO_LOSS,       /* retransmissions */
  TCP_INFO_COUNT,      /* what was sent and received */
  TCP_INFO_PACE,       /* rates, and what held the sender back */
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
  /* Adds what the field says where that is no plain number; NULL: it is one. */
  void (*append)(const unsigned char *info, struct bytes *text);
};
extern const struct tcp_info_field tcp_info_fields[];

/* What the kernel has filled in: fewer bytes than these headers know, or more. */
struct tcp_info_bytes {
  unsigned char data[512];
  size_t length;
};

/* Reads it from a socket of TCP. 0, or -1 with errno set. */
int tcp_info_read(int descriptor, struct tcp_info_bytes *info);

/* The value of a field. False where the kernel does not give it. *unlimited: it is no number, but
 * says that there is no limit. */
bool tcp_info_number(const struct tcp_info_field *field, const unsigned char *info, size_t length,
                     unsigned long long *number, bool *unlimited);

/* Adds a field's value, without its unit. False where the kernel does not give it. */
bool tcp_info_append(const struct tcp_info_field *field, const unsigned char *info, size_t length,
                     struct bytes *text);

/* What `$c.info` stands for: an object with every field, as it was when it was made. NULL when
 * there is no memory. */
struct object *tcp_info_object_create(const struct tcp_info_bytes *info);

#endif
