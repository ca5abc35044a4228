/* message: what sendmsg(2) and recvmsg(2) carry beside the data: several parts, an address, and
 * control messages. */
#ifndef SOCKSH_CALL_MESSAGE_H
#define SOCKSH_CALL_MESSAGE_H

#include "call/call.h"
#include "call/control.h"

/* Gives the call so many empty messages, whose data begins at 0. 0, or -1 when there is no memory.
 */
int messages_create(struct call *call, size_t count);
void messages_free(struct call_messages *messages);

/* How many bytes of data its parts have room for. */
size_t message_room(const struct call_message *message);

/* Adds a control message to be sent. 0, or -1 when there is no memory. */
int message_add_control(struct call_message *message, int level, int type, const void *data,
                        size_t length);

/* One control message after another: `at` begins as 0. False at the end. */
bool message_next_control(const struct call_message *message, size_t *at, struct control *control);

#endif
