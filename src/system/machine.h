/* machine: the machine that this program was built for, as seccomp(2) and ptrace(2) call it. */
#ifndef SOCKSH_SYSTEM_MACHINE_H
#define SOCKSH_SYSTEM_MACHINE_H

#include <linux/audit.h>

/* MACHINE_AUDIT: its AUDIT_ARCH_ constant; 0: unknown, and system calls are neither filtered nor
 * read. MACHINE_FOREIGN_CALL: set in the numbers of calls of another kind that go by the same
 * constant; 0: there are none. */
#if defined __x86_64__ && !defined __ILP32__
#define MACHINE_AUDIT ((uint32_t)AUDIT_ARCH_X86_64)
#define MACHINE_FOREIGN_CALL 0x40000000U /* x32 */
#elif defined __aarch64__
#define MACHINE_AUDIT ((uint32_t)AUDIT_ARCH_AARCH64)
#define MACHINE_FOREIGN_CALL 0U
#elif defined __riscv && __riscv_xlen == 64
#define MACHINE_AUDIT ((uint32_t)AUDIT_ARCH_RISCV64)
#define MACHINE_FOREIGN_CALL 0U
#else
#define MACHINE_AUDIT 0U
#define MACHINE_FOREIGN_CALL 0U
#endif

#endif
