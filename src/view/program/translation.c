#include "view/program/translation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "language/number.h"
#include "names/constant.h"
#include "view/program/writer.h"

/* A line of the session as a comment; `before` says why no call follows, "" if some do. */
static void comment(struct program_writer *writer, unsigned thread, const char *before,
                    const char *text, size_t length) {
  struct bytes line = {0};
  struct program_text *self = &writer->texts[thread];
  if (self->aside && !before[0])
    bytes_append_char(&self->body, '\n');
  self->aside = before[0];
  while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
    length--;
  for (size_t at = 0; at <= length;) {
    const char *end = memchr(text + at, '\n', length - at);
    size_t size = end ? (size_t)(end - text) - at : length - at;
    bytes_clear(&line);
    bytes_append_text(&line, before);
    bytes_append(&line, text + at, size);
    writer->request->language->comment(writer, thread, bytes_text(&line), line.length);
    at += size + 1;
  }
  bytes_free(&line);
}

/* The next word of a line, as far as it is plain. */
static bool next_word(const char **at, const char *end, const char **word, size_t *length) {
  while (*at < end && (**at == ' ' || **at == '\t'))
    (*at)++;
  *word = *at;
  while (*at < end && **at != ' ' && **at != '\t' && **at != '\n')
    (*at)++;
  *length = (size_t)(*at - *word);
  return *length > 0;
}

static bool is_word(const char *word, size_t length, const char *name) {
  return length == strlen(name) && memcmp(word, name, length) == 0;
}

/* The socket that the session called so at that moment. */
static struct program_variable *variable_called(const struct survey *survey, const char *word,
                                                size_t length, uint64_t serial) {
  struct program_variable *found = NULL, *variable;
  for (size_t i = 0; (variable = survey_nth_variable(survey, i)); i++)
    if (is_word(word, length, variable->word) && variable->made < serial)
      found = variable;
  return found;
}

/* SOCKET CONDITION, as `await` takes it, where a program can wait for it. */
static bool read_await(const struct program_writer *writer, const struct event *event,
                       const char *at, struct program_await *await) {
  const char *end = event->line.text + event->line.length, *word, *next;
  size_t length, size;
  if (!next_word(&at, end, &word, &length))
    return false;
  await->variable = variable_called(&writer->survey, word, length, event->serial);
  if (!await->variable || await->variable->closed || !next_word(&at, end, &word, &length))
    return false;
  await->condition = is_word(word, length, "readable") ? AWAIT_READABLE : AWAIT_WRITABLE;
  if (is_word(word, length, "readable") || is_word(word, length, "writable"))
    return true;
  if (is_word(word, length, "error")) {
    await->condition = AWAIT_ERROR;
    return true;
  }
  if (await->variable->protocol != IPPROTO_TCP)
    return false;
  if (is_word(word, length, "recvq") || is_word(word, length, "sendq")) {
    await->condition = word[0] == 'r' ? AWAIT_RECVQ : AWAIT_SENDQ;
    return next_word(&at, end, &next, &size) && is_word(next, size, "==") &&
           next_word(&at, end, &next, &size) && number_parse(next, size, &await->number) == 0;
  }
  const struct constant *state = constant_find(&constant_states, word, length, NULL);
  await->condition = AWAIT_STATE;
  await->number = state ? state->value : 0;
  return state && state->value < STATE_NEW_SYN_RECV;
}

/* `await SOCKET CONDITION` and `sleep DURATION`: lines without a call that a program needs. */
static bool put_waiting(struct program_writer *writer, const struct event *event, unsigned thread) {
  const struct program_language *language = writer->request->language;
  const char *at = event->line.text, *end = at + event->line.length, *word, *next;
  size_t length, size;
  int64_t duration = 0;
  struct program_await await = {0};
  if (!next_word(&at, end, &word, &length))
    return false;
  bool awaits = is_word(word, length, "await") && read_await(writer, event, at, &await);
  bool sleeps = is_word(word, length, "sleep") && next_word(&at, end, &next, &size) &&
                duration_parse(next, size, &duration) == 0;
  if (!awaits && !sleeps)
    return false;
  comment(writer, thread, "", event->line.text, event->line.length);
  if (awaits)
    language->await(writer, thread, &await);
  else
    language->sleep(writer, thread, duration);
  return true;
}

static void put_statement(struct program_writer *writer, const struct event *event) {
  const struct program_statement *statement = survey_statement(&writer->survey, event->serial);
  unsigned thread = survey_thread_of(&writer->survey, event);
  const char *text = event->line.text;
  size_t length = event->line.length;
  if (!statement || event->serial == writer->request->leaves_out)
    return;
  if (statement->own || statement->contains || statement->starts)
    comment(writer, thread, "", text, length);
  else if (statement->other)
    comment(writer, thread, "elsewhere: ", text, length);
  else if (strncmp(text, "wait", 4) == 0 && (length == 4 || text[4] == ' '))
    comment(writer, thread, "", text, length);
  else if (!put_waiting(writer, event, thread))
    comment(writer, thread, "no call: ", text, length);
}

/* The index of a job's thread. */
static unsigned thread_of_job(const struct program_writer *writer, unsigned job) {
  struct event event = {.job = job};
  return survey_thread_of(&writer->survey, &event);
}

static void put_job(struct program_writer *writer, const struct event *event) {
  unsigned thread = thread_of_job(writer, event->about_job.number);
  struct program_thread *about = survey_nth_thread(&writer->survey, thread);
  enum event_job_phase phase = event->about_job.phase;
  unsigned parent = event->job == event->about_job.number ? 0 : thread_of_job(writer, event->job);
  if (thread == 0 || !about->first)
    return; /* nothing that it did is written */
  if (phase == JOB_STARTED || phase == JOB_DETACHED) {
    writer->request->language->start(writer, parent, thread);
  } else if ((phase == JOB_COLLECTED || phase == JOB_RESUMED) && !about->joined) {
    about->joined = true;
    writer->request->language->join(writer, parent, thread);
  }
}

static void remember(struct program_writer *writer, const struct event *event, unsigned thread) {
  struct program_last *last = &writer->texts[thread].last;
  const struct call *call = event->call;
  last->statement = event->statement;
  last->direction = call_row(call)->direction;
  last->failed = call_has_failed(call);
  last->result = call->result;
  bytes_clear(&last->data);
  if (last->direction == RECEIVES && !last->failed && call->data && call->result > 0) {
    size_t length =
        (size_t)call->result < call->data->length ? (size_t)call->result : call->data->length;
    bytes_append(&last->data, call->data->data, length);
  }
}

/* Tasks of a program that begin behind this event. */
static void start_tasks(struct program_writer *writer, uint64_t serial, unsigned parent) {
  for (size_t i = 1; writer->request->program && i < survey_thread_count(&writer->survey); i++)
    if (survey_nth_thread(&writer->survey, i)->begins == serial)
      writer->request->language->start(writer, parent, (unsigned)i);
}

static void put_call(struct program_writer *writer, const struct event *event) {
  const struct call *call = event->call;
  unsigned thread = survey_thread_of(&writer->survey, event);
  const struct bytes *body = &writer->texts[thread].body;
  size_t begin = body->length;
  writer->texts[thread].last.counted = false;
  if (call->injected) {
    const char *name = call_row(call)->name;
    comment(writer, thread,
            call_has_failed(call) ? "not made, but failed on purpose (fault): "
                                  : "cut short or late on purpose (fault): ",
            name, strlen(name));
  }
  if (call->injected && call_has_failed(call))
    return;
  writer->request->language->call(writer, event, thread);
  if (writer->request->each && body->length > begin)
    writer->request->each(event->serial, body->data + begin, body->length - begin,
                          writer->request->context);
  remember(writer, event, thread);
  struct program_variable *subject = survey_variable(&writer->survey, &call->subject);
  if (subject && call_row(call)->closes && !call_has_failed(call))
    subject->closed = true;
  start_tasks(writer, event->serial, thread);
}

static bool put(const struct event *event, void *context) {
  struct program_writer *writer = context;
  bool session = writer->request->program == 0;
  switch (event->kind) {
  case EVENT_STATEMENT:
    if (session)
      put_statement(writer, event);
    break;
  case EVENT_JOB:
    if (session)
      put_job(writer, event);
    break;
  case EVENT_CALL_FINISH:
    if (survey_wants(writer->request, event))
      put_call(writer, event);
    break;
  case EVENT_TEST: {
    unsigned thread = survey_thread_of(&writer->survey, event);
    bool about = writer->texts[thread].last.statement == event->statement;
    if (session && about && event->test.passed && strcmp(event->test.what, "expect") == 0 &&
        writer->request->language->expected)
      writer->request->language->expected(writer, thread, &event->test);
    break;
  }
  default:
    break;
  }
  return true;
}

/* What has ended by itself is waited for at the end. */
static void join_rest(struct program_writer *writer) {
  for (size_t i = 1; i < survey_thread_count(&writer->survey); i++) {
    const struct program_thread *thread = survey_nth_thread(&writer->survey, i);
    if (thread->first && !thread->joined && (thread->ended || thread->task))
      writer->request->language->join(writer, 0, (unsigned)i);
  }
}

static void name_functions(struct program_writer *writer) {
  for (size_t i = 1; i < survey_thread_count(&writer->survey); i++) {
    const struct program_thread *thread = survey_nth_thread(&writer->survey, i);
    char wish[32];
    if (thread->task)
      snprintf(wish, sizeof wish, "task%zu", i + 1);
    else
      snprintf(wish, sizeof wish, "job%u", thread->job);
    identifier_make(&writer->survey.identifiers, wish, writer->texts[i].function);
  }
}

static bool text_failed(const struct program_text *text) {
  return text->body.failed || text->files.failed || text->last.data.failed;
}

static void free_writer(struct program_writer *writer) {
  for (size_t i = 0; writer->texts && i < survey_thread_count(&writer->survey); i++) {
    bytes_free(&writer->texts[i].body);
    bytes_free(&writer->texts[i].files);
    bytes_free(&writer->texts[i].last.data);
  }
  free(writer->texts);
  bytes_free(&writer->addresses);
  port_index_free(&writer->addresses_by_port);
  bytes_free(&writer->shared);
  survey_free(&writer->survey);
}

long long program_write(struct timeline *timeline, const struct program_request *request,
                        struct bytes *text) {
  struct program_writer writer = {.request = request};
  if (request->language->write)
    return request->language->write(timeline, request, text);
  survey_make(&writer.survey, timeline, request);
  size_t count = survey_thread_count(&writer.survey);
  writer.texts = calloc(count ? count : 1, sizeof *writer.texts);
  long long lost = (long long)writer.survey.lost;
  bool failed = writer.survey.failed || !writer.texts;
  if (!failed) {
    name_functions(&writer);
    start_tasks(&writer, 0, 0);
    timeline_walk(timeline, 1, EVENT_ANY, put, &writer);
    join_rest(&writer);
    for (size_t i = 0; i < count; i++)
      failed = failed || text_failed(&writer.texts[i]);
    request->language->finish(&writer, text);
  }
  failed = failed || writer.addresses.failed || port_index_failed(&writer.addresses_by_port) ||
           writer.shared.failed || text->failed || writer.survey.identifiers.failed;
  free_writer(&writer);
  return failed ? -1 : lost;
}

struct host_list {
  unsigned program;
  struct bytes *names;
  bool real; /* the real network, too */
};

static bool take_host(const struct event *event, void *context) {
  struct host_list *list = context;
  if (event->actor ? event->actor->program != list->program : list->program != 0)
    return true;
  if (!event->host) {
    list->real = true;
    return true;
  }
  for (size_t at = 0; at < list->names->length; at += strlen(list->names->data + at) + 1)
    if (strcmp(list->names->data + at, event->host) == 0)
      return true;
  bytes_append(list->names, event->host, strlen(event->host) + 1);
  return true;
}

bool program_find_hosts(struct timeline *timeline, unsigned program, struct bytes *names) {
  struct host_list list = {program, names, false};
  timeline_walk(timeline, 1, EVENT_BIT(EVENT_CALL_FINISH), take_host, &list);
  return list.real;
}
