/* reading_message: the messages and iovecs of a traced program's calls, for the handlers of parts.
 */
#ifndef SOCKSH_TRACE_READING_MESSAGE_H
#define SOCKSH_TRACE_READING_MESSAGE_H

#include "trace/reading.h"

/* A part of a call that is being read. */
struct part_reader {
  struct call *call;
  const struct call_part *part;
  const struct reading *reading;
  const uint64_t *word; /* the first of the part's */
};

/* Handlers of parts: what goes in, and what came out. 0, or -1 when there is no memory. */
int reading_enter_message_in(struct part_reader *reader);
int reading_enter_message_out(struct part_reader *reader);
void reading_leave_message_out(struct part_reader *reader);
int reading_enter_messages_in(struct part_reader *reader);
void reading_leave_messages_in(struct part_reader *reader);
int reading_enter_messages_out(struct part_reader *reader);
void reading_leave_messages_out(struct part_reader *reader);
int reading_enter_vector_in(struct part_reader *reader);
int reading_enter_vector_out(struct part_reader *reader);
void reading_leave_vector_out(struct part_reader *reader);

#endif
