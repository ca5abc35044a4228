/* handler: what a service does with what its clients send. Each handler is a row of the table. */
#ifndef SOCKSH_SERVICE_HANDLER_H
#define SOCKSH_SERVICE_HANDLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A handler's state for one client; zeroed at first. */
struct handler_state {
  uint32_t place; /* chargen: its position in the pattern */
  bool answered;  /* it has sent everything */
};

/* What a client sent. */
struct handler_question {
  char *data; /* the data received, which may be modified */
  size_t length;
  bool end;          /* the client sends no more */
  bool datagram;     /* it is one datagram, and so is the answer */
  const void *given; /* the handler's own DATA */
  size_t given_length;
};

/* The answer. */
struct handler_reply {
  const char *data;
  size_t length;
  bool lasting; /* the bytes stay valid; otherwise only until the next call in this thread */
  bool last;    /* the connection ends after them */
  bool none;    /* there is no answer, not even an empty datagram */
};

struct handler {
  const char *name;
  bool begins;        /* it sends first, before anything was received */
  bool never_listens; /* and whenever the client takes data, without receiving anything */
  bool relays;        /* data goes to another address and back; `answer` is NULL */
  bool takes_data;    /* it takes DATA as an argument */
  void (*answer)(struct handler_state *state, const struct handler_question *question,
                 struct handler_reply *reply);
};

/* All handlers, in the order of handler_names. */
extern const struct handler handler_table[];

/* Their names, as choices: "echo|upper|...". */
extern const char handler_names[];

/* Records that `length` bytes of a lasting reply were sent: a continuous handler resumes after
 * them. */
void handler_advance(struct handler_state *state, size_t length);

#endif
