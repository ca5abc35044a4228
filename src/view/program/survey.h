/* survey: what has to be known of all calls before the first one is written as a program: the
 * variables that stand for descriptors, the threads of control, which addresses the kernel chose
 * and who needs them. */
#ifndef SOCKSH_VIEW_PROGRAM_SURVEY_H
#define SOCKSH_VIEW_PROGRAM_SURVEY_H

#include "view/program/identifier.h"
#include "view/program/port_index.h"
#include "view/program/translation.h"

/* A descriptor of the session, as a variable. */
struct program_variable {
  uint64_t id;      /* the socket's; 0: it came with a message, and nothing was done with it yet */
  int descriptor;   /* its number in the session */
  int family;       /* of the socket; AF_UNSPEC: it is none */
  bool epoll;       /* it is an instance of epoll */
  uint64_t made;    /* the serial of the call that made it; 0: it was there before */
  uint64_t last;    /* the serial of the last call on it */
  unsigned thread;  /* the index of the thread of control that made it */
  bool shared;      /* more than one thread uses it */
  bool again;       /* its variable is one that was used for an earlier descriptor */
  bool closed;      /* while the calls are walked: it was closed */
  const char *role; /* what it is called where it has no name; static */
  char word[SOCKET_NAME_SIZE]; /* what the session called it first; "": nothing */
  char name[IDENTIFIER_SIZE];  /* of its variable */
  struct address local;        /* what it was bound to; length 0: not known */
  uint64_t changed;            /* the serial of the last call that may have changed this */
  bool chosen;                 /* it was bound without saying the port, or not at all */
  int protocol;                /* of the socket, as the kernel says it; 0: not known */
  bool bound;                  /* it was bound by a call, without saying the port */
  uint64_t fetch; /* the serial of the call behind which others need its address; 0: none do */
  char address_name[IDENTIFIER_SIZE]; /* the variable that has it then */
};

/* A thread of control: of the session the foreground and each job, of a program each task. */
struct program_thread {
  unsigned job;      /* of the session */
  long long task;    /* of a program */
  long long process; /* the process that it is in */
  uint64_t begins;   /* the serial of the event behind which it is started */
  uint64_t first;    /* the serial of its first call */
  size_t buffer;     /* the largest buffer that its calls need */
  bool counts;       /* a result is kept */
  bool interrupted;  /* a call of it was */
  bool joined;       /* it was waited for */
  bool ended;
  uint64_t outer; /* the statement that may contain the next ones */
  unsigned outer_depth;
};

/* A statement of the session. */
struct program_statement {
  uint64_t serial;
  bool own;      /* it makes calls that are written */
  bool other;    /* it makes calls elsewhere: on other hosts */
  bool starts;   /* it starts a job */
  bool expects;  /* what it gave was expected */
  bool contains; /* statements of a block or a file follow that belong to it */
};

/* Where the variable of a socket is. */
struct variable_index {
  uint64_t id;
  size_t index;
};

struct survey {
  const struct program_request *request;
  struct identifiers identifiers;
  struct bytes variables;  /* struct program_variable, in the order in which they were made */
  struct bytes by_id;      /* struct variable_index, sorted */
  struct bytes threads;    /* struct program_thread */
  struct bytes statements; /* struct program_statement */
  struct bytes filled;     /* struct address_filled: what calls have filled in */
  struct port_index filled_by_port;
  struct port_index locals; /* variables, by the addresses that they were seen to have */
  struct bytes
      unseen;         /* size_t: variables whose address the kernel chose, and nobody saw at once */
  struct bytes bound; /* struct address: what was bound with its port */
  struct port_index bound_by_port;
  uint64_t lost; /* events that are not kept */
  bool failed;   /* out of memory */
};

/* Walks the timeline. survey_free is called in any case. */
void survey_make(struct survey *survey, struct timeline *timeline,
                 const struct program_request *request);
void survey_free(struct survey *survey);

#endif
