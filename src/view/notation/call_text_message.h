/* call_text_message: messages and iovecs of a call, as parts of it. Only for call_text. */
#ifndef SOCKSH_VIEW_NOTATION_CALL_TEXT_MESSAGE_H
#define SOCKSH_VIEW_NOTATION_CALL_TEXT_MESSAGE_H

#include "view/notation/call_text_part.h"

void call_text_put_message_in(struct call_writer *writer, const struct call_part *part);
void call_text_put_message_out(struct call_writer *writer, const struct call_part *part);
void call_text_put_vector_in(struct call_writer *writer, const struct call_part *part);
void call_text_put_vector_out(struct call_writer *writer, const struct call_part *part);
void call_text_put_messages_in(struct call_writer *writer, const struct call_part *part);
void call_text_put_messages_out(struct call_writer *writer, const struct call_part *part);

#endif
