#include "socket/look_note.h"

#include <errno.h>

#include "language/loss.h"

int look_note(int status, const char *call) {
  if (status >= 0)
    return status;
  switch (errno) {
  case ENOTCONN: /* answers: there is no peer, no such option, no such queue */
  case EINVAL:
  case EOPNOTSUPP:
  case ENOPROTOOPT:
  case ENOTTY:
  case ENOTSOCK:
  case EBADF:
    break;
  default:
    loss_of_look(call, errno);
  }
  return status;
}
