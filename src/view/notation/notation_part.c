#include "view/notation/notation_part.h"

#include <sys/epoll.h>

void put_label(struct writer *writer, const struct socket_label *label) {
  bytes_append_number(writer->bytes, label->descriptor);
  if (writer->notation->names && label->name[0]) {
    bytes_append_char(writer->bytes, ' ');
    put(writer, label->name);
  }
}

void put_poll(struct writer *writer) {
  const struct call *call = writer->call;
  put(writer, "[");
  for (size_t i = 0; i < call->item_count; i++) {
    put(writer, i ? ", {fd=" : "{fd=");
    put_label(writer, &call->items[i].label);
    put(writer, ", events=");
    constant_append(&constant_poll_events, call->items[i].asked, writer->bytes);
    put(writer, "}");
  }
  bytes_append_format(writer->bytes, "], %zu", call->item_count);
}

static void put_set(struct writer *writer, uint32_t set, bool given) {
  const struct call *call = writer->call;
  bool first = true;
  for (size_t i = 0; i < call->item_count; i++) {
    uint32_t bits = given ? call->items[i].given : call->items[i].asked;
    if (!(bits & set))
      continue;
    put(writer, first ? "[" : " ");
    put_label(writer, &call->items[i].label);
    first = false;
  }
  put(writer, first ? (given ? "[]" : "NULL") : "]");
}

void put_sets(struct writer *writer) {
  int highest = -1;
  for (size_t i = 0; i < writer->call->item_count; i++)
    if (writer->call->items[i].descriptor > highest)
      highest = writer->call->items[i].descriptor;
  bytes_append_number(writer->bytes, highest + 1);
  for (uint32_t set = SET_READ; set <= SET_EXCEPT; set <<= 1) {
    put(writer, ", ");
    put_set(writer, set, false);
  }
}

void put_event(struct writer *writer) {
  if (writer->call->number[0] == EPOLL_CTL_DEL) {
    put(writer, "NULL");
    return;
  }
  put(writer, "{events=");
  constant_append(&constant_epoll_events, writer->call->number[1], writer->bytes);
  bytes_append_format(writer->bytes, ", data=%d}", writer->call->object.descriptor);
}

void put_events(struct writer *writer) {
  const struct call *call = writer->call;
  if (writer->failed) {
    put(writer, "...");
  } else {
    put(writer, "[");
    for (size_t i = 0; i < call->item_count; i++) {
      put(writer, i ? ", {events=" : "{events=");
      constant_append(&constant_epoll_events, call->items[i].given, writer->bytes);
      put(writer, ", data=");
      put_label(writer, &call->items[i].label);
      put(writer, "}");
    }
    put(writer, "]");
  }
  bytes_append_format(writer->bytes, ", %zu", call->item_room);
}

void put_ready(struct writer *writer) {
  const struct call *call = writer->call;
  bool first = true;
  if (call->name == CALL_SELECT) {
    static const char *const titles[] = {"in ", "out ", "except "};
    for (int set = 0; set < 3; set++) {
      bool any = false;
      for (size_t i = 0; i < call->item_count; i++)
        any = any || call->items[i].given & (1U << set);
      if (!any)
        continue;
      put(writer, first ? " (" : ", ");
      put(writer, titles[set]);
      put_set(writer, 1U << set, true);
      first = false;
    }
  } else {
    for (size_t i = 0; i < call->item_count; i++) {
      if (!call->items[i].given)
        continue;
      put(writer, first ? " ([{fd=" : ", {fd=");
      put_label(writer, &call->items[i].label);
      put(writer, ", revents=");
      constant_append(&constant_poll_events, call->items[i].given, writer->bytes);
      put(writer, "}");
      first = false;
    }
    if (!first)
      put(writer, "]");
  }
  if (!first)
    put(writer, ")");
}
