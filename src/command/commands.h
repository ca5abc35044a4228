/* commands: every entry of the table, for those that share code among them. */
#ifndef SOCKSH_COMMAND_COMMANDS_H
#define SOCKSH_COMMAND_COMMANDS_H

#include "command/command.h"

/* make.c */
extern const struct command command_socket, command_socketpair, command_bind, command_listen, command_accept,
    command_connect, command_shutdown, command_close, command_dup;
/* transfer.c */
extern const struct command command_send, command_sendto, command_write, command_recv, command_recvfrom, command_read,
    command_send_all, command_recv_all, command_recv_line, command_recv_exactly;
/* compound.c */
extern const struct command command_tcp_listen, command_tcp_connect, command_udp_bind, command_udp_connect,
    command_unix_listen, command_unix_connect, command_unix_bind;

#endif
