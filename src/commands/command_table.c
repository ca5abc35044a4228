/* command_table: the list of all commands, in the order of the manual. */
#include "commands/command_table.h"

#include "command/command.h"

/* clang-format off */
#define EVERY_COMMAND(X) \
  /* sockets */ \
  X(socket) \
  X(socketpair) \
  X(bind) \
  X(listen) \
  X(accept) \
  X(connect) \
  X(shutdown) \
  X(close) \
  X(dup) \
  /* sending and receiving */ \
  X(send) \
  X(sendto) \
  X(sendmsg) \
  X(sendmmsg) \
  X(write) \
  X(recv) \
  X(recvfrom) \
  X(recvmsg) \
  X(recvmmsg) \
  X(read) \
  X(sendfile) \
  X(splice) \
  X(pipe) \
  X(send_all) \
  X(recv_all) \
  X(recv_line) \
  X(recv_exactly) \
  X(send_file) \
  X(recv_file) \
  /* options, addresses and flags */ \
  X(getsockname) \
  X(getpeername) \
  X(getsockopt) \
  X(setsockopt) \
  X(options) \
  X(set_timeout) \
  X(get_timeout) \
  X(set_blocking) \
  X(fcntl) \
  X(ioctl) \
  /* readiness */ \
  X(poll) \
  X(select) \
  X(epoll_create1) \
  X(epoll_ctl) \
  X(epoll_wait) \
  /* servers in the background */ \
  X(serve) \
  X(services) \
  X(stop) \
  /* what the kernel does */ \
  X(states) \
  X(states_blocked) \
  X(transitions) \
  X(diagram) \
  X(sequence) \
  X(backlog) \
  X(tcp_info) \
  X(watch) \
  X(plot) \
  X(log) \
  /* the lab: hosts and a wire */ \
  X(lab) \
  X(lab_host) \
  X(lab_sysctl) \
  X(lab_check) \
  X(lab_peer) \
  X(packetdrill) \
  X(packetdrill_continue) \
  X(pkt) \
  X(wire) \
  X(wire_hold) \
  X(wire_flow) \
  X(step) \
  X(step_until) \
  X(goto) \
  X(packet) \
  X(capture) \
  X(capture_off) \
  X(wire_deliver) \
  X(wire_drop) \
  X(wire_duplicate) \
  X(wire_move) \
  X(wire_corrupt) \
  X(wire_edit) \
  X(wire_inject) \
  X(wire_show) \
  X(wire_fold) \
  X(wire_times) \
  X(wire_counters) \
  X(wire_delay) \
  X(wire_loss) \
  X(wire_rule) \
  X(wire_rules) \
  X(wire_rate) \
  X(wire_queue) \
  X(wire_mtu) \
  X(wire_cut) \
  X(wire_join) \
  /* several calls at once */ \
  X(tcp_listen) \
  X(tcp_connect) \
  X(udp_bind) \
  X(udp_connect) \
  X(unix_listen) \
  X(unix_connect) \
  X(unix_bind) \
  /* looking up names */ \
  X(getaddrinfo) \
  X(getnameinfo) \
  X(getservbyname) \
  X(getservbyport) \
  X(getprotobyname) \
  X(if_nametoindex) \
  X(if_indextoname) \
  X(gethostname) \
  /* addresses and byte order in memory */ \
  X(inet_pton) \
  X(inet_ntop) \
  X(inet_aton) \
  X(inet_addr) \
  X(inet_ntoa) \
  X(htons) \
  X(htonl) \
  X(ntohs) \
  X(ntohl) \
  /* data and tests */ \
  X(upper) \
  X(lower) \
  X(length) \
  X(slice) \
  X(pack) \
  X(unpack) \
  X(print) \
  X(write_file) \
  X(assert) \
  X(await) \
  /* the session */ \
  X(status) \
  X(names) \
  X(let) \
  X(unset) \
  X(jobs) \
  X(wait) \
  X(fg) \
  X(kill) \
  X(set) \
  X(sleep) \
  X(source) \
  X(save) \
  X(save_timeline) \
  X(export) \
  X(history) \
  X(cd) \
  X(clear) \
  X(shell) \
  X(spawn) \
  X(trace) \
  X(untrace) \
  X(leaks) \
  X(fault) \
  X(fault_off) \
  X(faults) \
  X(survive) \
  X(survive_list) \
  X(survive_with) \
  X(import) \
  X(adopt) \
  X(type) \
  X(output) \
  X(help) \
  X(explain) \
  X(lessons) \
  X(lesson) \
  X(lesson_report) \
  X(quit)
/* clang-format on */

#define DECLARE(name) extern const struct command command_##name;
#define LIST(name) &command_##name,
EVERY_COMMAND(DECLARE)

const struct command *const command_table[] = {EVERY_COMMAND(LIST) NULL};
