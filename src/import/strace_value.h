/* strace_value: values of options, and the data of control messages, in strace's notation. */
#ifndef SOCKSH_IMPORT_STRACE_VALUE_H
#define SOCKSH_IMPORT_STRACE_VALUE_H

#include "import/strace_tree.h"
#include "option/option.h"

/* Appends the value of an option (NULL: one that is not known) of so many bytes. 0; 1 where it is
 * not wholly there; -1 where it is not understood. */
int strace_read_value(const struct strace_node *node, const struct option *option, size_t length,
                      struct bytes *bytes);

/* Appends the data of a control message. 0, or -1 where strace has not written it. */
int strace_read_control(const struct strace_node *node, int level, int type, struct bytes *bytes);

#endif
