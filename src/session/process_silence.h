/* process_silence: why a program has printed nothing yet: because it waits for its input, or
 * because what it prints may still be held back in its own memory. */
#ifndef SOCKSH_SESSION_PROCESS_SILENCE_H
#define SOCKSH_SESSION_PROCESS_SILENCE_H

#include "session/process.h"

/* At the prompt, once for each program: tells that C programs hold back what they print into a
 * pipe, if this one has printed nothing for a second, and the kernel says that none of its threads
 * waits for its standard input. Returns the nanoseconds until it is to be called again; -1: never.
 */
int64_t process_silence_explain(struct runner *runner, struct process *process);

#endif
