/* habit: each row of the table does what its example says, and what it proposes can be run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command/command.h"
#include "command/habit.h"
#include "commands/command_table.h"
#include "commands/habit_table.h"
#include "names/constant.h"
#include "option/option.h"
#include "session/runner.h"
#include "shell/program.h"

static struct session session;
static struct runner runner = {.session = &session, .last_call.failure = ECONNREFUSED};

/* Stands for a program: only that it has a process id matters. */
static int program_field(const struct object *object, const char *name, struct value *value,
                         struct error *error) {
  (void)object, (void)error;
  *value = value_from_number(1);
  return strcmp(name, "pid") == 0 ? 0 : -1;
}

static void program_destroy(struct object *object) {
  (void)object;
}

static const struct object_class program_class = {
    .title = "program", .field = program_field, .destroy = program_destroy};
static struct object program = {.class = &program_class, .references = 1};

/* The names of the examples: s is a socket, text is text, p a program. */
static int start(void **state) {
  (void)state;
  assert_int_equal(command_start(command_table), 0);
  habit_start(habit_table);
  socket_table_start(&session.sockets);
  runner.scope.names = &session.names;
  int pair[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  close(pair[1]);
  if (pair[0] != 3) { /* its number is in an example, and make may have left others open */
    assert_int_equal(dup2(pair[0], 3), 3);
    close(pair[0]);
  }
  struct socket *socket = socket_reserve(&session.sockets);
  assert_non_null(socket);
  assert_int_equal(socket_table_add(&session.sockets, socket, 3), 0);
  assert_int_equal(names_set(&session.names, "s", value_from_object(&socket->object)), 0);
  socket_unreserve(socket);
  assert_int_equal(names_set(&session.names, "p", value_from_object(&program)), 0);
  assert_int_equal(names_set(&session.names, "text", value_from_text("hello", 5)), 0);
  return 0;
}

static int stop(void **state) {
  (void)state;
  names_clear(&session.names);
  socket_table_clear(&session.sockets);
  return 0;
}

static bool reads(const char *line, size_t length, struct error *error) {
  struct program *parsed;
  struct source *source;
  enum script_status status =
      program_read(&(struct program_text){.name = "", .data = line, .length = length, .line = 1},
                   &parsed, &source, error);
  program_release(parsed);
  source_release(source);
  return status == SCRIPT_READ;
}

static bool find(const struct habit *habit, const char *line, struct habit_found *found) {
  bool right = habit->kind == HABIT_NOTED || habit->kind == HABIT_DOUBTED;
  return right ? habit_find_doubt(&runner, line, strlen(line), found)
               : habit_find(&runner, line, strlen(line), found);
}

static void test_examples(void **state) {
  (void)state;
  int wrong = 0;
  for (const struct habit *habit = habit_table; habit->from; habit++) {
    struct habit_found found = {0};
    bool any = find(habit, habit->example, &found);
    const char *line = any && found.line.length > 0 ? bytes_text(&found.line) : NULL;
    bool same = habit->becomes ? line && strcmp(line, habit->becomes) == 0 : !line;
    if (!any || !same || found.habit != habit) {
      wrong++;
      print_message("# %s: became %s, by the row %s\n", habit->example, line ? line : "nothing",
                    found.habit ? found.habit->typed : "of none");
    }
    if (any)
      habit_found_free(&found);
  }
  assert_int_equal(wrong, 0);
}

/* What is proposed is a line of the language. */
static void test_lines_are_right(void **state) {
  (void)state;
  int wrong = 0;
  for (const struct habit *habit = habit_table; habit->from; habit++) {
    struct error error = {0};
    if (!habit->becomes || reads(habit->becomes, strlen(habit->becomes), &error))
      continue;
    wrong++;
    print_message("# %s: %s\n", habit->becomes, error.message);
  }
  assert_int_equal(wrong, 0);
}

/* Only what can't be read, or what a command refuses when it runs, is looked up: a line that is
 * right stays what it is. */
static void test_examples_are_wrong(void **state) {
  static const char *const fail_later[] = {
      "connect", "listen",        "bind",          "close all", "serve 8080", "setsockopt",
      "sendto",  "tcp-connect p", "udp-connect p", "await p",   "assert s.",  NULL};
  (void)state;
  int wrong = 0;
  for (const struct habit *habit = habit_table; habit->from; habit++) {
    struct error error = {0};
    bool later = false;
    for (const char *const *name = fail_later; *name; name++)
      later = later || strncmp(habit->example, *name, strlen(*name)) == 0;
    bool right = reads(habit->example, strlen(habit->example), &error);
    if (right == (habit->kind == HABIT_NOTED || habit->kind == HABIT_DOUBTED) || later)
      continue;
    wrong++;
    print_message("# %s: can%s be read\n", habit->example, right ? "" : "not");
  }
  assert_int_equal(wrong, 0);
}

/* The example of a command is a line that nobody has by habit. */
static void test_examples_of_commands(void **state) {
  (void)state;
  for (const struct command *const *entry = command_table; *entry; entry++) {
    struct error error = {0};
    if (!reads((*entry)->example, strlen((*entry)->example), &error))
      fail_msg("%s", (*entry)->name);
  }
}

struct expectation {
  const char *typed;
  const char *becomes; /* NULL: it is no habit */
  bool certain;
};

/* What a script takes as it is, and the prompt does not run; and what is text after all. */
static void test_doubts(void **state) {
  static const struct expectation expectations[] = {
      {"send s \"ab\"*1000", "send s fill:2000,\"ab\"", false},
      {"repeat 3 send s x*5", "repeat 3 send s fill:5,x", false},
      {"send s random:100", "send s fill:100", false},
      {"write s zero:1K", NULL, false},
      {"send s </dev/null", "send s file:/dev/null", false},
      {"type s b'x'", "type s \"x\"", false},
      {"send s \"x*1000\"", NULL, false},
      {"send s 2*3", NULL, false},
      {"send s a*b", NULL, false},
      {"send s \"x\"*99999999999", NULL, false},
      {"send s @nobody", NULL, false},
      {"send s <b>", NULL, false},
      {"send s bytes", NULL, false},
      {"send s $text", NULL, false},
      {"print x*5", NULL, false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
    const struct expectation *expected = &expectations[i];
    struct habit_found found = {0};
    bool any = habit_find_doubt(&runner, expected->typed, strlen(expected->typed), &found);
    print_message("# %s: %s\n", expected->typed, any ? bytes_text(&found.line) : "none");
    assert_int_equal(any, expected->becomes != NULL);
    if (!any)
      continue;
    assert_int_equal(found.habit->kind, HABIT_DOUBTED);
    assert_string_equal(bytes_text(&found.line), expected->becomes);
    habit_found_free(&found);
  }
}

/* A call goes on while its parentheses are open; other text does not. */
static void test_open(void **state) {
  static const struct {
    const char *text;
    bool open;
  } expectations[] = {
      {"s = socket.socket(", true},
      {"s = socket.socket(\n  socket.AF_INET,", true},
      {"s = socket.socket(\n  socket.AF_INET)", false},
      {"connect(fd, (struct sockaddr *)&addr, /* x */", true},
      {"if (bind(fd, (struct sockaddr *)&a,", true},
      {"s.send(b\"(\")", false},
      {"s.send(b\"(", false}, /* a quote is open */
      {"x.f(1, # one\n 2", true},
      {"x.f(1, # )\n 2)", false},
      {"send s (", false},
      {"print x(", false},
      {"(", false},
      {"", false},
      {"a", false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
    print_message("# %s\n", expectations[i].text);
    assert_int_equal(habit_is_open(expectations[i].text, strlen(expectations[i].text)),
                     expectations[i].open);
  }
}

/* A block goes on while one of its lines is a habit of certain meaning. */
static void test_open_block(void **state) {
  static const struct {
    const char *text;
    bool open;
  } expectations[] = {
      {"repeat 2 {\n  s.send(b'x')\n", true},
      {"repeat 2 {\n  @h {\n s.close() # one }\n", true},
      {"repeat 2 {\n  s.send(b'x')\n}", false},
      {"repeat 2 {\n  foo bar\n", false},
      {"repeat 2 {\n  nc localhost 80\n", false},
      {"s.send(b'{')", false},
      {"", false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
    print_message("# %s\n", expectations[i].text);
    assert_int_equal(
        habit_is_open_block(&runner, expectations[i].text, strlen(expectations[i].text)),
        expectations[i].open);
  }
}

static void test_lines(void **state) {
  static const struct expectation expectations[] = {
      /* statements of one line, each for itself */
      {"s.send(b'a'); s.close()", "send s \"a\"; close s", true},
      {"send s \"a\"; s.close()", "send s \"a\"; close s", true},
      {"nc localhost 80; s.close()", "c = tcp-connect localhost:80; close s", false},
      /* prefixes, names that were typed, and a host are kept */
      {"expect ECONNREFUSED s.connect(('127.0.0.1', 1))",
       "expect ECONNREFUSED connect s 127.0.0.1:1", true},
      {"time repeat 3 s.recv(1)", "time repeat 3 recv s 1", true},
      {"repeat setblocking s 0", "repeat set-blocking s off", true},
      {"d = nc localhost 80", "d = tcp-connect localhost:80", false},
      {"@server nc -l 80", "srv = @server tcp-listen 80", false},
      {"a, b = s.recvfrom(10)", "a b = recvfrom s 10", true},
      {"c = @client tcp-connect server 80 &", "c = @client tcp-connect server:80 &", true},
      {"s.recv(10) &", "recv s 10 &", true},
      /* comments of both */
      {"close(fd); // done", "close fd", true},
      {"s.close()   # done", "close s", true},
      /* strings */
      {"s.send('it\\'s $5 \"x\"')", "send s \"it's \\$5 \\\"x\\\"\"", true},
      {"s.send(b'\\x00\\n')", "send s \"\\x00\\n\"", true},
      {"s.send('\\a')", "send s DATA", false},
      {"s.send(f(x))", "send s DATA", false},
      {"s.recv(sizeof(buf))", "recv s SIZE", false},
      /* addresses */
      {"s.bind(('::1', 80))", "bind s [::1]:80", true},
      {"s.bind('/tmp/socket')", "bind s unix:/tmp/socket", true},
      {"s.bind((get(), 80))", "bind s ADDRESS", false},
      /* what keyboards make */
      {"send s \u201chello there\u201d", "send s \"hello there\"", false},
      {"send\u3000s\u3000\"a\u3000b\"", "send s \"a\u3000b\"", false},
      {"close s\uff1bclose s", "close s;close s", false},
      {"s.recv\uff081024\uff09", "recv s 1024", false},
      {"print \"a\uff0cb", NULL, false},
      /* a call over several lines */
      {"s = socket.socket(\n    socket.AF_INET,   # four\n    socket.SOCK_STREAM)",
       "s = socket AF_INET SOCK_STREAM", true},
      {"sendto(fd, \"a\", 1, 0, // no flags\n  (struct sockaddr *)&to,\n  sizeof(to));",
       "sendto fd \"a\" ADDRESS", false},
      {"s.close()\ns.close()", NULL, false},
      /* data made of a count */
      {"s.sendall(b'ab' * 3)", "send-all s fill:6,'ab'", true},
      {"s.send(bytes(10_000))", "send s fill:10000,\"\\0\"", true},
      {"s.send(os.urandom(64))", "send s fill:64", true},
      {"send s 'a' * 5 dontwait", "send s fill:5,'a' dontwait", false},
      {"sendto s b'\\x00\\n' * 4 7", "sendto s fill:8,\"\\x00\\n\" 7", false},
      {"send s $(date)", "", false},
      /* the value of an option, by its type */
      {"s.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, mreq)",
       "setsockopt s IPPROTO_IP IP_ADD_MEMBERSHIP 239.1.1.1", false},
      {"setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof(mreq));",
       "setsockopt s IPPROTO_IP IP_ADD_MEMBERSHIP 239.1.1.1", false},
      {"s.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, \"224.1.1.1\")",
       "setsockopt s IPPROTO_IP IP_ADD_MEMBERSHIP 224.1.1.1", true},
      {"s.setsockopt(IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, inet_aton('239.1.1.1') + "
       "inet_aton('127.0.0.1'))",
       "setsockopt s IPPROTO_IP IP_ADD_MEMBERSHIP 239.1.1.1 127.0.0.1", false},
      {"s.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, struct.pack('4s4s', inet_aton('239.1.1.1'), "
       "x))",
       "setsockopt s IPPROTO_IP IP_ADD_MEMBERSHIP 239.1.1.1", false},
      {"s.setsockopt(SOL_SOCKET, SO_RCVTIMEO, struct.pack(\"ll\", 5, 0))",
       "setsockopt s SOL_SOCKET SO_RCVTIMEO 5s", false},
      {"s.setsockopt(SOL_SOCKET, SO_RCVTIMEO, struct.pack('ll', 0, 0))",
       "setsockopt s SOL_SOCKET SO_RCVTIMEO off", false},
      {"setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));",
       "setsockopt s SOL_SOCKET SO_RCVTIMEO 5s", false},
      {"s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack('ii', 1, 0))",
       "setsockopt s SOL_SOCKET SO_LINGER on 0s", false},
      {"s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack('ii', 0, 7))",
       "setsockopt s SOL_SOCKET SO_LINGER off", false},
      {"setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof l)",
       "setsockopt s SOL_SOCKET SO_LINGER on 5s", false},
      {"setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof size)",
       "setsockopt s SOL_SOCKET SO_RCVBUF 1400", false},
      {"s.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)", "setsockopt s SOL_SOCKET SO_RCVBUF 4096", true},
      {"s.setsockopt(SOL_SOCKET, SO_RCVBUF, text)", "setsockopt s SOL_SOCKET SO_RCVBUF $text",
       true},
      {"s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, True)", "setsockopt s SOL_SOCKET SO_KEEPALIVE 1",
       true},
      {"s.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, '127.0.0.1')",
       "setsockopt s IPPROTO_IP IP_MULTICAST_IF 127.0.0.1", true},
      {"s.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, inet_aton(\"10.0.0.1\"))",
       "setsockopt s IPPROTO_IP IP_MULTICAST_IF 10.0.0.1", false},
      {"s.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, local)",
       "setsockopt s IPPROTO_IP IP_MULTICAST_IF 127.0.0.1", false},
      {"s.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, b'lo')",
       "setsockopt s SOL_SOCKET SO_BINDTODEVICE lo", true},
      /* prefixes around calls, and blocks */
      {"@server a = socket.socket()", "a = @server socket AF_INET SOCK_STREAM", true},
      {"a = @server socket(AF_INET6, SOCK_STREAM)", "a = @server socket AF_INET6 SOCK_STREAM",
       true},
      {"c = @client socket.socket()", "c = @client socket AF_INET SOCK_STREAM", true},
      {"l = @server socket.create_server((\"\", 80))", "l = @server tcp-listen *:80", true},
      {"l = @server s.accept()", "l = @server accept s", true},
      {"expect ok a = @h socket.socket()", "expect ok a = @h socket AF_INET SOCK_STREAM", true},
      {"a = expect ok @h socket.socket()", "expect ok a = @h socket AF_INET SOCK_STREAM", true},
      {"@h expect 1 s.send(b'x')", "expect 1 @h send s \"x\"", true},
      {"repeat 3 { s.send(b\"x\") }", "repeat 3 { send s \"x\" }", true},
      {"repeat 3 { s.send(b\"x\"); send s y } &", "repeat 3 { send s \"x\"; send s y } &", true},
      {"repeat {\n  s.send(b\"x\") # one\n  s.close()\n}", "repeat { send s \"x\"; close s }",
       true},
      {"@h { repeat 2 { s.send(b'x') } }", "@h { repeat 2 { send s \"x\" } }", true},
      {"repeat 3 { send s x }", NULL, false},
      {"repeat 3 { import socket }", "", false},
      /* names in front */
      {"n = s.send(b\"x\" * 100)", "n = send s fill:100,\"x\"", true},
      {"int n = send(s, \"x\", 1, 0);", "n = send s \"x\"", true},
      {"int n = @h send(s, \"x\", 1, 0);", "n = @h send s \"x\"", true},
      {"expect 3 int n = recv(s, buf, 10, 0)", "expect 3 { buf = recv s 10; let n $? }", true},
      {"rc = bind(s, \"127.0.0.1\", 80)", "bind s 127.0.0.1:80; let rc $?", true},
      {"n = s.sendall(b'x')", "n = send-all s \"x\"", true},
      {"print(s.recv(100))", "recv s 100", true},
      {"print(s.recv(100).decode())", "recv s 100", true},
      {"print(f(1))", "", false},
      /* addresses in two arguments, and without their length */
      {"bind(s, 127.0.0.1:9000)", "bind s 127.0.0.1:9000", true},
      {"bind(s, \"127.0.0.1:9000\")", "bind s 127.0.0.1:9000", true},
      {"bind(s, ('', 9000))", "bind s *:9000", true},
      {"connect(fd, s)", "connect fd s", true},
      {"fd.connect(s)", "connect fd s", true},
      {"fd.connect('/tmp/a:1')", "connect fd unix:/tmp/a:1", true},
      {"listen(s, SOMAXCONN)", "listen s SOMAXCONN", true},
      {"s.listen(socket.SOMAXCONN)", "listen s SOMAXCONN", true},
      /* declarations of C */
      {"struct timeval tv = {5, 0};", "", false},
      {"struct linger l = {1, 0};", "", false},
      {"int port = 80;", "let port 80", true},
      {"for i in range(1, 4):", "repeat 3 { print $i }", false},
      {"mreq = struct.pack(\"4sl\", inet_aton(\"224.1.1.1\"), INADDR_ANY)", "", false},
      {"setsockopt s IP_ADD_MEMBERSHIP 239.1.1.1:5000", "setsockopt s IP_ADD_MEMBERSHIP 239.1.1.1",
       true},
      {"setsockopt s IP_ADD_MEMBERSHIP 10.1.1.1,127.0.0.1", NULL, false},
      /* questions: of the last failure, or of a socket on which it was not */
      {"why", "explain ECONNREFUSED", true},
      {"Why?", "explain ECONNREFUSED", true},
      {"why gone", "explain ECONNREFUSED", true},
      {"why did s fail", "log s -n 12", true},
      {"whynot", NULL, false},
      {"what went wrong", "explain ECONNREFUSED", true},
      {"what happened to s", "log s -n 12", true},
      {"what does EADDRINUSE mean", "help EADDRINUSE mean", true},
      {"what is a backlog?", "help a backlog?", true},
      /* no habits */
      {"foo bar", NULL, false},
      {"", NULL, false},
      {"x = (", NULL, false},
      {"((((((((", NULL, false},
      {"s.recv(", NULL, false},
      {".recv()", "help recv", false},
      {"= = =", NULL, false},
      {"'", NULL, false},
      {"a.b.c.d", NULL, false},
      {"connect x s", NULL, false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
    const struct expectation *expected = &expectations[i];
    struct habit_found found = {0};
    bool any = habit_find(&runner, expected->typed, strlen(expected->typed), &found);
    print_message("# %s: %s\n", expected->typed, any ? bytes_text(&found.line) : "none");
    assert_int_equal(any, expected->becomes != NULL);
    if (!any)
      continue;
    assert_string_equal(bytes_text(&found.line), expected->becomes);
    assert_int_equal(found.certain, expected->certain);
    habit_found_free(&found);
  }
}

/* Whatever an option's value was called, the line that is proposed has words that its type takes.
 */
static void test_values_of_options(void **state) {
  static const char *const forms[] = {
      "setsockopt(s, %s, %s, &value, sizeof(value));",
      "s.setsockopt(socket.%s, socket.%s, value)",
      "s.setsockopt(%s, %s, struct.pack('ll', 5, 0))",
      "s.setsockopt(%s, %s, struct.pack('4sl', inet_aton('224.1.1.1'), INADDR_ANY))",
      "s.setsockopt(%s, %s, \"127.0.0.1\")",
      "s.setsockopt(%s, %s, True)",
      "s.setsockopt(%s, %s, 1)",
  };
  (void)state;
  int wrong = 0;
  for (const struct option *option = option_table; option->name; option++) {
    struct bytes level = {0};
    constant_append(&constant_levels, option->level, &level);
    for (size_t i = 0; i < sizeof forms / sizeof *forms && option->access & OPTION_WRITE; i++) {
      char typed[200];
      struct habit_found found = {0};
      struct error error = {0};
      snprintf(typed, sizeof typed, forms[i], bytes_text(&level), option->name);
      assert_true(habit_find(&runner, typed, strlen(typed), &found));
      const char *line = bytes_text(&found.line);
      const char *value = strstr(line, option->name) + strlen(option->name) + 1;
      if (!reads(line, strlen(line), &error) || !option_takes(option, value, strlen(value))) {
        wrong++;
        print_message("# %s: %s: %s\n", typed, line, error.message);
      }
      habit_found_free(&found);
    }
    bytes_free(&level);
  }
  assert_int_equal(wrong, 0);
}

/* Every beginning of every example, and each with a part of another one: nothing is read beyond the
 * end, as the sanitizers see. */
static void test_cut_lines(void **state) {
  (void)state;
  size_t count = 0;
  for (const struct habit *habit = habit_table; habit->from; habit++) {
    size_t length = strlen(habit->example);
    for (size_t cut = 0; cut <= length; cut++) {
      struct habit_found found = {0};
      char *copy = malloc(cut ? cut : 1);
      assert_non_null(copy);
      memcpy(copy, habit->example + length - cut, cut);
      if (habit_find(&runner, copy, cut, &found)) {
        count++;
        habit_found_free(&found);
      }
      memcpy(copy, habit->example, cut);
      if (habit_find(NULL, copy, cut, &found))
        habit_found_free(&found);
      free(copy);
    }
  }
  assert_true(count > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_examples),
      cmocka_unit_test(test_lines_are_right),
      cmocka_unit_test(test_examples_are_wrong),
      cmocka_unit_test(test_examples_of_commands),
      cmocka_unit_test(test_lines),
      cmocka_unit_test(test_doubts),
      cmocka_unit_test(test_open),
      cmocka_unit_test(test_open_block),
      cmocka_unit_test(test_values_of_options),
      cmocka_unit_test(test_cut_lines),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
