#include "view/notation/call_text_message.h"

#include "call/message.h"

static void put_control(struct call_writer *writer, const struct call_message *message) {
  struct control control;
  size_t at = 0;
  struct bytes text = {0};
  while (message_next_control(message, &at, &control)) {
    if (text.length)
      bytes_append_text(&text, ", ");
    control_append(&control, &text);
  }
  put(writer, ", msg_control=[");
  call_text_put_aliased(writer, &text);
  put(writer, "]");
  bytes_free(&text);
}

static void put_iovecs(struct call_writer *writer, const struct call_message *message, bool came) {
  const struct blob *data = writer->call->data;
  size_t end = message->start + (came ? message->length : message_room(message));
  const size_t all = end;
  size_t offset = message->start;
  if (end > data->length) /* no more of it was kept */
    end = data->length;
  put(writer, "[");
  for (size_t i = 0; i < message->part_count; i++) {
    size_t size = message->part_sizes[i];
    size_t rest = end > offset ? end - offset : 0;
    put(writer, i ? ", {" : "{");
    size_t whole = all > offset ? all - offset : 0;
    call_text_put_cut(writer, data->data + (rest ? offset : 0), rest < size ? rest : size,
                      whole < size ? whole : size);
    bytes_append_format(writer->bytes, ", %zu}", size);
    offset += size;
  }
  if (message->part_more > 0)
    bytes_append_format(writer->bytes, ", ... %zu more", message->part_more);
  put(writer, "]");
}

/* A struct msghdr without its braces, with its flags if it was received. */
static void put_header(struct call_writer *writer, const struct call_message *message, bool came) {
  put(writer, "{msg_name=");
  call_text_put_address(writer, &message->address);
  put(writer, ", msg_iov=");
  put_iovecs(writer, message, came);
  if (message->control_size > 0)
    put_control(writer, message);
  if (came) {
    put(writer, ", msg_flags=");
    constant_append(&constant_message_flags, message->flags, writer->bytes);
  }
  put(writer, "}");
}

void call_text_put_message_in(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  put_header(writer, writer->call->messages.message, false);
}

void call_text_put_message_out(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  if (writer->failed)
    put(writer, "...");
  else
    put_header(writer, writer->call->messages.message, true);
}

void call_text_put_vector_in(struct call_writer *writer, const struct call_part *part) {
  const struct call_message *message = writer->call->messages.message;
  (void)part;
  put_iovecs(writer, message, false);
  bytes_append_format(writer->bytes, ", %zu", message->part_count + message->part_more);
}

void call_text_put_vector_out(struct call_writer *writer, const struct call_part *part) {
  const struct call_message *message = writer->call->messages.message;
  (void)part;
  if (writer->failed)
    put(writer, "...");
  else
    put_iovecs(writer, message, true);
  bytes_append_format(writer->bytes, ", %zu", message->part_count + message->part_more);
}

/* Several struct mmsghdr, of which the first `moved` were transferred. */
static void put_messages(struct call_writer *writer, size_t count, size_t moved, bool came) {
  put(writer, "[");
  for (size_t i = 0; i < count; i++) {
    const struct call_message *message = &writer->call->messages.message[i];
    put(writer, i ? ", {msg_hdr=" : "{msg_hdr=");
    put_header(writer, message, came);
    if (i < moved)
      bytes_append_format(writer->bytes, ", msg_len=%zu", message->moved);
    put(writer, "}");
  }
  bytes_append_format(writer->bytes, "], %zu", writer->call->messages.count);
}

void call_text_put_messages_in(struct call_writer *writer, const struct call_part *part) {
  (void)part;
  put_messages(writer, writer->call->messages.count,
               writer->failed ? 0 : (size_t)writer->call->result, false);
}

void call_text_put_messages_out(struct call_writer *writer, const struct call_part *part) {
  size_t count = writer->call->messages.count;
  size_t came = writer->failed ? 0 : (size_t)writer->call->result;
  (void)part;
  if (writer->failed)
    bytes_append_format(writer->bytes, "..., %zu", count);
  else
    put_messages(writer, came < count ? came : count, came, true);
}
