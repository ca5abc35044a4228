#include "commands/kernel/await_call.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command/kinds.h"
#include "command/offer.h"
#include "commands/kernel/await_program.h"
#include "language/escape.h"
#include "language/regex.h"
#include "session/process_console.h"
#include "session/traced.h"
#include "view/notation/line.h"

/* How the C library spells some calls on some machines. */
static const struct {
  const char *name;
  enum call_name call;
} spellings[] = {
    {"send", CALL_SENDTO},
    {"recv", CALL_RECVFROM},
    {"accept", CALL_ACCEPT4},
    {"dup2", CALL_DUP3},
    {"poll", CALL_PPOLL},
    {"select", CALL_SELECT},
    {"epoll_create", CALL_EPOLL_CREATE1},
    {"epoll_wait", CALL_EPOLL_PWAIT},
    {"epoll_wait", CALL_EPOLL_PWAIT2},
};

static bool is_named(enum call_name call, const char *text, size_t length) {
  if (bytes_equal(text, length, call_rows[call].name, strlen(call_rows[call].name)))
    return true;
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
    if (spellings[i].call == call &&
        bytes_equal(text, length, spellings[i].name, strlen(spellings[i].name)))
      return true;
  return false;
}

bool await_call_names(const struct argument_value *value) {
  for (int call = 0; call < CALL_COUNT; call++)
    if (is_named((enum call_name)call, value->word.data, value->word.length))
      return true;
  return false;
}

static bool fits_call(const struct argument *argument, const struct match_word *word) {
  (void)argument;
  struct argument_value value = {.word = {.data = word->data, .length = word->length}};
  return (word->length >= 2 && word->data[0] == '/') || await_call_names(&value);
}

static void complete_call(const struct argument *argument, struct offer *offer) {
  (void)argument;
  for (int call = 0; call < CALL_COUNT; call++)
    offer_text(offer, call_rows[call].name, NULL);
}

const struct argument_kind argument_call = {
    .name = "call", .regex = true, .fits = fits_call, .complete = complete_call};

/* What is looked for, and what was found. */
struct search {
  const struct process *process;
  struct awaited_calls calls;
  const struct argument_value *word;
  struct regex *regex; /* NULL: by name */
  const struct runner *runner;
  struct error *error;
  bool later; /* one was awaited before */
  bool found;
  bool failed;   /* the search itself */
  long number;   /* the call's result, */
  int problem;   /* its errno, */
  bool receives; /* whether it gives data, */
  bool ended;    /* or has found the end of the stream, */
  struct blob *data;
  struct bytes line; /* how it is written */
  const char *name;  /* and its name in C */
};

/* Whether the call was made by the process of this number, which is that of its first thread. */
static bool is_of_process(struct search *search, const struct event_actor *actor) {
  char name[SOCKET_NAME_SIZE + 16];
  struct awaited_calls *calls = &search->calls;
  if (calls->process == 0) {
    const char *program = search->process->name;
    snprintf(name, sizeof name, calls->number > 1 ? "%s.%u" : "%s", program, calls->number);
    calls->process = strcmp(name, actor->name) == 0 ? actor->process : 0;
  }
  return calls->process != 0 && actor->process == calls->process;
}

static bool matches(struct search *search, const struct event *event) {
  const struct call *call = event->call;
  if (!event->actor || event->actor->program != search->process->job ||
      (search->calls.descriptor >= 0 && call->subject.descriptor != search->calls.descriptor) ||
      (search->calls.number > 0 && !is_of_process(search, event->actor)))
    return false;
  if (!search->regex)
    return is_named(call->name, search->word->word.data, search->word->word.length);
  bytes_clear(&search->line);
  line_append_call(call, &search->line);
  int found = regex_search(search->regex, bytes_text(&search->line), search->line.length,
                           (_Atomic int *)&search->runner->waiter.reason, search->error);
  search->failed = found < 0;
  return found > 0;
}

static bool look_at(const struct event *event, void *context) {
  struct search *search = context;
  const struct call *call = event->call;
  search->calls.serial = event->serial;
  if (!matches(search, event))
    return !search->failed;
  search->found = true;
  search->number = call->result;
  search->problem = call->error;
  search->receives = call_row(call)->direction == RECEIVES;
  search->ended = call_row(call)->end_at_zero && call->result == 0;
  if (search->receives && call->data)
    search->data = blob_copy(call->data->data, call->data->length);
  search->name = call_row(call)->name;
  return false;
}

static int give(struct invocation *invocation, struct search *search) {
  if (search->problem)
    return error_set_errno(invocation->error, search->problem, "%s", search->name);
  invocation_give_number(invocation, search->number);
  if (!search->receives)
    return 0;
  struct value value = value_from_data(search->data);
  search->data = NULL;
  if (value.kind == VALUE_NOTHING)
    return error_set_memory(invocation->error);
  invocation->result->received = true;
  invocation->result->ended = search->ended;
  result_add(invocation->result, value);
  return 0;
}

/* What was waited for in vain: "recv on its descriptor 4". */
static void append_wanted(const struct search *search, struct bytes *text) {
  const struct expanded *word = &search->word->word;
  escape_append_plain(text, word->data, word->length, false, ESCAPE_ASCII);
  if (search->calls.descriptor >= 0)
    bytes_append_format(text, _(" on its descriptor %ld"), search->calls.descriptor);
}

static int report(struct invocation *invocation, struct process *process,
                  const struct search *search, bool over) {
  struct bytes wanted = {0};
  struct bytes text = {0};
  bool later = search->later;
  append_wanted(search, &wanted);
  if (over)
    process_append_end(process, &text);
  if (over)
    bytes_append_format(&text,
                        later ? _(", and has made no further call of %s")
                              : _(", and has made no call of %s"),
                        bytes_text(&wanted));
  else
    bytes_append_format(&text,
                        later ? _("%s has made no further call of %s yet")
                              : _("%s has made no call of %s yet"),
                        process->name, bytes_text(&wanted));
  bytes_free(&wanted);
  int status = over ? error_set(invocation->error, ERROR_FAILURE, "%s", bytes_text(&text))
                    : error_set_errno(invocation->error, ETIMEDOUT, "%s", bytes_text(&text));
  bytes_free(&text);
  return status;
}

/* Waits for more to happen. 0; or -1 with an error when the time is over, or nothing can. */
static int wait_more(struct invocation *invocation, struct process *process,
                     const struct search *search, int64_t deadline, int64_t *interval) {
  enum { LONGEST = 20000000 }; /* nanoseconds */
  struct runner *runner = invocation->runner;
  if (process->done || process->left)
    return report(invocation, process, search, true);
  if (clock_monotonic() >= deadline)
    return report(invocation, process, search, false);
  struct timespec time = {.tv_nsec = *interval};
  if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
    return runner_interrupted(runner, invocation->error);
  nanosleep(&time, NULL);
  runner_wait_end(runner);
  *interval = *interval * 2 > LONGEST ? LONGEST : *interval * 2;
  return 0;
}

/* Where the last search for the same ended: kept in the process, since a call is awaited once. */
static struct awaited_calls *cursor_of(struct process *process, const struct awaited_calls *calls) {
  struct awaited_calls *each = (struct awaited_calls *)process->awaited.data;
  size_t count = process->awaited.length / sizeof *each;
  for (size_t i = 0; i < count; i++)
    if (each[i].number == calls->number && each[i].descriptor == calls->descriptor)
      return &each[i];
  bytes_append(&process->awaited, calls, sizeof *calls);
  each = (struct awaited_calls *)process->awaited.data;
  return process->awaited.length / sizeof *each > count ? &each[count] : NULL;
}

static int run_search(struct invocation *invocation, struct process *process, struct search *search,
                      int64_t deadline) {
  struct timeline *timeline = invocation->runner->session->timeline;
  int64_t interval = 1000000;
  for (;;) {
    bool over = process->done; /* asked first: what it did before that is on the timeline */
    timeline_walk(timeline, search->calls.serial + 1, EVENT_BIT(EVENT_CALL_FINISH), look_at,
                  search);
    if (search->failed)
      return -1;
    if (search->found)
      break;
    if (over || wait_more(invocation, process, search, deadline, &interval) < 0)
      return over ? report(invocation, process, search, true) : -1;
  }
  struct awaited_calls *cursor = cursor_of(process, &search->calls);
  if (!cursor)
    return error_set_memory(invocation->error);
  *cursor = search->calls;
  return give(invocation, search);
}

int await_call(struct invocation *invocation, struct process *process,
               const struct awaited_calls *calls, const struct argument_value *word,
               int64_t deadline) {
  const struct awaited_calls *cursor = cursor_of(process, calls);
  struct search search = {.process = process,
                          .calls = cursor ? *cursor : *calls,
                          .later = cursor && cursor->serial > 0,
                          .word = word,
                          .runner = invocation->runner,
                          .error = invocation->error};
  if (!process->traced && !process->imported)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("the calls of %s are not read: `%s = trace COMMAND` does that"),
                     process->name, process->name);
  if (await_is_regex(word)) {
    search.regex = regex_compile(word->word.data + 1, word->word.length - 2, invocation->error);
    if (!search.regex)
      return -1;
  }
  int status = run_search(invocation, process, &search, deadline);
  regex_free(search.regex);
  blob_release(search.data);
  bytes_free(&search.line);
  return status;
}
