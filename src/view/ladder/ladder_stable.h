/* ladder_stable: the order of rows that does not depend on timing, for --stable. It is that of the
 * text: of a line's rows, calls first, then packets in their order, each with the states that it
 * has brought, then the other states by socket; what a job did stands where it was waited for. */
#ifndef SOCKSH_VIEW_LADDER_LADDER_STABLE_H
#define SOCKSH_VIEW_LADDER_LADDER_STABLE_H

#include "view/ladder/ladder_model.h"

void ladder_stable_order(struct ladder *ladder);

#endif
