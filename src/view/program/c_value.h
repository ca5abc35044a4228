/* c_value: addresses, values of options, data and files in C. */
#ifndef SOCKSH_VIEW_PROGRAM_C_VALUE_H
#define SOCKSH_VIEW_PROGRAM_C_VALUE_H

#include "view/program/c_call.h"

/* Declares, where it needs one, a variable for an address that a call names, and appends it as an
 * argument: "(struct sockaddr *)&c_peer, sizeof c_peer". */
void c_put_address(struct c_call *c, const struct address *address, struct bytes *pointer,
                   struct bytes *length);

/* Behind the call: asks for the address that others need of this socket. */
void c_put_fetch(struct c_call *c, struct program_variable *variable);

/* Declares the value of an option that is set, and appends it as an argument. */
void c_put_option_value(struct c_call *c);

/* The string of C, or a variable that has it where it is large. */
void c_put_data(struct c_call *c, const char *data, size_t kept, size_t whole,
                struct bytes *arguments);

/* A file that the calls use, as the variable of its descriptor. */
void c_put_file(struct c_call *c, const char *name);

#endif
