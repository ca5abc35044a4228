/* picture_file_name: whether a file's name says which picture it is to be. */
#ifndef SOCKSH_SHELL_PICTURE_FILE_NAME_H
#define SOCKSH_SHELL_PICTURE_FILE_NAME_H

#include "language/bytes.h"

/* Whether its suffix is that of a form of picture; with `page`, that of a page. Else false, and the
 * suffixes that there are appended: ".svg, .html". */
bool picture_file_name_fits(const char *path, bool page, struct bytes *suffixes);

#endif
