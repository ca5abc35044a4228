/* ladder_mermaid: the ladder as a sequence diagram of Mermaid, for pages that draw those. */
#ifndef SOCKSH_VIEW_PICTURE_LADDER_MERMAID_H
#define SOCKSH_VIEW_PICTURE_LADDER_MERMAID_H

#include "view/ladder/ladder_model.h"

void ladder_mermaid_append(const struct ladder *ladder, struct bytes *bytes);

#endif
