/* strace_tree: the notation of strace(1) between a call's parentheses, read into a tree.
 *
 * The text may be anything. The tree is never deeper, and never larger, than a limit allows. */
#ifndef SOCKSH_IMPORT_STRACE_TREE_H
#define SOCKSH_IMPORT_STRACE_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "language/arena.h"

enum strace_kind {
  STRACE_WORD,   /* a number, names joined with |, a pointer, NULL; or htons(80), with arguments */
  STRACE_STRING, /* its bytes, unescaped */
  STRACE_LIST,   /* [...] */
  STRACE_STRUCT, /* {...} */
  STRACE_MORE,   /* ... in a list, where strace has left the rest out */
};

struct strace_node {
  enum strace_kind kind;
  bool cut;        /* a string that goes on, which strace has left out */
  bool abstract;   /* a string behind @: a name of Unix sockets without a file */
  bool all_but;    /* a list behind ~: all but these */
  const char *key; /* sin_port of sin_port=htons(80); NULL: none. Not terminated */
  size_t key_length;
  const char *text; /* the word as written; the bytes of the string. Not terminated */
  size_t length;
  const char *about; /* what stands in <> behind a descriptor; NULL: nothing does */
  size_t about_length;
  size_t count;              /* of its children */
  struct strace_node *child; /* members, elements, arguments of a word */
  struct strace_node *after; /* what it became: the second of `a => b`; NULL: nothing is said */
  struct strace_node *next;
};

/* A call with its result. */
struct strace_tree {
  const char *name; /* not terminated */
  size_t name_length;
  struct strace_node *arguments;
  bool returned; /* false for `= ?` */
  long long result;
  const char *about; /* what stands in <> behind it; NULL: nothing does */
  size_t about_length;
  const char *problem; /* the name of its errno, or of an ERESTART; NULL: none */
  size_t problem_length;
  struct strace_node *detail; /* what stands in parentheses behind the result, as far as it can be
                                 read: the events of poll, the sets of select */
  double took;                /* seconds, with -T; negative: it is not said */
};

/* Reads `name(arguments) = result`, whose memory must stay. 0, or -1 where it is nothing that could
 * be read, or there is no memory. */
int strace_tree_read(const char *text, size_t length, struct arena *arena,
                     struct strace_tree *tree);

/* The member of a structure that has this key; NULL: none has. */
struct strace_node *strace_node_member(const struct strace_node *node, const char *key);

/* The child at this place; NULL: there are fewer. */
struct strace_node *strace_node_at(const struct strace_node *node, size_t place);

/* Whether it is this word. */
bool strace_node_is(const struct strace_node *node, const char *word);

/* Whether it is an address in the program's memory, at which strace has not looked. */
bool strace_node_is_pointer(const struct strace_node *node);

/* Reads a word, or a list of one word, as a number: 12, -1, 0x1f. 0, or -1. */
int strace_node_number(const struct strace_node *node, long long *number);

#endif
