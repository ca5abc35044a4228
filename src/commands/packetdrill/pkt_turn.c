#include "commands/packetdrill/pkt_turn.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "system/descriptor.h"

/* The program's own file is there for all of them, and nothing is written to it. */
int pkt_turn_begin(struct runner *runner, bool *alone) {
  int turn = descriptor_open("/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
  *alone = turn < 0 || flock(turn, LOCK_EX | LOCK_NB) == 0;
  if (*alone)
    return turn;
  if (runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED)) {
    int status = flock(turn, LOCK_EX);
    runner_wait_end(runner);
    if (status == 0)
      return turn;
  }
  close(turn);
  return -1;
}

void pkt_turn_end(int turn) {
  if (turn >= 0)
    close(turn);
}
