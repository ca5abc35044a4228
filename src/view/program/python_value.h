/* python_value: constants, addresses, data and values of options in Python. */
#ifndef SOCKSH_VIEW_PROGRAM_PYTHON_VALUE_H
#define SOCKSH_VIEW_PROGRAM_PYTHON_VALUE_H

#include "view/program/python_call.h"

/* Appends a name of C: of the module socket, or of this program, which says its number then. */
void python_put_name(struct python_call *python, const char *name, long value, struct bytes *text);

/* Appends a constant of a set, or flags, by the module that has it. */
void python_put_constant(struct python_call *python, const struct constant_set *set, long value,
                         struct bytes *text);

/* Appends an address: a tuple, a path, or the variable that has it. */
void python_put_address(struct python_call *python, const struct address *address,
                        struct bytes *text);

/* Appends data to send: as it is, as what repeats, or as far as it is known. */
void python_put_data(struct python_call *python, const char *data, size_t kept, size_t whole,
                     struct bytes *text);

/* Appends the value of an option that is set. */
void python_put_option_value(struct python_call *python, struct bytes *text);

#endif
