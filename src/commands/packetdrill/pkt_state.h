/* pkt_state: a packetdrill script that runs: the host that is tested, the peer that the script
 * plays, the sockets by the script's numbers, and the connections by its sequence numbers. */
#ifndef SOCKSH_COMMANDS_PACKETDRILL_PKT_STATE_H
#define SOCKSH_COMMANDS_PACKETDRILL_PKT_STATE_H

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
  const char *path;  /* of the script: its commands run in its directory */
};

enum { PKT_STAMPS = 256, PKT_FLOWS = 64, PKT_PENDING = 16 };

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
  struct pkt_stamp stamps[PKT_STAMPS];
  size_t stamp_count;
};

/* A call that blocks, in a job of its own. */
struct pkt_pending;

struct pkt_state {
  struct runner *runner;
  const struct source *source;
  const struct pkt_options *options;
  const struct pkt_script *script;
  int64_t tolerance; /* the options', or the script's own */
  struct host *tested;
  int peer;             /* the peer's descriptor */
  struct address local; /* of the tested host and of the peer, without ports */
  struct address remote;
  bool left_out; /* the script is for another version of IP */
  struct slots *slots;
  struct pkt_flow flows[PKT_FLOWS];
  size_t flow_count;
  struct pkt_flow *flow; /* the one that the last segment was of; NULL: none */
  int next_port;         /* of the peer's next connection */
  int64_t began;         /* monotonic nanoseconds */
  int64_t due;           /* when the step is due, and the next one is counted from */
  struct bytes got;      /* the packet that came last */
  int64_t got_at;
  struct bytes came; /* it, as the script would write it, where it is not what is expected */
  uint32_t got_used; /* bytes of its data that were expected already */
  bool got_left;     /* it has not been expected yet */
  struct pkt_pending *pending;
  struct bytes code; /* of all %{ }% so far, a program in Python */
};

/* Waits until a moment. -1 with an error: it was interrupted. */
int pkt_state_wait(struct pkt_state *state, int64_t until, struct error *error);

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
