/* call_text_result: the result of a call, as strace(1) writes it. */
#include <fcntl.h>
#include <netdb.h>
#include <string.h>

#include "view/notation/call_text_part.h"

void call_text_put_set(struct call_writer *writer, uint32_t set, bool given) {
  const struct call_items *items = &writer->call->items;
  bool first = true;
  for (size_t i = 0; i < items->count; i++) {
    if (!((given ? items->item[i].given : items->item[i].asked) & set))
      continue;
    put(writer, first ? "[" : " ");
    call_text_put_label(writer, &items->item[i].label);
    first = false;
  }
  put(writer, first ? (given ? "[]" : "NULL") : "]");
}

static void put_lookup_status(struct call_writer *writer) {
  const struct call *call = writer->call;
  put_integer(writer, call->result);
  if (call->result == 0)
    return;
  const char *name = constant_name(&constant_lookup_errors, call->result);
  bytes_append_format(writer->bytes, " %s (%s)", name ? name : "EAI_?",
                      call->result == EAI_SYSTEM ? strerror(call->error)
                                                 : gai_strerror((int)call->result));
}

static void put_errno(struct call_writer *writer) {
  int error = writer->call->error;
  const char *meaning = strerrordesc_np(error);
  bytes_append_format(writer->bytes, "-1 %s (%s)", error_number_name(error),
                      meaning ? meaning : "?");
}

void call_text_put_signal(struct call_writer *writer, long number) {
  if (number == 0 || !constant_name(&constant_signals, number))
    put_integer(writer, number);
  else
    constant_append(&constant_signals, number, writer->bytes);
}

void call_text_put_process(struct call_writer *writer, long number) {
  if (writer->notation->aliases && number > 0)
    alias_append(writer->notation->aliases, 'I', number, writer->bytes);
  else
    put_integer(writer, number);
}

static void put_flags(struct call_writer *writer) {
  const struct call *call = writer->call;
  bool file = call->number[0] == F_GETFL;
  if (call->number[0] == F_GETSIG || call->number[0] == F_GETOWN) {
    (call->number[0] == F_GETSIG ? call_text_put_signal : call_text_put_process)(writer,
                                                                                 call->result);
    return;
  }
  if (!file && !(call->number[0] == F_GETFD && call->result)) {
    put_integer(writer, call->result);
    return;
  }
  bytes_append_format(writer->bytes, "0x%lx (flags ", call->result);
  constant_append(file ? &constant_file_flags : &constant_descriptor_flags, call->result,
                  writer->bytes);
  put(writer, ")");
}

static void put_polled(struct call_writer *writer) {
  const struct call_items *items = &writer->call->items;
  bool first = true;
  put_integer(writer, writer->call->result);
  for (size_t i = 0; i < items->count; i++) {
    if (!items->item[i].given)
      continue;
    put(writer, first ? " ([{fd=" : ", {fd=");
    call_text_put_label(writer, &items->item[i].label);
    put(writer, ", revents=");
    constant_append(&constant_poll_events, items->item[i].given, writer->bytes);
    put(writer, "}");
    first = false;
  }
  put(writer, first ? "" : "])");
}

static void put_selected(struct call_writer *writer) {
  static const char *const titles[] = {"in ", "out ", "except "};
  const struct call_items *items = &writer->call->items;
  bool first = true;
  put_integer(writer, writer->call->result);
  for (int set = 0; set < 3; set++) {
    bool any = false;
    for (size_t i = 0; i < items->count; i++)
      any = any || items->item[i].given & (1U << set);
    if (!any)
      continue;
    put(writer, first ? " (" : ", ");
    put(writer, titles[set]);
    call_text_put_set(writer, 1U << set, true);
    first = false;
  }
  put(writer, first ? "" : ")");
}

void call_text_put_result(struct call_writer *writer) {
  enum call_result kind = call_row(writer->call)->result;
  if (kind == RESULT_LOOKUP)
    put_lookup_status(writer);
  else if (writer->failed)
    put_errno(writer);
  else if (kind == RESULT_FLAGS)
    put_flags(writer);
  else if (kind == RESULT_POLLED)
    put_polled(writer);
  else if (kind == RESULT_SELECTED)
    put_selected(writer);
  else
    put_integer(writer, writer->call->result);
  if (writer->call->injected)
    put(writer, " (INJECTED)");
}
