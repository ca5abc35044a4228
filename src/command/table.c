/* table: the one list of commands, in the order of the manual. */
#include "command/commands.h"

const struct command *const command_table[] = {
    /* sockets */
    &command_socket,
    &command_socketpair,
    &command_bind,
    &command_listen,
    &command_accept,
    &command_connect,
    &command_shutdown,
    &command_close,
    &command_dup,
    /* sending and receiving */
    &command_send,
    &command_sendto,
    &command_write,
    &command_recv,
    &command_recvfrom,
    &command_read,
    &command_send_all,
    &command_recv_all,
    &command_recv_line,
    &command_recv_exactly,
    /* several calls at once */
    &command_tcp_listen,
    &command_tcp_connect,
    &command_udp_bind,
    &command_udp_connect,
    &command_unix_listen,
    &command_unix_connect,
    &command_unix_bind,
    NULL,
};
