#include "commands/packetdrill/pkt_call.h"

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/packetdrill/pkt_file.h"
#include "commands/packetdrill/pkt_message.h"
#include "commands/packetdrill/pkt_part.h"
#include "import/strace_address.h"
#include "import/strace_part.h"
#include "import/strace_reader.h"
#include "session/runner_call.h"
#include "system/wait.h"

struct pkt_pending {
  struct pkt_state *state;
  const struct pkt_step *step;
  struct call call;
  struct arena arena; /* of the tree */
  struct strace_tree tree;
  int64_t due; /* when it is to return */
  unsigned job;
  _Atomic unsigned done;
};

static struct strace_node *argument_at(const struct strace_tree *tree, int place) {
  struct strace_node *node = tree->arguments;
  while (node && place-- > 0)
    node = node->next;
  return node;
}

static const struct call_row *find_row(struct pkt_text name, enum call_name *number) {
  for (unsigned i = 0; i < CALL_COUNT; i++)
    if (pkt_text_is(name, call_rows[i].name)) {
      *number = (enum call_name)i;
      return &call_rows[i];
    }
  return NULL;
}

bool pkt_call_is_known(struct pkt_text name) {
  enum call_name number;
  return find_row(name, &number) || pkt_text_is(name, "open");
}

bool pkt_call_is_ready(const struct pkt_step *step) {
  enum call_name number;
  if (step->kind != PKT_CALL || step->time.blocks || step->time.moment == PKT_ANY ||
      step->time.from > 0)
    return false;
  const struct call_row *row = find_row(step->call.name, &number);
  return row && !row->waits && row->direction == MOVES_NOTHING && !row->closes && !row->shuts_down;
}

static int not_understood(const struct pkt_call *call, const char *part, struct error *error) {
  return error_set(error, ERROR_FAILURE, _("%s of this call is not understood here: %.*s"), part,
                   (int)(call->whole.length < 200 ? call->whole.length : 200), call->whole.text);
}

/* Where the parentheses behind the name of a member end, as in msg_iov(1)=[...]; 0: it is none. */
static size_t end_of_count(struct pkt_text whole, size_t at) {
  size_t end = at + 1;
  while (end < whole.length && whole.text[end] != '(' && whole.text[end] != ')')
    end++;
  bool member = end + 1 < whole.length && whole.text[end] == ')' && whole.text[end + 1] == '=';
  return whole.text[at] == '(' && member ? end : 0;
}

/* Whether it is space beside a | between flags. */
static bool joins_flags(struct pkt_text whole, size_t at) {
  size_t before = at;
  size_t behind = at;
  while (before > 0 && isspace((unsigned char)whole.text[before]))
    before--;
  while (behind < whole.length && isspace((unsigned char)whole.text[behind]))
    behind++;
  return isspace((unsigned char)whole.text[at]) &&
         (whole.text[before] == '|' || (behind < whole.length && whole.text[behind] == '|'));
}

/* The call without these, and with what the command line has given for words (-D). */
static void append_plain(const struct pkt_state *state, struct pkt_text whole, struct bytes *text) {
  for (size_t i = 0; i < whole.length; i++) {
    size_t end = end_of_count(whole, i);
    size_t length = 0;
    while (i + length < whole.length &&
           (isalnum((unsigned char)whole.text[i + length]) || whole.text[i + length] == '_'))
      length++;
    if (length > 0) {
      struct pkt_text word = pkt_state_word(state, (struct pkt_text){whole.text + i, length});
      bytes_append(text, word.text, word.length);
      i += length - 1;
    } else if (end > 0) {
      i = end;
    } else if (!joins_flags(whole, i)) {
      bytes_append_char(text, isspace((unsigned char)whole.text[i]) ? ' ' : whole.text[i]);
    }
  }
}

/* The script's numbers of descriptors are not those of this program, and what it has not opened is
 * none. A line that is typed may name a socket of the tested host as the screen shows it. */
static void resolve(const struct pkt_state *state, struct socket_label *label,
                    struct socket **entry) {
  const struct socket_table *table = &state->runner->session->sockets;
  struct socket *shown = state->typed && !*entry && label->descriptor >= 0
                             ? socket_table_find(table, label->descriptor)
                             : NULL;
  if (shown && shown->host == state->tested)
    *entry = (struct socket *)object_retain(&shown->object);
  if (*entry)
    *label = socket_label(*entry);
  else
    label->descriptor = -1;
}

/* Reads what the call is given. Its memory is the arena's. */
static int read_arguments(struct pkt_state *state, const struct pkt_call *spoken,
                          struct arena *arena, struct strace_tree *tree, struct call *call,
                          struct error *error) {
  enum call_name name;
  struct bytes text = {0};
  const struct call_row *row = find_row(spoken->name, &name);
  if (!row)
    return error_set(error, ERROR_FAILURE, _("%.*s is no call that is known here"),
                     (int)spoken->name.length, spoken->name.text);
  append_plain(state, spoken->whole, &text);
  bytes_append_text(&text, " = 0");
  char *copy = text.failed ? NULL : arena_copy(arena, text.data, text.length);
  size_t length = text.length;
  bytes_free(&text);
  if (!copy)
    return error_set_memory(error);
  if (strace_tree_read(copy, length, arena, tree) < 0)
    return not_understood(spoken, _("the form"), error);
  call_init(call, name, NULL);
  struct strace_reader reader = {call, NULL, tree, state->slots, tree->arguments};
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
    int arguments = 0;
    reader.part = &row->parts[i];
    int own = pkt_part_read(state, &reader, &arguments);
    if (own < 0 || (own == 0 && strace_part_read_one(&reader, &arguments) < 0))
      return not_understood(spoken, row->parts[i].name, error);
    for (; arguments > 0 && reader.node; arguments--)
      reader.node = reader.node->next;
  }
  resolve(state, &call->subject, &call->entry);
  resolve(state, &call->object, &call->other);
  return 0;
}

enum { MOST_DESCRIPTORS = 65535 };

static void drop_slot(struct pkt_state *state, long number) {
  struct socket *last = slots_find(state->slots, number) ? slots_clear(state->slots, number) : NULL;
  if (last)
    object_release(&last->object);
}

/* The script's number of what a close has closed. */
static void forget_descriptor(struct pkt_state *state, const struct pkt_pending *pending) {
  long number;
  if (strace_reader_descriptor(pending->tree.arguments, &number) == 0)
    drop_slot(state, number);
}

/* Scripts are written for cubic, which an ordinary user can't make the default of a host. */
static void choose_cubic(const struct pkt_state *state, const struct call *call) {
  for (int i = 0; call->host == state->tested && i < 2 && call->made[i] >= 0; i++)
    (void)!setsockopt(call->made[i], IPPROTO_TCP, TCP_CONGESTION, "cubic", sizeof "cubic" - 1);
}

/* What stands for the descriptors that the call has made in the script. */
static int note_descriptors(struct pkt_state *state, const struct pkt_pending *pending,
                            struct error *error) {
  const struct call *call = &pending->call;
  const struct call_row *row = call_row(call);
  const struct strace_node *pair = NULL;
  long number;
  if (call->result < 0)
    return 0;
  choose_cubic(state, call);
  for (int i = 0; i < row->descriptors && row->makes != MAKES_ANYTHING; i++) {
    struct socket *made = socket_table_find(&state->runner->session->sockets, call->made[i]);
    if (row->descriptors == 1) {
      number = strtol(pending->step->call.result.text, NULL, 0);
    } else {
      pair = pair ? pair->next : pending->tree.arguments->child;
      if (strace_reader_descriptor(pair, &number) < 0)
        return not_understood(&pending->step->call, _("the array"), error);
    }
    if (number < 0 || number > MOST_DESCRIPTORS)
      return not_understood(&pending->step->call, _("a descriptor"), error);
    drop_slot(state, number);
    if (slots_set(state->slots, number, SLOT_SOCKET, made) < 0)
      return error_set_memory(error);
  }
  return 0;
}

static bool result_agrees(const struct pkt_call *spoken, const struct call *call) {
  if (pkt_text_is(spoken->result, "..."))
    return true;
  long expected = strtol(spoken->result.text, NULL, 0);
  if (spoken->error.length > 0)
    return call->result < 0 && pkt_text_is(spoken->error, error_number_name(call->error));
  bool makes = call_row(call)->descriptors == 1 && call_row(call)->makes != MAKES_ANYTHING;
  return makes ? call->result >= 0 && expected >= 0 : call->result == expected;
}

/* The number in an option's value that the kernel gave, as [5]. */
static void compare_value(struct pkt_state *state, const struct pkt_pending *pending,
                          struct error *error) {
  const struct call *call = &pending->call;
  long long expected;
  int value = 0;
  const struct strace_node *node = argument_at(&pending->tree, 3);
  if (!call_has_part(call, PART_VALUE_OUT) || call->result < 0 || !node ||
      node->kind != STRACE_LIST || strace_node_number(node, &expected) < 0 || !call->data ||
      call->data->length < sizeof value)
    return;
  memcpy(&value, call->data->data, sizeof value);
  pkt_difference_add_number(&state->difference, _("value"), (int)expected, value, error);
}

static void compare_items(struct pkt_state *state, const struct pkt_pending *pending,
                          struct error *error) {
  const struct call *call = &pending->call;
  const struct call_items *items = call_items(call);
  bool polls = call_has_part(call, PART_POLL);
  const struct strace_node *node = polls ? pending->tree.arguments : argument_at(&pending->tree, 1);
  const struct constant_set *set = polls ? &constant_poll_events : &constant_epoll_events;
  if (!items || call->result < 0 || !node)
    return;
  const struct strace_node *entry = node->kind == STRACE_LIST ? node->child : node;
  for (size_t i = 0; entry && i < items->count; i++, entry = entry->next) {
    const struct strace_node *events = strace_node_member(entry, polls ? "revents" : "events");
    long expected = 0;
    if (events && strace_read_symbol(events, set, &expected) == 0)
      pkt_difference_add_flags(&state->difference, polls ? "revents" : "events", set, expected,
                               (long)items->item[i].given, error);
    long long data;
    if (!polls && pkt_part_data(entry, &data))
      pkt_difference_add_number(&state->difference, _("data"), data, (long long)items->item[i].data,
                                error);
    if (node->kind != STRACE_LIST)
      break;
  }
}

static void compare_result(struct pkt_state *state, const struct pkt_pending *pending,
                           struct error *error) {
  const struct pkt_call *spoken = &pending->step->call;
  const struct call *call = &pending->call;
  char expected[80];
  char came[80];
  snprintf(expected, sizeof expected, spoken->error.length ? "%.*s %.*s" : "%.*s",
           (int)(spoken->result.length < 30 ? spoken->result.length : 30), spoken->result.text,
           (int)(spoken->error.length < 40 ? spoken->error.length : 40), spoken->error.text);
  if (call->result < 0)
    snprintf(came, sizeof came, "-1 %s", error_number_name(call->error));
  else
    snprintf(came, sizeof came, "%ld", call->result);
  pkt_difference_add(&state->difference, call_row(call)->name, expected, came,
                     !result_agrees(spoken, call), error);
}

/* A call that blocks has to return at its time. */
static void compare_time(struct pkt_state *state, const struct pkt_pending *pending,
                         struct error *error) {
  const struct pkt_time *time = &pending->step->time;
  char expected[40];
  char came[40];
  if (!time->blocks)
    return;
  int64_t tolerance = pkt_state_tolerance(state, time->to - time->from);
  int64_t late = pending->call.ended - pending->due;
  snprintf(expected, sizeof expected, "%.6f", pkt_state_seconds(state, pending->due));
  snprintf(came, sizeof came, "%.6f", pkt_state_seconds(state, pending->call.ended));
  pkt_difference_add_time(&state->difference, _("returned"), expected, came, late,
                          late > tolerance || late < -tolerance, error);
}

static int compare(struct pkt_state *state, struct pkt_pending *pending, struct error *error) {
  struct pkt_difference *difference = &state->difference;
  const struct call *call = &pending->call;
  pkt_difference_begin(difference);
  compare_result(state, pending, error);
  if (difference->differs)
    return -1;
  if (call_row(call)->closes && call->result == 0)
    forget_descriptor(state, pending);
  if (note_descriptors(state, pending, error) < 0)
    return -1;
  compare_value(state, pending, error);
  compare_items(state, pending, error);
  if (pkt_message_compare(state, call, argument_at(&pending->tree, 1), error) < 0)
    return -1;
  compare_time(state, pending, error);
  return pkt_difference_status(difference);
}

static void forget(struct pkt_pending *pending) {
  call_free(&pending->call);
  arena_free(&pending->arena);
  free(pending);
}

static int run_in_job(struct runner *runner, void *context, struct result *result,
                      struct error *error) {
  struct pkt_pending *pending = context;
  (void)result;
  runner->host = pending->state->tested;
  runner_call(runner, NULL, &pending->call, error);
  error_clear(error); /* what it gives is compared by who waits for it */
  pending->done = 1;
  futex_wake(&pending->done);
  return 0;
}

int pkt_call_reap(struct pkt_state *state, struct error *error) {
  enum { PATIENCE = 1000000000 };
  struct pkt_pending *pending = state->pending;
  struct runner *runner = state->runner;
  if (!pending)
    return 0;
  int64_t until = pending->due + state->tolerance + PATIENCE;
  while (!pending->done && clock_monotonic() < until) {
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      return runner_interrupted(runner, error);
    futex_wait(&pending->done, 0, until);
    runner_wait_end(runner);
  }
  if (!pending->done)
    return error_set(error, ERROR_FAILURE, _("%s of line %u has not returned"),
                     call_row(&pending->call)->name, pending->step->line);
  state->pending = NULL;
  struct result none = {0};
  runner->session->shell->wait_job(runner, pending->job, 0, &none, error);
  error_clear(error);
  int status = compare(state, pending, error);
  if (status < 0)
    error_set_place(error, pending->step->place);
  forget(pending);
  return status;
}

void pkt_call_forget(struct pkt_state *state) {
  struct pkt_pending *pending = state->pending;
  struct error error;
  struct result none = {0};
  if (!pending)
    return;
  state->pending = NULL;
  if (!state->runner)
    ; /* the session is over, and its jobs are */
  else if (!pending->done)
    state->runner->session->shell->kill_job(state->runner, pending->job, &error);
  else
    state->runner->session->shell->wait_job(state->runner, pending->job, 0, &none, &error);
  forget(pending);
}

/* A SYN that comes after this is of the connection that the call opens. */
static void note_opening(struct pkt_state *state, const struct call *call) {
  bool sends = call_row(call)->direction == SENDS && (call_message_flags(call) & MSG_FASTOPEN);
  if ((!call_row(call)->connects && !sends) || call->subject.id == state->opener)
    return;
  state->opener = call->subject.id;
  state->opens = true;
}

static int make_call(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  struct pkt_pending *pending = calloc(1, sizeof *pending);
  struct error ignored;
  int status = pending ? 0 : error_set_memory(error);
  if (status < 0)
    return -1;
  pending->state = state;
  pending->step = step;
  pending->due = step->time.blocks ? step->time.end_after ? state->due + step->time.to
                                     : step->time.moment == PKT_AFTER
                                         ? state->due + step->time.to - step->time.from
                                         : state->began + step->time.to
                                   : state->due;
  status =
      read_arguments(state, &step->call, &pending->arena, &pending->tree, &pending->call, error);
  if (status == 0)
    note_opening(state, &pending->call);
  if (status == 0 && step->time.blocks) {
    pending->job = state->runner->session->shell->start_job(
        state->runner, step->call.whole.text, step->call.whole.length, run_in_job, pending, error);
    if (pending->job) {
      state->pending = pending;
      return 0;
    }
    status = -1;
  } else if (status == 0) {
    error_clear(&ignored);
    runner_call(state->runner, NULL, &pending->call, &ignored);
    status = compare(state, pending, error);
  }
  forget(pending);
  return status;
}

int pkt_call_run(struct pkt_state *state, const struct pkt_step *step, struct error *error) {
  int file = pkt_file_open(state, &step->call, error);
  if (file == 0)
    file = pkt_file_close(state, &step->call);
  return file ? (file < 0 ? -1 : 0) : make_call(state, step, error);
}
