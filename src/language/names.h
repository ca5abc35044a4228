/* names: what each name of a session, or of a job, is bound to. Not locked: the owner's lock guards
 * it. */
#ifndef SOCKSH_LANGUAGE_NAMES_H
#define SOCKSH_LANGUAGE_NAMES_H

#include "language/value.h"

struct name_entry;

/* A zeroed struct holds no names. */
struct names {
  struct name_entry *entries; /* a hash */
};

/* The value bound to a name, which stays the table's; NULL where there is none. */
const struct value *names_get(const struct names *names, const char *name, size_t length);

/* Binds a name. Takes over the value, in every case. 0, or -1 when there is no memory. */
int names_set(struct names *names, const char *name, struct value value);

/* Forgets a name. 0, or -1 where it was not bound. */
int names_remove(struct names *names, const char *name, size_t length);

/* Makes `to`, which must be empty, a copy. 0, or -1 when there is no memory, with `to` empty. */
int names_copy(const struct names *names, struct names *to);

/* Calls `each` with every name, in alphabetical order; stops when it returns something other than
 * 0. Returns what it returned last, or -1 when there is no memory. */
int names_walk(const struct names *names,
               int (*each)(const char *name, const struct value *value, void *context),
               void *context);

void names_clear(struct names *names);

#endif
