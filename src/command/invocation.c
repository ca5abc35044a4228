#include "command/invocation.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "command/argument.h"
#include "session/process.h"
#include "session/service_handle.h"
#include "session/diagnosis.h"
#include "lab/lab.h"
#include "language/escape.h"
#include "socket/look.h"

void argument_value_free(struct argument_value *value) {
  expanded_free(&value->word);
  if (value->socket)
    object_release(&value->socket->object);
  if (value->process)
    object_release(&value->process->object);
  if (value->served)
    object_release(&value->served->object);
  blob_release(value->data);
}

const char *argument_value_text(const struct argument_value *value, struct bytes *text) {
  bytes_append(text, value->word.data, value->word.length);
  return bytes_text(text);
}

/* Takes the memory that the command before has left, unless that is too small, or a command around this one has it. */
static int take_memory(struct invocation *invocation, size_t count) {
  struct runner *runner = invocation->runner;
  invocation->values = runner->spare;
  invocation->room = runner->spare_room;
  runner->spare = NULL;
  if (invocation->values && count <= invocation->room)
    return 0;
  free(invocation->values);
  invocation->room = count < 8 ? 8 : count;
  invocation->values = calloc(invocation->room, sizeof *invocation->values);
  return invocation->values ? 0 : error_set_memory(invocation->error);
}

void invocation_free(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  for (size_t i = 0; i < invocation->count; i++)
    argument_value_free(&invocation->values[i]);
  if (!runner->spare) {
    runner->spare = invocation->values;
    runner->spare_room = invocation->room;
  } else {
    free(invocation->values);
  }
  invocation->values = NULL;
  invocation->count = 0;
}

/* Expands the words into values; the argument each belongs to is not known yet. */
static int expand_words(struct invocation *invocation, const struct word *words, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct argument_value *value = &invocation->values[i];
    *value = (struct argument_value){.place = words[i].place};
    if (word_expand(&words[i], &invocation->runner->scope, &value->word, invocation->error) < 0)
      return -1;
    invocation->count++;
  }
  return 0;
}

static int match_words(struct invocation *invocation, int *assigned) {
  size_t count = invocation->count;
  enum { FEW = 16 };
  struct match_word few[FEW];
  few[0] = (struct match_word){0}; /* where there are no words, this is still handed over */
  struct match_word *words = count <= FEW ? few : calloc(count, sizeof *words);
  if (!words)
    return error_set_memory(invocation->error);
  for (size_t i = 0; i < count; i++) {
    const struct expanded *word = &invocation->values[i].word;
    words[i] = (struct match_word){word->data, word->length, word->bare, invocation->values[i].place, true};
  }
  int status = argument_match(invocation->command, words, count, assigned, invocation->error);
  if (words != few)
    free(words);
  return status;
}

/* Which argument each word is: known from the check, or found now that they are expanded. */
static int assign_words(struct invocation *invocation, const struct word *words, int *assigned) {
  size_t count = invocation->count;
  if (count == 0 || words[0].role == 0)
    return match_words(invocation, assigned);
  for (size_t i = 0; i < count; i++)
    assigned[i] = words[i].role == ROLE_KEYWORD ? MATCH_KEYWORD : words[i].role - ROLE_FIRST;
  return 0;
}

/* Drops the words that were keywords, and turns the others into what their arguments stand for. */
static int convert_words(struct invocation *invocation, const int *assigned) {
  size_t count = invocation->count;
  size_t kept = 0;
  int status = 0;
  for (size_t i = 0; i < count; i++) {
    struct argument_value *value = &invocation->values[kept];
    if (assigned[i] == MATCH_KEYWORD) {
      argument_value_free(&invocation->values[i]);
      continue;
    }
    if (kept < i)
      *value = invocation->values[i];
    value->argument = &invocation->command->arguments[assigned[i]];
    invocation->count = kept++; /* what is converted already, for those who look back */
    if (status == 0)
      status = argument_convert(invocation, value, false);
    if (status < 0)
      error_set_place(invocation->error, value->place);
  }
  invocation->count = kept;
  return status;
}

int invocation_prepare(struct invocation *invocation, const struct word *words, size_t count) {
  enum { FEW = 16 };
  int few[FEW];
  int *assigned = count <= FEW ? few : calloc(count, sizeof *assigned);
  invocation->count = 0;
  int status = assigned ? take_memory(invocation, count) : error_set_memory(invocation->error);
  if (status == 0)
    status = expand_words(invocation, words, count);
  if (status == 0)
    status = assign_words(invocation, words, assigned);
  if (status == 0)
    status = convert_words(invocation, assigned);
  if (status == 0 && invocation->command->check)
    status = invocation->command->check(invocation);
  if (assigned != few)
    free(assigned);
  return status;
}

const struct argument_value *invocation_nth(const struct invocation *invocation, size_t argument,
                                            size_t n) {
  for (size_t i = 0; i < invocation->count; i++)
    if (invocation->values[i].argument == &invocation->command->arguments[argument] && n-- == 0)
      return &invocation->values[i];
  return NULL;
}

const struct argument_value *invocation_value(const struct invocation *invocation, size_t argument) {
  return invocation_nth(invocation, argument, 0);
}

struct socket *invocation_socket(const struct invocation *invocation, size_t argument) {
  const struct argument_value *value = invocation_value(invocation, argument);
  return value ? value->socket : NULL;
}

long long invocation_number(const struct invocation *invocation, size_t argument, long long otherwise) {
  const struct argument_value *value = invocation_value(invocation, argument);
  return value ? value->number : otherwise;
}

size_t invocation_size(const struct invocation *invocation, size_t argument, size_t otherwise) {
  const struct argument_value *value = invocation_value(invocation, argument);
  return value ? value->size : otherwise;
}

int64_t invocation_duration(const struct invocation *invocation, size_t argument, int64_t otherwise) {
  const struct argument_value *value = invocation_value(invocation, argument);
  return value ? value->duration : otherwise;
}

int invocation_wrong(struct invocation *invocation, const struct argument_value *value, const char *format,
                     ...) {
  struct bytes text = {0};
  va_list list;
  va_start(list, format);
  bytes_append_format_list(&text, format, list);
  va_end(list);
  error_set(invocation->error, ERROR_USAGE, "%s", bytes_text(&text));
  bytes_free(&text);
  if (value)
    invocation->error->place = value->place;
  return -1;
}

/* "bind of socket 3 srv to 127.0.0.1:80", without what the command's own name says already. */
static void describe_call(const struct command *command, const struct call *call, struct bytes *text) {
  const char *name = call_forms[call->name].name;
  if (!command || strcmp(command->name, name) != 0)
    bytes_append_text(text, name);
  if (call->subject.descriptor >= 0) {
    bytes_append_format(text, text->length ? " of socket %d" : "socket %d", call->subject.descriptor);
    if (call->subject.name[0])
      bytes_append_format(text, " %s", call->subject.name);
  }
  bool outward = call->name == CALL_BIND || call->name == CALL_CONNECT || call->name == CALL_SENDTO ||
                 call->name == CALL_SENDMSG;
  if (outward && call->address.length > sizeof(sa_family_t)) {
    bytes_append_text(text, call->name == CALL_BIND ? " at " : " to ");
    address_append(&call->address, text);
  }
  bool option = call->name == CALL_SETSOCKOPT || call->name == CALL_GETSOCKOPT;
  if (option && call->option)
    bytes_append_format(text, ", %s", call->option->name);
  else if (option)
    bytes_append_format(text, _(", option %ld"), call->number[1]);
  if (text->length == 0)
    bytes_append_text(text, name);
}

static int call_failed(struct runner *runner, const struct command *command, const struct call *call,
                       struct error *error) {
  struct bytes text = {0};
  if (call->interrupted) {
    runner_interrupted(runner, error);
    error->number = call->error;
    return -1;
  }
  if (call->name == CALL_GETADDRINFO || call->name == CALL_GETNAMEINFO) {
    struct bytes host = {0};
    const char *asked = call->text[0] ? call->text[0] : "";
    escape_append(&host, asked, strlen(asked), ESCAPE_ASCII);
    error_set(error, ERROR_FAILURE, _("%s%slook-up failed: %s (%s)"), bytes_text(&host),
              host.length ? ": " : "",
              call->result == EAI_SYSTEM ? strerror(call->error) : gai_strerror((int)call->result),
              constant_name(&constant_lookup_errors, call->result)
                  ? constant_name(&constant_lookup_errors, call->result)
                  : "EAI_?");
    bytes_free(&host);
    return -1;
  }
  if (call->host && call->error == ENOTCONN) /* nobody was there to make it */
    return lab_explain(STAGE_CONTROL, call->error, error);
  describe_call(command, call, &text);
  error_set_errno(error, call->error, "%s", bytes_text(&text));
  error->kind = ERROR_FAILURE;
  error->call = true;
  bytes_free(&text);
  return -1;
}

/* The first name before = is bound to a new socket at once, so that it can be used while the command goes on. */
static void bind_early(struct runner *runner, const struct call *call) {
  struct error ignored; /* no memory: the name is bound, or refused, when the command is done */
  if (!runner->bind || runner->bound_early || call->made[0] < 0)
    return;
  runner->bound_early = true;
  runner_bind(runner, runner->bind[0], value_from_object(&call->made_entry[0]->object), &ignored);
}

/* The two ends of a pair know each other by their cookies. */
static void join_pair(const struct call *call) {
  struct socket *a = call->made_entry[0];
  struct socket *b = call->made_entry[1];
  look_identity(a);
  look_identity(b);
  a->twin = b->cookie;
  b->twin = a->cookie;
}

static void use_sockets(struct runner *runner, struct call *call) {
  /* --stable waits until the sockets that were touched have settled, whatever the call proved. */
  bool stable = runner->session->settings.view.stable;
  if (call->entry) {
    if (stable || !look_needless(call))
      runner_touch(runner, call->entry);
    runner_use_socket(runner, call->entry);
  }
  if (call->name == CALL_SOCKETPAIR && call->made[1] >= 0 && session_looks(runner->session))
    join_pair(call);
  for (int i = 0; i < 2; i++)
    if (call->made[i] >= 0 && call->made_entry[i])
      runner_touch(runner, call->made_entry[i]);
  if (call->made[0] >= 0 && call->made_entry[0])
    runner_use_socket(runner, call->made_entry[0]);
}

/* How long the next datagram is, before it is received: afterwards nobody can tell what was cut. */
static int pending_datagram(const struct runner *runner, const struct call *call) {
  int pending = 0;
  if (!runner->session->settings.look || !call->entry || call->entry->type != SOCK_DGRAM ||
      (call->name != CALL_RECV && call->name != CALL_RECVFROM && call->name != CALL_READ))
    return 0;
  return ioctl(call->entry->descriptor, SIOCINQ, &pending) < 0 ? 0 : pending;
}

int runner_call(struct runner *runner, const struct command *command, struct call *call,
                struct error *error) {
  struct session *session = runner->session;
  struct waiter *waiter = &runner->waiter;
  if (waiter->reason != WAIT_NOT_INTERRUPTED)
    return runner_interrupted(runner, error);
  if (call_prepare(call, &session->sockets, error) < 0)
    return -1;
  int pending = pending_datagram(runner, call);
  bool closes = call->name == CALL_CLOSE && session_looks(session);
  if (closes)
    look_before_close(call->entry);
  if (!call->entry && (call->name == CALL_SOCKET || call->name == CALL_SOCKETPAIR))
    call->host = runner->host;
  const struct host *host = call->entry ? call->entry->host : call->host;
  call->where = host ? host->name : NULL;
  call->began = clock_monotonic();
  struct event start = {
      .kind = EVENT_CALL_START, .monotonic = call->began, .host = call->where, .call = call};
  call->start_event = runner_append(runner, &start);
  if (runner->expects_blocks) {
    waiter->deadline_reason = WAIT_BLOCKS;
    waiter->deadline = call->began + session->settings.blocks_after;
  }
  session_unlock(session);
  bool made = waiter_begin(waiter, call, call->began);
  if (made) {
    call_perform(call);
    waiter_end(waiter);
  }
  if (waiter->deadline)
    waiter->deadline = 0;
  call->ended = clock_monotonic();
  runner->just_called = made;
  session_lock(session);
  if (!made) { /* told to stop in the moment before */
    call_cancel(call);
    return runner_interrupted(runner, error);
  }
  call->interrupted = call->error == EINTR && waiter->reason != WAIT_NOT_INTERRUPTED;
  call_finish(call, &session->sockets);
  if (closes && call->entry->descriptor < 0) {
    look_after_close(call->entry);
    session_prune_watched(session);
  }
  bind_early(runner, call);
  struct event finish = {.kind = EVENT_CALL_FINISH,
                         .cause = call->start_event,
                         .monotonic = call->ended,
                         .host = call->where,
                         .call = call};
  runner->call = runner_append(runner, &finish);
  runner->call_subject = call->entry ? call->entry->id : 0;
  runner->call_error = call->error;
  runner->call_ended = call->ended;
  use_sockets(runner, call);
  surprise_explain(runner, call, pending);
  if (runner->expects_blocks && waiter->reason == WAIT_BLOCKS && call_sends(call) && call->result >= 0)
    return runner_interrupted(runner, error); /* it took a part, and then blocked, as was expected */
  bool failed = call->result < 0 || (call->name == CALL_GETADDRINFO && call->result != 0) ||
                (call->name == CALL_GETNAMEINFO && call->result != 0);
  return failed ? call_failed(runner, command, call, error) : 0;
}

void invocation_give_number(struct invocation *invocation, long long number) {
  invocation->result->numbered = true;
  invocation->result->number = number;
}

int invocation_give_text(struct invocation *invocation, const char *text, size_t length) {
  struct value value = value_from_text(text, length);
  if (value.kind == VALUE_NOTHING)
    return error_set_memory(invocation->error);
  result_add(invocation->result, value);
  return 0;
}

int invocation_give_data(struct invocation *invocation, const void *data, size_t length) {
  struct blob *blob = blob_copy(data, length);
  if (!blob)
    return error_set_memory(invocation->error);
  result_add(invocation->result, value_from_data(blob));
  return 0;
}

int invocation_give_address(struct invocation *invocation, const struct address *address) {
  struct object *object = address_object_create(address);
  if (!object)
    return error_set_memory(invocation->error);
  result_add(invocation->result, (struct value){.kind = VALUE_OBJECT, .object = object});
  return 0;
}

int invocation_explain(struct invocation *invocation, struct answer *answer) {
  struct runner *runner = invocation->runner;
  if (!runner->session->settings.view.quiet || !runner->bind)
    return runner_answer(runner, answer, invocation->error);
  answer_free(answer);
  return 0;
}

int invocation_call(struct invocation *invocation, struct call *call) {
  return runner_call(invocation->runner, invocation->command, call, invocation->error);
}

int invocation_simple_call(struct invocation *invocation, struct call *call) {
  int status = invocation_call(invocation, call);
  if (status == 0) {
    invocation->result->numbered = true;
    invocation->result->number = call->result;
  }
  call_free(call);
  return status;
}
