/* Answers of sock_diag as the kernel's list is read from them. The first byte is the protocol. */
#include "socket/kernel.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void each(const struct kernel_socket *socket, void *context) {
  struct bytes bytes = {0};
  (void)context;
  if (socket->local.length > sizeof socket->local.storage + 110 || socket->timer > TIMER_PROBE)
    abort();
  address_append(&socket->local, &bytes);
  address_append(&socket->peer, &bytes);
  for (size_t i = 0; i < bytes.length; i++)
    if (bytes.data[i] < ' ' || bytes.data[i] > '~')
      abort();
  bytes_free(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const int protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_MPTCP, 0};
  if (size == 0)
    return 0;
  struct reading reading = {.each = each, .protocol = protocols[data[0] % 4], .network = -1};
  char *copy = malloc(size);
  memcpy(copy, data + 1, size - 1);
  mnl_cb_run(copy, prepare_messages(copy, size - 1), 0, 0, read_message, &reading);
  free(copy);
  return 0;
}
