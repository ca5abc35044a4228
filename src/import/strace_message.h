/* strace_message: messages and iovecs in strace's notation. Each is 0, or -1 where it is not
 * understood, or there is no memory. */
#ifndef SOCKSH_IMPORT_STRACE_MESSAGE_H
#define SOCKSH_IMPORT_STRACE_MESSAGE_H

#include "import/strace_reader.h"

int strace_read_message_in(struct strace_reader *reader);
int strace_read_message_out(struct strace_reader *reader);
int strace_read_messages_in(struct strace_reader *reader);
int strace_read_messages_out(struct strace_reader *reader);
int strace_read_vector_in(struct strace_reader *reader);
int strace_read_vector_out(struct strace_reader *reader);

#endif
