#include "session/process_silence.h"

#include "system/family.h"

int64_t process_silence_explain(struct runner *runner, struct process *process) {
  static const int64_t second = 1000000000;
  struct session *session = runner->session;
  bool silent = process->streams[PROGRAM_OUTPUT].total == 0;
  if (process->hushed || !session->interactive || process->terminal || process->ended || !silent ||
      process->streams[PROGRAM_ERRORS].total > 0)
    return -1;
  int64_t left = process->began + second - clock_monotonic();
  if (left > 0)
    return left;
  process->hushed = true;
  if (family_reads_input(process->pid) == FAMILY_READS_NOT)
    runner_note(runner,
                _("%s has printed nothing yet: programs in C and Python hold back what they print "
                  "into a pipe; with a terminal, `%s --pty`, they print line by line"),
                process->name, process->traced ? "trace" : "spawn");
  return -1;
}
