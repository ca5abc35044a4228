/* control: control messages (cmsg(3)), a row for each type: its names, how a word is parsed into
 * its data, and how it is shown. */
#ifndef SOCKSH_CALL_CONTROL_H
#define SOCKSH_CALL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"
#include "language/error.h"

struct option_word;

/* A control message. `data` is what follows the header; whoever has the buffer owns it. */
struct control {
  int level;
  int type;
  const unsigned char *data;
  size_t length;
};

struct control_row {
  int level;
  int type;
  const char *level_name; /* "SOL_IP" */
  const char *name;       /* "IP_TTL" */
  void (*append)(const unsigned char *data, size_t length, struct bytes *bytes);
  int option;             /* the option that makes recvmsg return it; 0: none */
  const char *short_name; /* as typed: "ttl"; NULL: it cannot be sent */
  const char *values;     /* placeholder of its data: "NUMBER" */
  /* Parses a word and appends the data. 0, or -1 with a usage error. NULL: the words name sockets.
   */
  int (*read)(const struct option_word *word, struct bytes *data, struct error *error);
};

/* Ends with a row without a name. */
extern const struct control_row control_rows[];

/* The row for this level and type, or NULL. */
const struct control_row *control_find(int level, int type);

/* The row at this level with this name, full or short, in upper or lower case, or NULL. */
const struct control_row *control_find_named(int level, const char *text, size_t length);

/* True if the message carries descriptors, each an int: SCM_RIGHTS, SCM_PIDFD. */
bool control_carries_descriptors(const struct control *control);

/* Appends a control message as strace prints it: {SOL_SOCKET, SCM_RIGHTS, [4]}. */
void control_append(const struct control *control, struct bytes *bytes);

#endif
