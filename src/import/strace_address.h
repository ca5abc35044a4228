/* strace_address: names and addresses in strace's notation. Each function is 0, or -1 where the
 * node is nothing of the kind. */
#ifndef SOCKSH_IMPORT_STRACE_ADDRESS_H
#define SOCKSH_IMPORT_STRACE_ADDRESS_H

#include "import/strace_tree.h"
#include "names/address.h"
#include "names/constant.h"

/* A name of the set, several joined with |, or a number. `set` NULL: a number alone. */
int strace_read_symbol(const struct strace_node *node, const struct constant_set *set, long *value);
/* A socket's type with its flags. */
int strace_read_type(const struct strace_node *node, long *value);
/* An address, as far as it is written: of length 0 where it is NULL or a pointer. */
int strace_read_address(const struct strace_node *node, struct address *address);
/* A number within htons(), htonl() and the like, or by itself. */
int strace_read_network(const struct strace_node *node, const struct constant_set *set,
                        long long *number);
int strace_read_inet(const struct strace_node *node, struct in_addr *address);
int strace_read_inet6(const struct strace_node *node, struct in6_addr *address);
/* An interface's number, or its name alone where that is written: then the number is 0, and `name`
 * has room for it; NULL: a name is nothing of the kind. */
int strace_read_interface(const struct strace_node *node, unsigned *number, char *name);

#endif
