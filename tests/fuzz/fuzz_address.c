/* Addresses from any text: what is one is written, and read as the same again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "names/address.h"
#include "system/network.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct address *address, int family) {
  struct address again;
  struct address_query query;
  struct error error = {0};
  struct bytes bytes = {0};
  address_append_raw(address, &bytes);
  if (address_parse(bytes.data, bytes.length, family, NETWORK_OWN, &again, &query, &error) !=
      ADDRESS_COMPLETE)
    abort();
  if (!address_equal(address, &again))
    abort();
  bytes_clear(&bytes);
  address_append(address, &bytes);
  for (size_t i = 0; i < bytes.length; i++)
    if (bytes.data[i] < ' ' || bytes.data[i] > '~')
      abort();
  bytes_free(&bytes);
}

static void check(const char *text, size_t length, int family) {
  struct address address;
  struct address_query query;
  struct error error = {0};
  switch (address_parse(text, length, family, NETWORK_OWN, &address, &query, &error)) {
  case ADDRESS_COMPLETE:
    check_again(&address, family);
    address_any_to_loopback(&address);
    if (address_is_any(&address))
      abort();
    break;
  case ADDRESS_LOOK_UP:
    if (strlen(query.host) + strlen(query.service) >= length || query.service[0] == '\0')
      abort();
    break;
  case ADDRESS_WRONG:
    if (error.kind == ERROR_NONE || error.message[0] == '\0')
      abort();
    break;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const int families[] = {AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX};
  char *text = malloc(size + 1);
  memcpy(text, data, size);
  text[size] = '9'; /* what stands behind the text must not be read */
  for (size_t i = 0; i < sizeof families / sizeof *families; i++)
    check(text, size, families[i]);
  free(text);
  return 0;
}
