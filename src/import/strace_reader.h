/* strace_reader: what a part of a call is read from in strace's notation, and what the files that
 * read parts share. */
#ifndef SOCKSH_IMPORT_STRACE_READER_H
#define SOCKSH_IMPORT_STRACE_READER_H

#include "call/call.h"
#include "import/strace_tree.h"
#include "trace/slots.h"

struct strace_reader {
  struct call *call;
  const struct call_part *part;
  const struct strace_tree *tree;
  const struct slots *slots; /* what the process's descriptors are */
  struct strace_node *node;  /* the first argument of the part; NULL: there is none */
};

/* The second argument of the part; NULL: there is none. */
static inline struct strace_node *strace_reader_second(const struct strace_reader *reader) {
  return reader->node ? reader->node->next : NULL;
}

static inline bool strace_reader_failed(const struct strace_reader *reader) {
  return reader->call->result < 0;
}

/* The socket that is this descriptor; NULL: it is none that is known. */
struct socket *strace_reader_socket(const struct strace_reader *reader, long descriptor);

/* Its label, with this number in any case. */
struct socket_label strace_reader_label(const struct strace_reader *reader, long descriptor);

/* Reads a number as a descriptor. 0, or -1. */
int strace_reader_descriptor(const struct strace_node *node, long *descriptor);

/* Reads a number of bytes or entries. 0, or -1. */
int strace_reader_size(const struct strace_node *node, size_t *size);

#endif
