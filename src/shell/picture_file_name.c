#include "shell/picture_file_name.h"

#include <string.h>

#include "view/picture/picture.h"

bool picture_file_name_fits(const char *path, bool page, struct bytes *suffixes) {
  const struct picture_form *form = picture_form_of(path);
  if (form && (!page || strcmp(form->suffix, ".html") == 0))
    return true;
  picture_append_suffixes(suffixes);
  return false;
}
