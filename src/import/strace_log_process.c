#include "import/strace_log_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/loss.h"

void log_process_number(struct strace_log *log, struct log_task *task) {
  struct log_process *process = task->process;
  if (task->number > 0)
    return;
  task->number = ++log->numbered;
  if (task->number > 1)
    snprintf(task->name, sizeof task->name, "%.20s.%u", log->name, task->number);
  if (process->number > 0)
    return;
  process->number = task->number;
  memcpy(process->name, task->name, sizeof process->name);
}

void log_process_closed(struct socket *socket, void *context) {
  (void)context;
  socket->role = ROLE_GONE;
}

void log_process_was(struct log_process *process, long descriptor, struct socket *socket) {
  enum { LIMIT = 1 << 20 };
  size_t place = (size_t)descriptor;
  if (descriptor < 0 || descriptor >= LIMIT)
    return;
  if (place >= process->was_room) {
    size_t room = process->was_room ? process->was_room : 16;
    while (room <= place)
      room *= 2;
    struct socket **was = realloc(process->was, room * sizeof(struct socket *));
    if (!was) {
      loss_of_memory();
      return;
    }
    memset(was + process->was_room, 0, (room - process->was_room) * sizeof(struct socket *));
    process->was = was;
    process->was_room = room;
  }
  if (process->was[place])
    object_release(&process->was[place]->object);
  process->was[place] = (struct socket *)object_retain(&socket->object);
}

void log_process_forget(struct log_process *process) {
  for (size_t i = 0; i < process->was_room; i++)
    if (process->was[i])
      object_release(&process->was[i]->object);
  free(process->was);
  process->was = NULL;
  process->was_room = 0;
}
