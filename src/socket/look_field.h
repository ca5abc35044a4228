/* look_field: what of a socket a line may name, as in $c.local: a row each. */
#ifndef SOCKSH_SOCKET_LOOK_FIELD_H
#define SOCKSH_SOCKET_LOOK_FIELD_H

#include "socket/socket.h"

/* A field. */
struct look_field {
  const char *name; /* NULL ends the table */
  /* Reads it now. 0, or -1 with an error. */
  int (*read)(const struct socket *socket, struct value *value, struct error *error);
};

/* All of them, for completion and what lists them. */
extern const struct look_field look_fields[];

/* The field of that name. 0, or -1 with an error, which lists the fields where there is none. */
int look_field(const struct object *object, const char *name, struct value *value,
               struct error *error);

#endif
