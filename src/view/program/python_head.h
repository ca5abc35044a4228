/* python_head: the frame of a program in Python: modules, functions of its own, bodies. */
#ifndef SOCKSH_VIEW_PROGRAM_PYTHON_HEAD_H
#define SOCKSH_VIEW_PROGRAM_PYTHON_HEAD_H

#include "view/program/python_call.h"

/* Appends it, as the needs of the program say. */
void python_put_head(struct program_writer *writer, struct bytes *text, bool test);

/* Appends the names that other functions assign to as well as this one. */
void python_put_globals(struct program_writer *writer, unsigned thread, struct bytes *text);

/* Appends the body of a function, indented; it has more than comments. */
void python_put_body(const struct bytes *body, struct bytes *text);

#endif
