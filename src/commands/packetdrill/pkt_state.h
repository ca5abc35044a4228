/* pkt_state: lines of packetdrill that run: the host that is tested, the peer that they play, the
 * sockets by their numbers, and the connections by their sequence numbers. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_STATE_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_STATE_H

#include "commands/packetdrill/pkt_difference.h"
#include "commands/packetdrill/pkt_tick.h"
#include "lab/lab_peer.h"
#include "language/pkt_script.h"
#include "session/runner.h"
#include "trace/slots.h"

/* How the connection is seen by IP. */
enum pkt_version { PKT_IPV4, PKT_MAPPED, PKT_IPV6, PKT_VERSIONS };
extern const char *const pkt_version_names[PKT_VERSIONS];

/* A word of the script that stands for another: -D NAME=VALUE. */
struct pkt_definition {
  const char *name;
  const char *value;
};

/* How a script is run. */
struct pkt_options {
  const struct pkt_definition *definitions;
  size_t definition_count;
  enum pkt_version version;
  int64_t tolerance; /* nanoseconds by which a segment or a call may be early or late */
  bool strict;       /* a segment that no line expects fails, too */
  const char *path;  /* of the script: its commands run in its directory */
};

enum { PKT_STAMPS = 256, PKT_FLOWS = 64 };

/* A timestamp as the script has it, and as the kernel wrote it. */
struct pkt_stamp {
  uint32_t script;
  uint32_t live;
};

/* A connection. The script's numbers count from the SYN of each side. */
struct pkt_flow {
  int local_port;
  int peer_port;
  uint32_t local_base;
  uint32_t peer_base;
  uint32_t local_next; /* one above the highest of its numbers that have come, once it has begun */
  bool local_began;
  bool called;   /* the tested host has sent the first SYN */
  bool answered; /* the peer has sent a SYN */
  struct pkt_stamp stamps[PKT_STAMPS];
  size_t stamp_count;
};

/* A file that a script has opened. */
struct pkt_file {
  struct pkt_file *next;
  long number; /* of its descriptor in the script */
  int descriptor;
  char path[]; /* as it is written there */
};

/* A call that blocks, in a job of its own. */
struct pkt_pending;

/* What was read, which steps point into: a script, or a line that was typed. */
struct pkt_reading {
  struct pkt_reading *next;
  struct source *source; /* a reference */
  struct pkt_script script;
};

struct pkt_state {
  struct pkt_state *next; /* of session->packetdrill */
  struct runner *runner;  /* whose command works on it now; NULL: none */
  struct arena arena;     /* of the options */
  struct pkt_options options;
  struct pkt_reading *readings;      /* the script first, then lines that were typed */
  const struct pkt_reading *current; /* the one that runs */
  const struct pkt_step
      *behind;       /* of a script that has failed: where it can go on; NULL: nowhere */
  int64_t tolerance; /* the options', or the script's own */
  struct host *tested;
  struct host *peer_host;
  int clock;              /* pkt_clock.h; -1: none */
  int turn;               /* pkt_turn.h; -1: it is not held */
  struct pkt_ticks ticks; /* as they were looked at since it began */
  bool alone;             /* no other session plays a script meanwhile, as far as is known */
  int peer;               /* the peer's descriptor; -1: none */
  struct address local;   /* of the tested host and of the peer, without ports */
  struct address remote;
  bool left_out; /* the script is for another version of IP */
  bool typed;    /* lines come one by one, with a person's pauses, which count for none of them */
  struct slots *slots;
  struct pkt_file *files;
  uint64_t opener; /* id of the socket on which the last call was made that opens a connection */
  bool opens;      /* its SYN has not come yet: others are of connections before */
  struct pkt_flow flows[PKT_FLOWS];
  size_t flow_count;
  struct pkt_flow *flow; /* the one that the last segment was of; NULL: none */
  int next_port;         /* of the peer's next connection */
  int64_t began;         /* monotonic nanoseconds */
  int64_t began_real;    /* the same moment by the wall clock, which the kernel's timestamps have */
  int64_t due;           /* when the step is due, and the next one is counted from */
  int64_t reached;  /* when the last segment began to be waited for: it may have come before, but
                       what is done behind it counts from then */
  struct bytes got; /* the packet that came last */
  int64_t got_at;
  bool got_left;                    /* it has not been expected yet */
  struct pkt_difference difference; /* of what came last and what was expected */
  int64_t
      stamp_tick; /* nanoseconds that a step of the tested host's timestamps takes; 0: not said */
  struct pkt_pending *pending;
  struct bytes code; /* of all %{ }% so far, a program in Python */
};

/* By how much something may be early or late that is due so long after the step before: the
 * kernel's timers are the coarser the longer they are. */
static inline int64_t pkt_state_tolerance(const struct pkt_state *state, int64_t after) {
  int64_t part = after / 1000 * 325 / 10; /* 3.25 % */
  return part > state->tolerance ? part : state->tolerance;
}

/* Waits for a program that the script runs; it has the terminal meanwhile. As child_wait. */
int pkt_state_wait_child(struct pkt_state *state, pid_t child, int *status);

/* What a word of the script stands for: mostly itself. */
struct pkt_text pkt_state_word(const struct pkt_state *state, struct pkt_text word);

/* Seconds since the script began. */
static inline double pkt_state_seconds(const struct pkt_state *state, int64_t time) {
  return (double)(time - state->began) / 1e9;
}

#endif
