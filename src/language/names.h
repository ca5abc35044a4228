/* names: what each name of a session, or of a job, is bound to. There is no lock here: the owner's
 * lock guards it. */
#ifndef SOCKSH_LANGUAGE_NAMES_H
#define SOCKSH_LANGUAGE_NAMES_H

#include "language/value.h"

struct names_node;

/* A zeroed struct holds no names. */
struct names {
  struct names_node *root; /* see names.c; copies share what is below it */
  size_t count;
  uint64_t version; /* another one after each change */
};

/* The value bound to a name, still owned by the table; NULL if there is none. */
const struct value *names_get(const struct names *names, const char *name, size_t length);

/* Binds a name. Takes ownership of the value, even on failure. 0, or -1 when there is no memory. */
int names_set(struct names *names, const char *name, struct value value);

/* Removes a name. 0, or -1 if it was not bound; or when there is no memory for it, which is noted
 * as a loss, and then it stays. */
int names_remove(struct names *names, const char *name, size_t length);

/* Copies all names to `to`, which must be empty. However many there are, it takes no time and no
 * memory: only what is changed later is copied. */
void names_copy(const struct names *names, struct names *to);

/* Calls `each` for every name in alphabetical order, until it returns something other than 0.
 * Returns the last result of `each`, or -1 when there is no memory. */
int names_walk(const struct names *names,
               int (*each)(const char *name, const struct value *value, void *context),
               void *context);

void names_clear(struct names *names);

#endif
