/* await: the command that waits for a condition. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "command/argument_program.h"
#include "command/offer.h"
#include "commands/kernel/await.h"
#include "commands/kernel/await_call.h"
#include "commands/kernel/await_descriptor.h"
#include "commands/kernel/await_interval.h"
#include "commands/kernel/await_program.h"
#include "lab/lab.h"
#include "language/escape.h"
#include "language/number.h"
#include "session/foreign_name.h"
#include "session/inventory.h"
#include "session/process.h"
#include "session/service_handle.h"
#include "session/session_lab.h"
#include "socket/look.h"

static bool is_wire(const struct argument_value *first) {
  return bytes_equal(first->word.data, first->word.length, "wire", 4) && first->word.bare == 4;
}

static bool is_listening(const struct argument_value *first) {
  return bytes_equal(first->word.data, first->word.length, "listening", 9) &&
         first->word.bare == first->word.length;
}

static int read_awaited(struct invocation *invocation, struct argument_value *value) {
  return is_listening(value) || is_wire(value) ? 0 : argument_read_socket(invocation, value);
}

/* `listening` and `wire` are keywords, unless a name of that kind is bound. */
static int find_awaited(struct invocation *invocation, struct argument_value *value) {
  bool bound = expanded_value(&value->word) ||
               names_get(invocation->runner->scope.names, value->word.data, value->word.length);
  if (argument_take_program(invocation, value))
    return 0;
  if (argument_take_service(invocation, value) ||
      ((argument_is(value, "listening") || argument_is(value, "wire")) && !bound))
    return 0;
  if (argument_find_socket(invocation, value) == 0)
    return 0;
  /* A program's descriptor may come. */
  if (invocation->error->number != EBADF || !foreign_name_is(value->word.data, value->word.length))
    return -1;
  error_clear(invocation->error);
  return 0;
}

static void complete_awaited(const struct argument *argument, struct offer *offer) {
  argument_service.complete(argument, offer); /* sockets, services, programs */
  offer_text(offer, "listening", _("until anybody listens at an address"));
  offer_text(offer, "wire", _("of the lab: until packets are held, or none is"));
}

const struct argument_kind argument_awaited = {
    .name = "awaited",
    .fits = argument_fits_socket,
    .read = read_awaited,
    .find = find_awaited,
    .complete = complete_awaited,
};

static int check_wire(struct invocation *invocation) {
  const struct argument_value *condition = invocation_value(invocation, "CONDITION");
  bool known = condition_find(condition, OF_WIRE) ||
               packet_flags_parse(condition->word.data, condition->word.length) >= 0;
  return known
             ? 0
             : invocation_wrong(
                   invocation, condition,
                   _("the wire is awaited held, empty, or by the flags of a packet, as S. or F."));
}

/* For `await listening ADDRESS`: reads the second word as an address. */
static int read_address(struct invocation *invocation, struct address *address) {
  static const struct argument argument = {.name = "ADDRESS", .kind = &argument_address};
  struct argument_value value = *invocation_value(invocation, "CONDITION");
  value.argument = &argument;
  int status = argument_convert(invocation, &value);
  if (status < 0)
    error_set_place(invocation->error, value.place);
  *address = value.address;
  return status;
}

/* Reads the comparison, or takes the condition's default. */
static void read_comparison(const struct invocation *invocation, struct awaited *awaited,
                            enum comparison comparison, long long number) {
  awaited->comparison = (enum comparison)invocation_number(invocation, "OP", comparison);
  awaited->number = invocation_number(invocation, "N", number);
}

int await_read(struct invocation *invocation, struct awaited *awaited) {
  awaited->runner = invocation->runner;
  if (!awaited->socket)
    awaited->socket = invocation_value(invocation, "SOCKET")->socket;
  if (!awaited->socket)
    return error_set_errno(invocation->error, EBADF, _("there is no such socket yet"));
  read_comparison(invocation, awaited, COMPARISON_EQUAL, 0);
  return condition_read(invocation, awaited);
}

static bool is_call(const struct argument_value *condition) {
  return bytes_equal(condition->word.data, condition->word.length, "call", 4);
}

/* `await p call accept`, and `await p.4 recv`. */
static int check_call(struct invocation *invocation, const struct argument_value *first,
                      const struct argument_value *second) {
  bool socket = foreign_name_is(first->word.data, first->word.length);
  const struct argument_value *call =
      invocation_takes(invocation, "CALL") ? invocation_value(invocation, "CALL") : NULL;
  if (is_call(second) && !call)
    return invocation_wrong(invocation, second,
                            _("the call is missing: await p call accept, or /REGEX/ in its line"));
  if (!is_call(second) && !socket && !first->unknown)
    return invocation_wrong(invocation, second,
                            _("is a call: of a program it is awaited as in `await p call %.*s`, of "
                              "its socket as in `await p.4 %.*s`"),
                            (int)second->word.length, second->word.data, (int)second->word.length,
                            second->word.data);
  return call && await_is_regex(call) ? await_check_regex(invocation, call) : 0;
}

int await_check(struct invocation *invocation) {
  struct awaited awaited = {0};
  const struct argument_value *first = invocation_value(invocation, "SOCKET");
  const struct argument_value *second = invocation_value(invocation, "CONDITION");
  const struct argument_value *comparison = invocation_value(invocation, "OP");
  const struct argument_value *number = invocation_value(invocation, "N");
  if (!first || !second || first->unknown || second->unknown)
    return 0;
  if (is_listening(first))
    return read_address(invocation, &awaited.address);
  if (is_wire(first))
    return check_wire(invocation);
  if (is_call(second) || (await_call_names(second) && !comparison))
    return check_call(invocation, first, second);
  if (await_is_regex(second) && !comparison)
    return await_check_regex(invocation, second);
  if (condition_find(second, OF_PROCESS) || await_is_regex(second))
    return comparison ? invocation_wrong(invocation, comparison, _("a program takes no comparison"))
                      : 0;
  bool figure = service_handle_has_figure(second->word.data, second->word.length);
  if (figure && !(comparison && number))
    return invocation_wrong(invocation, second,
                            _("a figure takes a comparison, as in connections == 0"));
  if (figure)
    return 0;
  if (condition_read(invocation, &awaited) < 0)
    return -1;
  if (number && !comparison)
    return invocation_wrong(invocation, number,
                            _("a time is written with its unit, as in 500ms or 2s"));
  if (awaited.condition->figure && !(comparison && number))
    return invocation_wrong(invocation, second, _("%s takes a comparison, as in %s >= 100"),
                            awaited.condition->name, awaited.condition->name);
  if (!awaited.condition->figure && comparison)
    return invocation_wrong(invocation, comparison, _("this condition takes no comparison"));
  return 0;
}

static int closed_socket(const struct awaited *awaited, struct error *error) {
  return error_set_errno(error, EBADF, _("socket %d is closed"), awaited->socket->was_descriptor);
}

/* Reports the current state after the deadline. */
static int report_timeout(const struct awaited *awaited, struct error *error) {
  const struct socket *socket = awaited->socket;
  if (awaited->condition->figure) {
    long long value = awaited->condition->figure(awaited);
    return error_set_errno(error, ETIMEDOUT, _("%s of socket %d is %lld"), awaited->condition->name,
                           socket->was_descriptor, value);
  }
  enum socket_state state = look_state_now(socket);
  const char *name = constant_name(&constant_states, state);
  return error_set_errno(error, ETIMEDOUT, _("socket %d is in state %s"), socket->was_descriptor,
                         state == STATE_UNKNOWN || !name ? "CLOSED" : name);
}

static int await_socket(struct awaited *awaited, const struct argument_value *word,
                        int64_t deadline, struct error *error) {
  int64_t interval = AWAIT_SHORTEST;
  for (;;) {
    if (awaited->held)
      await_follow_descriptor(awaited, word);
    bool closed = !socket_is_open(awaited->socket);
    if (closed && (!awaited->condition->closed ||
                   (awaited->condition->figure && awaited->socket->role == ROLE_GONE)))
      return closed_socket(awaited, error);
    if (condition_holds(awaited))
      return 0;
    int waited = await_interval(awaited, deadline, &interval, error);
    if (waited != 0)
      return waited < 0 ? -1 : report_timeout(awaited, error);
  }
}

/* Datagrams need nobody who listens: a socket that is bound gets them, unless it is connected. */
static void note_bound(const struct kernel_socket *kernel, void *context) {
  struct awaited *awaited = context;
  bool local = kernel->family == AF_UNIX;
  bool open = local ? kernel->state == STATE_LISTEN || kernel->type == SOCK_DGRAM
                    : kernel->peer.length == 0;
  if (open && (local ? address_equal(&kernel->local, &awaited->address)
                     : inventory_fit(&kernel->local, &awaited->address) > 0))
    awaited->number = 1;
}

/* 1 if any process listens at the address, 0 if not, -1 with an error. */
static int has_listener(struct awaited *awaited, struct kernel *kernel, struct error *error) {
  struct kernel_socket found;
  const struct address none = {0};
  bool local = address_family(&awaited->address) == AF_UNIX;
  struct kernel_filter filter = {local ? KERNEL_UNIX : KERNEL_UDP, KERNEL_STATES};
  if (!local && !awaited->udp) {
    int there = kernel_find(kernel, &awaited->address, &none, 0, &found, error);
    return there < 0 ? -1 : there && found.state == STATE_LISTEN;
  }
  awaited->number = 0;
  if (kernel_walk(kernel, filter, note_bound, awaited, error) < 0)
    return -1;
  return awaited->number > 0;
}

static int report_no_listener(const struct awaited *awaited, struct error *error) {
  struct bytes text = {0};
  address_append(&awaited->address, &text);
  error_set_errno(error, ETIMEDOUT,
                  awaited->udp ? _("no socket of UDP is bound to %s") : _("nobody listens at %s"),
                  bytes_text(&text));
  bytes_free(&text);
  return -1;
}

static int await_listening(struct awaited *awaited, int64_t deadline, struct error *error) {
  const struct host *host = awaited->runner->host;
  struct kernel *kernel = host ? host->kernel : awaited->runner->session->sockets.kernel;
  int64_t interval = AWAIT_SHORTEST;
  if (!kernel)
    return error_set(error, ERROR_FAILURE,
                     _("the kernel's list of sockets (sock_diag) can't be read, so nobody can tell "
                       "who listens"));
  for (;;) {
    int there = has_listener(awaited, kernel, error);
    if (there != 0)
      return there < 0 ? -1 : 0;
    if (await_failed_program(awaited->runner, &awaited->address, error) < 0)
      return -1;
    int waited = await_interval(awaited, deadline, &interval, error);
    if (waited != 0)
      return waited < 0 ? -1 : report_no_listener(awaited, error);
  }
}

/* Counts the held packets: all, or those with the given flags. */
static long long count_held(struct wire *wire, int flags) {
  long long count = 0;
  wire_lock(wire);
  for (const struct held *held = wire->held.first; held; held = held->next)
    count += flags < 0 || wire_has_flags(held, (unsigned)flags);
  wire_unlock(wire);
  return count;
}

/* Handles `await wire held`, `await wire empty` and `await wire F.`. The wire wakes its waiters
 * when a packet comes or goes. */
static int await_wire(struct invocation *invocation, struct awaited *awaited, int64_t deadline) {
  struct runner *runner = invocation->runner;
  struct wire *wire = session_lab_wire(invocation->runner->session, invocation->error);
  const struct argument_value *condition = invocation_value(invocation, "CONDITION");
  const struct condition *row = condition_find(condition, OF_WIRE);
  int flags = row ? -1 : packet_flags_parse(condition->word.data, condition->word.length);
  row = row ? row : &condition_flags;
  read_comparison(invocation, awaited, row->comparison, row->number);
  if (!wire)
    return -1;
  runner->touched.lab = true;
  for (;;) {
    unsigned news = wire->news;
    long long count = count_held(wire, flags);
    if (condition_compare(awaited, count))
      return 0;
    if (clock_monotonic() >= deadline)
      return error_set_errno(invocation->error, ETIMEDOUT, _("%lld such packets are held"), count);
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      return runner_interrupted(runner, invocation->error);
    futex_wait(&wire->news, news, deadline);
    runner_wait_end(runner);
    if (runner->waiter.reason != WAIT_NOT_INTERRUPTED)
      return runner_interrupted(runner, invocation->error);
  }
}

/* Figures have no wakeup, so they are polled. */
static int await_figure(struct invocation *invocation, struct awaited *awaited,
                        struct service_handle *handle, int64_t deadline) {
  const struct argument_value *second = invocation_value(invocation, "CONDITION");
  int64_t interval = AWAIT_SHORTEST;
  int64_t figure;
  read_comparison(invocation, awaited, COMPARISON_EQUAL, 0);
  for (;;) {
    if (!service_handle_figure(handle, second->word.data, second->word.length, &figure))
      return invocation_wrong(invocation, second,
                              _("a service is awaited by its exit, or by connections, clients, "
                                "received, sent or errors with a comparison"));
    if (condition_compare(awaited, figure))
      return 0;
    int waited = await_interval(awaited, deadline, &interval, invocation->error);
    if (waited > 0)
      return error_set_errno(invocation->error, ETIMEDOUT, _("%.*s of service %u is %lld"),
                             (int)second->word.length, second->word.data, handle->number,
                             (long long)figure);
    if (waited < 0)
      return -1;
  }
}

static int await_service(struct invocation *invocation, struct awaited *awaited,
                         struct service_handle *handle, int64_t deadline) {
  const struct argument_value *second = invocation_value(invocation, "CONDITION");
  if (!condition_find(second, OF_SERVICE))
    return await_figure(invocation, awaited, handle, deadline);
  return service_handle_await_end(invocation->runner, handle, deadline, invocation->error);
}

static int wait_for(struct invocation *invocation, struct awaited *awaited, int64_t deadline) {
  const struct argument_value *first = invocation_value(invocation, "SOCKET");
  const struct argument_value *second = invocation_value(invocation, "CONDITION");
  if (first->process && is_call(second)) {
    static const struct awaited_calls any = {.descriptor = -1};
    return await_call(invocation, first->process, &any, invocation_value(invocation, "CALL"),
                      deadline);
  }
  if (first->process)
    return await_program(invocation, first->process, deadline);
  if (first->service)
    return await_service(invocation, awaited, first->service, deadline);
  if (is_listening(first) && !first->socket)
    return read_address(invocation, &awaited->address) < 0
               ? -1
               : await_listening(awaited, deadline, invocation->error);
  if (is_wire(first) && !first->socket)
    return await_wire(invocation, awaited, deadline);
  if (await_is_descriptor(first) && await_call_names(second))
    return await_call_on_descriptor(invocation, first, second, deadline);
  if (await_is_descriptor(first)) {
    if (await_descriptor(invocation, awaited, deadline) < 0)
      return -1;
    await_follow_descriptor(awaited, first);
  }
  if (first->socket && service_handle_has_figure(second->word.data, second->word.length)) {
    struct service_handle *handle = service_handle_find(invocation->runner->session, first->socket);
    return handle ? await_figure(invocation, awaited, handle, deadline)
                  : error_set(invocation->error, ERROR_FAILURE,
                              _("no service is on socket %d; `services` lists them"),
                              first->socket->was_descriptor);
  }
  if (await_read(invocation, awaited) < 0)
    return -1;
  runner_use_socket(invocation->runner, awaited->socket);
  runner_touch(invocation->runner, awaited->socket);
  return await_socket(awaited, first, deadline, invocation->error);
}

/* Appends the words as they were typed. */
static void append_words(const struct invocation *invocation, struct bytes *text) {
  for (size_t i = 0; i < invocation->count; i++) {
    const struct expanded *word = &invocation->values[i].word;
    bytes_append_text(text, i ? " " : "");
    escape_append_plain(text, word->data, word->length, false, escape_chosen());
  }
}

static void append_test(struct invocation *invocation, bool passed) {
  struct bytes line = {0};
  bytes_append_text(&line, "await ");
  append_words(invocation, &line);
  const char *condition = bytes_text_from(&line, strlen("await "));
  struct event event = {.kind = EVENT_TEST};
  event.test = (struct event_test){.passed = passed,
                                   .what = "await",
                                   .text = bytes_text(&line),
                                   .expected = condition,
                                   .got = passed ? condition : invocation->error->message};
  runner_append(invocation->runner, &event);
  bytes_free(&line);
}

static int run_await(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct awaited awaited = {.runner = runner, .udp = invocation_value(invocation, "--udp")};
  int64_t timeout = invocation_duration(invocation, "TIMEOUT", runner->session->settings.timeout);
  int status = wait_for(invocation, &awaited, clock_monotonic() + timeout);
  if (awaited.held)
    object_release(&awaited.held->object);
  if (status < 0 && invocation->error->kind == ERROR_USAGE)
    return -1;
  if (!runner->expectation.expects) /* else `expect` is the test */
    append_test(invocation, status == 0);
  return status;
}

const struct command command_await = {
    .name = "await",
    .group = GROUP_DATA,
    .awaits = true,
    .arguments =
        {AWAIT_ARGUMENTS(0),
         {.name = "CALL", .kind = &argument_call, .flags = OPTIONAL},
         {.name = "TIMEOUT", .kind = &argument_duration, .flags = OPTIONAL},
         {.name = "--udp", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--udp"}},
    .results = {"exit status or address, of a program"},
    .results_vary = true,
    .summary = N_("waits until something is so"),
    .manual = N_(
        "CONDITION is readable, writable or error (an error waits to be fetched); the name of a "
        "state, as ESTABLISHED, CLOSE_WAIT or TIME_WAIT; closed, when the connection is over, "
        "be it in TIME_WAIT; recvq, sendq, backlog (connections waiting for accept), "
        "half-open (those whose handshake is not over) or subflows (of multipath TCP), each "
        "with a comparison: recvq >= 100. A "
        "socket whose descriptor is closed may be awaited by its name.\n\nThe others are for "
        "testing "
        "other programs. Of one that spawn has started: `await p exit` waits until it ends, and "
        "gives its status; `await p line` for its next whole line; `await p /REGEX/` for a line "
        "that matches, be it on standard error, or not ended yet, as a prompt; `await p "
        "listening` until it, or what it has started, listens at TCP or a Unix socket, or is "
        "bound to a port of UDP, and gives the address. They fail at once when the program ends, "
        "with its status and its last words, and soon where it closes its output. `await listening "
        "ADDRESS` waits until anybody "
        "listens there, of Unix sockets of any type; with --udp until one of UDP is bound to it "
        "and not connected. It gives up when a program that the session has started has failed, "
        "and none runs.\n\nIn a lab `await wire held` waits until a packet is held, "
        "`await wire empty` until none is, and `await wire F.` for one with these flags, among "
        "others; a comparison of their number may follow: await wire held == 3.\n\nThe kernel "
        "wakes the shell for readable, writable, error and exit; everything else is looked at "
        "again and again, at first after 1 ms, later every 20 ms. It fails with ETIMEDOUT after "
        "TIMEOUT, or `set timeout` where that is omitted."),
    .blocks = N_("until the condition holds, or the time is over"),
    .errors = {{ETIMEDOUT, N_("the condition did not come true in time")}},
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\nawait srv backlog == 1\ns = "
               "accept srv\nclose c\nawait s CLOSE_WAIT",
    .pages = "poll(2), tcp(7)",
    .check = await_check,
    .run = run_await,
};
