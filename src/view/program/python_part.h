/* python_part: the arguments of a call in Python, a function for each kind of part. */
#ifndef SOCKSH_VIEW_PROGRAM_PYTHON_PART_H
#define SOCKSH_VIEW_PROGRAM_PYTHON_PART_H

#include "view/program/python_call.h"

/* Fills in the parts of the call by its row. */
void python_put_parts(struct python_call *python);

#endif
