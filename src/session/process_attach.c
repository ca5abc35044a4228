/* process_attach: programs that ran before the session took notice of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "language/escape.h"
#include "session/process.h"
#include "session/traced.h"
#include "system/descriptor.h"
#include "system/file.h"

/* Its command line, with spaces between the words. */
static void read_line(pid_t pid, struct bytes *line) {
  char path[64];
  struct bytes words = {0};
  snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)pid);
  file_read(path, 4096, &words);
  for (size_t i = 0; i < words.length; i++)
    if (words.data[i] == '\0')
      words.data[i] = i + 1 < words.length ? ' ' : '\n';
  if (words.length > 0 && words.data[words.length - 1] == '\n')
    words.length--;
  escape_append_plain(line, words.data, words.length, false, ESCAPE_ASCII);
  bytes_free(&words);
}

struct process *process_attach(struct runner *runner, pid_t pid, struct error *error) {
  struct bytes line = {0};
  int handle = descriptor_move_up((int)syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0) {
    error_set_errno(error, errno, _("process %ld can't be followed"), (long)pid);
    return NULL;
  }
  struct process *process = process_create();
  if (!process) {
    close(handle);
    error_set_memory(error);
    return NULL;
  }
  process->handle = handle;
  process->pid = pid;
  process->attached = process->alone = true;
  process->host = runner->host;
  read_line(pid, &line);
  if (traced_attach(runner, process, error) == 0 &&
      process_follow(runner, process, bytes_text(&line), line.length, error) == 0) {
    bytes_free(&line);
    return process;
  }
  bytes_free(&line);
  object_release(&process->object);
  return NULL;
}
