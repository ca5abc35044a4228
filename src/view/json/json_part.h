/* json_part: the pieces that events in JSON are built from. Each function returns a new reference,
 * NULL when there is no memory. */
#ifndef SOCKSH_VIEW_JSON_JSON_PART_H
#define SOCKSH_VIEW_JSON_JSON_PART_H

#include <jansson.h>

#include "timeline/event.h"

/* Text from this program or its user; bytes that are not UTF-8 become "?". */
json_t *json_text(const char *text, size_t length);

/* Adds bytes: "text" if they are valid UTF-8, "base64" always, and "length", the original
 * number. */
void json_set_data(json_t *object, const void *data, size_t kept, size_t length);

/* {"id", "descriptor", "role", "family", "protocol", "cookie", "name"} */
json_t *json_socket(const struct socket_label *label);

/* {"family", "text", "host", "port"} or {"family", "text"}; null if there is no address. */
json_t *json_address(const struct address *address);

/* The name of a constant of a set, or its number. */
json_t *json_constant(const struct constant_set *set, long value);

/* The names of the flags that are set, as an array; a flag without a name is a number in it. */
json_t *json_flags(const struct constant_set *set, long value);

/* The arguments of a call, in order, each an object with its "type". */
json_t *json_arguments(const struct call *call, bool finished);

#endif
