/* c_message: the messages of sendmsg, recvmsg and the like in C, a function for each kind of part.
 */
#ifndef SOCKSH_VIEW_PROGRAM_C_MESSAGE_H
#define SOCKSH_VIEW_PROGRAM_C_MESSAGE_H

#include "view/program/c_call.h"

void c_put_message_in(struct c_call *c, const struct call_part *part);
void c_put_message_out(struct c_call *c, const struct call_part *part);
void c_put_messages_in(struct c_call *c, const struct call_part *part);
void c_put_messages_out(struct c_call *c, const struct call_part *part);
void c_put_vector_in(struct c_call *c, const struct call_part *part);
void c_put_vector_out(struct c_call *c, const struct call_part *part);

#endif
