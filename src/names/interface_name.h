/* interface_name: interfaces by their number. */
#ifndef SOCKSH_NAMES_INTERFACE_NAME_H
#define SOCKSH_NAMES_INTERFACE_NAME_H

#include <stdint.h>

#include "language/bytes.h"

/* Appends an interface: its name, or its number if it has none now; `*` for 0. */
void interface_name_append(uint32_t index, struct bytes *bytes);

#endif
