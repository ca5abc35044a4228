/* Which threads are apart. */
#include "socket/descriptor.h"

static _Thread_local bool apart;

bool descriptor_is_apart(void) {
  return apart;
}

void descriptor_set_apart(void) {
  apart = true;
}
