/* picture: the forms in which a ladder is drawn, a row each, by the suffix of the file. */
#ifndef SOCKSH_VIEW_PICTURE_PICTURE_H
#define SOCKSH_VIEW_PICTURE_PICTURE_H

#include "language/error.h"
#include "view/ladder/ladder_model.h"
#include "view/view.h"

struct picture_form {
  const char *option; /* of the command that draws it: "--svg" */
  const char *suffix; /* ".svg" */
  size_t lines;       /* lifelines that it has room for; 0: it depends on the width */
  bool detailed;      /* it tells more of each row than is drawn */
  void (*append)(const struct ladder *ladder, size_t width, struct bytes *bytes);
};

/* Ended by a row without a suffix. */
extern const struct picture_form picture_forms[];

/* The form of a file by its suffix; NULL: none has it. */
const struct picture_form *picture_form_of(const char *path);

/* The suffixes that there are, for a message: ".svg, .html, .mmd, .txt". */
void picture_append_suffixes(struct bytes *bytes);

/* How a ladder of this form is made, with the session's settings. */
struct ladder_settings picture_settings(const struct picture_form *form,
                                        const struct view_settings *view, size_t width);

#endif
