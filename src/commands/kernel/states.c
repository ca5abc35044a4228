/* states: the command that shows every socket of the session in the kernel, and what it waits for.
 */
#include <stdio.h>
#include <string.h>

#include "command/cells.h"
#include "command/invocation.h"
#include "commands/kernel/states_count.h"
#include "session/foreign_name.h"
#include "session/program_sockets.h"
#include "socket/look.h"

enum { WATCH_EVERY = 500 }; /* milliseconds between looks of --watch */

/* Adds "4", "(4)" if its descriptor is closed, or "3 queue" if it waits at listener 3. */
static void add_descriptor(struct answer *answer, const struct inventory_entry *entry) {
  const struct socket *socket = entry->socket;
  char text[32];
  if (socket->role == ROLE_OF_PROGRAM) {
    answer_add_text(answer, entry->owner);
    return;
  }
  const char *form = socket->role == ROLE_OPEN         ? "%d"
                     : socket->role == ROLE_QUEUED     ? "%d queue"
                     : socket->role == ROLE_OF_SERVICE ? "%d served"
                     : socket->role == ROLE_SUBFLOW    ? "%d subflow"
                                                       : "(%d)";
  snprintf(text, sizeof text, form, socket->was_descriptor);
  answer_add_text(answer, text);
}

static void add_timer(struct answer *answer, const struct inventory_entry *entry) {
  const struct kernel_socket *kernel = &entry->kernel;
  struct bytes text = {0};
  if (!entry->listed || kernel->timer == TIMER_NONE) {
    answer_add_empty(answer);
    answer_add_empty(answer);
    return;
  }
  bytes_append_text(&text, kernel_timer_name(kernel->timer));
  if (kernel->retransmits > 0 && kernel->timer != TIMER_TIME_WAIT)
    bytes_append_format(&text, " (%u)", kernel->retransmits);
  answer_add_text(answer, bytes_text(&text));
  answer_add_time(answer, kernel->timer_left);
  bytes_free(&text);
}

/* For UDP the list does not count bytes of data but memory. So look at such a socket itself, unless
 * its queues are empty. */
static void add_queues(struct answer *answer, const struct inventory_entry *entry) {
  struct look_details details;
  const struct kernel_socket *kernel = &entry->kernel;
  bool open = entry->socket->descriptor >= 0;
  bool local = entry->socket->family == AF_UNIX;
  bool tcp = socket_has_tcp_states(entry->socket);
  bool empty = kernel->receive_queue == 0 && kernel->send_queue == 0;
  bool listens = entry->listed && kernel->state == STATE_LISTEN;
  if (listens || (entry->listed && (tcp || (!local && (!open || empty))))) {
    cells_add_queue(answer, entry->kernel.receive_queue);
    cells_add_queue(answer, entry->kernel.send_queue);
    return;
  }
  look_details(entry->socket, &details);
  cells_add_queue(answer, details.receive_queue);
  cells_add_queue(answer, details.send_queue);
}

static void add_row(struct answer *answer, const struct inventory_entry *entry, bool lab,
                    bool why) {
  struct socket *socket = entry->socket;
  /* In SYN_SENT only the list has the peer. */
  bool inet = entry->listed && socket->family != AF_UNIX;
  bool open = socket->descriptor >= 0;
  struct address local = inet   ? entry->kernel.local
                         : open ? look_local(socket)
                                : socket->seen.local;
  struct address peer = inet ? entry->kernel.peer : open ? look_peer(socket) : socket->seen.peer;
  enum socket_state state = entry->listed && (socket_has_tcp_states(socket) || !open)
                                ? entry->kernel.state
                                : look_state_now(socket);
  cells_add_host(answer, socket, lab);
  add_descriptor(answer, entry);
  answer_add_text(answer, socket->name[0] ? socket->name : "-");
  cells_add_kind(answer, socket);
  cells_add_state(answer, state);
  cells_add_address(answer, &local);
  cells_add_address(answer, &peer);
  add_queues(answer, entry);
  add_timer(answer, entry);
  if (why && inventory_why(entry)[0])
    answer_add_text(answer, inventory_why(entry));
  else if (why)
    answer_add_empty(answer);
}

/* With a socket given, shows only that and what waits in its queue; with a program, its own. */
static bool is_shown(const struct inventory_entry *entry, const struct socket *only,
                     const struct program_choice *choice) {
  bool in_queue = entry->socket->role == ROLE_QUEUED || entry->socket->role == ROLE_OF_SERVICE ||
                  entry->socket->role == ROLE_SUBFLOW;
  if (choice->only && !only)
    return entry->program == choice->only;
  return !only || entry->socket == only || entry->socket->id == only->id ||
         (in_queue && entry->socket->listener == only->id) ||
         (only->cookie && entry->socket->cookie == only->cookie &&
          (only->of_program || entry->socket->inode == only->inode));
}

static void fill(struct answer *answer, const struct inventory *inventory,
                 const struct socket *only, const struct program_choice *choice, bool lab,
                 const char **room) {
  static const char *const columns[] = {N_("FD"),    N_("NAME"), N_("KIND"),  N_("STATE"),
                                        N_("LOCAL"), N_("PEER"), N_("RECVQ"), N_("SENDQ"),
                                        N_("TIMER"), N_("LEFT"), N_("WHY"),   NULL};
  static const char *const plain[] = {N_("FD"),    N_("NAME"), N_("KIND"),  N_("STATE"),
                                      N_("LOCAL"), N_("PEER"), N_("RECVQ"), N_("SENDQ"),
                                      N_("TIMER"), N_("LEFT"), NULL};
  bool why = false;
  size_t count = inventory_count(inventory);
  for (size_t i = 0; i < count; i++)
    why = why || (is_shown(inventory_nth(inventory, i), only, choice) &&
                  inventory_why(inventory_nth(inventory, i))[0]);
  answer_table(answer, "states", cells_columns(why ? columns : plain, lab, room));
  static const char matters[] = "...a.3322111"; /* of HOST first */
  answer->matters = lab ? matters : matters + 1;
  for (size_t i = 0; i < count; i++)
    if (is_shown(inventory_nth(inventory, i), only, choice))
      add_row(answer, inventory_nth(inventory, i), lab, why);
}

/* Beyond so many rows a terminal shows their sums. */
enum { MOST_ROWS = 50 };

/* Replaces the rows by their sums where that was asked for, or where they are too many for a
 * terminal. */
static void sum_up(struct invocation *invocation, struct answer *answer) {
  const struct settings *settings = &invocation->runner->session->settings;
  bool asked = invocation_value(invocation, "--count") != NULL;
  bool many = answer_row_count(answer) > MOST_ROWS && settings->view.terminal &&
              !settings->stable && !invocation->runner->session->formatted;
  struct answer sums;
  if (!asked && (!many || invocation_value(invocation, "--list")))
    return;
  if (!asked)
    runner_note(invocation->runner, _("%zu sockets: `states --list` shows each"),
                answer_row_count(answer));
  states_count(answer, &sums);
  answer_free(answer);
  *answer = sums;
}

static int answer_states(struct invocation *invocation, const struct socket *only, bool again) {
  struct runner *runner = invocation->runner;
  struct inventory inventory;
  struct answer answer;
  struct program_choice choice = {.all = invocation_value(invocation, "--all") != NULL};
  const struct argument_value *which = invocation_value(invocation, "SOCKET");
  choice.only = which ? which->process : NULL;
  if (only && only->of_program)
    choice.only = foreign_name_owner(runner->session, only);
  if (inventory_take(runner, KERNEL_ALL, &inventory, invocation->error) < 0)
    return -1;
  if ((!only || only->of_program) &&
      program_sockets_add(runner, choice, &inventory, invocation->error) < 0) {
    inventory_free(&inventory);
    return -1;
  }
  if (!inventory.complete && !again)
    runner_note(runner, _("%s: only sockets with a descriptor are shown, and no timers"),
                inventory.problem);
  if (inventory.unattributed > 0 && !again)
    runner_note(
        runner,
        _("%u connections wait at an address where other processes listen, too, and may be theirs"),
        inventory.unattributed);
  const char *room[16];
  fill(&answer, &inventory, only, &choice, runner->session->lab != NULL, room);
  inventory_free(&inventory);
  if (answer_row_count(&answer) == 0) {
    answer_free(&answer);
    answer_text(&answer, "states");
    if (choice.only && !only)
      bytes_append_format(&answer.text, _("  %s has no socket that the kernel lists\n"),
                          choice.only->name);
    else
      bytes_append_text(&answer.text, only ? _("  the kernel has no such socket any more\n")
                                           : _("  the session has no socket\n"));
  }
  if (answer.kind == ANSWER_TABLE)
    sum_up(invocation, &answer);
  answer.again = again;
  return runner_answer(runner, &answer, invocation->error);
}

static int watch_states(struct invocation *invocation, const struct socket *only) {
  struct runner *runner = invocation->runner;
  struct session *session = runner->session;
  if (!session->interactive || !session->settings.view.terminal || runner->job)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("--watch needs a terminal, and somebody to press a key; leave it out here"));
  int status = 0;
  int pressed = 0;
  session->shell->read_keys(session, true);
  for (bool again = false; status == 0 && pressed == 0; again = true) {
    status = answer_states(invocation, only, again);
    if (status == 0)
      pressed = session->shell->wait_key(runner, WATCH_EVERY);
  }
  session->shell->read_keys(session, false);
  return pressed < 0 ? runner_interrupted(runner, invocation->error) : status;
}

static int run_states(struct invocation *invocation) {
  const struct socket *only = invocation_socket(invocation, "SOCKET");
  return invocation_value(invocation, "--watch") ? watch_states(invocation, only)
                                                 : answer_states(invocation, only, false);
}

const struct command command_states = {
    .name = "states",
    .parts = true,
    .group = GROUP_STATES,
    .arguments =
        {{.name = "SOCKET", .kind = &argument_socket_or_program, .flags = OPTIONAL | LOOKS},
         {.name = "--all", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--all"},
         {.name = "--count", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--count"},
         {.name = "--list", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--list"},
         {.name = "--watch", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--watch"}},
    .summary =
        N_("shows every socket of the session in the kernel, also those without a descriptor"),
    .manual =
        N_("The kernel keeps more than the descriptors: half-open connections and those that wait "
           "for accept stand behind their listener, as 3 queue, and behind them, as 3 served, the "
           "connections of a service that serve has started on it; connections that were closed "
           "and are not over yet stand at the end, their former number in brackets. A row has the "
           "addresses, the bytes waiting to be received and to be acknowledged (for a listener: "
           "connections waiting, and the limit), the timer that runs with the time left and, in "
           "brackets, how often the segment was sent again; and for one without a descriptor why "
           "it is still there.\n\nBehind them stand the sockets of the programs that spawn has "
           "started, as p.4, descriptor 4 of the program p, or of what it has started, NAME being "
           "the name of that process; and as p.3 queue the connections that wait at its listener "
           "(but for pairs without a name between the program and itself). "
           "SOCKET may be such a program: its sockets alone. --all shows those of every program "
           "of the machine, too, by process, as 71.4; whose descriptors this user may not look "
           "into stands as -. They are looked at as ss does, in the kernel's list and in "
           "/proc/PID/fd (so RECVQ of UDP is memory, not bytes), and not followed: closed, they "
           "are shown on hosts of the lab alone, where "
           "nobody else is.\n\nAll is read from the kernel's list of sockets (sock_diag), and "
           "recognised by its cookie (SO_COOKIE), never by a number or an address that may be used "
           "again. It does not list the connections that wait at a Unix listener; how many there "
           "are stands in its row. Where that list may not be read, one line says so, and the "
           "sockets that have a descriptor are shown.\n\nWith --count it tells instead how many "
           "sockets there are of each kind in each state, on each host, and how many bytes are in "
           "their queues. So it does by itself at a terminal where there are more than 50; with "
           "--list it lists them all the same. With --watch it is shown again twice a "
           "second, in place, until a key is pressed."),
    .blocks = N_("never; with --watch until a key is pressed"),
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\nstates\ns = accept srv\nclose c "
               "s\nstates",
    .pages = "sock_diag(7), tcp(7), ss(8)",
    .run = run_states,
};
