/* model: how a service waits for the clients of a stream: all at once with epoll, one after the
 * other, or in a thread for each. */
#ifndef SOCKSH_SERVICE_MODEL_H
#define SOCKSH_SERVICE_MODEL_H

#include "service/loop.h"

/* Each is the body of a loop: it returns when the service has ended, or has nobody left to
 * serve. */
void loop_run_epoll(struct loop *loop);
void loop_run_iterative(struct loop *loop);
void loop_run_threads(struct loop *loop);

#endif
