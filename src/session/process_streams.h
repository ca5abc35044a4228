/* process_streams: the pipes, or the terminal, between a program and the session. */
#ifndef SOCKSH_SESSION_PROCESS_STREAMS_H
#define SOCKSH_SESSION_PROCESS_STREAMS_H

#include "session/child.h"
#include "session/process.h"

/* Makes three pipes, or a terminal of the program's own: as wide as the session's, without echo,
 * and with newlines left as they are. This side's ends go to the process, and do not block. 0, or
 * -1 with an error, and what was opened is the process's to close. */
int process_streams_open(struct process *process, bool terminal, struct child_streams *streams,
                         struct error *error);

/* Gives the program the session's own streams, but for its standard output. 0, or -1 with an
 * error. */
int process_streams_share(struct child_streams *streams, int output, struct error *error);

/* Closes the program's ends here: the program alone has them now. */
void process_streams_give(const struct child_streams *streams);

#endif
