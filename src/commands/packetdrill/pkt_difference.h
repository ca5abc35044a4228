/* pkt_difference: what a step of a script expects beside what came, field by field. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_DIFFERENCE_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_DIFFERENCE_H

#include "language/error.h"
#include "names/constant.h"
#include "timeline/answer.h"

struct pkt_difference {
  struct answer answer; /* a table with a row for each field; owned */
  bool differs;
  char expected[120]; /* the first field that differs, as it was expected: "ack 2"; empty: none */
};

/* Begins anew, without fields. */
void pkt_difference_begin(struct pkt_difference *difference);
void pkt_difference_free(struct pkt_difference *difference);

/* Adds a field, both as text, "" for nothing. The first one that differs becomes the error's
 * message; `error` may be NULL. */
void pkt_difference_add(struct pkt_difference *difference, const char *field, const char *expected,
                        const char *came, bool differs, struct error *error);

/* The same of a number, and of flags, by their names. */
void pkt_difference_add_number(struct pkt_difference *difference, const char *field,
                               long long expected, long long came, struct error *error);
void pkt_difference_add_flags(struct pkt_difference *difference, const char *field,
                              const struct constant_set *set, long expected, long came,
                              struct error *error);

/* The same of a moment, which is so many nanoseconds late, or early where that is negative. */
void pkt_difference_add_time(struct pkt_difference *difference, const char *field,
                             const char *expected, const char *came, int64_t late, bool differs,
                             struct error *error);

/* 0, or -1 where a field differs: the error is set then. */
static inline int pkt_difference_status(const struct pkt_difference *difference) {
  return difference->differs ? -1 : 0;
}

#endif
