#include "trace/stop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/utsname.h>

#include "system/machine.h"

static void take_entry(uint64_t number, const uint64_t *words, struct stop *stop) {
  stop->kind = STOP_ENTRY;
  stop->number = number;
  memcpy(stop->words, words, sizeof stop->words);
  if (number & MACHINE_FOREIGN_CALL)
    stop->kind = STOP_FOREIGN;
}

int stop_read(pid_t thread, struct stop *stop) {
  struct __ptrace_syscall_info info;
  memset(&info, 0, sizeof info);
  *stop = (struct stop){.kind = STOP_OTHER};
  if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) < 0)
    return -1;
  switch (info.op) {
  case PTRACE_SYSCALL_INFO_ENTRY:
    take_entry(info.entry.nr, (const uint64_t *)info.entry.args, stop);
    break;
  case PTRACE_SYSCALL_INFO_SECCOMP:
    take_entry(info.seccomp.nr, (const uint64_t *)info.seccomp.args, stop);
    break;
  case PTRACE_SYSCALL_INFO_EXIT:
    stop->kind = STOP_EXIT;
    stop->result = info.exit.rval;
    break;
  default:
    break;
  }
  if (stop->kind != STOP_OTHER && info.arch != MACHINE_AUDIT)
    stop->kind = STOP_FOREIGN;
  return 0;
}

bool stop_restarts(int64_t result) {
  enum { SYS = 512, NOINTR = 513, NOHAND = 514, BLOCK = 516 }; /* include/linux/errno.h */
  return result == -SYS || result == -NOINTR || result == -NOHAND || result == -BLOCK;
}

int stop_check(void) {
  struct utsname name;
  unsigned major = 0, minor = 0;
  if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
    return 0;
  return major > 5 || (major == 5 && minor >= 3) ? 0 : ENOSYS;
}
