#include "trace/injection.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

#include "system/wait.h"
#include "trace/memory.h"

enum {
  LENGTH_WORD =
      2, /* of recv, send, read, write and their like; of readv and writev how many parts */
  MEMORY_WORD = 1, /* where the parts are, or the message */
};

#if defined __x86_64__ || defined __aarch64__

static int read_registers(pid_t task, struct user_regs_struct *registers) {
  struct iovec part = {registers, sizeof *registers};
  return ptrace(PTRACE_GETREGSET, task, (void *)NT_PRSTATUS, &part) < 0 ? -1 : 0;
}

static int write_registers(pid_t task, struct user_regs_struct *registers) {
  struct iovec part = {registers, sizeof *registers};
  return ptrace(PTRACE_SETREGSET, task, (void *)NT_PRSTATUS, &part) < 0 ? -1 : 0;
}

#endif

#if defined __x86_64__

bool injection_is_possible(void) {
  return true;
}

/* The kernel makes no call with this number. */
static int skip_call(pid_t task) {
  struct user_regs_struct registers;
  if (read_registers(task, &registers) < 0)
    return -1;
  registers.orig_rax = (unsigned long long)-1;
  return write_registers(task, &registers);
}

static int set_result(pid_t task, int64_t result) {
  struct user_regs_struct registers;
  if (read_registers(task, &registers) < 0)
    return -1;
  registers.rax = (unsigned long long)result;
  return write_registers(task, &registers);
}

static int set_length(pid_t task, uint64_t length) {
  struct user_regs_struct registers;
  if (read_registers(task, &registers) < 0)
    return -1;
  registers.rdx = length;
  return write_registers(task, &registers);
}

#elif defined __aarch64__

#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif

bool injection_is_possible(void) {
  return true;
}

static int skip_call(pid_t task) {
  int none = -1;
  struct iovec part = {&none, sizeof none};
  return ptrace(PTRACE_SETREGSET, task, (void *)NT_ARM_SYSTEM_CALL, &part) < 0 ? -1 : 0;
}

static int set_result(pid_t task, int64_t result) {
  struct user_regs_struct registers;
  if (read_registers(task, &registers) < 0)
    return -1;
  registers.regs[0] = (unsigned long long)result;
  return write_registers(task, &registers);
}

static int set_length(pid_t task, uint64_t length) {
  struct user_regs_struct registers;
  if (read_registers(task, &registers) < 0)
    return -1;
  registers.regs[LENGTH_WORD] = length;
  return write_registers(task, &registers);
}

#else

bool injection_is_possible(void) {
  return false;
}

static int skip_call(pid_t task) {
  (void)task;
  return -1;
}

static int set_result(pid_t task, int64_t result) {
  (void)task, (void)result;
  return -1;
}

static int set_length(pid_t task, uint64_t length) {
  (void)task, (void)length;
  return -1;
}

#endif

/* The kernel sends SIGPIPE with it, unless the call forbids that. */
static void signal_pipe(const struct trace_task *task) {
  if (task->fault.error == EPIPE && call_row(&task->call)->direction == SENDS &&
      !(call_message_flags(&task->call) & MSG_NOSIGNAL))
    syscall(SYS_tgkill, task->process->id, task->id, SIGPIPE);
}

static struct call_fault choose(struct tracing *tracing, struct trace_task *task) {
  struct call_fault fault = {.error = 0};
  if (!tracing->sink.fault)
    return fault;
  tracing->sink.lock(tracing->sink.context);
  fault = tracing->sink.fault(tracing->sink.context, task);
  task->call.injected = call_fault_any(&fault);
  tracing->sink.unlock(tracing->sink.context);
  return fault;
}

/* Which words of a call say how many bytes it moves. */
enum limited { LIMITED_NOT, LIMITED_LENGTH, LIMITED_PARTS, LIMITED_MESSAGE };

static enum limited limited_by(const struct call *call) {
  if (call_has_part(call, PART_DATA_IN) || call_has_part(call, PART_DATA_OUT))
    return LIMITED_LENGTH;
  if (call_has_part(call, PART_VECTOR_IN) || call_has_part(call, PART_VECTOR_OUT))
    return LIMITED_PARTS;
  bool message = call_has_part(call, PART_MESSAGE_IN) || call_has_part(call, PART_MESSAGE_OUT);
  return message ? LIMITED_MESSAGE : LIMITED_NOT;
}

static int patch(struct trace_task *task, uint64_t address, uint64_t word) {
  struct trace_patch *change = &task->patches[task->patched];
  change->address = address;
  if (memory_read(task->id, address, &change->before, sizeof change->before) < 0 ||
      memory_write_word(task->id, address, word) < 0)
    return -1;
  task->patched++;
  return 0;
}

/* Leaves the first part that is not empty, with `limit` bytes of it at most. How many parts are
 * left; 0: they hold no more than that, or can't be changed. */
static size_t limit_parts(struct trace_task *task, uint64_t address, uint64_t count, size_t limit) {
  enum { MOST = 1024 /* UIO_MAXIOV */ };
  struct iovec part;
  uint64_t whole = 0;
  uint64_t first = count;
  size_t taken = 0;
  if (count > MOST)
    return 0;
  for (uint64_t i = 0; i < count; i++) {
    if (memory_read(task->id, address + i * sizeof part, &part, sizeof part) < 0)
      return 0;
    whole += part.iov_len;
    if (first < count || part.iov_len == 0)
      continue;
    first = i;
    taken = part.iov_len < limit ? part.iov_len : limit;
  }
  uint64_t place = address + first * sizeof part + offsetof(struct iovec, iov_len);
  return whole > limit && patch(task, place, taken) == 0 ? first + 1 : 0;
}

static int limit_message(struct trace_task *task, uint64_t address, size_t limit) {
  struct msghdr header;
  if (memory_read(task->id, address, &header, sizeof header) < 0)
    return -1;
  size_t left = limit_parts(task, (uint64_t)(uintptr_t)header.msg_iov, header.msg_iovlen, limit);
  return left > 0 ? patch(task, address + offsetof(struct msghdr, msg_iovlen), left) : -1;
}

/* Has the call ask for so many bytes at most. 0; or -1, where it asks for no more. */
static int set_limit(struct trace_task *task, size_t limit) {
  const uint64_t *words = task->entry.words;
  size_t left;
  task->patched = 0;
  switch (limited_by(&task->call)) {
  case LIMITED_LENGTH:
    return limit < words[LENGTH_WORD] ? set_length(task->id, limit) : -1;
  case LIMITED_PARTS:
    left = limit_parts(task, words[MEMORY_WORD], words[LENGTH_WORD], limit);
    return left > 0 ? set_length(task->id, left) : -1;
  case LIMITED_MESSAGE:
    return limit_message(task, words[MEMORY_WORD], limit);
  default:
    return -1;
  }
}

/* The program finds its memory and its registers as they were. */
static void undo_limit(struct trace_task *task) {
  while (task->patched > 0) {
    const struct trace_patch *change = &task->patches[--task->patched];
    memory_write_word(task->id, change->address, change->before);
  }
  if (limited_by(&task->call) != LIMITED_MESSAGE)
    set_length(task->id, task->entry.words[LENGTH_WORD]);
}

/* Not all of what was chosen could be done. */
static void correct(struct tracing *tracing, struct trace_task *task) {
  bool injected = call_fault_any(&task->fault);
  if (task->call.injected == injected)
    return;
  tracing->sink.lock(tracing->sink.context);
  task->call.injected = injected;
  tracing->sink.unlock(tracing->sink.context);
}

void injection_enter(struct tracing *tracing, struct trace_task *task) {
  if (!task->inside || !injection_is_possible())
    return;
  bool again = !task->fresh;
  task->fresh = false;
  if (!again)
    task->fault = choose(tracing, task);
  struct call_fault *fault = &task->fault;
  if (fault->error && skip_call(task->id) < 0)
    *fault = (struct call_fault){.error = 0};
  if (fault->limit > 0 && set_limit(task, fault->limit) < 0) {
    undo_limit(task);
    fault->limit = 0;
  }
  correct(tracing, task);
  if (fault->delay > 0 && !again) {
    task->resumes = clock_monotonic() + fault->delay;
    tracing->delays = true;
  }
}

int64_t injection_leave(struct trace_task *task, int64_t result) {
  const struct call_fault fault = task->fault;
  if (!task->inside || !call_fault_any(&fault))
    return result;
  signal_pipe(task);
  if (!stop_restarts(result))
    task->fault = (struct call_fault){.error = 0};
  if (fault.limit > 0)
    undo_limit(task);
  if (fault.error == 0 || set_result(task->id, -(int64_t)fault.error) < 0)
    return result;
  return -(int64_t)fault.error;
}

void injection_forget(struct trace_task *task, bool at_end) {
  if (!task->inside || !task->behind || !call_fault_any(&task->fault))
    return; /* its code runs: a handler of a signal, perhaps */
  if (task->fault.limit > 0)
    undo_limit(task);
  if (task->fault.error && at_end)
    set_result(task->id, -(int64_t)task->fault.error);
}
