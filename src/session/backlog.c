#include "session/backlog.h"

#include "session/inventory.h"
#include "socket/look.h"

int64_t backlog_length(struct runner *runner, const struct socket *socket) {
  struct look_details details;
  if (socket->family != AF_UNIX) {
    look_details(socket, &details);
    return details.receive_queue;
  }
  /* For a Unix listener only the kernel's list of sockets has the number. */
  struct inventory inventory;
  struct error ignored;
  int64_t length = -1;
  if (inventory_take(runner, KERNEL_UNIX, &inventory, &ignored) < 0)
    return -1;
  for (size_t i = 0; i < inventory_count(&inventory); i++)
    if (inventory_nth(&inventory, i)->socket == socket && inventory_nth(&inventory, i)->listed)
      length = inventory_nth(&inventory, i)->kernel.receive_queue;
  inventory_free(&inventory);
  return length;
}

/* Counts the half-open connections of a listener. */
struct half_open {
  const struct address *listener;
  int64_t count;
};

static void note_half_open(const struct kernel_socket *kernel, void *context) {
  struct half_open *half_open = context;
  half_open->count += kernel->state == STATE_SYN_RECV && kernel->inode == 0 &&
                      inventory_fit(half_open->listener, &kernel->local) > 0;
}

int64_t backlog_half_open(const struct socket *socket) {
  struct address local = look_local(socket);
  struct half_open half_open = {.listener = &local};
  struct error ignored;
  struct kernel *kernel = socket_kernel(socket);
  if (!kernel || kernel_walk(kernel, (struct kernel_filter){KERNEL_TCP, KERNEL_STATES},
                             note_half_open, &half_open, &ignored) < 0)
    return -1;
  return half_open.count;
}
