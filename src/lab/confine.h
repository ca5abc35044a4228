/* confine: what the lab's processes can't do, whatever is done to them. */
#ifndef SOCKSH_LAB_CONFINE_H
#define SOCKSH_LAB_CONFINE_H

/* The helper, once it has been set up: it keeps the capabilities that its work needs, never gets
 * more (no_new_privs), and makes only the system calls of its work (seccomp); any other fails with
 * EPERM. What it can't be kept from is not worth stopping for, so nothing is returned: a kernel
 * without seccomp does without. The programs on hosts are not its children, and inherit nothing. */
void confine_helper(void);

/* A program that root starts on a host: it has root's files and the host's network, but can't
 * change the machine: no mounts, modules, devices, clocks, other users' processes by name spaces.
 */
void confine_program_of_root(void);

#endif
