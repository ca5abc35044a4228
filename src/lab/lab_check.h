/* lab_check: whether this system lets a lab be made. */
#ifndef SOCKSH_LAB_LAB_CHECK_H
#define SOCKSH_LAB_LAB_CHECK_H

#include "language/error.h"

/* Tries everything that a lab needs with a temporary one. 0, or -1 with an error. */
int lab_check(struct error *error);

#endif
