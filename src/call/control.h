/* control: control messages (cmsg(3)), a row for each type: its names, how it is read from a word
 * to be sent, and how it is shown. */
#ifndef SOCKSH_CALL_CONTROL_H
#define SOCKSH_CALL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"
#include "language/error.h"

/* A control message: its data is what follows the header. */
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
  int option;             /* set, recvmsg gets it; 0: no option asks for it */
  const char *short_name; /* as it is typed: "ttl"; NULL: the kernel takes none from a sender */
  const char *values;     /* what is typed for its data: "NUMBER" */
  /* Adds the data that a word stands for. 0, or -1 with a usage error. NULL: sockets are named. */
  int (*read)(const char *text, size_t length, struct bytes *data, struct error *error);
};

/* Ended by a row without a name. */
extern const struct control_row control_rows[];

/* The row of a type; NULL where it is not known. */
const struct control_row *control_find(int level, int type);

/* The row at a level of a type by its name, whole or short, in either case; NULL: there is none. */
const struct control_row *control_find_named(int level, const char *text, size_t length);

/* True for one that carries descriptors, each an int: SCM_RIGHTS, SCM_PIDFD. */
bool control_carries_descriptors(const struct control *control);

/* Adds a control message as strace prints it: {SOL_SOCKET, SCM_RIGHTS, [4]}. */
void control_append(const struct control *control, struct bytes *bytes);

#endif
