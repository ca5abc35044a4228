/* notation_part: the parts of a call's notation that are about several sockets: poll, select and
 * epoll. */
#ifndef SOCKSH_VIEW_NOTATION_NOTATION_PART_H
#define SOCKSH_VIEW_NOTATION_NOTATION_PART_H

#include "view/notation/notation.h"

/* What the writing of one call needs. */
struct writer {
  const struct notation *notation;
  const struct call *call;
  struct bytes *bytes;
  bool failed; /* the call failed: what it would have filled in is not known */
};

static inline void put(struct writer *writer, const char *text) {
  bytes_append_text(writer->bytes, text);
}

/* A descriptor, with the name bound to it where names are asked for. */
void put_label(struct writer *writer, const struct socket_label *label);

/* The arguments of poll and select, epoll_ctl's event, and epoll_wait's events. */
void put_poll(struct writer *writer);
void put_sets(struct writer *writer);
void put_event(struct writer *writer);
void put_events(struct writer *writer);

/* What poll and select tell beside their number. */
void put_ready(struct writer *writer);

#endif
