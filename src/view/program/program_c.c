/* program_c: a program in C. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "view/notation/line.h"
#include "view/program/c_part.h"
#include "view/program/c_value.h"
#include "view/program/literal.h"

/* Calls whose function of the C library has another name, or takes more. */
struct c_spelling {
  const char *call;
  const char *function;
  const char *more; /* arguments behind those of the row */
};

static const struct c_spelling spellings[] = {
    {"pselect6", "pselect", ", NULL"},
    {"ppoll", "ppoll", ", NULL"},
};

/* Calls that name an address, and what they are called without it. */
static const struct {
  const char *call;
  const char *function;
  const char *without; /* the arguments that are left out then */
} bare_forms[] = {
    {"sendto", "send", ", NULL, 0"},
    {"recvfrom", "recv", ", NULL, NULL"},
};

/* Takes the arguments of an address that is not there away. */
static void make_bare(struct c_call *c, struct c_spelling *spelling) {
  for (size_t i = 0; i < sizeof bare_forms / sizeof *bare_forms; i++) {
    size_t length = strlen(bare_forms[i].without);
    if (strcmp(spelling->function, bare_forms[i].call) != 0 || c->arguments.length < length ||
        memcmp(c->arguments.data + c->arguments.length - length, bare_forms[i].without, length) !=
            0)
      continue;
    c->arguments.length -= length;
    spelling->function = bare_forms[i].function;
  }
}

static struct c_spelling spelling_of(const struct call *call) {
  const char *name = call_row(call)->name;
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
    if (strcmp(spellings[i].call, name) == 0)
      return spellings[i];
  return (struct c_spelling){name, name, ""};
}

static void c_comment(struct program_writer *writer, unsigned thread, const char *text,
                      size_t length) {
  struct bytes *body = program_body(writer, thread);
  const char *end = body->length > 3 ? body->data + body->length - 4 : NULL;
  bool follows = end && memcmp(end, " */\n", 4) == 0;
  if (body->length > 0 && !follows && !(end && end[2] == '\n'))
    bytes_append_char(body, '\n');
  bytes_append_text(body, "  /* ");
  literal_append_comment_c(body, text, length);
  bytes_append_text(body, " */\n");
}

/* The call and the check of its result. */
static void put_checked(struct c_call *c, struct bytes *body, const char *call, const char *name) {
  const struct call_row *row = call_row(c->call);
  const struct program_variable *made =
      row->descriptors != 2 && row->payload != PAYLOAD_VALUE && c->call->made[0] >= 0
          ? survey_variable(&c->writer->survey, &c->call->made_label[0])
          : NULL;
  const struct program_statement *statement =
      survey_statement(&c->writer->survey, c->event->statement);
  bool counts =
      row->direction == RECEIVES ||
      (statement && statement->expects && !made &&
       (row->direction == SENDS || row->result != RESULT_NUMBER || row->payload == PAYLOAD_ITEMS));
  struct bytes code = {0};
  if (row->result == RESULT_LOOKUP) {
    bool failed = call_has_failed(c->call);
    bytes_append_format(&code, "if (%s %s 0)", call, failed ? "==" : "!=");
    c_put_code(body, bytes_text(&code));
    c_put_line(body, "  unexpected(\"%s\", \"%s\");", name, failed ? "an error" : "success");
    c->writer->needs |= NEEDS_LOOKUP | NEEDS_UNEXPECTED;
  } else if (call_has_failed(c->call)) {
    const char *error = error_number_name(c->call->error);
    bytes_append_format(&code, "if (%s != -1 || errno != %s)", call, error);
    c_put_code(body, bytes_text(&code));
    c_put_line(body, "  unexpected(\"%s\", \"%s\");", name, error);
    c->writer->needs |= NEEDS_UNEXPECTED;
    if (c->call->error == EPIPE)
      c->writer->needs |= NEEDS_NO_SIGPIPE;
  } else {
    if (made)
      c_put_descriptor(c, made, &code);
    else
      bytes_append_text(&code, counts ? "n" : "if (");
    if (made || counts) {
      bytes_append_format(&code, " = %s;", call);
      c_put_code(body, bytes_text(&code));
      c_put_line(body, "if (%s == -1)", made ? made->name : "n");
    } else {
      bytes_append_format(&code, "%s == -1)", call);
      c_put_code(body, bytes_text(&code));
    }
    c_put_line(body, "  die(\"%s\");", name);
    c->writer->needs |= NEEDS_DIE;
    if (counts && !made) {
      survey_nth_thread(&c->writer->survey, c->thread)->counts = true;
      c->writer->texts[c->thread].last.counted = true;
    }
  }
  bytes_free(&code);
}

/* A call that C cannot say: what it was, and that what it made is not there. */
static void put_untold(struct c_call *c, struct bytes *body) {
  struct bytes line = {0};
  bytes_append_text(&line, "not translated: ");
  line_append_call(c->call, &line);
  c_comment(c->writer, c->thread, bytes_text(&line), line.length);
  bytes_clear(&line);
  for (int i = 0; i < 2; i++) {
    const struct program_variable *made =
        survey_variable(&c->writer->survey, &c->call->made_label[i]);
    if (c->call->made[i] < 0 || !made)
      continue;
    bytes_clear(&line);
    c_put_descriptor(c, made, &line);
    c_put_line(body, "%s = -1;", bytes_text(&line));
  }
  bytes_free(&line);
}

static void put_call(struct c_call *c, struct bytes *body) {
  struct c_spelling spelling = spelling_of(c->call);
  make_bare(c, &spelling);
  struct bytes call = {0};
  int64_t took = program_call_took(c->call);
  bytes_append_format(&call, "%s(%s%s)", spelling.function, bytes_text(&c->arguments),
                      spelling.more);
  bytes_append(body, c->before.data, c->before.length);
  if (c->call->interrupted) {
    c->writer->needs |= NEEDS_INTERRUPT;
    c_put_line(body, "interrupt_after(%lld); /* it blocks: a signal ends it */",
               took > 1000000 ? (long long)(took / 1000000) : 1);
  }
  put_checked(c, body, bytes_text(&call), spelling.function);
  if (c->call->interrupted)
    c_put_line(body, "interrupt_after(0);");
  if (!call_has_failed(c->call))
    bytes_append(body, c->after.data, c->after.length);
  bytes_free(&call);
}

/* Descriptors that are no sockets. */
static unsigned needs_of(const struct call *call) {
  switch (call_row(call)->makes) {
  case MAKES_EPOLL:
    return NEEDS_EPOLL;
  default:
    return 0;
  }
}

static void c_call(struct program_writer *writer, const struct event *event, unsigned thread) {
  struct c_call c = {
      .writer = writer, .event = event, .call = event->call, .thread = thread, .base = "call"};
  struct bytes *body = program_body(writer, thread);
  struct program_variable *subject = survey_variable(&writer->survey, &event->call->subject);
  const struct program_variable *made =
      survey_variable(&writer->survey, &event->call->made_label[0]);
  if (subject)
    c.base = subject->name;
  else if (made && event->call->made[0] >= 0)
    c.base = made->name;
  writer->needs |= needs_of(event->call);
  c_put_arguments(&c);
  if (writer->request->program && call_descriptors(event->call) > 0 && body->length > 0)
    bytes_append_char(body, '\n'); /* there are no lines that would part them */
  if (subject && subject->fetch == event->serial && !writer->request->host)
    c_put_fetch(&c, subject);
  if (c.untold)
    put_untold(&c, body);
  else
    put_call(&c, body);
  body->failed = body->failed || c.before.failed || c.arguments.failed || c.after.failed;
  bytes_free(&c.before);
  bytes_free(&c.arguments);
  bytes_free(&c.after);
}

static bool is_process(const struct program_writer *writer, unsigned thread) {
  const struct program_thread *self = survey_nth_thread(&writer->survey, thread);
  return self->task && self->process != survey_nth_thread(&writer->survey, 0)->process &&
         self->process == self->task;
}

static void c_start(struct program_writer *writer, unsigned parent, unsigned thread) {
  const char *name = writer->texts[thread].function;
  struct bytes *body = program_body(writer, parent);
  if (is_process(writer, thread)) {
    writer->needs |= NEEDS_PROCESSES | NEEDS_DIE;
    bytes_append_format(&writer->shared, "static pid_t %s_id;\nstatic void *%s(void *unused);\n",
                        name, name);
    c_put_line(body, "%s_id = fork();", name);
    c_put_line(body, "if (%s_id == -1)", name);
    c_put_line(body, "  die(\"fork\");");
    c_put_line(body, "if (%s_id == 0) {", name);
    c_put_line(body, "  %s(NULL);", name);
    c_put_line(body, "  exit(EXIT_SUCCESS);");
    c_put_line(body, "}");
    return;
  }
  writer->needs |= NEEDS_THREADS | NEEDS_DIE;
  bytes_append_format(&writer->shared, "static pthread_t %s_id;\nstatic void *%s(void *unused);\n",
                      name, name);
  c_put_line(body, "start(&%s_id, %s);", name, name);
}

static void c_join(struct program_writer *writer, unsigned parent, unsigned thread) {
  struct bytes *body = program_body(writer, parent);
  const char *name = writer->texts[thread].function;
  if (is_process(writer, thread))
    c_put_line(body, "waitpid(%s_id, NULL, 0);", name);
  else
    c_put_line(body, "pthread_join(%s_id, NULL);", name);
}

static void c_expected(struct program_writer *writer, unsigned thread,
                       const struct event_test *test) {
  const struct program_last *last = &writer->texts[thread].last;
  struct bytes *body = program_body(writer, thread);
  char first = test->expected[0];
  if (last->failed || !last->counted || strcmp(test->expected, "ok") == 0)
    return;
  writer->needs |= NEEDS_ASSERT;
  if (first == '/' && last->result > 0) {
    c_put_line(body, "assert(n > 0);");
  } else if (first == '"' && last->data.length > 0) {
    struct bytes text = {0}, line = {0};
    literal_append_c(&text, last->data.data, last->data.length, 4);
    bytes_append_format(&line, "assert(n == %ld && memcmp(buffer, %s, %zu) == 0);", last->result,
                        bytes_text(&text), last->data.length);
    c_put_code(body, bytes_text(&line));
    body->failed = body->failed || text.failed || line.failed;
    bytes_free(&text);
    bytes_free(&line);
  } else {
    c_put_line(body, "assert(n == %ld);", last->result);
  }
}

static void c_await(struct program_writer *writer, unsigned thread,
                    const struct program_await *await) {
  struct bytes *body = program_body(writer, thread);
  const char *name = await->variable->name;
  bool state = await->condition == AWAIT_STATE;
  bool queue = await->condition == AWAIT_RECVQ || await->condition == AWAIT_SENDQ;
  writer->needs |= NEEDS_DIE;
  if (!state && !queue) {
    writer->needs |= NEEDS_AWAIT_READY | NEEDS_POLL;
    c_put_line(body, "await_ready(%s, %s);", name,
               await->condition == AWAIT_WRITABLE   ? "POLLOUT"
               : await->condition == AWAIT_READABLE ? "POLLIN"
                                                    : "0");
  } else if (queue) {
    writer->needs |= NEEDS_AWAIT_QUEUE | NEEDS_IOCTL | NEEDS_TIME;
    c_put_line(body, "await_queue(%s, %s, %lld);", name,
               await->condition == AWAIT_RECVQ ? "SIOCINQ" : "SIOCOUTQ", await->number);
  } else {
    /* A descriptor's socket in TIME_WAIT is closed: what is left is another, smaller one. */
    bool closed = await->number == STATE_CLOSED || await->number == STATE_TIME_WAIT;
    writer->needs |= NEEDS_AWAIT_STATE | NEEDS_TCP | NEEDS_TIME | NEEDS_INET;
    c_put_line(body, "await_state(%s, TCP_%s);", name,
               closed ? "CLOSE" : constant_name(&constant_states, (long)await->number));
  }
}

static void c_sleep(struct program_writer *writer, unsigned thread, int64_t nanoseconds) {
  writer->needs |= NEEDS_TIME;
  c_put_line(program_body(writer, thread),
             "nanosleep(&(struct timespec){.tv_sec = %lld, .tv_nsec = %lld}, NULL);",
             (long long)(nanoseconds / 1000000000), (long long)(nanoseconds % 1000000000));
}

/* A header, and the needs that it serves; 0: every program. */
static const struct {
  const char *name;
  unsigned needs;
} headers[] = {
    {"arpa/inet.h", NEEDS_INET},
    {"assert.h", NEEDS_ASSERT},
    {"errno.h", NEEDS_UNEXPECTED | NEEDS_THREADS},
    {"fcntl.h", NEEDS_FILES},
    {"linux/filter.h", NEEDS_FILTER},
    {"linux/sockios.h", NEEDS_IOCTL},
    {"net/if.h", NEEDS_INTERFACE},
    {"netdb.h", NEEDS_LOOKUP},
    {"netinet/in.h", NEEDS_INET},
    {"netinet/tcp.h", NEEDS_TCP},
    {"netinet/udp.h", NEEDS_UDP},
    {"poll.h", NEEDS_POLL},
    {"pthread.h", NEEDS_THREADS},
    {"signal.h", NEEDS_INTERRUPT | NEEDS_NO_SIGPIPE},
    {"stddef.h", NEEDS_OFFSET},
    {"stdio.h", 0},
    {"stdlib.h", 0},
    {"string.h", 0},
    {"sys/epoll.h", NEEDS_EPOLL},
    {"sys/ioctl.h", NEEDS_IOCTL},
    {"sys/select.h", NEEDS_SELECT},
    {"sys/sendfile.h", NEEDS_SENDFILE},
    {"sys/socket.h", 0},
    {"sys/time.h", NEEDS_TIME | NEEDS_INTERRUPT},
    {"sys/un.h", NEEDS_UNIX},
    {"sys/wait.h", NEEDS_PROCESSES},
    {"time.h", NEEDS_TIME},
    {"unistd.h", 0},
};

/* A function of the program's own, and the need that it serves. */
static const struct {
  unsigned need;
  const char *text;
} helpers[] = {
    {NEEDS_DIE, "/* Says which call failed, and why, and ends the program. */\n"
                "static _Noreturn void die(const char *call) {\n"
                "  perror(call);\n"
                "  exit(EXIT_FAILURE);\n"
                "}\n"},
    {NEEDS_UNEXPECTED,
     "/* The session saw this call fail so; here it did not. */\n"
     "static _Noreturn void unexpected(const char *call, const char *expected) {\n"
     "  fprintf(stderr, \"%s: %s was expected\\n\", call, expected);\n"
     "  exit(EXIT_FAILURE);\n"
     "}\n"},
    {NEEDS_THREADS, "static void start(pthread_t *thread, void *(*function)(void *)) {\n"
                    "  errno = pthread_create(thread, NULL, function, NULL);\n"
                    "  if (errno != 0)\n"
                    "    die(\"pthread_create\");\n"
                    "}\n"},
    {NEEDS_INTERRUPT,
     "static void on_alarm(int number) {\n"
     "  (void)number;\n"
     "}\n\n"
     "/* Lets a signal interrupt the call that this thread makes next, after so many "
     "milliseconds;\n"
     " * 0: no more. Without SA_RESTART the call fails with EINTR. */\n"
     "static void interrupt_after(int milliseconds) {\n"
     "  struct sigaction action = {.sa_handler = on_alarm};\n"
     "  struct itimerval timer = {.it_value = {.tv_sec = milliseconds / 1000,\n"
     "                                         .tv_usec = milliseconds % 1000 * 1000},\n"
     "                            .it_interval = {.tv_usec = milliseconds ? 10000 : 0}};\n"
     "  sigset_t alarm_only;\n"
     "  sigemptyset(&alarm_only);\n"
     "  sigaddset(&alarm_only, SIGALRM);\n"
     "  sigaction(SIGALRM, &action, NULL);\n"
     "  sigprocmask(milliseconds ? SIG_UNBLOCK : SIG_BLOCK, &alarm_only, NULL);\n"
     "  setitimer(ITIMER_REAL, &timer, NULL);\n"
     "}\n"},
    {NEEDS_AWAIT_STATE, "/* Waits until TCP is in this state: up to 10 seconds. */\n"
                        "static void await_state(int fd, int state) {\n"
                        "  struct timespec moment = {.tv_nsec = 10000000};\n"
                        "  for (int tries = 0; tries < 1000; tries++) {\n"
                        "    struct tcp_info info;\n"
                        "    socklen_t length = sizeof info;\n"
                        "    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == -1)\n"
                        "      die(\"getsockopt\");\n"
                        "    if (info.tcpi_state == state)\n"
                        "      return;\n"
                        "    nanosleep(&moment, NULL);\n"
                        "  }\n"
                        "  fputs(\"the state did not come\\n\", stderr);\n"
                        "  exit(EXIT_FAILURE);\n"
                        "}\n"},
    {NEEDS_AWAIT_QUEUE, "/* Waits until so many bytes are in a queue: up to 10 seconds. */\n"
                        "static void await_queue(int fd, unsigned long queue, int length) {\n"
                        "  struct timespec moment = {.tv_nsec = 10000000};\n"
                        "  for (int tries = 0; tries < 1000; tries++) {\n"
                        "    int now;\n"
                        "    if (ioctl(fd, queue, &now) == -1)\n"
                        "      die(\"ioctl\");\n"
                        "    if (now == length)\n"
                        "      return;\n"
                        "    nanosleep(&moment, NULL);\n"
                        "  }\n"
                        "  fputs(\"the bytes did not come\\n\", stderr);\n"
                        "  exit(EXIT_FAILURE);\n"
                        "}\n"},
    {NEEDS_AWAIT_READY, "/* Waits until the socket is ready: up to 10 seconds. */\n"
                        "static void await_ready(int fd, short events) {\n"
                        "  struct pollfd polled = {.fd = fd, .events = events};\n"
                        "  if (poll(&polled, 1, 10000) == -1)\n"
                        "    die(\"poll\");\n"
                        "}\n"},
};

static void put_variables(struct bytes *text, const struct program_thread *thread) {
  enum { ON_STACK = 65536 };
  if (thread->buffer)
    c_put_line(text, "%schar buffer[%zu];", thread->buffer > ON_STACK ? "static " : "",
               thread->buffer);
  if (thread->counts)
    c_put_line(text, "ssize_t n;");
  if (thread->buffer || thread->counts)
    bytes_append_char(text, '\n');
}

/* Descriptors that the session had before its first call. */
static void put_inherited(struct program_writer *writer, struct bytes *text) {
  const struct program_variable *variable;
  for (size_t i = 0; (variable = survey_nth_variable(&writer->survey, i)); i++)
    if (variable->made == 0)
      bytes_append_format(text, "/* It was there before the first call. */\nstatic int %s = %d;\n",
                          variable->name, variable->descriptor);
}

static void put_head(struct program_writer *writer, struct bytes *text) {
  const struct program_request *request = writer->request;
  bytes_append_text(text, "/* Made by socksh: the calls of ");
  bytes_append_text(text, request->name ? "the program " : "a session");
  if (request->name)
    literal_append_comment_c(text, request->name, strlen(request->name));
  if (request->host)
    bytes_append_format(text, ", those of the host %s", request->host);
  bytes_append_text(text, ".\n *\n *     cc -std=c11 -Wall -Wextra");
  bytes_append_text(text, writer->needs & NEEDS_THREADS ? " -pthread" : "");
  bytes_append_text(text, " -o program program.c\n */\n#define _GNU_SOURCE\n");
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
    if (!headers[i].needs || writer->needs & headers[i].needs)
      bytes_append_format(text, "#include <%s>\n", headers[i].name);
  bytes_append_char(text, '\n');
  for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++)
    if (writer->needs & helpers[i].need)
      bytes_append_format(text, "%s\n", helpers[i].text);
}

static void c_finish(struct program_writer *writer, struct bytes *text) {
  size_t count = survey_thread_count(&writer->survey);
  put_head(writer, text);
  put_inherited(writer, text);
  bytes_append(text, writer->shared.data, writer->shared.length);
  if (writer->shared.length)
    bytes_append_char(text, '\n');
  for (size_t i = 1; i < count; i++) {
    const struct program_thread *thread = survey_nth_thread(&writer->survey, i);
    if (!thread->first)
      continue;
    bytes_append_format(text, "static void *%s(void *unused) {\n", writer->texts[i].function);
    put_variables(text, thread);
    bytes_append_text(text, "  (void)unused;\n");
    bytes_append(text, writer->texts[i].body.data, writer->texts[i].body.length);
    bytes_append_text(text, "  return NULL;\n}\n\n");
  }
  bytes_append_text(text, "int main(void) {\n");
  if (count > 0) {
    put_variables(text, survey_nth_thread(&writer->survey, 0));
    if (writer->needs & NEEDS_INTERRUPT && writer->needs & NEEDS_THREADS)
      c_put_line(text, "interrupt_after(0); /* no thread takes the signal unasked */");
    if (writer->needs & NEEDS_NO_SIGPIPE)
      c_put_line(text, "signal(SIGPIPE, SIG_IGN); /* so that send fails with EPIPE */");
    bytes_append(text, writer->texts[0].body.data, writer->texts[0].body.length);
  }
  bytes_append_text(text, "  return 0;\n}\n");
}

const struct program_language program_c = {
    .name = "c",
    .ending = ".c",
    .runs = "cc -pthread -o program FILE && ./program",
    .comment = c_comment,
    .call = c_call,
    .start = c_start,
    .join = c_join,
    .expected = c_expected,
    .await = c_await,
    .sleep = c_sleep,
    .finish = c_finish,
};
