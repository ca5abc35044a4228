#include "view/program/survey.h"

#include <stdio.h>

#include "call/message.h"
#include "view/program/survey_find.h"

/* What a call has filled in, and in which thread. */
struct address_filled {
  unsigned thread;
  struct address address;
};

static void add_index(struct survey *survey, uint64_t id, size_t index) {
  struct variable_index entry = {id, index};
  size_t place = survey_index_place(survey, id) * sizeof entry;
  size_t before = survey->by_id.length;
  bytes_append(&survey->by_id, &entry, sizeof entry);
  if (survey->by_id.length == before)
    return;
  memmove(survey->by_id.data + place + sizeof entry, survey->by_id.data + place, before - place);
  memcpy(survey->by_id.data + place, &entry, sizeof entry);
}

static struct program_variable *add_variable(struct survey *survey,
                                             const struct program_variable *new) {
  size_t before = survey->variables.length;
  bytes_append(&survey->variables, new, sizeof *new);
  if (survey->variables.length == before)
    return NULL;
  if (new->id)
    add_index(survey, new->id, before / sizeof *new);
  return (struct program_variable *)(survey->variables.data + before);
}

/* A descriptor that came with a message is known by its number alone until something is done. */
static struct program_variable *adopt_received(struct survey *survey,
                                               const struct socket_label *label) {
  size_t count;
  struct program_variable *variables = survey_variables(survey, &count);
  for (size_t i = count; i-- > 0;)
    if (variables[i].id == 0 && variables[i].descriptor == label->descriptor) {
      variables[i].id = label->id;
      add_index(survey, label->id, i);
      return &variables[i];
    }
  return NULL;
}

/* Notes that a call uses the socket; it is new if it was there before the first call. */
static struct program_variable *use(struct survey *survey, const struct socket_label *label,
                                    const struct event *event, unsigned thread) {
  if (label->descriptor < 0)
    return NULL;
  struct program_variable *variable = survey_variable(survey, label);
  if (!variable)
    variable = adopt_received(survey, label);
  if (!variable) {
    struct program_variable found = {
        .id = label->id, .descriptor = label->descriptor, .thread = thread, .role = "inherited"};
    variable = add_variable(survey, &found);
  }
  if (!variable)
    return NULL;
  variable->last = event->serial;
  if (label->protocol)
    variable->protocol = label->protocol;
  if (label->family)
    variable->family = label->family;
  variable->shared = variable->shared || variable->thread != thread;
  if (label->name[0] && !label->of_program && !variable->word[0])
    snprintf(variable->word, sizeof variable->word, "%s", label->name);
  return variable;
}

static const char *role_of(const struct call *call, int which) {
  const struct call_row *row = call_row(call);
  switch (row->makes) {
  case MAKES_EPOLL:
    return "epoll";
  case MAKES_PIPE:
    return which ? "pipe_writer" : "pipe_reader";
  case MAKES_LIKE_SUBJECT:
    return row->waits == WAITS_FOR_INPUT ? "connection" : "copy";
  default:
    return row->descriptors == 2 ? (which ? "other_end" : "one_end") : "sock";
  }
}

static void make(struct survey *survey, const struct event *event, unsigned thread) {
  const struct call *call = event->call;
  for (int i = 0; i < 2; i++) {
    const struct socket_label *label = &call->made_label[i];
    if (call->made[i] < 0)
      continue;
    struct program_variable variable = {.id = label->id,
                                        .descriptor = call->made[i],
                                        .family = label->family,
                                        .epoll = call_row(call)->makes == MAKES_EPOLL,
                                        .made = event->serial,
                                        .last = event->serial,
                                        .thread = thread,
                                        .role = role_of(call, i)};
    if (label->name[0] && !label->of_program)
      snprintf(variable.word, sizeof variable.word, "%s", label->name);
    if (!label->id || !survey_variable(survey, label))
      add_variable(survey, &variable);
  }
}

/* Descriptors that messages carry: those sent are used, those received are new. */
static void take_messages(struct survey *survey, const struct event *event, unsigned thread) {
  const struct call *call = event->call;
  bool receives = call_row(call)->direction == RECEIVES;
  if (call_row(call)->payload != PAYLOAD_MESSAGES || (receives && call_has_failed(call)))
    return;
  for (size_t i = 0; i < call->messages.count; i++) {
    size_t at = 0;
    int descriptor;
    while ((descriptor = survey_next_right(&call->messages.message[i], &at)) >= 0) {
      struct program_variable received = {.descriptor = descriptor,
                                          .made = event->serial,
                                          .last = event->serial,
                                          .thread = thread,
                                          .role = "received"};
      struct program_variable *sent = survey_numbered(survey, descriptor, event->serial);
      if (receives)
        add_variable(survey, &received);
      else if (sent) {
        sent->last = event->serial;
        sent->shared = sent->shared || sent->thread != thread;
      }
    }
  }
}

static bool was_bound(const struct survey *survey, const struct address *address) {
  const struct address *list = (const struct address *)survey->bound.data;
  uint32_t at = 0;
  size_t entry;
  while (port_index_next(&survey->bound_by_port, address, &at, &entry))
    if (address_port(address) >= 0 || address_equal(&list[entry], address))
      return true;
  return false;
}

static bool was_filled(const struct survey *survey, const struct address *address,
                       unsigned thread) {
  const struct address_filled *list = (const struct address_filled *)survey->filled.data;
  uint32_t at = 0;
  size_t entry;
  while (port_index_next(&survey->filled_by_port, address, &at, &entry))
    if (list[entry].thread == thread && address_equal(&list[entry].address, address))
      return true;
  return false;
}

/* Without a port, or without a name: the kernel chooses. */
static bool lets_choose(const struct address *address) {
  int port = address_port(address);
  return port == 0 || (port < 0 && address_family(address) == AF_UNIX &&
                       address->length <= offsetof(struct sockaddr_un, sun_path));
}

/* An address that a call names: where the kernel chose it, somebody has to ask for it. */
static void take_named(struct survey *survey, const struct event *event, unsigned thread,
                       const struct address *address) {
  if (address->length == 0 || was_bound(survey, address) || was_filled(survey, address, thread))
    return;
  struct program_variable *owner = survey_owner(survey, address, event->serial);
  if (owner && !owner->fetch)
    owner->fetch = owner->changed;
  if (owner && owner->thread != thread)
    owner->shared = true;
}

static void add_bound(struct survey *survey, const struct address *address) {
  port_index_add(&survey->bound_by_port, address, survey->bound.length / sizeof *address);
  bytes_append(&survey->bound, address, sizeof *address);
}

static void add_filled(struct survey *survey, const struct address *address, unsigned thread) {
  struct address_filled filled = {thread, *address};
  port_index_add(&survey->filled_by_port, address, survey->filled.length / sizeof filled);
  bytes_append(&survey->filled, &filled, sizeof filled);
}

static void add_unseen(struct survey *survey, const struct program_variable *variable) {
  size_t count;
  size_t place = (size_t)(variable - survey_variables(survey, &count));
  bytes_append(&survey->unseen, &place, sizeof place);
}

static void take_addresses(struct survey *survey, const struct event *event, unsigned thread) {
  const struct call *call = event->call;
  const struct call_row *row = call_row(call);
  bool failed = call_has_failed(call);
  if (call_has_part(call, PART_ADDRESS_IN))
    take_named(survey, event, thread, &call->address);
  if (row->payload == PAYLOAD_MESSAGES && row->direction == SENDS)
    for (size_t i = 0; i < call->messages.count; i++)
      take_named(survey, event, thread, &call->messages.message[i].address);
  struct program_variable *variable = survey_variable(survey, &call->subject);
  bool binds = row->changes_address && row->names_address && !row->connects &&
               row->direction == MOVES_NOTHING;
  if (variable && row->changes_address && (!failed || row->connects)) {
    variable->changed = event->serial;
    if (binds)
      variable->bound = variable->chosen = lets_choose(&call->address);
    if (binds && variable->bound)
      add_unseen(survey, variable);
    if (!binds && variable->local.length == 0)
      variable->chosen = true;
  }
  if (binds && !failed && !lets_choose(&call->address) &&
      !survey_owner(survey, &call->address, event->serial))
    add_bound(survey, &call->address);
  if (call_has_part(call, PART_ADDRESS_OUT) && !failed && !call->no_address) {
    if (call->address.length && !was_filled(survey, &call->address, thread))
      add_filled(survey, &call->address, thread);
  }
}

static unsigned thread_for(struct survey *survey, const struct event *event) {
  size_t count = survey_thread_count(survey);
  for (size_t i = 0; i < count; i++)
    if (survey_same_thread(survey_nth_thread(survey, i), event))
      return (unsigned)i;
  struct program_thread thread = {.job = event->actor ? 0 : event->job,
                                  .task = event->actor ? event->actor->task : 0,
                                  .process = event->actor ? event->actor->process : 0};
  bytes_append(&survey->threads, &thread, sizeof thread);
  return survey->threads.failed ? 0 : (unsigned)count;
}

static size_t buffer_of(const struct call *call) {
  const struct call_row *row = call_row(call);
  size_t room = 0;
  if (call_has_part(call, PART_DATA_OUT))
    return call->size ? call->size : 1;
  if (row->payload == PAYLOAD_MESSAGES && row->direction == RECEIVES)
    for (size_t i = 0; i < call->messages.count; i++)
      room += message_room(&call->messages.message[i]);
  return room;
}

/* Behind the last thing that its process has made, and that it uses, a thread of a program may have
 * begun. */
static void note_begin(struct survey *survey, const struct event *event, unsigned thread,
                       const struct program_variable *variable) {
  struct program_thread *self = survey_nth_thread(survey, thread);
  if (thread > 0 && event->actor && variable && variable->thread != thread &&
      variable->made < self->first && variable->made > self->begins)
    self->begins = variable->made;
}

static void use_all(struct survey *survey, const struct event *event, unsigned thread) {
  const struct call *call = event->call;
  const struct call_items *items = call_items(call);
  note_begin(survey, event, thread, use(survey, &call->subject, event, thread));
  note_begin(survey, event, thread, use(survey, &call->object, event, thread));
  for (size_t i = 0; items && i < items->count; i++)
    note_begin(survey, event, thread, use(survey, &items->item[i].label, event, thread));
}

static void take_call(struct survey *survey, const struct event *event) {
  const struct call *call = event->call;
  unsigned index = thread_for(survey, event);
  struct program_thread *thread = survey_nth_thread(survey, index);
  struct program_statement *statement = survey_statement(survey, event->statement);
  if (!thread)
    return;
  if (!thread->first)
    thread->first = event->serial;
  if (statement)
    statement->own = true;
  size_t buffer = buffer_of(call);
  if (buffer > thread->buffer)
    thread->buffer = buffer;
  thread->interrupted = thread->interrupted || call->interrupted;
  use_all(survey, event, index);
  if (!call_has_failed(call))
    make(survey, event, index);
  take_messages(survey, event, index);
  take_addresses(survey, event, index);
  struct program_variable *subject = survey_variable(survey, &call->subject);
  if (subject && call_row(call)->closes)
    subject->closed = true;
  if (subject && !subject->closed && call_row(call)->connects && strcmp(subject->role, "sock") == 0)
    subject->role = "client";
  if (subject &&
      strcmp(call_row(call)->parts[1].name ? call_row(call)->parts[1].name : "", "backlog") == 0 &&
      strcmp(subject->role, "sock") == 0)
    subject->role = "listener";
}

static void take_state(struct survey *survey, const struct event *event) {
  const struct event_state *state = event->state;
  struct program_variable *variable = survey_variable(survey, &state->socket);
  size_t count;
  if (!variable || state->now.local.length == 0 || lets_choose(&state->now.local) ||
      address_equal(&variable->local, &state->now.local))
    return;
  variable->local = state->now.local;
  if (variable->chosen && variable->changed) /* and it is no connection with its listener's */
    port_index_add(&survey->locals, &variable->local,
                   (size_t)(variable - survey_variables(survey, &count)));
}

static void take_statement(struct survey *survey, const struct event *event) {
  struct program_thread *thread = survey_nth_thread(survey, thread_for(survey, event));
  struct program_statement *outer = thread ? survey_statement(survey, thread->outer) : NULL;
  if (outer && event->line.depth > thread->outer_depth)
    outer->contains = true;
  struct program_statement statement = {.serial = event->serial};
  bytes_append(&survey->statements, &statement, sizeof statement);
  if (thread) {
    thread->outer = event->serial;
    thread->outer_depth = event->line.depth;
  }
}

static void take_job(struct survey *survey, const struct event *event) {
  struct event as_job = *event;
  struct program_statement *statement = survey_statement(survey, event->statement);
  as_job.job = event->about_job.number;
  struct program_thread *thread = survey_nth_thread(survey, thread_for(survey, &as_job));
  enum event_job_phase phase = event->about_job.phase;
  if (phase == JOB_STARTED && statement)
    statement->starts = true;
  if (thread && (phase == JOB_ENDED || phase == JOB_FAILED || phase == JOB_KILLED))
    thread->ended = true;
}

static bool take(const struct event *event, void *context) {
  struct survey *survey = context;
  bool session = survey->request->program == 0;
  struct program_statement *statement;
  switch (event->kind) {
  case EVENT_STATEMENT:
    if (session)
      take_statement(survey, event);
    break;
  case EVENT_JOB:
    if (session)
      take_job(survey, event);
    break;
  case EVENT_CALL_FINISH:
    statement = survey_statement(survey, event->statement);
    if (survey_wants(survey->request, event))
      take_call(survey, event);
    else if (statement && !event->actor)
      statement->other = true;
    break;
  case EVENT_STATE:
    take_state(survey, event);
    break;
  case EVENT_TEST:
    statement = survey_statement(survey, event->statement);
    if (statement && event->test.passed && strcmp(event->test.what, "expect") == 0)
      statement->expects = true;
    break;
  default:
    break;
  }
  return !survey->variables.failed;
}

/* The variable of an earlier descriptor that had the name, and is not in use any more. */
static struct program_variable *free_variable(struct program_variable *variables, size_t before) {
  const struct program_variable *new = &variables[before];
  enum { FAR = 64 };
  for (size_t i = before; i-- > 0 && before - i < FAR;)
    if (variables[i].made && variables[i].closed && !variables[i].shared && !variables[i].fetch &&
        variables[i].last < new->made &&variables[i].thread ==
            new->thread &&strcmp(variables[i].address_name, new->address_name) == 0)
      return &variables[i];
  return NULL;
}

/* Gives each variable its name. What was wished is in address_name meanwhile. */
static void name_all(struct survey *survey) {
  size_t count;
  struct program_variable *variables = survey_variables(survey, &count);
  for (size_t i = 0; i < count; i++)
    snprintf(variables[i].address_name, IDENTIFIER_SIZE, "%s",
             variables[i].word[0] ? variables[i].word : variables[i].role);
  for (size_t i = 0; i < count; i++) {
    struct program_variable *earlier =
        variables[i].shared || variables[i].fetch ? NULL : free_variable(variables, i);
    if (earlier) {
      snprintf(variables[i].name, IDENTIFIER_SIZE, "%s", earlier->name);
      variables[i].again = true;
      earlier->closed = false; /* it is in use again */
    } else {
      identifier_make(&survey->identifiers, variables[i].address_name, variables[i].name);
    }
  }
  for (size_t i = 0; i < count; i++) {
    variables[i].closed = false;
    variables[i].address_name[0] = '\0';
  }
}

void survey_make(struct survey *survey, struct timeline *timeline,
                 const struct program_request *request) {
  *survey = (struct survey){.request = request};
  struct program_thread first = {0};
  if (request->program == 0)
    bytes_append(&survey->threads, &first, sizeof first);
  survey->lost = timeline_walk(timeline, 1, EVENT_ANY, take, survey);
  name_all(survey);
  survey->failed = survey->variables.failed || survey->by_id.failed || survey->threads.failed ||
                   survey->statements.failed || survey->filled.failed || survey->bound.failed ||
                   survey->unseen.failed || port_index_failed(&survey->filled_by_port) ||
                   port_index_failed(&survey->bound_by_port) ||
                   port_index_failed(&survey->locals) || survey->identifiers.failed;
}

void survey_free(struct survey *survey) {
  bytes_free(&survey->variables);
  bytes_free(&survey->by_id);
  bytes_free(&survey->threads);
  bytes_free(&survey->statements);
  bytes_free(&survey->filled);
  bytes_free(&survey->bound);
  bytes_free(&survey->unseen);
  port_index_free(&survey->filled_by_port);
  port_index_free(&survey->bound_by_port);
  port_index_free(&survey->locals);
  identifiers_free(&survey->identifiers);
}
