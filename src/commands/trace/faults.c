/* faults: commands that have calls fail on purpose: those of a traced program, or the shell's own.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "command/invocation.h"
#include "language/number.h"
#include "session/fault.h"
#include "session/process.h"
#include "trace/injection.h"

static int find_state(const struct expanded *word) {
  for (const struct constant *row = constant_states.constants; row->name; row++)
    if (strlen(row->name) == word->length && strncasecmp(word->data, row->name, word->length) == 0)
      return (int)row->value;
  return STATE_UNKNOWN;
}

/* What is done to the call: exactly one of these. */
static int read_effect(struct invocation *invocation, struct fault *fault) {
  const struct argument_value *error = invocation_value(invocation, "ERROR");
  const struct argument_value *limit = invocation_value(invocation, "short");
  const struct argument_value *delay = invocation_value(invocation, "delay");
  const struct argument_value *call = invocation_value(invocation, "CALL");
  if ((error != NULL) + (limit != NULL) + (delay != NULL) != 1)
    return invocation_wrong(invocation, call,
                            _("what shall become of it? An errno, as EAGAIN, or `short N`, or "
                              "`delay TIME`"));
  if (error && !error->unknown) {
    fault->effect.error = error_number_find(error->word.data, error->word.length);
    if (fault->effect.error <= 0)
      return invocation_wrong(invocation, error,
                              _("this is no errno: they are written as ECONNRESET"));
  }
  if (limit && !limit->unknown && limit->number < 1)
    return invocation_wrong(invocation, limit, _("from one byte on: none is what EAGAIN says"));
  if (limit && !limit->unknown && !call->unknown && !fault_may_limit(fault->call))
    return invocation_wrong(
        invocation, limit,
        _("only a call that moves one message can be cut short: recv, recvfrom, "
          "recvmsg, read, readv, send, sendto, sendmsg, write or writev"));
  fault->effect.limit = limit ? (size_t)limit->number : 0;
  fault->effect.delay = delay ? delay->duration : 0;
  return 0;
}

static int read_which(struct invocation *invocation, struct fault *fault) {
  static const char *const keys[] = {"nth", "every"};
  const struct argument_value *state = invocation_value(invocation, "state");
  const struct argument_value *at = invocation_value(invocation, "at");
  const struct argument_value *descriptor = invocation_value(invocation, "fd");
  const struct argument_value *share = invocation_value(invocation, "SHARE");
  const struct argument_value *once = invocation_value(invocation, "once");
  const struct argument_value *lasts = invocation_value(invocation, "for");
  if (once && lasts)
    return invocation_wrong(invocation, once, _("it is either once, or for a time"));
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const struct argument_value *value = invocation_value(invocation, keys[i]);
    if (value && !value->unknown && value->number < 1)
      return invocation_wrong(invocation, value, _("this is counted from 1"));
  }
  if (state && !state->unknown &&
      (fault->state = (enum socket_state)find_state(&state->word)) == STATE_UNKNOWN)
    return invocation_wrong(invocation, state,
                            _("this is no state: they are written as ESTABLISHED"));
  fault->descriptor = descriptor ? (long)descriptor->number : -1;
  fault->at = at ? at->address : (struct address){.length = 0};
  fault->nth = (uint64_t)invocation_number(invocation, "nth", 0);
  fault->every = (uint64_t)invocation_number(invocation, "every", 0);
  fault->once = once != NULL;
  fault->lasts = lasts ? lasts->duration : 0;
  fault->share = share ? share->fraction : 0;
  return 0;
}

static int read_fault(struct invocation *invocation, struct fault *fault) {
  const struct argument_value *program = invocation_value(invocation, "PROGRAM");
  const struct argument_value *call = invocation_value(invocation, "CALL");
  int name = call->unknown ? CALL_RECV : fault_find_call(call->word.data, call->word.length);
  if (name < 0)
    return invocation_wrong(invocation, call, _("this is no socket call, as recv or accept"));
  if (!program->unknown && program->word.length >= sizeof fault->program)
    return invocation_wrong(invocation, program, _("this is too long for the name of a program"));
  memcpy(fault->program, program->word.data, program->word.length);
  fault->call = (enum call_name)name;
  if (read_effect(invocation, fault) < 0)
    return -1;
  return read_which(invocation, fault);
}

static int check_fault(struct invocation *invocation) {
  struct fault fault = {.number = 0};
  return read_fault(invocation, &fault);
}

static int run_fault(struct invocation *invocation) {
  struct session *session = invocation->runner->session;
  const struct argument_value *seed = invocation_value(invocation, "seed");
  struct fault fault = {.number = 0};
  if (read_fault(invocation, &fault) < 0)
    return -1;
  if (strcmp(fault.program, ".") != 0 && !injection_is_possible())
    return error_set(invocation->error, ERROR_FAILURE,
                     _("a program's calls can't be changed on this kind of machine"));
  unsigned number = fault_add(session, &fault, seed ? (uint64_t)seed->number : 1);
  if (!number)
    return error_set_memory(invocation->error);
  invocation_give_number(invocation, number);
  if (strcmp(fault.program, ".") != 0 &&
      !process_find(invocation->runner, fault.program, strlen(fault.program)))
    runner_note(invocation->runner,
                _("no program is called %s yet: it is for one that `trace` will run under this "
                  "name; the shell's own calls are those of ."),
                fault.program);
  return 0;
}

static int run_off(struct invocation *invocation) {
  const struct argument_value *number = invocation_value(invocation, "N");
  if (number && (number->number < 1 || number->number > UINT32_MAX))
    return invocation_wrong(invocation, number, _("`faults` numbers them from 1"));
  bool found = fault_remove(invocation->runner->session, number ? (unsigned)number->number : 0);
  if (!found && number)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("there is no fault %lld; `faults` lists them"), number->number);
  return 0;
}

static void append_effect(const struct fault *fault, struct bytes *text) {
  if (fault->effect.error)
    bytes_append_text(text, error_number_name(fault->effect.error));
  if (fault->effect.limit)
    bytes_append_format(text, "short %zu", fault->effect.limit);
  if (fault->effect.delay) {
    bytes_append_text(text, "delay ");
    duration_append(text, fault->effect.delay);
  }
}

static void append_which(const struct fault *fault, struct bytes *text) {
  if (fault->at.length > 0) {
    bytes_append_text(text, " at ");
    address_append(&fault->at, text);
  }
  if (fault->state != STATE_UNKNOWN)
    bytes_append_format(text, " state %s", constant_name(&constant_states, fault->state));
  if (fault->descriptor >= 0)
    bytes_append_format(text, " fd %ld", fault->descriptor);
  if (fault->nth)
    bytes_append_format(text, " nth %llu", (unsigned long long)fault->nth);
  if (fault->every)
    bytes_append_format(text, " every %llu", (unsigned long long)fault->every);
  if (fault->share > 0)
    bytes_append_format(text, " %g%%", fault->share * 100);
  if (fault->lasts > 0) {
    bytes_append_text(text, " for ");
    duration_append(text, fault->lasts);
  }
  if (fault->once)
    bytes_append_text(text, " once");
}

static int run_faults(struct invocation *invocation) {
  static const char *const columns[] = {N_("N"),     N_("PROGRAM"), N_("CALL"), N_("FAULT"),
                                        N_("WHICH"), N_("FITTED"),  N_("HIT"),  NULL};
  struct answer answer;
  long long hit = 0;
  answer_table(&answer, "faults", columns);
  for (const struct fault *fault = invocation->runner->session->faults; fault;
       fault = fault->next) {
    struct bytes text = {0};
    answer_add_number(&answer, fault->number);
    answer_add_text(&answer, fault->program);
    answer_add_text(&answer, call_rows[fault->call].name);
    append_effect(fault, &text);
    answer_add_text(&answer, bytes_text(&text));
    bytes_clear(&text);
    append_which(fault, &text);
    answer_add_text(&answer, text.length ? bytes_text(&text) + 1 : _("each"));
    answer_add_number(&answer, (long long)fault->fitted);
    answer_add_number(&answer, (long long)fault->hit);
    hit += (long long)fault->hit;
    bytes_free(&text);
  }
  invocation_give_number(invocation, hit);
  return runner_answer(invocation->runner, &answer, invocation->error);
}

const struct command command_fault = {
    .name = "fault",
    .group = GROUP_SESSION,
    .parts = true,
    .arguments =
        {{.name = "PROGRAM", .kind = &argument_text},
         {.name = "CALL", .kind = &argument_text},
         {.name = "ERROR", .kind = &argument_text, .flags = OPTIONAL},
         {.name = "once", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "once"},
         {.name = "SHARE", .kind = &argument_percent, .flags = OPTIONAL},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "short"},
         {.name = "TIME", .kind = &argument_duration, .flags = OPTIONAL, .keyword = "delay"},
         {.name = "ADDRESS",
          .kind = &argument_address,
          .flags = OPTIONAL | ON_WIRE,
          .keyword = "at"},
         {.name = "STATE", .kind = &argument_text, .flags = OPTIONAL, .keyword = "state"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "fd"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "nth"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "every"},
         {.name = "TIME", .kind = &argument_duration, .flags = OPTIONAL, .keyword = "for"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "seed"}},
    .results = {"number of the fault"},
    .summary = N_("has calls fail on purpose: of a traced program, or the shell's own"),
    .manual = N_(
        "PROGRAM is the name of one that `trace` runs, or will run, or . for the shell's own "
        "calls. With ERROR, an errno, the call is not made, and fails with it. With short N it is "
        "made for N bytes at most: of what is received the rest stays in the queue. With delay "
        "TIME it is made so much later. recv is also recvfrom, which C libraries make of it, send "
        "is sendto, accept is accept4.\n\n"
        "Which calls: on a socket with this ADDRESS, its own or its peer's (at), in this STATE "
        "(state), or with this descriptor (fd); of those that fit the nth, each (every), a share "
        "of them by chance, as 5%, the same each time by its seed, or one alone (once). From the "
        "first of these on all that fit for TIME (for), as descriptors are short for a while. The "
        "kernel's truth is kept, and what was brought about is marked (INJECTED), as strace(1) "
        "does. "
        "`faults` lists and counts them, `fault off` ends them."),
    .blocks = N_("never"),
    .example = "fault . recv EAGAIN once\na b = socketpair unix stream\nsend a hello\n"
               "expect EAGAIN recv b\nfault . recv short 2\nexpect \"he\" recv b\nfault off\n"
               "expect \"llo\" recv b",
    .pages = "socksh-trace(7)",
    .check = check_fault,
    .run = run_fault,
};

const struct command command_fault_off = {
    .name = "fault off",
    .group = GROUP_SESSION,
    .arguments = {{.name = "N", .kind = &argument_number, .flags = OPTIONAL}},
    .summary = N_("ends a fault of calls, or all of them"),
    .manual = N_("N is its number, which `fault` gave and `faults` shows."),
    .blocks = N_("never"),
    .example = "fault . send EPIPE\nfault off",
    .pages = "socksh-trace(7)",
    .run = run_off,
};

const struct command command_faults = {
    .name = "faults",
    .group = GROUP_SESSION,
    .results = {"number of calls hit"},
    .summary = N_("lists the faults of calls, and counts what they did"),
    .manual = N_("FITTED are the calls of that program that a fault fitted, and HIT those of them "
                 "that it was applied to."),
    .blocks = N_("never"),
    .example = "fault . recv EINTR every 3\nfaults",
    .pages = "socksh-trace(7)",
    .run = run_faults,
};
