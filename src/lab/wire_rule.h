/* wire_rule: what happens to chosen packets while the wire lets them flow: the first one that a
 * condition fits is lost, each tenth is doubled, and so on. The wire's lock guards all of it. */
#ifndef SOCKSH_LAB_WIRE_RULE_H
#define SOCKSH_LAB_WIRE_RULE_H

#include "lab/flow.h"
#include "names/constant.h"
#include "packet/packet.h"
#include "socket/host.h"

struct wire;
struct wire_link;

enum wire_rule_action {
  RULE_DROP,
  RULE_DELAY,
  RULE_DUPLICATE,
  RULE_CORRUPT, /* one bit of its data is flipped, or of its last header */
  RULE_MOVE,    /* so many of those behind it, on the same way, overtake it */
  RULE_HOLD,    /* it waits until it is let across by hand */
  RULE_ACTIONS
};
/* As they are typed. */
extern const char *const wire_rule_actions[RULE_ACTIONS];

/* From and up to; `said`: there is a range. */
struct wire_range {
  bool said;
  uint32_t from;
  uint32_t to;
};

/* What is said of a packet must all be so; zeroed: any packet fits. */
struct wire_condition {
  unsigned flags;            /* all of these TCP flags */
  unsigned without;          /* none of these */
  char from[HOST_NAME_SIZE]; /* the host that has the source's address; "": anybody */
  char to[HOST_NAME_SIZE];
  int port; /* of either end; 0: any */
  int source_port;
  int target_port;
  int protocol;              /* 0: any */
  struct wire_range length;  /* of its data, in bytes */
  struct wire_range numbers; /* some of its relative sequence numbers are among these */
  unsigned labels;           /* one of these: enum packet_label */
  bool has_type;
  unsigned type;            /* of ICMP */
  enum socket_state sender; /* of the connection at the end that sends it; STATE_UNKNOWN: any */
  enum socket_state receiver;
};

/* Which of the packets that fit. Each is asked in this order; zeroed: all. */
struct wire_selection {
  uint64_t after; /* not the first so many */
  uint64_t first; /* of those left, the first so many; 0: all */
  uint64_t every; /* of those, each so manieth; 0: each */
  double share;   /* of those, by chance: 0 to 1; 0: all */
  double burst;   /* how many such in a row on average, as a Gilbert-Elliott channel loses them; 0:
                     each by itself */
};

struct wire_rule {
  char name[HOST_NAME_SIZE];
  char mark[HOST_NAME_SIZE + 8]; /* "rule NAME": the reason in events; lasts as long as the wire */
  enum wire_rule_action action;
  int64_t delay;   /* RULE_DELAY: nanoseconds */
  unsigned places; /* RULE_MOVE */
  struct wire_condition condition;
  struct wire_selection selection;
  uint64_t random; /* the state of its own random generator */
  bool bursting;
  bool off;
  bool removed;             /* its memory stays: events may still name it */
  uint64_t matched;         /* packets that its condition has fitted */
  uint64_t hit;             /* and those that it was applied to */
  uint16_t hit_source_port; /* of the last of these, where it has ports */
  uint16_t hit_target_port;
  bool kept; /* it fits all packets between these two ports, and no others */
};

enum { WIRE_RULES = 64 };

/* A packet that has come, for a rule to look at. */
struct wire_subject {
  const struct packet *packet;
  const struct flow_bases *bases;
  const struct wire_link *from;
  const struct wire_link *to; /* NULL: nobody in particular */
};

/* Adds a rule, of which a copy is taken, or replaces the one of its name; `seed` begins its chance.
 * 0, or -1: there are too many, or there is no memory. */
int wire_rule_add(struct wire *wire, const struct wire_rule *rule, uint64_t seed);
/* The rule of a name; NULL: none. */
struct wire_rule *wire_rule_find(const struct wire *wire, const char *name, size_t length);
/* Keeps to the connection of the packet that it was applied to last, and to all of that: it is cut
 * off for good, and others are not concerned. */
void wire_rule_keep_to_flow(struct wire *wire, struct wire_rule *rule);
/* Switches it off or on; removes it. */
void wire_rule_switch(struct wire *wire, struct wire_rule *rule, bool off);
void wire_rule_remove(struct wire *wire, struct wire_rule *rule);
void wire_rule_free_all(struct wire *wire);

/* Whether some rule may ask for the state of the connection that this packet belongs to: then the
 * session's lock must be held for wire_rule_choose. */
bool wire_rule_asks_state(const struct wire *wire, const struct packet *packet);

/* The first rule that applies to the packet; NULL: none does. It counts for all that it fits. */
struct wire_rule *wire_rule_choose(struct wire *wire, const struct wire_subject *subject);

#endif
