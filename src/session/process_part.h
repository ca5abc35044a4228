/* process_part: what the files that begin programs share. Only for them. */
#ifndef SOCKSH_SESSION_PROCESS_PART_H
#define SOCKSH_SESSION_PROCESS_PART_H

#include "session/process.h"

/* A program without a process yet; NULL when there is no memory. */
struct process *process_create(void);

/* Starts the job that follows it, called by the line, and gives it its name. 0, or -1 with an
 * error. */
int process_follow(struct runner *runner, struct process *process, const char *line, size_t length,
                   struct error *error);

/* Gives a program that no job follows its number and its name, and puts it among the session's. */
void process_enroll(struct runner *runner, struct process *process);

#endif
