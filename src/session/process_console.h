/* process_console: what a program prints, read as it comes, put onto the timeline a line a line,
 * and kept in bounds. The session's lock is held in all functions. */
#ifndef SOCKSH_SESSION_PROCESS_CONSOLE_H
#define SOCKSH_SESSION_PROCESS_CONSOLE_H

#include "session/process.h"

/* Reads what is there at one end, or a good part of it, and tells of whole lines. */
void process_console_read(struct runner *runner, struct process *process,
                          enum program_stream stream);

/* The program has ended: reads the rest, tells of everything, and closes both ends. */
void process_console_finish(struct runner *runner, struct process *process);

/* Tells of the beginning of a line that has stood there for a moment. Returns the nanoseconds until
 * there is more to be told; -1: nothing is. */
int64_t process_console_tell_partial(struct runner *runner, struct process *process);

/* Appends an event about the program. `program` has what is special about it. */
void process_append(struct runner *runner, const struct process *process,
                    struct event_program *program);

/* The kept bytes of a stream from an offset in it on, at least from the first that is kept. */
const char *process_stream_from(const struct process_stream *stream, uint64_t offset,
                                size_t *length);

/* Appends ", and it said: ..." with the last lines of its standard error, if it has any. */
void process_append_last_words(const struct process *process, struct bytes *text);

/* Appends "p has ended with status 1", with its last words. */
void process_append_end(const struct process *process, struct bytes *text);

/* Wakes all who wait for anything of the program. */
void process_signal_change(struct process *process);

#endif
