/* process_input: what is typed to a program: bytes for its standard input, or its terminal. */
#ifndef SOCKSH_SESSION_PROCESS_INPUT_H
#define SOCKSH_SESSION_PROCESS_INPUT_H

#include "session/process.h"

/* Writes all of it, with the lock given up while the program does not read, until the deadline in
 * monotonic nanoseconds. 0; or -1 with an error that says how much was written. */
int process_input_write(struct runner *runner, struct process *process, const char *data,
                        size_t length, int64_t deadline, struct error *error);

/* Ends its standard input: it reads the end of the file there. */
int process_input_close(struct runner *runner, struct process *process, struct error *error);

#endif
