/* program_script: a script of this shell, with a command for each call. */
#include <stdio.h>
#include <string.h>

#include "language/escape.h"
#include "view/notation/line.h"
#include "view/program/literal.h"
#include "view/program/script_part.h"

/* How the shell spells a call: %0 to %7 are the parts of its row, %?2 a space and the part, unless
 * that is nothing, %!3 the same behind --timeout. A call without a line is its name with all its
 * parts. */
static const struct {
  const char *call;
  const char *form;
  const char *bare; /* without an address; NULL: the same */
} spellings[] = {
    {"accept", "accept %0", NULL},
    {"accept4", "accept %0%?2", NULL},
    {"connect", "connect %0 %1", NULL},
    {"dup2", "dup %0", NULL},
    {"dup3", "dup %0", NULL},
    {"epoll_create", "epoll_create1", NULL},
    {"epoll_create1", "epoll_create1%?0", NULL},
    {"epoll_pwait", "epoll_wait %0 %1%?2", NULL},
    {"epoll_pwait2", "epoll_wait %0 %1%?2", NULL},
    {"epoll_wait", "epoll_wait %0 %1%?2", NULL},
    {"getsockname", "getsockname %0", NULL},
    {"getpeername", "getpeername %0", NULL},
    {"getsockopt", "getsockopt %0 %1", NULL},
    {"getaddrinfo", "getaddrinfo %0%?1%?2", NULL},
    {"getnameinfo", "getnameinfo %0", NULL},
    {"pipe", "pipe", NULL},
    {"poll", "poll %0%?1", NULL},
    {"ppoll", "poll %0%?1", NULL},
    {"pselect6", "select %0%?1", NULL},
    {"select", "select %0%?1", NULL},
    {"readv", "recvmsg %0 %1", NULL},
    {"recvfrom", "recvfrom %0 %1%?2", "recv %0 %1%?2"},
    {"recvmsg", "recvmsg %0 %1", NULL},
    {"recvmmsg", "recvmmsg %0 %1%!3", NULL},
    {"sendmmsg", "sendmmsg %0 %1", NULL},
    {"sendmsg", "sendmsg %0 %1", NULL},
    {"recv", "recv %0 %1%?2", NULL},
    {"send", "send %0 %1%?2", NULL},
    {"sendto", "sendto %0 %1 %3%?2", "send %0 %1%?2"},
    {"socket", "socket %0 %1%?2", NULL},
    {"socketpair", "socketpair %0 %1%?2", NULL},
    {"splice", "splice %0 %2 %4%?5", NULL},
    {"writev", "sendmsg %0 %1", NULL},
};

/* What stands for the commands of a job until all of them are known: a byte that no line has, and
 * its number. */
enum { JOB_MARK = 1 };

static void put_form(const struct script_call *script, const char *form, struct bytes *text) {
  for (const char *c = form; *c; c++) {
    if (*c != '%') {
      bytes_append_char(text, *c);
      continue;
    }
    bool may_miss = c[1] == '?' || c[1] == '!';
    const char *before = c[1] == '!' ? " --timeout " : " ";
    c += may_miss ? 2 : 1;
    const struct bytes *part = &script->parts[*c - '0'];
    if (may_miss && (script->nothing[*c - '0'] || part->length == 0))
      continue;
    if (may_miss)
      bytes_append_text(text, before);
    bytes_append(text, part->data, part->length);
  }
}

static void put_command(const struct script_call *script, struct bytes *text) {
  const char *name = call_row(script->call)->name;
  bool bare = call_has_part(script->call, PART_ADDRESS_OUT) ? script->call->no_address
                                                            : script->call->address.length == 0;
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
    if (strcmp(spellings[i].call, name) == 0) {
      put_form(script, bare && spellings[i].bare ? spellings[i].bare : spellings[i].form, text);
      return;
    }
  bytes_append_text(text, name);
  for (int i = 0; i < CALL_PARTS; i++)
    if (script->parts[i].length > 0 && !script->nothing[i]) {
      bytes_append_char(text, ' ');
      bytes_append(text, script->parts[i].data, script->parts[i].length);
    }
}

static void script_comment(struct program_writer *writer, unsigned thread, const char *text,
                           size_t length) {
  struct bytes *body = program_body(writer, thread);
  const char *last = body->length > 1 ? memrchr(body->data, '\n', body->length - 1) : NULL;
  char before = last ? last[1] : body->length ? body->data[0] : '#';
  if (before != '#' && before != '\n')
    bytes_append_char(body, '\n');
  bytes_append_text(body, "# ");
  literal_append_comment(body, text, length);
  bytes_append_char(body, '\n');
}

/* The descriptors that a message has brought, behind its data. */
static void put_received(const struct script_call *script, struct bytes *text) {
  const struct call *call = script->call;
  size_t at = 0;
  int descriptor;
  if (call_row(call)->payload != PAYLOAD_MESSAGES || call_row(call)->direction != RECEIVES ||
      call->messages.count == 0)
    return;
  for (bool first = true; (descriptor = survey_next_right(call->messages.message, &at)) >= 0;
       first = false) {
    struct program_variable *variable =
        survey_numbered(&script->writer->survey, descriptor, script->event->serial);
    if (variable && first)
      bytes_append_format(text, "got %s ", variable->name);
    else if (variable) /* recvmsg names only the first: this one is known by its number */
      snprintf(variable->name, sizeof variable->name, "%d", descriptor);
  }
  if (at > 0)
    bytes_append_text(text, "= ");
}

/* The names in front of the call: what it makes, and the address that it fills in. */
static void put_names(struct script_call *script, struct bytes *text) {
  const struct call *call = script->call;
  struct survey *survey = &script->writer->survey;
  const struct program_variable *made = survey_variable(survey, &call->made_label[0]);
  const struct program_variable *other = survey_variable(survey, &call->made_label[1]);
  bool makes = made && call->made[0] >= 0;
  bool fills = call->address.length && !call->no_address && call_has_part(call, PART_ADDRESS_OUT);
  char name[IDENTIFIER_SIZE], wish[IDENTIFIER_SIZE * 2];
  if (call_has_failed(call))
    return;
  if (makes && other && call->made[1] >= 0) {
    bytes_append_format(text, "%s %s = ", made->name, other->name);
    return;
  }
  bool data = call_row(call)->direction == RECEIVES;
  put_received(script, text);
  if (makes && !fills)
    bytes_append_format(text, "%s = ", made->name);
  if (!fills || (!makes && !data))
    return;
  snprintf(wish, sizeof wish, "%s_%s", makes ? made->name : script->base, makes ? "peer" : "from");
  identifier_make(&survey->identifiers, wish, name);
  bytes_append_format(text, "%s %s = ", makes ? made->name : "got", name);
  program_address_add(script->writer, name, &call->address, script->thread, true);
}

/* A program may close what another process of it still has open: here they are one. */
static bool is_held_elsewhere(const struct script_call *script) {
  const struct program_writer *writer = script->writer;
  const struct program_variable *subject = survey_variable(&writer->survey, &script->call->subject);
  return writer->request->program && call_row(script->call)->closes && subject &&
         subject->last > script->event->serial && subject->shared;
}

static void put_untold(struct script_call *script, struct bytes *body, const char *why) {
  struct bytes line = {0};
  bytes_append_text(&line, why);
  line_append_call(script->call, &line);
  script_comment(script->writer, script->thread, bytes_text(&line), line.length);
  body->failed = body->failed || line.failed;
  bytes_free(&line);
}

static void put_expectation(const struct script_call *script, struct bytes *text) {
  const struct call *call = script->call;
  const struct program_statement *statement =
      survey_statement(&script->writer->survey, script->event->statement);
  if (call->interrupted)
    bytes_append_text(text, "expect blocks ");
  else if (call_row(call)->result == RESULT_LOOKUP && call_has_failed(call))
    bytes_append_format(text, "expect %s ", constant_name(&constant_lookup_errors, call->result));
  else if (call_has_failed(call))
    bytes_append_format(text, "expect %s ", error_number_name(call->error));
  else if (call->result == 0 && call_row(call)->end_at_zero)
    bytes_append_text(text, "expect 0 ");
  else if (statement && statement->expects && call_row(call)->direction == SENDS)
    bytes_append_format(text, "expect %ld ", call->result);
  else if (statement && statement->expects && call_row(call)->direction == RECEIVES && call->data &&
           (size_t)call->result == call->data->length && call->result < 4096) {
    bytes_append_text(text, "expect ");
    script_put_word(text, call->data->data, call->data->length);
    bytes_append_char(text, ' ');
  }
}

/* Where the line that was typed is the command, it is not said twice. */
static void drop_same(struct bytes *body, const struct bytes *line) {
  size_t size = line->length + 3; /* "# ", and the end of the line */
  if (line->length == 0 || body->length < size)
    return;
  const char *comment = body->data + body->length - size;
  bool begins = body->length == size || comment[-1] == '\n';
  if (begins && memcmp(comment, "# ", 2) == 0 && memcmp(comment + 2, line->data, line->length) == 0)
    body->length -= size;
}

/* Others may name its address still. */
static void keep_address(struct script_call *script, struct program_variable *variable,
                         struct bytes *body) {
  script->base = variable->name;
  char wish[IDENTIFIER_SIZE * 2];
  snprintf(wish, sizeof wish, "%s_address", variable->name);
  identifier_make(&script->writer->survey.identifiers, wish, variable->address_name);
  bytes_append_format(body, "let %s $%s.local\n", variable->address_name, variable->name);
}

static void script_write_call(struct program_writer *writer, const struct event *event,
                              unsigned thread) {
  struct script_call script = {
      .writer = writer, .event = event, .call = event->call, .thread = thread, .base = "got"};
  struct bytes *body = program_body(writer, thread);
  struct program_variable *subject = survey_variable(&writer->survey, &event->call->subject);
  struct bytes line = {0};
  if (subject)
    script.base = subject->name;
  script_put_parts(&script);
  if (script.untold) {
    put_untold(&script, body, "not translated: ");
  } else if (is_held_elsewhere(&script)) {
    put_untold(&script, body, "another process has it still: ");
  } else {
    put_names(&script, &line);
    put_expectation(&script, &line);
    put_command(&script, &line);
    if (writer->request->program && call_descriptors(script.call) > 0 && body->length > 0)
      bytes_append_char(body, '\n'); /* there are no lines that would part them */
    drop_same(body, &line);
    if (call_row(script.call)->closes && subject && subject->address_name[0])
      keep_address(&script, subject, body);
    bytes_append(body, line.data, line.length);
    bytes_append_char(body, '\n');
  }
  /* The address of a socket is asked of the socket itself: nothing is fetched. */
  if (subject && subject->fetch == event->serial)
    snprintf(subject->address_name, sizeof subject->address_name, "%s", subject->name);
  body->failed = body->failed || line.failed;
  for (int i = 0; i < CALL_PARTS; i++) {
    body->failed = body->failed || script.parts[i].failed;
    bytes_free(&script.parts[i]);
  }
  bytes_free(&line);
}

static void script_start(struct program_writer *writer, unsigned parent, unsigned thread) {
  writer->texts[thread].number = ++writer->jobs;
  bytes_append_format(program_body(writer, parent), "%c%u\n", JOB_MARK, thread);
}

static void script_join(struct program_writer *writer, unsigned parent, unsigned thread) {
  if (writer->texts[thread].number)
    bytes_append_format(program_body(writer, parent), "wait %%%u\n", writer->texts[thread].number);
}

static void script_await(struct program_writer *writer, unsigned thread,
                         const struct program_await *await) {
  struct bytes *body = program_body(writer, thread);
  const char *name = await->variable->name;
  switch (await->condition) {
  case AWAIT_STATE:
    bytes_append_format(body, "await %s %s\n", name,
                        constant_name(&constant_states, (long)await->number));
    break;
  case AWAIT_READABLE:
  case AWAIT_WRITABLE:
  case AWAIT_ERROR:
    bytes_append_format(body, "await %s %s\n", name,
                        await->condition == AWAIT_READABLE   ? "readable"
                        : await->condition == AWAIT_WRITABLE ? "writable"
                                                             : "error");
    break;
  case AWAIT_RECVQ:
  case AWAIT_SENDQ:
    bytes_append_format(body, "await %s %s == %lld\n", name,
                        await->condition == AWAIT_RECVQ ? "recvq" : "sendq", await->number);
    break;
  }
}

static void script_sleep(struct program_writer *writer, unsigned thread, int64_t nanoseconds) {
  bytes_append_format(program_body(writer, thread), "sleep %lldms\n",
                      (long long)(nanoseconds / 1000000));
}

/* The lines of a thread of control, with those of the jobs that it starts. */
static void put_lines(const struct program_writer *writer, unsigned thread, unsigned depth,
                      struct bytes *text) {
  const struct bytes *body = &writer->texts[thread].body;
  enum { DEEPEST = 20 };
  for (size_t at = 0; at < body->length && depth < DEEPEST;) {
    const char *line = body->data + at;
    const char *end = memchr(line, '\n', body->length - at);
    if (!end)
      return; /* no memory was left for the rest */
    size_t length = (size_t)(end - line);
    unsigned job = 0;
    at += length + 1;
    if (line[0] != JOB_MARK) {
      bytes_append_format(text, "%*s", (int)depth * 2, "");
      bytes_append(text, line, length + 1);
      continue;
    }
    sscanf(line + 1, "%u", &job);
    const struct bytes *inner = &writer->texts[job].body;
    const char *last = inner->length ? memrchr(inner->data, '\n', inner->length - 1) : NULL;
    const char *command = last ? last + 1 : inner->data;
    bool one = inner->length && memchr(command, JOB_MARK, 1) == NULL &&
               (!last || memmem(inner->data, (size_t)(last + 1 - inner->data), "\n#", 2) ||
                inner->data[0] == '#') &&
               !memchr(inner->data, '\n', last ? (size_t)(last - inner->data) : 0);
    if (one) { /* one command: what it makes is known to all behind its end */
      size_t size = (size_t)(inner->data + inner->length - 1 - command);
      bytes_append_format(text, "%*s%.*s &\n", (int)depth * 2, "", (int)size, command);
      continue;
    }
    bytes_append_format(text, "%*s{\n", (int)depth * 2, "");
    put_lines(writer, job, depth + 1, text);
    bytes_append_format(text, "%*s} &\n", (int)depth * 2, "");
  }
}

static void script_finish(struct program_writer *writer, struct bytes *text) {
  const struct program_request *request = writer->request;
  const struct program_variable *variable;
  bytes_append_text(text, "#!/usr/bin/env -S socksh\n# Made by socksh: the calls of ");
  bytes_append_text(text, request->name ? "the program " : "a session");
  if (request->name)
    literal_append_comment(text, request->name, strlen(request->name));
  if (request->host)
    bytes_append_format(text, ", those of the host %s", request->host);
  bytes_append_text(text, ", a command for each.\n\n");
  for (size_t i = 0; (variable = survey_nth_variable(&writer->survey, i)); i++)
    if (variable->made == 0)
      bytes_append_format(text, "# %s was there before the first call: let %s %d\n", variable->name,
                          variable->name, variable->descriptor);
  if (survey_thread_count(&writer->survey) > 0)
    put_lines(writer, 0, 0, text);
}

const struct program_language program_script = {
    .name = "script",
    .ending = ".socksh",
    .runs = "socksh FILE",
    .comment = script_comment,
    .call = script_write_call,
    .start = script_start,
    .join = script_join,
    .await = script_await,
    .sleep = script_sleep,
    .finish = script_finish,
};
