/* writer: walks the timeline, and hands what is to be written to a language. */
#ifndef SOCKSH_VIEW_PROGRAM_WRITER_H
#define SOCKSH_VIEW_PROGRAM_WRITER_H

#include "view/program/survey_find.h"

/* The last call of a thread, for what was expected of it. */
struct program_last {
  uint64_t statement;
  enum call_direction direction;
  bool failed;
  bool counted;         /* its result is in a variable */
  const void *spelling; /* of Python: how the call was written */
  bool into;            /* of Python: the data went into buffers */
  long result;          /* the number that it returned */
  struct bytes data;    /* what it has received, as far as it was kept */
};

enum { ANY_THREAD = ~0U };

/* An address that is in a variable. */
struct program_address {
  char name[IDENTIFIER_SIZE];
  struct address address;
  unsigned thread; /* the one that may use it; or ANY_THREAD */
  bool storage;    /* the variable has room for any address: a call has filled it in */
};

/* What one thread of control does, as it is written. */
struct program_text {
  struct bytes body;
  bool aside;         /* the last comment was about a line without calls */
  struct bytes files; /* of C: names of files that are open, each ended by zero */
  struct program_last last;
  unsigned number;                /* of a script: its job's */
  char function[IDENTIFIER_SIZE]; /* its function */
};

struct program_writer {
  const struct program_request *request;
  struct survey survey;
  struct program_text *texts; /* one for each thread of the survey; owned */
  struct bytes addresses;     /* struct program_address */
  struct port_index addresses_by_port;
  struct bytes shared; /* declarations that all threads see */
  unsigned needs;      /* bits of the language: headers, modules, helpers */
  unsigned jobs;       /* of a script: how many it has started */
};

/* What a line waits for. */
struct program_await {
  const struct program_variable *variable;
  enum program_condition {
    AWAIT_STATE, /* TCP is in `number`, an enum socket_state */
    AWAIT_READABLE,
    AWAIT_WRITABLE,
    AWAIT_ERROR, /* an error waits to be fetched */
    AWAIT_RECVQ, /* so many bytes, `number`, wait to be received */
    AWAIT_SENDQ, /* so many are not acknowledged */
  } condition;
  long long number;
};

struct program_language {
  const char *name;   /* as it is asked for: "c" */
  const char *ending; /* of its files: ".c" */
  const char *runs;   /* how one is run: "python3 FILE" */
  /* Writes all of it by itself, as program_write does, and has none of the rest; NULL: it does not.
   */
  long long (*write)(struct timeline *timeline, const struct program_request *request,
                     struct bytes *text);
  /* A line in a thread's text. */
  void (*comment)(struct program_writer *writer, unsigned thread, const char *text, size_t length);
  void (*call)(struct program_writer *writer, const struct event *event, unsigned thread);
  /* The thread `parent` starts another one; waits for its end. */
  void (*start)(struct program_writer *writer, unsigned parent, unsigned thread);
  void (*join)(struct program_writer *writer, unsigned parent, unsigned thread);
  /* What the last call of the thread gave was expected; NULL: nothing is said. */
  void (*expected)(struct program_writer *writer, unsigned thread, const struct event_test *test);
  void (*await)(struct program_writer *writer, unsigned thread, const struct program_await *await);
  void (*sleep)(struct program_writer *writer, unsigned thread, int64_t nanoseconds);
  void (*finish)(struct program_writer *writer, struct bytes *text);
};

/* The text of a thread. */
static inline struct bytes *program_body(struct program_writer *writer, unsigned thread) {
  return &writer->texts[thread].body;
}

/* The variable of a socket; "-1" where there is none. */
const char *program_name_of(struct program_writer *writer, const struct socket_label *label);

/* The variable that has this address in the thread, or NULL. */
const struct program_address *program_address_find(const struct program_writer *writer,
                                                   const struct address *address, unsigned thread);
void program_address_add(struct program_writer *writer, const char *name,
                         const struct address *address, unsigned thread, bool storage);

/* True if more than one thread of control is in one process. */
bool program_has_threads(const struct program_writer *writer);

/* Nanoseconds that the call took; 0: not known. */
int64_t program_call_took(const struct call *call);

#endif
