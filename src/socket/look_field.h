/* look_field: the fields of a socket, as in $c.local, one row each. */
#ifndef SOCKSH_SOCKET_LOOK_FIELD_H
#define SOCKSH_SOCKET_LOOK_FIELD_H

#include "socket/socket.h"

/* A field. */
struct look_field {
  const char *name; /* NULL ends the table */
  /* Reads it from the kernel now. 0, or -1 with an error. */
  int (*read)(const struct socket *socket, struct value *value, struct error *error);
};

/* All fields, for completion and lists. */
extern const struct look_field look_fields[];

/* Reads the field with a name. 0, or -1 with an error, which lists the fields if there is none. */
int look_field(const struct object *object, const char *name, struct value *value,
               struct error *error);

#endif
