/* signal_notice: signals that sockets send to this process (F_SETOWN, O_ASYNC, MSG_OOB): none of
 * them ends it, and each is told. */
#ifndef SOCKSH_SESSION_SIGNAL_NOTICE_H
#define SOCKSH_SESSION_SIGNAL_NOTICE_H

#include <stdbool.h>

#include "session/runner.h"

/* Blocks these signals in the calling thread and those that it starts, so that they wait. */
void signal_notice_block(void);

/* True if F_SETSIG may choose this signal: others would end or stop the program, or mean something
 * else to it. 0 stands for SIGIO. */
bool signal_notice_may_be(long number);

/* Tells of the signals that have come since, once the session has asked for some. */
void signal_notice_tell(struct runner *runner);

#endif
