/* accept: how a loop accepts waiting connections, and what it does when it can take no more. */
#ifndef SOCKSH_SERVICE_ACCEPT_H
#define SOCKSH_SERVICE_ACCEPT_H

#include "service/loop.h"

/* Accepts a connection for the loop `into`. NULL if none waits, or none can be accepted now. */
struct connection *loop_accept(struct loop *loop, struct loop *into);
/* Stops accepting for a while, because a call failed that would fail again. */
void loop_pause(struct loop *loop, const char *call, int error);
/* Closes the listener. */
void loop_close_listener(struct loop *loop);
/* Resumes accepting after a pause. */
void loop_resume(struct loop *loop);

#endif
