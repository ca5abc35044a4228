/* event: what happened, recorded once, in order. Everything shown or written is a view of these. */
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
  EVENT_STATE,        /* a look found a socket changed */
  EVENT_ANSWER,       /* what a command answered */
  EVENT_NOTE,         /* one sentence that explains what was just shown */
  EVENT_ERROR,        /* a command failed */
  EVENT_JOB,          /* a job began, ended, or was waited for */
  EVENT_TEST,         /* an expect, assert or await passed or failed */
  EVENT_RESULT,       /* a statement has ended, with its result */
  EVENT_FILE,         /* `source`: a file begins or has ended */
  EVENT_PACKET,       /* a packet has come onto the lab's wire, or left it */
  EVENT_SERVICE,      /* news of a service */
  EVENT_PROGRESS,     /* progress of a long transfer */
  EVENT_COUNTER,      /* a counter of packets that a host of the lab has thrown away has moved */
  EVENT_PROGRAM,      /* what another program does: it starts, prints, reads what was typed, ends */
  EVENT_SETTINGS,     /* from here on things look otherwise: `set` */
  EVENT_SAMPLE,       /* numbers of a socket that is watched */
  EVENT_LAST = EVENT_SAMPLE,
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
  unsigned depth; /* 0: at the top of the script; more: inside a block, a source, or a repeat */
};

/* Why a state changed, as far as the kernel tells: by the state itself, or by the result of a
 * call. */
enum state_reason {
  REASON_NONE,         /* a call of this session, or nothing to add */
  REASON_PEER_FIN,     /* the peer's FIN has arrived */
  REASON_PEER_GONE,    /* the other end of a Unix connection was closed, or shut down both ways */
  REASON_RESET,        /* the peer sent a RST */
  REASON_REFUSED,      /* a RST answered the SYN */
  REASON_TIMED_OUT,    /* what was sent was not acknowledged in time */
  REASON_KEEPALIVE,    /* keepalive probes were not answered in time */
  REASON_PROBES,       /* probes of the peer's closed window were not */
  REASON_TIMER,        /* the timer of FIN_WAIT2 or TIME_WAIT is over */
  REASON_USER_TIMEOUT, /* what was sent was not acknowledged within TCP_USER_TIMEOUT */
  REASON_UNREACHABLE,  /* an ICMP error has come back */
  REASON_LOST,         /* reset or timed out: the next call on the socket will say which */
};

struct event_state {
  struct socket_label socket;
  struct snapshot before; /* state STATE_UNKNOWN: nobody looked before */
  struct snapshot now;
  enum state_reason reason;
  bool exact; /* the look was made behind the packet that changed the state: nothing lies between */
  bool first; /* no event was about this socket before; `before` is what it was when it was made */
  bool asked; /* the user asked: an answer that shows it follows */
};

struct event_error {
  enum error_kind kind;
  int number;             /* an errno, or 0 */
  const char *source;     /* the source's name, unchanged; "" at the prompt */
  unsigned line;          /* the number of the line; 0: no particular line */
  struct excerpt excerpt; /* the line, and the word that the error is about */
  const char *command;    /* the command's name, "" for none */
  const char *message;    /* one sentence, escaped */
  const char *hint;       /* the usual cause, and what to try; "" for none */
  bool call;              /* it repeats the result of a call, which is an event of its own */
};

enum event_job_phase {
  JOB_STARTED,
  JOB_DETACHED, /* put into the background with Ctrl-Z */
  JOB_ENDED,
  JOB_FAILED,
  JOB_KILLED,
  JOB_COLLECTED, /* its result was collected */
  JOB_RESUMED,   /* `fg`: the foreground waits for it */
};

struct event_job {
  unsigned number;
  enum event_job_phase phase;
  const char *text; /* the job's line */
};

struct event_test {
  bool passed;
  bool skipped;         /* it can't be made here, and counts as passed */
  const char *what;     /* "expect", "assert", "await" or "packetdrill" */
  const char *text;     /* the line as typed */
  const char *expected; /* where it is skipped: why */
  const char *got;
};

struct event_result {
  bool failed;
  int number;        /* the errno if it failed */
  int64_t duration;  /* nanoseconds, for `time`; -1: not requested */
  const char *names; /* the names bound, separated by spaces */
  unsigned depth;
};

struct event_file {
  const char *path;
  bool ended;
  bool failed; /* it failed */
};

/* What became of a packet on the wire. */
enum packet_fate {
  PACKET_HELD,    /* it waits on the wire */
  PACKET_CROSSED, /* it was delivered */
  PACKET_DROPPED, /* `wire drop`, or a full queue: `wire queue` */
  PACKET_LOST,    /* lost on the wire: `wire loss`, `wire cut`, or nobody there has the address */
  PACKET_AGAIN,   /* the kernel retransmitted a packet that is still held: counted there */
  PACKET_CHANGED, /* it is still held, and was edited, corrupted or moved */
};

/* What a packet is beside those that were on its wire before: only what they prove. */
enum packet_label {
  LABEL_RETRANSMISSION = 1 << 0, /* all of its sequence numbers were on the wire before */
  LABEL_PARTLY = 1 << 1,         /* a part of them was */
  LABEL_OUT_OF_ORDER = 1 << 2,   /* none was, and higher ones were; or those have crossed before */
  LABEL_DUPLICATE_ACK = 1 << 3,  /* RFC 5681, section 2 */
  LABEL_KEEPALIVE = 1 << 4,      /* the number before the next, and nothing is outstanding */
  LABEL_KEEPALIVE_ACK = 1 << 5,  /* the answer to it */
  LABEL_WINDOW_PROBE = 1 << 6,   /* its sender knows the other end's window as closed */
  LABEL_WINDOW_PROBE_ACK = 1 << 7, /* the answer to it, whose window is as before */
  LABEL_ZERO_WINDOW = 1 << 8,      /* its window is 0 */
  LABEL_WINDOW_UPDATE = 1 << 9,    /* it tells only of another window, which is not 0 */
  LABEL_CE = 1 << 10,              /* IP's ECN bits say that congestion was met: RFC 3168 */
  LABEL_ALL = (1 << 11) - 1,
};

struct event_packet {
  unsigned number; /* its number in `packet` and `wire`: 1, 2, 3 ... */
  enum packet_fate fate;
  const char *source; /* the sender in its IP header: a host's name, or the address as text if no
                         host has it */
  const char *target; /* the destination in its IP header, in the same form */
  const char *to;     /* the host that it is or would be delivered to; "" for none */
  const char *wire;   /* the wire's name; "" if the lab has only one */
  const char *reason; /* why it was lost, or the command that made it: "loss", "cut", "inject",
                         "duplicate"; "" */
  const void *bytes;  /* the packet from its IP header on, as far as it was kept */
  size_t length;      /* bytes kept */
  size_t total;       /* bytes of the whole packet */
  const char *about_source; /* of an ICMP error: the ends of the packet that it is about, in the
                               same form; "" if it is about none, or that is not known */
  const char *about_target;
  bool live;      /* captured on a real interface, whose name is in `wire`; numbered by itself */
  bool unchecked; /* its checksum is left to the device: it is not filled in yet */
  bool unseen;    /* it is recorded, but not shown: `wire show off` */
  bool ports;     /* there are several connections, so its ports are worth showing */
  bool relative;  /* the next four are known */
  uint32_t sequence_base;       /* the sender's initial sequence number */
  uint32_t acknowledgment_base; /* the receiver's */
  uint32_t timestamp_base;      /* the sender's first timestamp, minus 1 */
  uint32_t echo_base;           /* the receiver's */
  unsigned copies;              /* how often it was sent while held */
  int64_t since;                /* nanoseconds since it was first sent */
  unsigned labels;              /* bits of enum packet_label */
  unsigned duplicates;          /* of a duplicate ACK: how many there have been, with this one */
  int64_t began; /* when its connection began, or what goes between its addresses; monotonic
                    nanoseconds; 0: it is not known */
  bool timed;    /* the time since then is shown: `wire times on` */
};

/* A counter that a kernel keeps of what it throws away. `host` of the event is whose it is, `cause`
 * the packet behind which it has moved; 0: several may have moved it. */
struct event_counter {
  const char *name;      /* as nstat(8) writes it: "TcpExtListenOverflows"; "tx_dropped" */
  const char *interface; /* the one whose counter it is; "": the host's */
  const char *meaning;   /* what was thrown away, and why, as one sentence */
  uint64_t moved;        /* by how much */
  uint64_t value;        /* since the host was made */
  bool lost;             /* each one counted is a packet that has no event of its own */
};

/* What a service reports about itself and its connections. */
enum service_phase {
  SERVICE_STARTED,
  SERVICE_ACCEPTED,  /* a client has connected */
  SERVICE_CONNECTED, /* relay: the connection to the target is established */
  SERVICE_RELAYED,   /* relay: data was forwarded */
  SERVICE_CLOSED,    /* a connection ended; `error` is 0 if it ended normally */
  SERVICE_FAILED,    /* something else failed: `text` names the call */
  SERVICE_UNBOUND,   /* its socket was closed or shut down: it accepts no more connections */
  SERVICE_ENDED,
  SERVICE_COLLECTED, /* its end has been noticed: no more events follow */
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
  struct socket_label socket; /* the socket it serves */
  uint64_t connection;   /* the connection, numbered 1, 2, 3 ... in the service; 0: about none */
  struct address peer;   /* the client; length 0: none, or it has no name */
  struct address target; /* relay: the target's address */
  bool back;             /* relay: the data comes from the target */
  const char *data;      /* what was forwarded: its first `kept` bytes */
  size_t kept;
  size_t length;        /* bytes in all */
  uint64_t received;    /* bytes from the client, or from all clients */
  uint64_t sent;        /* bytes to them */
  uint64_t count;       /* SERVICE_ENDED: connections in all, or datagrams */
  uint64_t left_out;    /* how many service events were dropped before this one */
  int error;            /* an errno, or 0 */
  enum service_end end; /* SERVICE_ENDED: why */
  const char *text;     /* the handler and the model; the call that failed. "" for none */
};

/* The progress of something long. */
struct event_progress {
  const char *what; /* the file that is moved, or the script that is run */
  uint64_t moved;   /* bytes so far, or runs */
  uint64_t whole;   /* the same in all; 0: unknown */
  bool runs;        /* they are runs */
  int64_t began;    /* monotonic nanoseconds */
  bool done;        /* it has ended, one way or another */
};

/* What a program does that was started in this session, and what is done to it. */
enum program_phase {
  PROGRAM_STARTED,
  PROGRAM_PRINTED,      /* a line, or a part of one */
  PROGRAM_TYPED,        /* `type` has written to its standard input */
  PROGRAM_INPUT_CLOSED, /* its standard input was closed, or the terminal's end of file was typed */
  PROGRAM_ENDED,
  PROGRAM_AWAITED,   /* what it has printed up to `offset` was waited for */
  PROGRAM_COLLECTED, /* its end was waited for: no more events follow */
  PROGRAM_ATTACHED,  /* it ran before, and its calls are read from now on */
  PROGRAM_LEFT,      /* it goes on, and its calls are read no more */
};

/* Where a program's output comes from. */
enum program_stream {
  PROGRAM_OUTPUT, /* standard output; of a program with a terminal of its own both */
  PROGRAM_ERRORS, /* standard error */
  PROGRAM_STREAMS,
};

struct event_program {
  unsigned number;  /* of its job: never another program's */
  const char *name; /* what it was called then: "p"; "%2" where it has no name */
  enum program_phase phase;
  enum program_stream stream; /* PROGRAM_PRINTED, PROGRAM_AWAITED */
  long long process;          /* its process id */
  uint64_t offset;            /* bytes of the stream that came before `data` */
  const char *data; /* what was printed, without the newline, or typed: its first `kept` bytes */
  size_t kept;
  size_t length;    /* bytes in all */
  bool partial;     /* the line has not ended: more of it may follow */
  bool continues;   /* it begins in the middle of a line, whose beginning is an earlier event */
  bool asked;       /* PROGRAM_ENDED: this session has ended it */
  int status;       /* PROGRAM_ENDED: its exit status, or 128 + the signal */
  int signal;       /* PROGRAM_ENDED: the signal that ended it; 0: it has exited */
  uint64_t dropped; /* PROGRAM_ENDED: bytes of its output that it printed and nobody has */
  const char *text; /* PROGRAM_STARTED: its line */
};

enum { EVENT_SAMPLE_VALUES = 16 };

/* A number at one moment. */
struct event_sample_value {
  const char *field; /* "cwnd" */
  const char *unit;  /* "segments"; "": a plain count */
  bool known;        /* the kernel has one: else `value` is 0 */
  int64_t value;
};

/* Numbers of a socket that were read together; `cause` is the packet or the call behind which, 0:
 * the time for it had come. */
struct event_sample {
  struct socket_label socket;
  bool looked; /* a look found the queues changed: nobody has asked to watch the socket */
  size_t count;
  struct event_sample_value values[EVENT_SAMPLE_VALUES];
};

/* The settings of how things look that are the session's, not its terminal's: what is shown later
 * of a kept timeline depends on them. */
struct event_look {
  bool quiet;
  bool verbose;
  bool timing;
  bool calls;
  bool states;
  bool ladder;
  bool stable;
  bool hidden;
  size_t preview;
  size_t width;
};

struct event_settings {
  struct event_look before;
  struct event_look now;
};

/* A program whose system calls are read, or one of its processes and threads. */
struct event_actor {
  unsigned program;   /* its job's number: never another program's */
  const char *name;   /* "p"; its second process or thread: "p.2" */
  const char *thread; /* the name that the thread has given itself; "": none of its own */
  long long process;  /* their ids */
  long long task;
};

/* What an event of a kind says, as bytes: if those of two are equal they say the same, but for
 * their times and what stands in front of the union in struct event. */
struct event_body {
  const char *data; /* NULL: not known, or not whole */
  size_t length;
};

/* The time of an event that directly follows the previous one: no clock is read for it. */
enum { EVENT_AT_ONCE = -1 };

/* The wall clock at an event of a log that does not say the date. */
enum { EVENT_NO_WALL = -1 };

struct event {
  enum event_kind kind;
  uint64_t serial;    /* 1, 2, 3 ...; set when appended */
  uint64_t cause;     /* the serial of the event that caused it; 0: none */
  uint64_t statement; /* the serial of its statement; 0: none */
  int64_t
      monotonic; /* nanoseconds; set when appended, unless it is already set; or EVENT_AT_ONCE */
  int64_t wall;
  unsigned job;                    /* 0: the foreground */
  const char *host;                /* the lab's host where it happened; NULL: the real network */
  const struct event_actor *actor; /* the program whose call or socket it is; NULL: the session */
  struct event_body body;          /* set when appended, for as long as its listener is called */
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
    struct event_counter counter;
    const struct event_program *program;
    struct event_settings settings;
    const struct event_sample *sample;
  };
};

/* Begins an event in memory that may hold anything: the member of its kind is left to be filled in.
 * For those that each command appends; the others are cleared as a whole. */
static inline void event_begin(struct event *event, enum event_kind kind) {
  event->kind = kind;
  event->serial = 0;
  event->cause = 0;
  event->statement = 0;
  event->monotonic = 0;
  event->wall = 0;
  event->job = 0;
  event->host = NULL;
  event->actor = NULL;
  event->body.data = NULL;
}

#endif
