/* script_part: the arguments of a call as words of this shell, a function for each kind of part. */
#ifndef SOCKSH_VIEW_PROGRAM_SCRIPT_PART_H
#define SOCKSH_VIEW_PROGRAM_SCRIPT_PART_H

#include "view/program/writer.h"

struct script_call {
  struct program_writer *writer;
  const struct event *event;
  const struct call *call;
  unsigned thread;
  const char *base;
  struct bytes parts[CALL_PARTS]; /* each of its arguments */
  bool nothing[CALL_PARTS];       /* it may be left out */
  bool untold;                    /* no command makes this call */
};

/* Fills in the parts of the call by its row. */
void script_put_parts(struct script_call *script);

/* Appends bytes as one quoted word, which stands for these bytes and nothing else. */
void script_put_word(struct bytes *bytes, const void *data, size_t length);

#endif
