/* commands: every entry of the table, for those that share code among them. */
#ifndef SOCKSH_COMMANDS_COMMANDS_H
#define SOCKSH_COMMANDS_COMMANDS_H

#include "command/command.h"

/* make.c */
extern const struct command command_socket, command_socketpair, command_bind, command_listen,
    command_accept, command_connect, command_shutdown, command_close, command_dup;
/* await.c */
extern const struct command command_await;
extern const char *const await_conditions; /* the words for conditions that are no states, as choices */
/* process.c */
extern const struct command command_spawn;
/* serve.c */
extern const struct command command_serve, command_services, command_stop;
/* states.c */
extern const struct command command_states;
/* inspect.c */
extern const struct command command_backlog, command_tcp_info;
/* path.c */
extern const struct command command_transitions, command_diagram, command_log;
/* lab.c */
extern const struct command command_lab, command_lab_host, command_lab_sysctl, command_lab_check;
/* wire.c */
extern const struct command command_wire, command_wire_hold, command_wire_flow, command_wire_show,
    command_wire_fold, command_wire_delay, command_wire_loss, command_wire_rate, command_wire_mtu,
    command_wire_cut, command_wire_join;
/* held.c */
extern const struct command command_wire_deliver, command_wire_drop, command_wire_duplicate,
    command_wire_move, command_wire_corrupt, command_wire_edit, command_wire_inject, command_packet;
/* step.c */
extern const struct command command_step, command_step_until;
/* capture.c */
extern const struct command command_capture, command_capture_off;
/* goto.c */
extern const struct command command_goto;
/* transfer.c */
extern const struct command command_send, command_sendto, command_write, command_recv, command_recvfrom,
    command_read, command_send_all, command_recv_all, command_recv_line, command_recv_exactly;
/* move.c */
extern const struct command command_pipe, command_sendfile, command_splice;
/* file.c */
extern const struct command command_send_file, command_recv_file;
/* message.c */
extern const struct command command_sendmsg, command_recvmsg;
/* option.c */
extern const struct command command_getsockopt, command_setsockopt, command_options, command_set_timeout,
    command_get_timeout;
/* flag.c */
extern const struct command command_getsockname, command_getpeername, command_set_blocking, command_fcntl,
    command_ioctl;
/* ready.c */
extern const struct command command_poll, command_select, command_epoll_create1, command_epoll_ctl,
    command_epoll_wait;
/* compound.c */
extern const struct command command_tcp_listen, command_tcp_connect, command_udp_bind, command_udp_connect,
    command_unix_listen, command_unix_connect, command_unix_bind;
/* lookup.c */
extern const struct command command_getaddrinfo, command_getnameinfo, command_getservbyname,
    command_getservbyport, command_getprotobyname, command_if_nametoindex;
/* convert.c */
extern const struct command command_inet_pton, command_inet_ntop, command_inet_aton, command_inet_addr,
    command_inet_ntoa, command_htons, command_htonl, command_ntohs, command_ntohl;
/* value.c */
extern const struct command command_upper, command_lower, command_length, command_slice, command_pack,
    command_unpack, command_assert, command_print, command_write_file;
/* status.c, settings.c, jobs.c, flow.c, child.c, help.c */
extern const struct command command_status, command_names, command_let, command_unset, command_set,
    command_jobs, command_wait, command_kill, command_fg, command_sleep, command_source, command_save,
    command_history, command_quit, command_shell, command_help, command_explain;

#endif
