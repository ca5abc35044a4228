/* message: what sendmsg(2) and recvmsg(2) carry besides data: iovecs, an address, and control
 * messages. */
#ifndef SOCKSH_CALL_MESSAGE_H
#define SOCKSH_CALL_MESSAGE_H

#include "call/call.h"
#include "call/control.h"

/* Gives the call `count` empty messages; their data starts at offset 0. 0, or -1 if out of memory.
 */
int messages_create(struct call *call, size_t count);
void messages_free(struct call_messages *messages);

/* The bytes of data that the message's parts have room for. */
size_t message_room(const struct call_message *message);

/* Appends a control message to be sent. 0, or -1 if out of memory. */
int message_add_control(struct call_message *message, int level, int type, const void *data,
                        size_t length);

/* Iterates over control messages: `at` starts at 0. Returns false after the last one. The data of
 * `control` stays the message's. */
bool message_next_control(const struct call_message *message, size_t *at, struct control *control);

/* Notes which sockets were sent to somebody, and are not the session's alone any more. */
void messages_note_sent(const struct call *call, struct socket_table *table);

#endif
