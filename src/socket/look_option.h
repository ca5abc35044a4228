/* look_option: reads a socket's options for a list. Reading them changes nothing: options that are
 * consumed by reading are refused. */
#ifndef SOCKSH_SOCKET_LOOK_OPTION_H
#define SOCKSH_SOCKET_LOOK_OPTION_H

#include "option/option.h"
#include "socket/socket.h"

/* Appends the option's value as text, in strace's notation. 0, or the errno from the kernel. */
int look_option(const struct socket *socket, const struct option *option, struct bytes *text);

#endif
