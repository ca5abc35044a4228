/* sink: what is made of what is read from traced programs. The session's lock, which the sink
 * takes, guards everything that task.h shows of programs; the tracer's thread alone changes it. */
#ifndef SOCKSH_TRACE_SINK_H
#define SOCKSH_TRACE_SINK_H

#include "call/call_fault.h"
#include "socket/socket.h"

struct trace_task;

/* What the tracer does with what it has read. All but lock and unlock are called with the lock
 * held, by the tracer's thread, while the program's thread is stopped. */
struct trace_sink {
  void (*lock)(void *context);
  void (*unlock)(void *context);
  /* The session's sockets, to which those of programs are added. */
  struct socket_table *sockets;
  size_t (*record)(void *context); /* the most bytes of data to read */
  /* A call begins. May be NULL. */
  void (*begun)(void *context, struct trace_task *task);
  /* What is to be done to the call that has just begun, on purpose. May be NULL. */
  struct call_fault (*fault)(void *context, const struct trace_task *task);
  /* A call has ended: task->call. Its sockets are in the table by now. */
  void (*finished)(void *context, struct trace_task *task);
  /* A call has begun, and nothing will be told of its end: it is not followed any more. */
  void (*dropped)(void *context, struct trace_task *task);
  /* What the call has made and changed at its own end has been told. */
  void (*settled)(void *context, const struct trace_task *task);
  /* A socket was looked at: what had been seen before is in *before. */
  void (*changed)(void *context, const struct trace_task *task, struct socket *socket,
                  const struct snapshot *before);
  /* Nothing refers to a socket any more, as far as is known: its program has closed it, or ended.
   */
  void (*closed)(void *context, const struct trace_task *task, struct socket *socket);
  /* The last process that had a socket open has ended without having closed it; `closed` follows.
   */
  void (*leaked)(void *context, const struct trace_task *task, struct socket *socket);
  /* The task is gone, or not traced any more. */
  void (*gone)(void *context, struct trace_task *task);
  /* Something about the program that its user must know, as one sentence. */
  void (*noted)(void *context, const struct trace_task *task, const char *note);
  void *context;
};

#endif
