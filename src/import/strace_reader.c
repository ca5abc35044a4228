#include "import/strace_reader.h"

struct socket *strace_reader_socket(const struct strace_reader *reader, long descriptor) {
  const struct slot *slot = slots_find(reader->slots, descriptor);
  return slot ? slot->socket : NULL;
}

struct socket_label strace_reader_label(const struct strace_reader *reader, long descriptor) {
  struct socket *socket = strace_reader_socket(reader, descriptor);
  struct socket_label label = {.role = ROLE_OF_PROGRAM, .of_program = true};
  if (socket)
    label = socket_label(socket);
  label.descriptor = (int)descriptor;
  return label;
}

int strace_reader_descriptor(const struct strace_node *node, long *descriptor) {
  long long number;
  if (strace_node_number(node, &number) < 0 || number < INT32_MIN || number > INT32_MAX)
    return -1;
  *descriptor = (long)number;
  return 0;
}

int strace_reader_size(const struct strace_node *node, size_t *size) {
  long long number;
  if (strace_node_number(node, &number) < 0 || number < 0)
    return -1;
  *size = (size_t)number;
  return 0;
}
