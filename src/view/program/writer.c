#include "view/program/writer.h"

#include <stdio.h>

const char *program_name_of(struct program_writer *writer, const struct socket_label *label) {
  const struct program_variable *variable = survey_variable(&writer->survey, label);
  return variable ? variable->name : "-1";
}

const struct program_address *program_address_find(const struct program_writer *writer,
                                                   const struct address *address, unsigned thread) {
  const struct program_address *list = (const struct program_address *)writer->addresses.data;
  uint32_t at = 0;
  size_t i;
  while (port_index_next(&writer->addresses_by_port, address, &at, &i))
    if ((list[i].thread == thread || list[i].thread == ANY_THREAD) &&
        list[i].address.length == address->length && address_equal(&list[i].address, address))
      return &list[i];
  return NULL;
}

void program_address_add(struct program_writer *writer, const char *name,
                         const struct address *address, unsigned thread, bool storage) {
  struct program_address entry = {.address = *address, .thread = thread, .storage = storage};
  snprintf(entry.name, sizeof entry.name, "%s", name);
  port_index_add(&writer->addresses_by_port, address, writer->addresses.length / sizeof entry);
  bytes_append(&writer->addresses, &entry, sizeof entry);
}

bool program_has_threads(const struct program_writer *writer) {
  return survey_thread_count(&writer->survey) > 1;
}

int64_t program_call_took(const struct call *call) {
  return call->began && call->ended > call->began ? call->ended - call->began : 0;
}
