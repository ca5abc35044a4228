#include "call/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call/call_part.h"
#include "call/ioctl_request.h"
#include "call/message.h"

void call_init(struct call *call, enum call_name name, struct socket *entry) {
  *call =
      (struct call){.name = name, .object = {.descriptor = -1}, .duration = -1, .made = {-1, -1}};
  if (call_rows[name].payload == PAYLOAD_FILE)
    call->file.descriptor = -1;
  call->subject = socket_label(entry);
  if (entry)
    call->entry = (struct socket *)object_retain(&entry->object);
}

bool call_has_part(const struct call *call, enum call_part_kind kind) {
  const struct call_row *row = call_row(call);
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++)
    if (row->parts[i].kind == kind)
      return true;
  return false;
}

long call_message_flags(const struct call *call) {
  const struct call_row *row = call_row(call);
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++)
    if (row->parts[i].set == &constant_message_flags)
      return call->number[row->parts[i].slot];
  return 0;
}

const struct option_type *call_value_type(const struct call *call) {
  return call->value.option && !call->value.raw ? call->value.option->type : &option_type_raw;
}

const struct address *call_destination(const struct call *call) {
  const struct call_row *row = call_row(call);
  if (!row->names_address)
    return NULL;
  if (row->payload != PAYLOAD_MESSAGES)
    return &call->address;
  return call->messages.count > 0 ? &call->messages.message->address : NULL;
}

bool call_has_failed(const struct call *call) {
  return call->result < 0 || (call_row(call)->result == RESULT_LOOKUP && call->result != 0);
}

/* The first of the call's sockets that is closed, whose number may have been reused by now. NULL if
 * all are open. */
static const struct socket *closed_socket(const struct call *call) {
  if (call->entry && call->entry->descriptor < 0)
    return call->entry;
  if (call->other && call->other->descriptor < 0)
    return call->other;
  const struct call_items *items = call_items(call);
  for (size_t i = 0; items && i < items->count; i++)
    if (items->item[i].entry && items->item[i].entry->descriptor < 0)
      return items->item[i].entry;
  return NULL;
}

int call_descriptors(const struct call *call) {
  const struct call_row *row = call_row(call);
  bool makes = true;
  if (row->makes == MAKES_ANYTHING && row->payload == PAYLOAD_VALUE)
    makes = option_makes_descriptor(call->value.option);
  else if (row->makes == MAKES_ANYTHING && call_has_part(call, PART_REQUEST_WORD))
    makes = request_form(call->number[0]) == REQUEST_OPENS;
  return makes ? row->descriptors : 0;
}

bool call_acts(const struct call *call) {
  const struct call_row *row = call_row(call);
  return row->direction == SENDS || row->connects || row->closes || row->shuts_down ||
         row->waits == WAITS_FOR_BOTH;
}

bool call_notices(const struct call *call) {
  const struct call_row *row = call_row(call);
  return row->direction == RECEIVES || row->waits == WAITS_FOR_BOTH ||
         (row->makes == MAKES_LIKE_SUBJECT && row->waits);
}

/* Counts this call among those that wait on its sockets (1), or no longer (-1). */
static void count_waiting(struct call *call, int change) {
  if (call->entry)
    call->entry->waiting += (unsigned)change;
  if (call->entry && call_acts(call))
    call->entry->acting += (unsigned)change;
  const struct call_items *items = call_items(call);
  for (size_t i = 0; items && i < items->count; i++)
    if (items->item[i].entry)
      items->item[i].entry->waiting += (unsigned)change;
}

/* With MSG_TRUNC the result does not tell how much of the buffer was written. A stream of TCP,
 * MPTCP or SMC throws the bytes away; one of other families does not know the flag. UDP returns a
 * datagram's whole length, and a peek may begin inside it. */
static void learn_truncation(struct call *call) {
  const struct socket *socket = call->entry;
  if (call_row(call)->direction != RECEIVES || !socket)
    return;
  long flags = call_message_flags(call);
  if (!(flags & MSG_TRUNC) || flags & MSG_ERRQUEUE)
    return;
  bool internet = socket->family == AF_INET || socket->family == AF_INET6;
  call->discards = socket->type == SOCK_STREAM && (internet || socket->family == AF_SMC);
  if (flags & MSG_PEEK && internet && socket->type == SOCK_DGRAM &&
      socket_read_number(socket->descriptor, SO_PEEK_OFF, &call->peek_offset) < 0)
    call->peek_offset = 0;
}

int call_prepare(struct call *call, struct socket_table *table, struct error *error) {
  const struct socket *closed = closed_socket(call);
  if (closed)
    return error_set_errno(error, EBADF, _("socket %d is closed"), closed->was_descriptor);
  const struct call_row *row = call_row(call);
  learn_truncation(call);
  for (int i = 0; row->filled_in && i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    const struct call_part_class *part = &call_part_classes[row->parts[i].kind];
    if (part->reserve && part->reserve(call, table) < 0)
      return error_set_memory(error);
  }
  for (int i = 0; i < call_descriptors(call); i++) {
    call->made_entry[i] = socket_reserve(table);
    if (!call->made_entry[i])
      return error_set_memory(error);
  }
  count_waiting(call, 1);
  if (row->closes && call->entry)
    call->entry->closing = true;
  return 0;
}

/* The protocol that the kernel picks for 0. */
static int default_protocol(int family, int type) {
  if (family != AF_INET && family != AF_INET6)
    return 0;
  return type == SOCK_STREAM ? IPPROTO_TCP : type == SOCK_DGRAM ? IPPROTO_UDP : 0;
}

/* The call itself says what the new socket is, so the kernel need not be asked. */
static void describe_made(struct call *call, struct socket *made) {
  switch (call_row(call)->makes) {
  case MAKES_EPOLL:
    made->kind = DESCRIPTOR_EPOLL;
    break;
  case MAKES_PIPE:
    made->kind = DESCRIPTOR_PIPE;
    break;
  case MAKES_LIKE_SUBJECT:
    made->family = call->entry->family;
    made->type = call->entry->type;
    made->protocol = call->entry->protocol;
    /* What a listener of multipath TCP accepts from a plain client is plain TCP. */
    if (made->protocol == IPPROTO_MPTCP && made->descriptor >= 0)
      socket_read_number(made->descriptor, SO_PROTOCOL, &made->protocol);
    made->kind = call->entry->kind;
    made->host = call->entry->host;
    made->alone = call_row(call)->waits && made->descriptor > STDERR_FILENO;
    if (!call_row(call)->waits) /* a duplicate: whoever accepts waits */
      call->entry->alone = false;
    made->shut_read = call->entry->shut_read;
    if (!call_row(call)->waits)
      made->portless = call->entry->portless;
    break;
  case MAKES_SOCKETS:
    made->host = call->host;
    made->alone = made->descriptor > STDERR_FILENO; /* the others are children's, too */
    made->family = (int)call->number[0];
    made->type = (int)call->number[1] & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    made->protocol = (int)call->number[2];
    if (made->protocol == 0)
      made->protocol = default_protocol(made->family, made->type);
    break;
  case MAKES_ANYTHING:
    socket_identify(made);
    break;
  case MAKES_NOTHING:
    break;
  }
}

static void finish_made(struct call *call, struct socket_table *table) {
  for (int i = 0; i < 2; i++) {
    struct socket *made = call->made_entry[i];
    if (call->made[i] < 0 || !made)
      continue;
    if (socket_table_add(table, made, call->made[i]) < 0) {
      /* Cannot happen: the slots were reserved. Closing the descriptor beats leaking it. */
      close(call->made[i]);
      continue;
    }
    describe_made(call, made);
    call->made_label[i] = socket_label(made);
  }
}

void call_cancel(struct call *call) {
  count_waiting(call, -1);
  if (call_row(call)->closes && call->entry)
    call->entry->closing = false;
}

/* Names the interfaces in what the kernel returned, while it is known on which host that was. */
static void name_interfaces(struct call *call) {
  int network = host_network(call->entry ? call->entry->host : call->host);
  address_name_interface(&call->address, network);
  for (size_t i = 0; call_row(call)->payload == PAYLOAD_MESSAGES && i < call->messages.count; i++)
    address_name_interface(&call->messages.message[i].address, network);
  for (size_t i = 0; call_row(call)->payload == PAYLOAD_LOOKUP && i < call->lookup.count; i++)
    address_name_interface(&call->lookup.found[i], network);
}

void call_finish(struct call *call, struct socket_table *table) {
  const struct call_row *row = call_row(call);
  call_cancel(call);
  name_interfaces(call);
  for (int i = 0; row->payload != PAYLOAD_NONE && i < CALL_PARTS && row->parts[i].kind != PART_END;
       i++)
    if (call_part_classes[row->parts[i].kind].finish)
      call_part_classes[row->parts[i].kind].finish(call, table);
  if (row->payload == PAYLOAD_MESSAGES && row->direction == SENDS)
    messages_note_sent(call, table);
  if (call->entry && row->changes_address)
    call->entry->may_change_local = true;
  if (call->name == CALL_CONNECT && call->result == 0 && call->entry)
    socket_note_connected(call->entry, &call->address);
  if (row->shuts_down && call->result == 0 && call->entry && call->number[0] != SHUT_RD)
    call->entry->shut = true;
  /* ENOTCONN of an internet socket has shut it down all the same: shutdown(2) of a datagram socket
   * that is not connected. */
  if (row->shuts_down && call->entry && call->number[0] != SHUT_WR &&
      (call->result == 0 || (call->error == ENOTCONN && call->entry->family != AF_UNIX)))
    call->entry->shut_read = true;
  if (row->makes != MAKES_NOTHING)
    finish_made(call, table);
  /* Linux frees the number whatever close(2) returns, unless the descriptor was bad. */
  if (row->closes && call->error != EBADF)
    socket_table_remove(table, call->entry);
}

static void free_payload(struct call *call) {
  switch (call_row(call)->payload) {
  case PAYLOAD_ITEMS:
    for (size_t i = 0; i < call->items.count; i++)
      if (call->items.item[i].entry)
        object_release(&call->items.item[i].entry->object);
    free(call->items.item);
    call->items = (struct call_items){0};
    break;
  case PAYLOAD_MESSAGES:
    messages_free(&call->messages);
    break;
  case PAYLOAD_LOOKUP:
    free(call->lookup.text[0]);
    free(call->lookup.text[1]);
    free(call->lookup.found);
    free(call->lookup.types);
    call->lookup = (struct call_lookup){0};
    break;
  case PAYLOAD_FILE:
    free(call->file.name);
    call->file.name = NULL;
    break;
  case PAYLOAD_VALUE:
  case PAYLOAD_NONE:
    break;
  }
}

void call_free(struct call *call) {
  if (call->entry)
    object_release(&call->entry->object);
  if (call->other)
    object_release(&call->other->object);
  for (int i = 0; i < 2; i++)
    socket_unreserve(call->made_entry[i]);
  free_payload(call);
  blob_release(call->data);
  call->entry = call->other = call->made_entry[0] = call->made_entry[1] = NULL;
  call->data = NULL;
}

bool call_needs_no_look(const struct call *call) {
  const struct socket *socket = call->entry;
  const struct call_row *row = call_row(call);
  bool proves =
      row->proves_stream && (row->direction == SENDS ? call->result >= 0 : call->result > 0);
  /* A Unix stream can send only until this side is shut down, and a peer that closes shuts it down.
   * So if the kernel took the data, poll would report nothing new. Received data proves less, since
   * it outlives its sender. But the reader still learns of the end: the next call finds no data,
   * and a look follows it. */
  return proves && socket && socket->family == AF_UNIX && socket->type == SOCK_STREAM &&
         socket->seen.state == STATE_CONNECTED && !socket->may_change_local;
}
