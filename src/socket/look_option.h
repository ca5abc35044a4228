/* look_option: a socket's options, read to be listed. Reading them changes nothing: those that are
 * used up by it are refused. */
#ifndef SOCKSH_SOCKET_LOOK_OPTION_H
#define SOCKSH_SOCKET_LOOK_OPTION_H

#include "option/option.h"
#include "socket/socket.h"

/* Adds the option's value as text, in strace's notation. 0, or the errno with which the kernel
 * refused. */
int look_option(const struct socket *socket, const struct option *option, struct bytes *text);

#endif
