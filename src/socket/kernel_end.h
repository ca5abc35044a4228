/* kernel_end: the kernel's notices of TCP sockets that it destroys (sock_diag(7), the group
 * SKNLGRP_INET_TCP_DESTROY, which any user may join). They say why a socket without a descriptor
 * has ended, which nobody could ask any more. */
#ifndef SOCKSH_SOCKET_KERNEL_END_H
#define SOCKSH_SOCKET_KERNEL_END_H

#include <stdint.h>

#include "option/tcp_info.h"

/* Joins the group with a sock_diag descriptor, which must not block. Returns it; or -1, closing it,
 * if that is refused. -1 is returned as it is. */
int kernel_end_join(int descriptor);

/* Reads the notices that have come, waiting so many milliseconds for the first. `each` is called
 * with the cookie of each socket, and what TCP_INFO was at its end. Notices that were lost are
 * missing. */
void kernel_end_read(int descriptor, int milliseconds,
                     void (*each)(uint64_t cookie, const struct tcp_info_bytes *info,
                                  void *context),
                     void *context);

#endif
