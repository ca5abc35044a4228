/* ladder_fold: rows that repeat are grouped under one that counts them. */
#ifndef SOCKSH_VIEW_LADDER_LADDER_FOLD_H
#define SOCKSH_VIEW_LADDER_LADDER_FOLD_H

#include "view/ladder/ladder_model.h"

void ladder_fold(struct ladder *ladder);

#endif
