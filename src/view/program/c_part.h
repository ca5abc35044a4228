/* c_part: the arguments of a call in C, a function for each kind of part. */
#ifndef SOCKSH_VIEW_PROGRAM_C_PART_H
#define SOCKSH_VIEW_PROGRAM_C_PART_H

#include "view/program/c_call.h"

/* Appends the arguments of the call by its row, and what has to stand around it. */
void c_put_arguments(struct c_call *c);

#endif
