/* accept: how a loop takes the connections that wait, and what it does when it can take no more. */
#ifndef SOCKSH_SERVICE_ACCEPT_H
#define SOCKSH_SERVICE_ACCEPT_H

#include "service/loop.h"

/* Accepts one, for a loop that may be another. NULL where none waits, or none can be accepted now.
 */
struct connection *loop_accept(struct loop *loop, struct loop *into);
/* Accepts nobody for a while, because a call has failed that will fail again. */
void loop_pause(struct loop *loop, const char *call, int error);
/* Closes the listener. */
void loop_close_listener(struct loop *loop);
/* Goes on with accepting where that was paused. */
void loop_resume(struct loop *loop);

#endif
