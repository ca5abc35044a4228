/* about: which events are about a socket. */
#ifndef SOCKSH_COMMANDS_KERNEL_ABOUT_H
#define SOCKSH_COMMANDS_KERNEL_ABOUT_H

#include "timeline/event.h"

/* Whether it is a call on the socket, a state of it, or a packet to or from it. */
bool about_socket(const struct event *event, const struct socket *socket);

#endif
