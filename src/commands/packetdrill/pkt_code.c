#include "commands/packetdrill/pkt_code.h"

#include <errno.h>
#include <limits.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/wait.h>

#include "language/plain_code.h"
#include "option/tcp_info.h"
#include "session/child.h"
#include "socket/look.h"

/* Whether it is the client's end of the connection that the last segment was of. */
static bool is_of_flow(const struct pkt_state *state, const struct socket *socket) {
  struct address local;
  return state->flow && state->flow->called && look_read_local(socket, &local) == 0 &&
         address_port(&local) == state->flow->local_port;
}

/* The socket that a script's code is about: that of the last segment's connection, else the last
 * one that is connected, else the last. */
static struct socket *subject_of(const struct pkt_state *state) {
  struct socket *last = NULL;
  for (size_t i = 0; i < state->slots->room; i++) {
    struct slot *slot = slots_find(state->slots, (long)i);
    bool tcp = slot && slot->socket && slot->socket->descriptor >= 0 && socket_is_tcp(slot->socket);
    if (tcp && is_of_flow(state, slot->socket))
      return slot->socket;
    if (tcp && (!last || look_state_now(slot->socket) != STATE_LISTEN))
      last = slot->socket;
  }
  return last;
}

static void append_numbers(const struct tcp_info_bytes *info, struct bytes *code) {
  for (const struct tcp_info_field *field = tcp_info_fields; field->name; field++) {
    unsigned long long number = 0;
    bool unlimited;
    if (tcp_info_number(field, info->data, info->length, &number, &unlimited))
      bytes_append_format(code, "tcpi_%s = %llu\n", field->name, number);
  }
}

/* The lines without the indentation that the first of them has. */
static void append_lines(struct pkt_text text, struct bytes *code) {
  size_t indent = 0;
  size_t at = 0;
  while (at < text.length && (text.text[at] == '\n' || text.text[at] == '\r'))
    at++;
  while (at + indent < text.length &&
         (text.text[at + indent] == ' ' || text.text[at + indent] == '\t'))
    indent++;
  while (at < text.length) {
    size_t skip = 0;
    while (skip < indent && at + skip < text.length &&
           (text.text[at + skip] == ' ' || text.text[at + skip] == '\t'))
      skip++;
    const char *newline = memchr(text.text + at, '\n', text.length - at);
    size_t end = newline ? (size_t)(newline - text.text) : text.length;
    bytes_append(code, text.text + at + skip, end > at + skip ? end - at - skip : 0);
    bytes_append_char(code, '\n');
    at = end + 1;
  }
}

/* What code has names for besides the numbers of TCP_INFO. */
static const struct {
  const char *name;
  int number;
} constants[] = {
    {"TCP_CA_Open", TCP_CA_Open},
    {"TCP_CA_Disorder", TCP_CA_Disorder},
    {"TCP_CA_CWR", TCP_CA_CWR},
    {"TCP_CA_Recovery", TCP_CA_Recovery},
    {"TCP_CA_Loss", TCP_CA_Loss},
    {"TCPI_OPT_TIMESTAMPS", TCPI_OPT_TIMESTAMPS},
    {"TCPI_OPT_SACK", TCPI_OPT_SACK},
    {"TCPI_OPT_WSCALE", TCPI_OPT_WSCALE},
    {"TCPI_OPT_ECN", TCPI_OPT_ECN},
    {"TCPI_OPT_ECN_SEEN", TCPI_OPT_ECN_SEEN},
    {"TCPI_OPT_SYN_DATA", TCPI_OPT_SYN_DATA},
    {"TCP_ESTABLISHED", STATE_ESTABLISHED},
    {"TCP_SYN_SENT", STATE_SYN_SENT},
    {"TCP_SYN_RECV", STATE_SYN_RECV},
    {"TCP_FIN_WAIT1", STATE_FIN_WAIT1},
    {"TCP_FIN_WAIT2", STATE_FIN_WAIT2},
    {"TCP_TIME_WAIT", STATE_TIME_WAIT},
    {"TCP_CLOSE", STATE_CLOSED},
    {"TCP_CLOSE_WAIT", STATE_CLOSE_WAIT},
    {"TCP_LAST_ACK", STATE_LAST_ACK},
    {"TCP_LISTEN", STATE_LISTEN},
    {"TCP_CLOSING", STATE_CLOSING},
};

/* A name of code: a constant, or tcpi_rtt and the like. */
static bool find_name(void *context, const char *name, size_t length, long long *number) {
  const struct tcp_info_bytes *info = context;
  const struct pkt_text word = {name, length};
  static const char prefix[] = "tcpi_";
  enum { PREFIX = sizeof prefix - 1 };
  unsigned long long value;
  bool unlimited;
  for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
    if (pkt_text_is(word, constants[i].name)) {
      *number = constants[i].number;
      return true;
    }
  if (length <= PREFIX || memcmp(name, prefix, PREFIX) != 0)
    return false;
  for (const struct tcp_info_field *field = tcp_info_fields; field->name; field++)
    if (pkt_text_is((struct pkt_text){name + PREFIX, length - PREFIX}, field->name)) {
      bool there = tcp_info_number(field, info->data, info->length, &value, &unlimited);
      *number = (long long)value;
      return there && value <= LLONG_MAX;
    }
  return false;
}

/* Remembers code for Python, with the numbers as they are now. */
static int keep(struct pkt_state *state, const struct pkt_step *step,
                const struct tcp_info_bytes *info, struct error *error) {
  append_numbers(info, &state->code);
  bytes_append_format(&state->code, "line = %u\n", step->line);
  append_lines(step->text, &state->code);
  return state->code.failed ? error_set_memory(error) : 0;
}

int pkt_code_add(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  struct tcp_info_bytes info = {.length = 0};
  struct socket *socket = subject_of(state);
  struct answer answer;
  if (socket && look_tcp_info(socket, &info) < 0)
    info.length = 0;
  answer_text(&answer, "code");
  const struct plain_names names = {find_name, &info};
  enum plain_result result =
      plain_code_run(step->text.text, step->text.length, &names, &answer.text, error);
  if (result == PLAIN_UNKNOWN || answer.text.length == 0)
    answer_free(&answer);
  else if (runner_answer(state->runner, &answer, error) < 0)
    return -1;
  if (result == PLAIN_UNKNOWN)
    return keep(state, step, &info, error);
  return result == PLAIN_HOLDS ? 0 : -1;
}

/* Says in which line of the script the assertion stands that failed. */
static const char epilogue[] =
    "except AssertionError as problem:\n"
    "    import sys\n"
    "    sys.exit(f'the code of line {line}: assertion failed: {problem}')\n"
    "except Exception as problem:\n"
    "    import sys\n"
    "    sys.exit(f'the code of line {line}: {type(problem).__name__}: {problem}')\n";

int pkt_code_run(struct pkt_state *state, struct error *error) {
  struct bytes program = {0};
  int status = 0;
  if (state->code.length == 0)
    return 0;
  for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
    bytes_append_format(&program, "%s = %d\n", constants[i].name, constants[i].number);
  bytes_append_text(&program, "try:\n");
  for (size_t at = 0; at < state->code.length;) {
    const char *newline = memchr(state->code.data + at, '\n', state->code.length - at);
    size_t end = newline ? (size_t)(newline - state->code.data) : state->code.length;
    bytes_append_text(&program, "    ");
    bytes_append(&program, state->code.data + at, end - at);
    bytes_append_char(&program, '\n');
    at = end + 1;
  }
  bytes_append_text(&program, epilogue);
  const char *const words[] = {"python3", "-c", bytes_text(&program), NULL};
  struct child_streams streams = {.input = 0, .output = 1, .errors = 2, .words = words};
  pid_t child = program.failed
                    ? error_set_memory(error)
                    : child_start(state->runner, "python3", strlen("python3"), &streams, error);
  if (child < 0 || pkt_state_wait_child(state, child, &status) < 0) {
    bytes_free(&program);
    return child < 0 ? -1 : runner_interrupted(state->runner, error);
  }
  bytes_free(&program);
  bytes_clear(&state->code);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0
             ? 0
             : error_set(error, ERROR_FAILURE,
                         _("the script's code has failed, as Python says above"));
}
