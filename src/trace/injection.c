#include "trace/injection.h"

#include <elf.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "system/wait.h"

enum { LENGTH_WORD = 2 /* of recv, send, read, write and their like */ };

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

static struct call_fault choose(struct tracing *tracing, const struct trace_task *task) {
  struct call_fault fault = {.error = 0};
  if (!tracing->sink.fault)
    return fault;
  tracing->sink.lock(tracing->sink.context);
  fault = tracing->sink.fault(tracing->sink.context, task);
  tracing->sink.unlock(tracing->sink.context);
  return fault;
}

void injection_enter(struct tracing *tracing, struct trace_task *task, bool again) {
  if (!task->inside || !injection_is_possible())
    return;
  if (!again)
    task->fault = choose(tracing, task);
  struct call_fault *fault = &task->fault;
  task->call.injected = call_fault_any(fault);
  if (fault->error && skip_call(task->id) < 0)
    *fault = (struct call_fault){.error = 0};
  if (fault->limit >= task->entry.words[LENGTH_WORD])
    fault->limit = 0; /* it asks for no more */
  if (fault->limit > 0 && set_length(task->id, fault->limit) < 0)
    fault->limit = 0;
  task->call.injected = call_fault_any(fault);
  if (fault->delay > 0 && !again) {
    task->resumes = clock_monotonic() + fault->delay;
    tracing->delays = true;
  }
}

int64_t injection_leave(struct trace_task *task, int64_t result) {
  const struct call_fault fault = task->fault;
  if (!task->inside || !call_fault_any(&fault))
    return result;
  if (!stop_restarts(result))
    task->fault = (struct call_fault){.error = 0};
  if (fault.limit > 0) /* the program finds its register as it was */
    set_length(task->id, task->entry.words[LENGTH_WORD]);
  if (fault.error == 0 || set_result(task->id, -(int64_t)fault.error) < 0)
    return result;
  return -(int64_t)fault.error;
}

void injection_forget(const struct trace_task *task) {
  if (task->inside && task->fault.limit > 0)
    set_length(task->id, task->entry.words[LENGTH_WORD]);
}
