/* json_part: the pieces that events in JSON are built from. Each appends one member of an object,
 * or, where the key is NULL, one element of an array. */
#ifndef SOCKSH_VIEW_JSON_JSON_PART_H
#define SOCKSH_VIEW_JSON_JSON_PART_H

#include "timeline/event.h"
#include "view/json/json.h"

/* {"id", "descriptor", "role", "family", "protocol", "cookie", "name"} */
void json_socket(struct json *json, const char *key, const struct socket_label *label);

/* {"family", "text", "host", "port"} or {"family", "text"}; null if there is no address. */
void json_address(struct json *json, const char *key, const struct address *address);

/* The name of a constant of a set, or its number. */
void json_constant(struct json *json, const char *key, const struct constant_set *set, long value);

/* The names of the flags that are set, as an array; a flag without a name is a number in it. */
void json_flags(struct json *json, const char *key, const struct constant_set *set, long value);

/* A number of which 0 means that there is none: null. */
void json_optional(struct json *json, const char *key, int64_t number);

/* "errno" and "error": the number and its name; both null for 0. */
void json_errno(struct json *json, int number);

/* The name of an errno or of another reason, null if there is none. */
void json_name(struct json *json, const char *key, const char *name);

/* The arguments of a call, in order, each an object with its "type". */
void json_arguments(struct json *json, const char *key, const struct call *call, bool finished);

#endif
