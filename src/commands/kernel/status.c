/* status: commands that list the session's sockets and names, and bind and forget names. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "command/cells.h"
#include "command/invocation.h"
#include "socket/look.h"

/* R: reading would not block; W: nor writing; X: urgent data or an error. */
static void add_ready(struct answer *answer, short ready) {
  char text[4] = "---";
  if (ready & (POLLIN | POLLHUP | POLLERR | POLLRDHUP))
    text[0] = 'R';
  if (ready & (POLLOUT | POLLERR))
    text[1] = 'W';
  if (ready & (POLLPRI | POLLERR))
    text[2] = 'X';
  answer_add_text(answer, text);
}

/* Adds its row. True if its calls block. */
static bool add_socket(struct answer *answer, const struct session *session,
                       const struct socket *socket) {
  struct look_details details;
  look_details(socket, &details);
  struct address local = look_local(socket);
  struct address peer = look_peer(socket);
  cells_add_host(answer, socket, session->lab != NULL);
  answer_add_yes(answer, socket == session->last_used);
  answer_add_number(answer, socket->descriptor);
  answer_add_text(answer, socket->name[0] ? socket->name : "-");
  cells_add_kind(answer, socket);
  cells_add_state(answer, look_state_now(socket));
  cells_add_address(answer, &local);
  cells_add_address(answer, &peer);
  cells_add_queue(answer, details.receive_queue);
  cells_add_queue(answer, details.send_queue);
  add_ready(answer, details.ready);
  answer_add_text(answer, details.blocking ? _("blocks") : _("nonblock"));
  return details.blocking;
}

static int run_status(struct invocation *invocation) {
  static const char *const columns[] = {"",          N_("FD"),    N_("NAME"), N_("KIND"),
                                        N_("STATE"), N_("LOCAL"), N_("PEER"), N_("RECVQ"),
                                        N_("SENDQ"), N_("RWX"),   N_("MODE"), NULL};
  const char *room[sizeof columns / sizeof *columns + 1];
  struct session *session = invocation->runner->session;
  struct answer answer;
  if (session->sockets.count == 0) {
    answer_text(&answer, "status");
    bytes_append_text(&answer.text, _("  no socket is open\n"));
    return runner_answer(invocation->runner, &answer, invocation->error);
  }
  answer_table(&answer, "status", cells_columns(columns, session->lab != NULL, room));
  struct socket *socket = socket_table_next(&session->sockets, 0);
  bool all_block = true;
  for (; socket; socket = socket_table_next(&session->sockets, socket->descriptor + 1))
    all_block = add_socket(&answer, session, socket) && all_block;
  /* Of HOST first. A line more for each socket is worth a mode that is not the usual one. */
  const char *matters = all_block ? "....a.3322cb" : "....a.3322b1";
  answer.matters = session->lab ? matters : matters + 1;
  return runner_answer(invocation->runner, &answer, invocation->error);
}

static int add_name(const char *name, const struct value *value, void *context) {
  struct answer *answer = context;
  struct bytes text = {0};
  answer_add_text(answer, name);
  value_append(value, &text);
  const struct socket *socket =
      value->kind == VALUE_OBJECT ? socket_from_object(value->object) : NULL;
  if (socket) {
    struct bytes words = {0};
    bytes_append_format(&words, socket->descriptor >= 0 ? "%s %d" : _("%s %d, closed"),
                        descriptor_kind_title(socket->kind), socket->was_descriptor);
    answer_add_text(answer, bytes_text(&words));
    bytes_free(&words);
  } else if (value->kind == VALUE_OBJECT) {
    answer_add_bytes(answer, CELL_ADDRESS, bytes_text(&text), text.length);
  } else if (value->kind == VALUE_NUMBER) {
    answer_add_number(answer, value->number);
  } else {
    answer_add_bytes(answer, CELL_DATA, bytes_text(&text), text.length);
  }
  bytes_free(&text);
  return 0;
}

static int run_names(struct invocation *invocation) {
  static const char *const columns[] = {N_("NAME"), N_("VALUE"), NULL};
  struct answer answer;
  answer_table(&answer, "names", columns);
  if (names_walk(invocation->runner->scope.names, add_name, &answer) < 0) {
    answer_free(&answer);
    return error_set_memory(invocation->error);
  }
  if (answer_row_count(&answer) == 0) {
    answer_free(&answer);
    answer_text(&answer, "names");
    bytes_append_text(&answer.text, _("  no name is bound\n"));
  }
  return runner_answer(invocation->runner, &answer, invocation->error);
}

static int run_let(struct invocation *invocation) {
  const struct argument_value *name = invocation_value(invocation, "NAME");
  const struct argument_value *word = invocation_value(invocation, "WORD");
  const struct value *whole = expanded_value(&word->word);
  struct value value =
      whole ? value_copy(whole) : value_from_text(word->word.data, word->word.length);
  char text[256];
  if (name->word.length >= sizeof text) {
    value_clear(&value);
    return invocation_wrong(invocation, name, _("a name has at most 255 characters"));
  }
  memcpy(text, name->word.data, name->word.length);
  text[name->word.length] = '\0';
  return runner_bind(invocation->runner, text, value, invocation->error);
}

/* 0, or -1 if no such name is bound. */
static int forget_name(struct runner *runner, const struct argument_value *name) {
  struct bytes text = {0};
  if (!names_get(runner->scope.names, name->word.data, name->word.length))
    return -1;
  runner_unbind(runner, argument_value_text(name, &text));
  bytes_free(&text);
  return 0;
}

static int run_unset(struct invocation *invocation) {
  const struct argument_value *name;
  for (name = invocation_value(invocation, "NAME"); name; name = invocation_next(invocation, name))
    if (forget_name(invocation->runner, name) < 0) {
      error_set(invocation->error, ERROR_FAILURE,
                _("no name %.*s is bound; `names` lists those that are"),
                (int)(name->word.length < 100 ? name->word.length : 100), name->word.data);
      error_set_place(invocation->error, name->place);
      return -1;
    }
  return 0;
}

const struct command command_status = {
    .name = "status",
    .group = GROUP_SESSION,
    .summary = N_("lists the open sockets"),
    .manual = N_("A row for each open socket: > marks the one used last (which . stands for), then "
                 "its descriptor, the name bound to it last, family and type, state, local address "
                 "and peer, the bytes waiting to be received and not yet acknowledged (for a "
                 "listener: connections waiting to be accepted, and the limit of their queue), R W "
                 "X where reading, writing and urgent data would not block, and whether it is "
                 "blocking. All of it is read from the kernel now."),
    .blocks = N_("never"),
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\nstatus",
    .pages = "socket(7), tcp(7)",
    .run = run_status,
};

const struct command command_names = {
    .name = "names",
    .group = GROUP_SESSION,
    .summary = N_("lists the names and what each is bound to"),
    .manual = N_("A job sees its own copy of the names."),
    .blocks = N_("never"),
    .example = "let greeting hello\nnames",
    .run = run_names,
};

const struct command command_let = {
    .name = "let",
    .group = GROUP_SESSION,
    .arguments = {{.name = "NAME", .kind = &argument_name},
                  {.name = "WORD", .kind = &argument_text}},
    .summary = N_("binds a name to text"),
    .manual = N_("$NAME then stands for the text. A word that is one expansion binds what it "
                 "stands for as it is: let d $c makes d another name of the socket. The commands "
                 "that `shell` runs find names that hold text or numbers in their environment."),
    .blocks = N_("never"),
    .example = "let greeting \"hello, world\"\nprint $greeting",
    .run = run_let,
};

const struct command command_unset = {
    .name = "unset",
    .group = GROUP_SESSION,
    .arguments = {{.name = "NAME", .kind = &argument_name, .flags = REPEATED}},
    .summary = N_("forgets names"),
    .manual = N_("A socket that was bound to the name stays open, under its number."),
    .blocks = N_("never"),
    .example = "let greeting hello\nunset greeting",
    .run = run_unset,
};
