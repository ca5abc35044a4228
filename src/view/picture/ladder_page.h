/* ladder_page: the ladder as a page of HTML that steps through the session. It is one file, asks
 * nobody for anything, and without JavaScript it is the whole ladder. */
#ifndef SOCKSH_VIEW_PICTURE_LADDER_PAGE_H
#define SOCKSH_VIEW_PICTURE_LADDER_PAGE_H

#include "view/ladder/ladder_model.h"

void ladder_page_append(const struct ladder *ladder, struct bytes *bytes);

#endif
