#include "socket/look_option.h"

#include <errno.h>
#include <stdlib.h>

#include "language/loss.h"

int look_option(const struct socket *socket, const struct option *option, struct bytes *text) {
  if (option->consumes || !(option->access & OPTION_READ))
    return EPERM;
  /* Zeroed, since the kernel reads some of the buffers as a request. */
  void *value = calloc(1, option->type->size);
  if (!value)
    return ENOMEM;
  socklen_t length = (socklen_t)option->type->size;
  int error = 0;
  if (getsockopt(socket->descriptor, option->level, option->number, value, &length) < 0)
    error = errno;
  if (error == ENOMEM ||
      error == ENOBUFS) /* any other is an answer: this socket has no such option */
    loss_of_look("getsockopt", error);
  if (!error)
    option->type->format(value, length, text);
  free(value);
  return error;
}
