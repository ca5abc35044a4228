/* import: calls that another tool has written down. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/invocation.h"
#include "command/kinds.h"
#include "session/imported.h"

static int run_import(struct invocation *invocation) {
  const struct argument_value *file = invocation_value(invocation, "FILE");
  char *path = strndup(file->word.data, file->word.length);
  if (!path)
    return error_set_memory(invocation->error);
  struct process *process = imported_read(invocation->runner, path, invocation->error);
  free(path);
  if (!process)
    return -1;
  result_add(invocation->result, value_from_object(&process->object));
  object_release(&process->object);
  return 0;
}

const struct command command_import = {
    .name = "import",
    .group = GROUP_SESSION,
    .arguments = {{.name = "TOOL", .kind = &argument_keyword, .words = "strace"},
                  {.name = "FILE", .kind = &argument_file}},
    .results = {"process"},
    .summary = N_("reads a log of strace into the timeline"),
    .manual =
        N_("FILE is what `strace -f -yy -xx -s 65535 -ttt -T -o FILE COMMAND` writes, on this "
           "machine or another; all but -o may be missing, and then less is known. The calls on "
           "sockets and epoll instances come onto the timeline as those of `trace` do, in the "
           "order in which they ended: p: stands before them, and p.2:, p.3: before those of its "
           "further threads and processes. p.4 is the last socket that was descriptor 4 of p, for "
           "`log p.4`.\n\n"
           "Nothing is made up: a log has no states, so transitions and diagram show none of them; "
           "where it has no times, a call has none; where strace has cut a string, ... stands "
           "behind what there is. Calls on files are left out. Lines that are not understood, and "
           "calls that have not returned, are left out, too, and a note counts them.\n\n"
           "Times are as far apart as in the log, and the last one is now; with -ttt the wall "
           "clock in JSON is that of the log. More is in socksh-trace(7)."),
    .blocks = N_("never"),
    .errors = {{ENOENT, N_("there is no such file")}},
    .example = "shell echo 'socket(AF_INET, SOCK_STREAM, 0) = 3' > calls.log\n"
               "p = import strace calls.log\nlog p.3",
    .pages = "strace(1)",
    .run = run_import,
};
