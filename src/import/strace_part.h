/* strace_part: the arguments of a call in strace's notation as a struct call, a handler for each
 * kind of part: the counterpart of reading.c, which reads a program's memory. */
#ifndef SOCKSH_IMPORT_STRACE_PART_H
#define SOCKSH_IMPORT_STRACE_PART_H

#include "call/call.h"
#include "import/strace_tree.h"
#include "trace/slots.h"

struct strace_part_reader {
  struct call *call;
  const struct call_part *part;
  const struct strace_tree *tree;
  const struct slots *slots; /* what the process's descriptors are */
  struct strace_node *node;  /* the first argument of the part; NULL: there is none */
};

/* Fills in the call that the tree has, given its name: what it was given, and what it returned. The
 * lock is held: references to sockets are taken. 0, or -1 where a part is not understood, or there
 * is no memory: then call_free frees what there is. */
int strace_part_read(struct call *call, const struct strace_tree *tree, const struct slots *slots);

/* The label of a descriptor. */
struct socket_label strace_part_label(const struct slots *slots, long descriptor);

/* What the files that read parts share; each is 0, or -1 where the node is nothing of the kind. */

/* A name of the set, several joined with |, or a number. */
int strace_read_symbol(const struct strace_node *node, const struct constant_set *set, long *value);
int strace_read_type(const struct strace_node *node, long *value);
/* An address, as far as it is written: of length 0 where it is NULL or a pointer. */
int strace_read_address(const struct strace_node *node, struct address *address);
/* A number within htons(), htonl() and the like, or by itself. */
int strace_read_network(const struct strace_node *node, const struct constant_set *set,
                        long long *number);
int strace_read_inet(const struct strace_node *node, struct in_addr *address);
int strace_read_inet6(const struct strace_node *node, struct in6_addr *address);
/* An interface's number, written as its name or as a number; the name is kept where there is room
 * for it. */
int strace_read_interface(const struct strace_node *node, unsigned *number, char *name);

/* The value of an option, appended as bytes. 1 where it is not wholly there. */
int strace_read_value(const struct strace_node *node, const struct option *option, size_t length,
                      struct bytes *bytes);

/* The data of a control message, appended as bytes. */
int strace_read_control(const struct strace_node *node, int level, int type, struct bytes *bytes);

/* Messages and iovecs. */
int strace_read_message_in(struct strace_part_reader *reader);
int strace_read_message_out(struct strace_part_reader *reader);
int strace_read_messages_in(struct strace_part_reader *reader);
int strace_read_messages_out(struct strace_part_reader *reader);
int strace_read_vector_in(struct strace_part_reader *reader);
int strace_read_vector_out(struct strace_part_reader *reader);

#endif
