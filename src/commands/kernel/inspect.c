/* inspect: commands that show one socket in detail: a listener's queues, and TCP_INFO. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/cells.h"
#include "command/invocation.h"
#include "lab/lab.h"
#include "option/tcp_info.h"
#include "session/foreign_name.h"
#include "session/inventory.h"
#include "socket/look.h"
#include "system/file.h"

static const char *const queue_columns[] = {"", N_("LENGTH"), N_("LIMIT"), "", NULL};

static void add_queue_row(struct answer *answer, const char *name, int64_t length, int64_t limit,
                          const char *meaning) {
  answer_add_text(answer, name);
  cells_add_queue(answer, length);
  cells_add_queue(answer, limit);
  answer_add_text(answer, meaning);
}

/* A counter of the host from /proc/net/netstat, which has a line of names above a line of numbers.
 * -1: not found. */
static long long host_counter(const char *text, const char *name) {
  const char *names = strstr(text, "TcpExt:");
  const char *numbers = names ? strstr(names + 1, "TcpExt:") : NULL;
  size_t length = strlen(name);
  while (names && numbers && *names && *names != '\n') {
    names += strcspn(names, " \n");
    numbers += strcspn(numbers, " \n");
    names += *names == ' ';
    numbers += *numbers == ' ';
    if (strncmp(names, name, length) == 0 && (names[length] == ' ' || names[length] == '\n'))
      return strtoll(numbers, NULL, 10);
  }
  return -1;
}

/* Reads the counters of this machine, or of a lab's host. 0 or an errno. */
static int read_counters(const struct socket *socket, struct bytes *text) {
  struct error ignored;
  if (!socket->host)
    return file_read("/proc/net/netstat", 1 << 20, text);
  return lab_read((struct lab_host *)socket->host, "/proc/net/netstat", text, &ignored) < 0 ? EIO
                                                                                            : 0;
}

static void add_host_rows(struct runner *runner, const struct socket *socket,
                          struct answer *answer) {
  struct bytes text = {0};
  int problem = read_counters(socket, &text);
  if (problem) {
    runner_note(runner,
                _("/proc/net/netstat can't be read (%s): the counters of the host are not shown"),
                error_number_name(problem));
  } else {
    const char *all = bytes_text(&text);
    add_queue_row(answer, _("host overflows"), host_counter(all, "ListenOverflows"), -1,
                  _("of the whole host, all listeners: a queue was full (ListenOverflows)"));
    add_queue_row(answer, _("host drops"), host_counter(all, "ListenDrops"), -1,
                  _("of the whole host, all listeners: a SYN or an ACK was dropped (ListenDrops)"));
  }
  bytes_free(&text);
}

static int64_t drops_of(const struct socket *socket) {
  uint32_t drops;
  return socket->descriptor < 0 || look_drops(socket, &drops) < 0 ? -1 : (int64_t)drops;
}

static int64_t count_half_open(const struct inventory *inventory, const struct socket *socket) {
  int64_t half_open = inventory->complete ? 0 : -1;
  for (size_t i = 0; i < inventory_count(inventory); i++) {
    const struct inventory_entry *entry = inventory_nth(inventory, i);
    half_open += entry->socket->role == ROLE_QUEUED && entry->socket->listener == socket->id &&
                 entry->kernel.state == STATE_SYN_RECV;
  }
  return half_open;
}

static void add_tcp_rows(struct answer *answer, const struct inventory *inventory,
                         const struct socket *socket) {
  struct look_details details;
  int64_t half_open = count_half_open(inventory, socket);
  look_details(socket, &details);
  add_queue_row(answer, _("completed"), details.receive_queue, details.send_queue,
                _("connections waiting for accept; one more than the limit fits"));
  add_queue_row(answer, _("half-open"), half_open, details.send_queue,
                _("SYNs answered, that are no connections yet"));
  add_queue_row(answer, _("drops"), drops_of(socket), -1,
                _("segments to this listener that ended there: SYNs without room, and RSTs"));
}

static void add_unix_rows(struct answer *answer, const struct inventory *inventory,
                          const struct socket *socket) {
  for (size_t i = 0; i < inventory_count(inventory); i++) {
    const struct inventory_entry *entry = inventory_nth(inventory, i);
    if (entry->socket == socket && entry->listed)
      add_queue_row(answer, _("completed"), entry->kernel.receive_queue, entry->kernel.send_queue,
                    _("connections waiting for accept; one more than the limit fits"));
  }
}

static int run_backlog(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct socket *socket = invocation_socket(invocation, "SOCKET");
  struct inventory inventory;
  struct answer answer;
  if (!socket_is_open(socket))
    return error_set_errno(invocation->error, EBADF, _("socket %d is closed"),
                           socket->was_descriptor);
  if (look_state_now(socket) != STATE_LISTEN)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("socket %d does not listen, so it has no backlog; `listen` gives it one"),
                     socket->was_descriptor);
  bool local = socket->family == AF_UNIX;
  if (inventory_take(runner, local ? KERNEL_UNIX : KERNEL_TCP | KERNEL_MPTCP, &inventory,
                     invocation->error) < 0)
    return -1;
  if (!inventory.complete)
    runner_note(runner, _("%s: what is half-open is not shown"), inventory.problem);
  answer_table(&answer, "backlog", queue_columns);
  if (local)
    add_unix_rows(&answer, &inventory, socket);
  else
    add_tcp_rows(&answer, &inventory, socket);
  inventory_free(&inventory);
  if (!local && !runner->session->settings.stable)
    add_host_rows(runner, socket, &answer);
  runner_use_socket(runner, socket);
  return runner_answer(runner, &answer, invocation->error);
}

static void add_field(struct answer *answer, const struct tcp_info_field *field,
                      const struct tcp_info_bytes *info, enum tcp_info_group *group) {
  struct bytes text = {0};
  unsigned long long number;
  bool unlimited;
  if (!tcp_info_number(field, info->data, info->length, &number, &unlimited))
    return;
  bool first = *group != field->group;
  *group = field->group;
  if (first)
    answer_add_text(answer, _(tcp_info_group_titles[field->group]));
  else
    answer_add_bytes(answer, CELL_TEXT, "", 0);
  answer_add_text(answer, field->name);
  tcp_info_append(field, info->data, info->length, &text);
  if (field->unit[0] && !unlimited && !tcp_info_is_unknown(field, number))
    bytes_append_format(&text, " %s", field->unit);
  answer_add_text(answer, bytes_text(&text));
  answer_add_text(answer, _(field->meaning));
  bytes_free(&text);
}

/* Says which fields are newer than the headers, and whether there are more than the table has. */
static void note_later_fields(struct runner *runner, const struct tcp_info_bytes *info) {
  struct bytes text = {0};
  for (const struct tcp_info_field *field = tcp_info_fields; field->name; field++)
    if (tcp_info_is_later(field) && (size_t)field->offset + field->size <= info->length)
      bytes_append_format(&text, "%s%s", text.length ? " " : "", field->name);
  if (text.length > 0 && !runner->session->settings.stable)
    runner_note(runner, _("newer than the C headers that this socksh was built with: %s"),
                bytes_text(&text));
  if (tcp_info_unknown_bytes(info) > 0 && !runner->session->settings.stable)
    runner_note(runner, _("the kernel tells %zu bytes more, which this socksh does not know"),
                tcp_info_unknown_bytes(info));
  bytes_free(&text);
}

struct info_reading {
  struct tcp_info_bytes *info;
  int problem;
};

static void read_info(struct socket *socket, void *context) {
  struct info_reading *reading = context;
  reading->problem = look_tcp_info(socket, reading->info) < 0 ? errno : 0;
}

static int run_tcp_info(struct invocation *invocation) {
  static const char *const columns[] = {N_("GROUP"), N_("FIELD"), N_("VALUE"), "", NULL};
  struct socket *socket = invocation_socket(invocation, "SOCKET");
  struct tcp_info_bytes info;
  struct info_reading reading = {.info = &info};
  struct answer answer;
  enum tcp_info_group group = TCP_INFO_GROUPS;
  if (!socket_has_tcp_states(socket))
    return error_set(invocation->error, ERROR_FAILURE,
                     _("socket %d is none of TCP, and has no struct tcp_info"),
                     socket->was_descriptor);
  if (foreign_name_reach(invocation->runner->session, socket, read_info, &reading,
                         invocation->error) < 0)
    return -1;
  if (reading.problem)
    return error_set_errno(invocation->error, reading.problem, _("TCP_INFO of socket %d"),
                           socket->was_descriptor);
  note_later_fields(invocation->runner, &info);
  answer_table(&answer, "tcp-info", columns);
  answer.matters = "^...";
  for (const struct tcp_info_field *field = tcp_info_fields; field->name; field++)
    add_field(&answer, field, &info, &group);
  runner_use_socket(invocation->runner, socket);
  return runner_answer(invocation->runner, &answer, invocation->error);
}

const struct command command_backlog = {
    .name = "backlog",
    .group = GROUP_STATES,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket, .flags = LOOKS}},
    .summary = N_("shows both queues of a listener"),
    .manual = N_(
        "A connection stands in the first queue while its handshake is half-open, and then in "
        "the second until accept takes it. The second has the limit that listen was given, at "
        "most net.core.somaxconn; Linux lets one more in. When it is full, the kernel drops each "
        "new SYN without an answer: the client stays in SYN_SENT, and sends it again. Of a "
        "handshake that had begun before, it drops the ACK that would complete it: that client "
        "takes itself for connected, the connection is still half-open here, and both send "
        "again. Drops are those of this "
        "listener (SO_MEMINFO); the last two counters, ListenOverflows and ListenDrops, are "
        "those of all listeners of the whole host, and left out with --stable."),
    .blocks = N_("never"),
    .example = "srv = tcp-listen 127.0.0.1:0 1\nc = tcp-connect srv\nbacklog srv",
    .pages = "listen(2), tcp(7)",
    .run = run_backlog,
};

const struct command command_tcp_info = {
    .name = "tcp-info",
    .group = GROUP_STATES,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket, .flags = LOOKS}},
    .summary = N_("shows what the kernel knows of a TCP connection"),
    .manual = N_("Every field of struct tcp_info that the running kernel gives, in groups, with "
                 "its unit. Each is a field of the "
                 "socket, too: $c.info.rtt is the number alone. Of multipath TCP it is the first "
                 "subflow's; getsockopt MPTCP_TCPINFO gives all."),
    .blocks = N_("never"),
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\ntcp-info c\nassert "
               "$c.info.snd_mss > 500",
    .pages = "tcp(7)",
    .run = run_tcp_info,
};
