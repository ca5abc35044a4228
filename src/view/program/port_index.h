/* port_index: finds entries of a list by the port of their address, or by its name, the newest
 * first. */
#ifndef SOCKSH_VIEW_PROGRAM_PORT_INDEX_H
#define SOCKSH_VIEW_PROGRAM_PORT_INDEX_H

#include <stdint.h>

#include "names/address.h"

struct port_index {
  struct bytes buckets; /* uint32_t: the number of the newest node, from 1 */
  struct bytes nodes;   /* struct port_node */
};

/* Adds an entry of the list. */
void port_index_add(struct port_index *index, const struct address *address, size_t entry);

/* The next entry whose address may be like this one: `at` starts at 0. False: there are no more. */
bool port_index_next(const struct port_index *index, const struct address *address, uint32_t *at,
                     size_t *entry);

bool port_index_failed(const struct port_index *index);
void port_index_free(struct port_index *index);

#endif
