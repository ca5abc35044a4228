/* ladder_svg: the ladder as a picture: SVG 1.1 with nothing from outside. */
#ifndef SOCKSH_VIEW_PICTURE_LADDER_SVG_H
#define SOCKSH_VIEW_PICTURE_LADDER_SVG_H

#include "view/ladder/ladder_model.h"

/* How many lifelines a picture has at most. */
enum { LADDER_SVG_LINES = 12 };

/* Appends the picture as a file of its own; with `inlined` as a part of a page of HTML, whose style
 * holds for it. */
void ladder_svg_append(const struct ladder *ladder, bool inlined, struct bytes *bytes);

/* Appends the style that the picture needs, as CSS. */
void ladder_svg_append_style(struct bytes *bytes);

#endif
