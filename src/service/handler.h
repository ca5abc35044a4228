/* handler: what a service does with what its clients send. A handler is a row of the table. */
#ifndef SOCKSH_SERVICE_HANDLER_H
#define SOCKSH_SERVICE_HANDLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a handler remembers of one client; zeroed at first. */
struct handler_state {
  uint32_t place; /* chargen: where in its pattern it is */
  bool answered;  /* it has said all it has to say */
};

/* What is to be answered. */
struct handler_question {
  char *data; /* what came, which may be changed */
  size_t length;
  bool end;          /* the client sends no more */
  bool datagram;     /* it is one datagram, and the answer is another */
  const void *given; /* the handler's own DATA */
  size_t given_length;
};

/* The answer. */
struct handler_reply {
  const char *data;
  size_t length;
  bool lasting; /* the bytes stay where they are; else only until the next call in this thread */
  bool last;    /* the connection ends behind them */
  bool none;    /* there is none, not even an empty datagram */
};

struct handler {
  const char *name;
  bool begins;        /* it speaks first, before anything has come */
  bool never_listens; /* and whenever the client takes it, without receiving anything */
  bool relays;        /* what comes goes to another address, and back; `answer` is NULL */
  bool takes_data;    /* it is given DATA */
  void (*answer)(struct handler_state *state, const struct handler_question *question,
                 struct handler_reply *reply);
};

/* All of them, in the order of handler_names. */
extern const struct handler handler_table[];

/* Their names, as choices: "echo|upper|...". */
extern const char handler_names[];

/* So many bytes of a lasting reply were sent: a handler that goes on begins behind them. */
void handler_advance(struct handler_state *state, size_t length);

#endif
