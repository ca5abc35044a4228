/* reading_part: what the files that read parts share. Only for them. */
#ifndef SOCKSH_TRACE_READING_PART_H
#define SOCKSH_TRACE_READING_PART_H

#include "trace/reading.h"

struct part_reader {
  struct call *call;
  const struct call_part *part;
  const struct reading *reading;
  const uint64_t *word; /* the first of the part's */
};

/* The label of a descriptor of the program's. */
struct socket_label reading_label(const struct reading *reading, long descriptor);

/* Messages and iovecs: in reading_message.c. */
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
