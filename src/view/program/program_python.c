/* program_python: a program in Python, and a test of pytest. */
#include <stdio.h>
#include <string.h>

#include "view/notation/line.h"
#include "view/program/literal.h"
#include "view/program/python_head.h"
#include "view/program/python_part.h"

/* How Python spells a call. In `form`, %0 to %7 are the parts of its row; %#0 the descriptor's
 * number of the subject or the object; %?2 a comma and the part, unless that is nothing; %t the
 * address of a message; %i "_into" where a message goes into several buffers. */
struct python_spelling {
  const char *call;
  const char *form;
  unsigned needs;
  const char *gives; /* "data": what was received; "count": a number; "list": what is ready; "made";
                        "both": two descriptors; "from": data and an address; "message"; "accepted";
                        NULL: nothing that counts */
  const char *bare;  /* the form without an address; NULL: the same */
  const char *bare_gives;
};

static const struct python_spelling spellings[] = {
    {"socket", "socket.socket(%0, %1%?2)", PYTHON_SOCKET, "made", NULL, NULL},
    {"socketpair", "socket.socketpair(%0, %1%?2)", PYTHON_SOCKET, "both", NULL, NULL},
    {"bind", "%0.bind(%1)", 0, NULL, NULL, NULL},
    {"listen", "%0.listen(%1)", 0, NULL, NULL, NULL},
    {"accept", "%0.accept()", 0, "accepted", NULL, NULL},
    {"accept4", "%0.accept()", 0, "accepted", NULL, NULL},
    {"connect", "%0.connect(%1)", 0, NULL, NULL, NULL},
    {"shutdown", "%0.shutdown(%1)", 0, NULL, NULL, NULL},
    {"close", "%0.close()", 0, NULL, NULL, NULL},
    {"dup", "%0.dup()", 0, "made", NULL, NULL},
    {"pipe", "os.pipe()", PYTHON_OS, "both", NULL, NULL},
    {"send", "%0.send(%1%?2)", 0, "count", NULL, NULL},
    {"sendto", "%0.sendto(%1%?2, %3)", 0, "count", "%0.send(%1%?2)", "count"},
    {"sendmsg", "%0.sendmsg(%1, %2%t)", 0, "count", NULL, NULL},
    {"write", "os.write(%#0, %1)", PYTHON_OS, "count", NULL, NULL},
    {"writev", "os.writev(%#0, %1)", PYTHON_OS, "count", NULL, NULL},
    {"recv", "%0.recv(%1%?2)", 0, "data", NULL, NULL},
    {"recvfrom", "%0.recvfrom(%1%?2)", 0, "from", "%0.recv(%1%?2)", "data"},
    {"recvmsg", "%0.recvmsg%i(%1, %2)", 0, "message", NULL, NULL},
    {"read", "os.read(%#0, %1)", PYTHON_OS, "data", NULL, NULL},
    {"readv", "os.readv(%#0, %1)", PYTHON_OS, "count", NULL, NULL},
    {"sendfile", "os.sendfile(%#0, %1, %2, %3)", PYTHON_OS, "count", NULL, NULL},
    {"splice", "os.splice(%#0, %2, %4, flags=%5)", PYTHON_OS, "count", NULL, NULL},
    {"getsockname", "%0.getsockname()", 0, "address", NULL, NULL},
    {"getpeername", "%0.getpeername()", 0, "address", NULL, NULL},
    {"getsockopt", "%0.getsockopt(%1%?2)", 0, "value", NULL, NULL},
    {"setsockopt", "%0.setsockopt(%1, %2)", 0, NULL, NULL, NULL},
    {"fcntl", "fcntl.fcntl(%#0, %1%?2)", PYTHON_FCNTL, "value", NULL, NULL},
    {"ioctl", "fcntl.ioctl(%#0, %1, %2)", PYTHON_FCNTL, "value", NULL, NULL},
    {"poll", "%0.poll(%1)", PYTHON_SELECT, "list", NULL, NULL},
    {"pselect6", "select.select(%0, %1)", PYTHON_SELECT, "sets", NULL, NULL},
    {"select", "select.select(%0, %1)", PYTHON_SELECT, "sets", NULL, NULL},
    {"epoll_create", "select.epoll()", PYTHON_SELECT, "made", NULL, NULL},
    {"epoll_create1", "select.epoll()", PYTHON_SELECT, "made", NULL, NULL},
    {"epoll_ctl", "%0.%1(%2%?3)", PYTHON_SELECT, NULL, NULL, NULL},
    {"epoll_wait", "%0.poll(%s, %1)", PYTHON_SELECT, "list", NULL, NULL},
    {"epoll_pwait", "%0.poll(%s, %1)", PYTHON_SELECT, "list", NULL, NULL},
    {"epoll_pwait2", "%0.poll(%2, %1)", PYTHON_SELECT, "list", NULL, NULL},
    {"getaddrinfo", "socket.getaddrinfo(%0, %1, %2)", PYTHON_SOCKET, "value", NULL, NULL},
    {"getnameinfo", "socket.getnameinfo(%0, 0)", PYTHON_SOCKET, "value", NULL, NULL},
};

static const struct python_spelling *spelling_of(const struct call *call) {
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
    if (strcmp(spellings[i].call, call_row(call)->name) == 0)
      return &spellings[i];
  return NULL;
}

/* No address is named, or asked for. */
static bool is_bare(const struct call *call) {
  return call_has_part(call, PART_ADDRESS_OUT) ? call->no_address : call->address.length == 0;
}

static void put_part(struct python_call *python, int part, struct bytes *text) {
  bytes_append(text, python->parts[part].data, python->parts[part].length);
}

/* The call, made of the form and the parts. */
static void put_form(struct python_call *python, const char *form, struct bytes *text) {
  int64_t duration = python->call->duration;
  for (const char *c = form; *c; c++) {
    if (*c != '%') {
      bytes_append_char(text, *c);
    } else if (c[1] == '#') {
      python_put_number_of(python, &python->call->subject, text);
      c += 2;
    } else if (c[1] == '?') {
      if (!python->nothing[c[2] - '0']) {
        bytes_append_text(text, ", ");
        put_part(python, c[2] - '0', text);
      }
      c += 2;
    } else if (c[1] == 't') {
      bytes_append(text, python->tail.data, python->tail.length);
      c++;
    } else if (c[1] == 'i') {
      bytes_append_text(text, python->into ? "_into" : "");
      c++;
    } else if (c[1] == 's') { /* milliseconds as seconds */
      bytes_append_format(text, duration < 0 ? "None" : "%g", (double)duration / 1e9);
      c++;
    } else {
      put_part(python, *++c - '0', text);
    }
  }
}

static bool is_pytest(const struct program_writer *writer) {
  return writer->request->language == &program_pytest;
}

static void python_comment(struct program_writer *writer, unsigned thread, const char *text,
                           size_t length) {
  struct bytes *body = program_body(writer, thread);
  if (body->length > 1 && body->data[body->length - 2] != '\n') {
    size_t begin = body->length - 1;
    while (begin > 0 && body->data[begin - 1] != '\n')
      begin--;
    if (body->data[begin] != '#')
      bytes_append_char(body, '\n');
  }
  bytes_append_text(body, "# ");
  literal_append_comment(body, text, length);
  bytes_append_char(body, '\n');
}

/* The variables that have come with a message. */
static void take_rights(struct python_call *python, struct bytes *after) {
  const struct call_messages *messages = &python->call->messages;
  size_t at = 0;
  int descriptor;
  if (call_row(python->call)->payload != PAYLOAD_MESSAGES ||
      call_row(python->call)->direction != RECEIVES || !messages->count)
    return;
  for (size_t n = 0; (descriptor = survey_next_right(messages->message, &at)) >= 0; n++) {
    const struct program_variable *variable =
        survey_numbered(&python->writer->survey, descriptor, python->event->serial);
    if (!variable)
      continue;
    python->writer->needs |= PYTHON_STRUCT;
    bool number = python_is_number(variable);
    python_put_line(after, "%s = %sstruct.unpack_from(\"i\", ancillary[0][2], %zu)[0]%s",
                    variable->name, number ? "" : "socket.socket(fileno=", n * sizeof(int),
                    number ? "" : ")");
  }
}

/* What is on the left of the call; "" for nothing. What pytest asserts is what `last` has. */
static void put_left(struct python_call *python, const struct python_spelling *spelling,
                     bool counts, struct bytes *left) {
  const struct call *call = python->call;
  struct survey *survey = &python->writer->survey;
  const struct program_variable *made = survey_variable(survey, &call->made_label[0]);
  const struct program_variable *other = survey_variable(survey, &call->made_label[1]);
  const char *gives = spelling->gives ? spelling->gives : "";
  if (spelling->bare && is_bare(call))
    gives = spelling->bare_gives;
  char name[IDENTIFIER_SIZE];
  bool makes = made && call->made[0] >= 0;
  if (strcmp(gives, "accepted") == 0 && makes) {
    python->base = made->name;
    python_name(python, "peer", name);
    bytes_append_format(left, "%s, %s = ", made->name, name);
    if (call->address.length)
      program_address_add(python->writer, name, &call->address, python->thread, true);
  } else if (strcmp(gives, "both") == 0 && makes && other) {
    bytes_append_format(left, "%s, %s = ", made->name, other->name);
  } else if (makes) {
    bytes_append_format(left, "%s = ", made->name);
  } else if (strcmp(gives, "from") == 0) {
    python_name(python, "from", name);
    bytes_append_format(left, "data, %s = ", name);
    program_address_add(python->writer, name, &call->address, python->thread, true);
  } else if (strcmp(gives, "message") == 0) {
    python_name(python, "from", name);
    bytes_append_format(left, "%s, ancillary, flags, %s = ", python->into ? "n" : "data", name);
    if (call->messages.count && call->messages.message->address.length)
      program_address_add(python->writer, name, &call->messages.message->address, python->thread,
                          true);
  } else if (strcmp(gives, "data") == 0) {
    bytes_append_text(left, "data = ");
  } else if (strcmp(gives, "count") == 0 && counts) {
    bytes_append_text(left, "n = ");
  } else if (strcmp(gives, "list") == 0) {
    bytes_append_text(left, "ready = ");
  } else if (strcmp(gives, "sets") == 0) {
    bytes_append_text(left, "readable, writable, exceptional = ");
  } else if (strcmp(gives, "address") == 0) {
    python_name(python, "name", name);
    bytes_append_format(left, "%s = ", name);
  } else if (strcmp(gives, "value") == 0) {
    bytes_append_text(left, "value = ");
  }
}

/* What the call gave, as an assertion. */
static void put_assertion(struct program_writer *writer, struct bytes *body,
                          const struct python_spelling *spelling, bool into, long result,
                          const struct bytes *data) {
  const char *gives = spelling && spelling->gives ? spelling->gives : "";
  bool bytes_came = strcmp(gives, "data") == 0 || strcmp(gives, "from") == 0 ||
                    (strcmp(gives, "message") == 0 && !into);
  (void)writer;
  if (bytes_came && (size_t)result == data->length) {
    struct bytes text = {0};
    literal_append_python(&text, data->data, data->length, 4);
    python_put_line(body, "assert data == %s", bytes_text(&text));
    bytes_free(&text);
  } else if (bytes_came) {
    python_put_line(body, "assert len(data) == %ld", result);
  } else if (strcmp(gives, "count") == 0 || strcmp(gives, "message") == 0) {
    python_put_line(body, "assert n == %ld", result);
  } else if (strcmp(gives, "list") == 0) {
    python_put_line(body, "assert len(ready) == %ld", result);
  } else if (strcmp(gives, "sets") == 0) {
    python_put_line(body, "assert len(readable) + len(writable) + len(exceptional) == %ld", result);
  }
}

static void put_untold(struct python_call *python, struct bytes *body) {
  struct bytes line = {0};
  bytes_append_text(&line, "not translated: ");
  line_append_call(python->call, &line);
  python_comment(python->writer, python->thread, bytes_text(&line), line.length);
  bytes_free(&line);
  for (int i = 0; i < 2; i++) {
    const struct program_variable *made =
        survey_variable(&python->writer->survey, &python->call->made_label[i]);
    if (python->call->made[i] >= 0 && made)
      python_put_line(body, "%s = None", made->name);
  }
}

/* Forms for descriptors that are plain numbers. */
static const char *form_of(const struct python_call *python,
                           const struct python_spelling *spelling) {
  const struct program_variable *subject =
      survey_variable(&python->writer->survey, &python->call->subject);
  if (!python_is_number(subject))
    return spelling->bare && is_bare(python->call) ? spelling->bare : spelling->form;
  if (call_row(python->call)->closes)
    return "os.close(%0)";
  if (call_row(python->call)->makes == MAKES_LIKE_SUBJECT)
    return "os.dup(%0)";
  return spelling->form;
}

static bool is_chosen_by_kernel(const struct python_call *python) {
  const struct program_variable *subject =
      survey_variable(&python->writer->survey, &python->call->subject);
  return subject && (subject->protocol == IPPROTO_ICMP || subject->protocol == IPPROTO_RAW ||
                     subject->protocol == IPPROTO_ICMPV6 || subject->family == AF_NETLINK ||
                     subject->family == AF_PACKET);
}

static void put_call(struct python_call *python, const struct python_spelling *spelling,
                     struct bytes *body) {
  const struct call *call = python->call;
  struct program_writer *writer = python->writer;
  const struct program_statement *statement =
      survey_statement(&writer->survey, python->event->statement);
  bool failed = call_has_failed(call);
  bool counts = is_pytest(writer) || (statement && statement->expects);
  struct bytes code = {0}, left = {0};
  int64_t took = program_call_took(call);
  const char *form = form_of(python, spelling);
  if (writer->request->program && call_descriptors(call) > 0 && body->length > 0)
    bytes_append_char(body, '\n'); /* there are no lines that would part them */
  writer->needs |= spelling->needs;
  if (strncmp(form, "os.", 3) == 0)
    writer->needs |= PYTHON_OS;
  put_form(python, form, &code);
  if (!failed)
    put_left(python, spelling, counts, &left);
  bytes_append(body, python->before.data, python->before.length);
  if (call->interrupted) {
    writer->needs |=
        PYTHON_INTERRUPTED | PYTHON_SIGNAL | (failed ? PYTHON_FAILS | PYTHON_ERRNO : 0);
    python_put_line(body, "with interrupted(%.3g):", took > 1000000 ? (double)took / 1e9 : 0.001);
    python_put_line(body, "    %s%s", bytes_text(&left), bytes_text(&code));
  } else if (failed) {
    const char *name = call_row(call)->result == RESULT_LOOKUP
                           ? constant_name(&constant_lookup_errors, call->result)
                           : error_number_name(call->error);
    writer->needs |= PYTHON_FAILS | PYTHON_ERRNO;
    python_put_line(body, "with fails(%s.%s):",
                    call_row(call)->result == RESULT_LOOKUP ? "socket" : "errno", name);
    python_put_line(body, "    %s", bytes_text(&code));
  } else {
    python_put_line(body, "%s%s", bytes_text(&left), bytes_text(&code));
  }
  struct program_last *last = &writer->texts[python->thread].last;
  last->counted = !failed && !(call_message_flags(call) & MSG_TRUNC);
  last->spelling = spelling;
  last->into = python->into;
  if (!failed) {
    bytes_append(body, python->after.data, python->after.length);
    take_rights(python, body);
  }
  bytes_free(&code);
  bytes_free(&left);
}

static void put_fetch(struct python_call *python, struct program_variable *variable) {
  python->base = variable->name;
  python_name(python, "address", variable->address_name);
  python_put_line(&python->after, "# The kernel has chosen the address: others will need it.");
  python_put_line(&python->after, "%s = %s.getsockname()", variable->address_name, variable->name);
  if (variable->local.length)
    program_address_add(python->writer, variable->address_name, &variable->local, ANY_THREAD, true);
}

/* In a test each call is asserted at once. */
static void assert_result(struct python_call *python, const struct python_spelling *spelling,
                          struct bytes *body) {
  const struct call *call = python->call;
  struct bytes data = {0};
  if (!is_pytest(python->writer) || call_has_failed(call) || is_chosen_by_kernel(python) ||
      call_message_flags(call) & MSG_TRUNC)
    return;
  if (call_row(call)->direction == RECEIVES && call->data && call->result > 0)
    bytes_append(&data, call->data->data,
                 (size_t)call->result < call->data->length ? (size_t)call->result
                                                           : call->data->length);
  put_assertion(python->writer, body, spelling, python->into, call->result, &data);
  bytes_free(&data);
}

static void python_write_call(struct program_writer *writer, const struct event *event,
                              unsigned thread) {
  struct python_call python = {
      .writer = writer, .event = event, .call = event->call, .thread = thread, .base = "call"};
  struct bytes *body = program_body(writer, thread);
  struct program_variable *subject = survey_variable(&writer->survey, &event->call->subject);
  const struct python_spelling *spelling = spelling_of(event->call);
  if (subject)
    python.base = subject->name;
  python_put_parts(&python);
  if (subject && subject->fetch == event->serial && !writer->request->host)
    put_fetch(&python, subject);
  /* Only the main thread takes signals. */
  if (!spelling || python.untold || (event->call->interrupted && thread > 0)) {
    put_untold(&python, body);
  } else {
    put_call(&python, spelling, body);
    assert_result(&python, spelling, body);
  }
  for (int i = 0; i < CALL_PARTS; i++) {
    body->failed = body->failed || python.parts[i].failed;
    bytes_free(&python.parts[i]);
  }
  body->failed = body->failed || python.before.failed || python.after.failed;
  bytes_free(&python.before);
  bytes_free(&python.tail);
  bytes_free(&python.after);
}

static bool is_process(const struct program_writer *writer, unsigned thread) {
  const struct program_thread *self = survey_nth_thread(&writer->survey, thread);
  return self->task && self->process != survey_nth_thread(&writer->survey, 0)->process &&
         self->process == self->task;
}

static void python_start(struct program_writer *writer, unsigned parent, unsigned thread) {
  const char *name = writer->texts[thread].function;
  struct bytes *body = program_body(writer, parent);
  const struct program_thread *self = survey_nth_thread(&writer->survey, thread);
  if (is_process(writer, thread)) {
    writer->needs |= PYTHON_OS;
    python_put_line(body, "%s_id = os.fork()", name);
    python_put_line(body, "if %s_id == 0:", name);
    python_put_line(body, "    %s()", name);
    python_put_line(body, "    os._exit(0)");
    return;
  }
  writer->needs |= PYTHON_THREADS;
  python_put_line(body, "%s_thread = Job(target=%s%s)", name, name,
                  self->ended || self->task ? "" : ", daemon=True");
  python_put_line(body, "%s_thread.start()", name);
}

static void python_join(struct program_writer *writer, unsigned parent, unsigned thread) {
  const char *name = writer->texts[thread].function;
  struct bytes *body = program_body(writer, parent);
  if (is_process(writer, thread))
    python_put_line(body, "os.waitpid(%s_id, 0)", name);
  else
    python_put_line(body, "%s_thread.join()", name);
}

static void python_expected(struct program_writer *writer, unsigned thread,
                            const struct event_test *test) {
  const struct program_last *last = &writer->texts[thread].last;
  struct bytes *body = program_body(writer, thread);
  if (is_pytest(writer) || last->failed || !last->counted || strcmp(test->expected, "ok") == 0)
    return;
  if (test->expected[0] == '/' && last->data.length > 0)
    python_put_line(body, "assert data");
  else
    put_assertion(writer, body, last->spelling, last->into, last->result, &last->data);
}

static void python_await(struct program_writer *writer, unsigned thread,
                         const struct program_await *await) {
  struct bytes *body = program_body(writer, thread);
  const char *name = await->variable->name;
  bool closed = await->number == STATE_TIME_WAIT;
  switch (await->condition) {
  case AWAIT_STATE:
    writer->needs |= PYTHON_STATE | PYTHON_TIME | PYTHON_SOCKET;
    python_put_line(body, "wait_state(%s, %lld)  # %s", name,
                    closed ? (long long)STATE_CLOSED : await->number,
                    constant_name(&constant_states, (long)await->number));
    break;
  case AWAIT_READABLE:
  case AWAIT_WRITABLE:
  case AWAIT_ERROR:
    writer->needs |= PYTHON_READY | PYTHON_SELECT;
    python_put_line(body, "wait_ready(%s, %s)", name,
                    await->condition == AWAIT_READABLE   ? "select.POLLIN"
                    : await->condition == AWAIT_WRITABLE ? "select.POLLOUT"
                                                         : "0");
    break;
  case AWAIT_RECVQ:
  case AWAIT_SENDQ:
    writer->needs |= PYTHON_QUEUE | PYTHON_FCNTL | PYTHON_STRUCT | PYTHON_TIME;
    python_put_line(body, "wait_queue(%s, %s, %lld)", name,
                    await->condition == AWAIT_RECVQ ? "termios.FIONREAD" : "termios.TIOCOUTQ",
                    await->number);
    break;
  }
}

static void python_sleep(struct program_writer *writer, unsigned thread, int64_t nanoseconds) {
  writer->needs |= PYTHON_TIME;
  python_put_line(program_body(writer, thread), "time.sleep(%g)", (double)nanoseconds / 1e9);
}

static void python_finish(struct program_writer *writer, struct bytes *text) {
  size_t count = survey_thread_count(&writer->survey);
  bool test = is_pytest(writer);
  const struct program_variable *variable;
  for (size_t i = 0; (variable = survey_nth_variable(&writer->survey, i)); i++)
    if (variable->family && !variable->epoll)
      writer->needs |= PYTHON_SOCKET;
  python_put_head(writer, text, is_pytest(writer));
  for (size_t i = 1; i < count; i++) {
    if (!survey_nth_thread(&writer->survey, i)->first)
      continue;
    bytes_append_format(text, "\ndef %s():\n", writer->texts[i].function);
    python_put_globals(writer, (unsigned)i, text);
    python_put_body(&writer->texts[i].body, text);
    bytes_append_text(text, "\n");
  }
  if (count == 0)
    return;
  if (!test) {
    bytes_append_text(text, count > 1 || writer->needs & PYTHON_FAILS ? "\n" : "");
    bytes_append(text, writer->texts[0].body.data, writer->texts[0].body.length);
    return;
  }
  bytes_append_text(text, "\ndef test_session():\n");
  python_put_globals(writer, 0, text);
  python_put_body(&writer->texts[0].body, text);
  bytes_append_text(text, "\n\nif __name__ == \"__main__\":\n    test_session()\n");
}

const struct program_language program_python = {
    .name = "python",
    .ending = ".py",
    .runs = "python3 FILE",
    .comment = python_comment,
    .call = python_write_call,
    .start = python_start,
    .join = python_join,
    .expected = python_expected,
    .await = python_await,
    .sleep = python_sleep,
    .finish = python_finish,
};

const struct program_language program_pytest = {
    .name = "pytest",
    .ending = ".py",
    .runs = "pytest FILE",
    .comment = python_comment,
    .call = python_write_call,
    .start = python_start,
    .join = python_join,
    .expected = python_expected,
    .await = python_await,
    .sleep = python_sleep,
    .finish = python_finish,
};
