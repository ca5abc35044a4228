/* event: what happened, once, in the order in which it happened. Everything shown or written is a
 * view of these. */
#ifndef SOCKSH_TIMELINE_EVENT_H
#define SOCKSH_TIMELINE_EVENT_H

#include <stdint.h>

#include "call/call.h"
#include "language/error.h"
#include "language/result.h"
#include "language/source.h"
#include "timeline/answer.h"

enum event_kind {
  EVENT_STATEMENT,    /* a line is about to be run */
  EVENT_CALL_START,   /* a call is about to be made */
  EVENT_CALL_BLOCKED, /* it has not returned for a while */
  EVENT_CALL_FINISH,  /* it has returned */
  EVENT_STATE,        /* a look found that a socket has changed */
  EVENT_ANSWER,       /* what a command answered */
  EVENT_NOTE,         /* one sentence that explains what was just seen */
  EVENT_ERROR,        /* a command failed */
  EVENT_JOB,          /* a job began, ended, or was waited for */
  EVENT_TEST,         /* an expect, assert or await passed or failed */
  EVENT_RESULT,       /* a statement is done: what it gave */
  EVENT_FILE,         /* `source`: a file begins, or has ended */
  EVENT_PACKET,       /* a packet is on the wire of the lab, or has left it */
  EVENT_SERVICE,      /* something about a server in the background */
  EVENT_PROGRESS,     /* how far a long transfer has come */
  EVENT_LAST = EVENT_PROGRESS,
};

/* Where a statement came from. */
enum event_origin {
  ORIGIN_TYPED,  /* at the prompt, or on standard input */
  ORIGIN_SCRIPT, /* a file or -c */
};

struct event_statement {
  const char *source; /* the source's name */
  unsigned line;
  const char *text; /* as typed, `length` bytes */
  size_t length;
  enum event_origin origin;
  unsigned depth; /* 0: of the script itself; more: inside a block, a source, or a repeat */
};

/* Why a state has changed, where the kernel says so: by the state itself, or by what a call gave.
 */
enum state_reason {
  REASON_NONE,      /* a call of this session, or nothing more to say */
  REASON_PEER_FIN,  /* the peer's FIN has come */
  REASON_PEER_GONE, /* the other end of a Unix connection is closed */
  REASON_RESET,     /* the peer has sent a RST */
  REASON_REFUSED,   /* a RST has answered the SYN */
  REASON_TIMED_OUT, /* what was sent was not acknowledged in time */
  REASON_LOST,      /* one of the two before: the next call on it will say which */
};

struct event_state {
  struct socket_label socket;
  struct snapshot before; /* state STATE_UNKNOWN: this is the first that is said of it */
  struct snapshot now;
  enum state_reason reason;
  bool asked; /* an answer that shows it follows */
};

struct event_error {
  enum error_kind kind;
  int number;             /* an errno, or 0 */
  const char *source;     /* the source's name, as it is; "" at the prompt */
  unsigned line;          /* the number of the line; 0: it is about no line */
  struct excerpt excerpt; /* the line, and the word that it is about */
  const char *command;    /* its name, "" where there is none */
  const char *message;    /* one sentence, escaped */
  const char *hint;       /* what usually causes it, and what to try; "" for none */
  bool call;              /* it says what a call gave, which is an event of its own */
};

enum event_job_phase {
  JOB_STARTED,
  JOB_DETACHED, /* left behind with Ctrl-Z */
  JOB_ENDED,
  JOB_FAILED,
  JOB_KILLED,
  JOB_COLLECTED, /* its result was taken */
  JOB_RESUMED,   /* `fg`: somebody waits for it in the foreground */
};

struct event_job {
  unsigned number;
  enum event_job_phase phase;
  const char *text; /* its line */
};

struct event_test {
  bool passed;
  const char *what; /* "expect", "assert" or "await" */
  const char *text; /* the line */
  const char *expected;
  const char *got;
};

struct event_result {
  bool failed;
  int number;        /* an errno where it failed */
  int64_t duration;  /* nanoseconds, for `time`; -1: not asked for */
  const char *names; /* the names bound, separated by spaces */
  unsigned depth;
};

struct event_file {
  const char *path;
  bool ended;
  bool failed; /* it ended with a failure */
};

/* What has become of a packet on the wire. */
enum packet_fate {
  PACKET_HELD,    /* it waits on the wire */
  PACKET_CROSSED, /* it was delivered */
  PACKET_DROPPED, /* `wire drop` */
  PACKET_LOST,  /* the wire has lost it: `wire loss`, `wire cut`, or nobody there has the address */
  PACKET_AGAIN, /* the kernel has sent again what is still held: folded into that */
  PACKET_CHANGED, /* it is still held, and was edited, corrupted or moved */
};

struct event_packet {
  unsigned number; /* by which `packet` and `wire` know it: 1, 2, 3 ... */
  enum packet_fate fate;
  const char *source; /* who sent it, by its IP header: a host's name, or the address as text where
                         no host has it */
  const char *target; /* for whom it is, in the same way */
  const char *to;     /* the host that it is, or would be, delivered to; "" for nobody */
  const char *wire;   /* the wire's name; "" where the lab has one only */
  const char *reason; /* why it was lost, or by which command it came: "loss", "cut", "inject",
                         "duplicate"; "" */
  const void *bytes;  /* the packet from its IP header on, as much as was kept */
  size_t length;      /* of those */
  size_t total;       /* of the whole packet */
  bool unseen;        /* it is kept, and not shown: `wire show off` */
  bool ports;         /* there are several connections: its ports are worth showing */
  bool relative;      /* the three below are known */
  uint32_t sequence_base;       /* the initial sequence number of its sender */
  uint32_t acknowledgment_base; /* and that of its receiver */
  uint32_t timestamp_base;      /* the first timestamp of its sender, less 1 */
  uint32_t echo_base;           /* and of its receiver */
  unsigned copies;              /* how often it was sent while it is held */
  int64_t since;                /* nanoseconds since it was sent first */
};

/* What a server in the background tells of itself and of its connections. */
enum service_phase {
  SERVICE_STARTED,
  SERVICE_ACCEPTED,  /* a client has connected */
  SERVICE_CONNECTED, /* relay: the connection to the other address stands, too */
  SERVICE_RELAYED,   /* relay: data was passed on */
  SERVICE_CLOSED,    /* a connection has ended; `error` is 0 where it ended in order */
  SERVICE_FAILED,    /* something else failed: `text` says what, in C */
  SERVICE_UNBOUND,   /* its socket was closed or shut down: it accepts nobody any more */
  SERVICE_ENDED,
  SERVICE_COLLECTED, /* somebody has seen that it has ended: nothing more is said of it */
};

/* Why a service has ended. */
enum service_end {
  SERVICE_RUNS,
  SERVICE_STOPPED, /* `stop`, or the end of the session */
  SERVICE_UNTIL,   /* what it was to wait for has come */
  SERVICE_LOST,    /* its socket was closed or shut down, and its last client has gone */
};

struct event_service {
  unsigned number;
  enum service_phase phase;
  struct socket_label socket; /* what it serves */
  uint64_t connection;        /* 1, 2, 3 ... of the service; 0: it is about none */
  struct address peer;        /* the client; length 0: none, or without a name */
  struct address target;      /* relay: the other address */
  bool back;                  /* relay: the data comes from there */
  const char *data;           /* what was passed on: its first `kept` bytes */
  size_t kept;
  size_t length;        /* all of it */
  uint64_t received;    /* bytes, from the client, or from all of them */
  uint64_t sent;        /* bytes, to them */
  uint64_t count;       /* SERVICE_ENDED: connections in all, or datagrams */
  uint64_t left_out;    /* events of services before this one that there was no room for */
  int error;            /* an errno, or 0 */
  enum service_end end; /* SERVICE_ENDED: why */
  const char *text;     /* the handler and the model; the call that failed. "" for nothing */
};

/* How far a transfer has come. */
struct event_progress {
  const char *what; /* the file */
  uint64_t moved;   /* bytes so far */
  uint64_t whole;   /* bytes in all; 0: nobody knows */
  int64_t began;    /* monotonic nanoseconds */
  bool done;        /* it is over, in whatever way */
};

/* The time of an event that comes right behind the one before it: no clock is read for it. */
enum { EVENT_AT_ONCE = -1 };

struct event {
  enum event_kind kind;
  uint64_t serial;    /* 1, 2, 3 ...; set when it is appended */
  uint64_t cause;     /* the serial of the event that caused it; 0: none */
  uint64_t statement; /* the serial of its statement; 0: none */
  int64_t monotonic;  /* nanoseconds; set when it is appended, unless it is set; or EVENT_AT_ONCE */
  int64_t wall;
  unsigned job;     /* 0: the foreground */
  const char *host; /* the host of the lab it happened on; NULL: the real network */
  union {
    struct event_statement line;
    const struct call *call;
    const struct event_state *state;
    const struct answer *answer;
    const char *note;
    struct event_error error;
    struct event_job about_job;
    struct event_test test;
    struct event_result result;
    struct event_file file;
    struct event_packet packet;
    const struct event_service *service;
    struct event_progress progress;
  };
};

#endif
