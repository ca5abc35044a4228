/* command: the table of commands holds what help, the manual, checking and completion need of each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command/check.h"
#include "command/command.h"
#include "command/match.h"
#include "commands/command_table.h"
#include "language/script.h"
#include "shell/completion.h"

static bool ends_in(const char *text, char c) {
  size_t length = strlen(text);
  return length > 0 && text[length - 1] == c;
}

static void test_entries(void **state) {
  (void)state;
  for (const struct command *const *entry = command_table; *entry; entry++) {
    const struct command *command = *entry;
    struct bytes synopsis = {0};
    print_message("# %s\n", command->name);
    command_append_synopsis(command, &synopsis);
    const char *text = bytes_text(&synopsis);
    assert_int_equal(strncmp(text, command->name, strlen(command->name)), 0);
    assert_false(ends_in(text, ' '));
    assert_null(strstr(text, "  "));
    bytes_free(&synopsis);
    assert_non_null(command->summary);
    assert_true(strlen(command->summary) > 0);
    assert_false(ends_in(command->summary, '.'));
    assert_null(strchr(command->summary, '\n'));
    assert_non_null(command->manual);
    assert_true(ends_in(command->manual, '.'));
    assert_non_null(command->blocks);
    assert_true(strlen(command->blocks) > 0);
    assert_non_null(command->example);
    assert_true(strlen(command->example) > 0);
    assert_non_null(command->run);
    assert_true(command->group < GROUP_COUNT);
    for (const struct command_error *error = command->errors; error->number; error++) {
      assert_string_not_equal(error_number_name(error->number), "E?");
      assert_non_null(error->cause);
      assert_false(ends_in(error->cause, '.'));
      assert_ptr_equal(command_error_cause(command, error->number), error->cause);
    }
  }
}

/* The group of the calls of C has what a person needs to find the call elsewhere. */
static void test_calls_are_explained(void **state) {
  static const char *const calls[] = {
      "socket",      "socketpair",    "bind",       "listen",     "accept",      "connect",
      "shutdown",    "close",         "dup",        "send",       "sendto",      "sendmsg",
      "write",       "recv",          "recvfrom",   "recvmsg",    "read",        "getsockname",
      "getpeername", "getsockopt",    "setsockopt", "fcntl",      "ioctl",       "poll",
      "select",      "epoll_create1", "epoll_ctl",  "epoll_wait", "getaddrinfo", "getnameinfo",
      "inet_pton",   "inet_ntop",     "htons",      "htonl",      "ntohs",       "ntohl",
      NULL};
  (void)state;
  for (const char *const *name = calls; *name; name++) {
    const struct command *command = command_find(*name, strlen(*name));
    print_message("# %s\n", *name);
    assert_non_null(command);
    assert_string_equal(command->name, *name);
    assert_non_null(command->prototype);
    assert_non_null(strstr(command->prototype, *name));
    assert_non_null(command->python);
    assert_non_null(command->pages);
  }
}

static void test_names_are_unique(void **state) {
  (void)state;
  for (const struct command *const *entry = command_table; *entry; entry++) {
    assert_ptr_equal(command_find((*entry)->name, strlen((*entry)->name)), *entry);
    assert_false(prefix_word((*entry)->name, strlen((*entry)->name)));
    for (const char *const *alias = (*entry)->aliases; *alias; alias++)
      assert_ptr_equal(command_find(*alias, strlen(*alias)), *entry);
  }
  assert_null(command_find("", 0));
  assert_null(command_find("accep", 5));
  assert_null(command_find("Accept", 6));
}

/* An argument is asked for by its key, so no two of a command have the same; a keyword's row takes
 * what it declares. */
static void test_arguments_have_keys(void **state) {
  (void)state;
  for (const struct command *const *entry = command_table; *entry; entry++)
    for (const struct argument *argument = (*entry)->arguments; argument->name; argument++) {
      if (!argument->kind || !argument->kind->name ||
          command_argument(*entry, argument_key(argument)) != argument)
        fail_msg("%s: %s", (*entry)->name, argument_key(argument));
      assert_true(argument->kind->find == NULL || argument->kind->read != NULL);
      assert_true((argument->kind == &argument_keyword) == (argument->words != NULL));
    }
  assert_null(command_argument(command_find("send", 4), "SOCKE"));
  assert_null(command_argument(command_find("send", 4), "SOCKETS"));
  assert_ptr_equal(command_argument(command_find("select", 6), "write"),
                   &command_find("select", 6)->arguments[1]);
}

/* In every command a word that looks like an option and is none is refused, whatever words it
 * takes; behind `--` no word is an option. */
static void test_unknown_options(void **state) {
  (void)state;
  for (const struct command *const *entry = command_table; *entry; entry++) {
    const struct argument *first = &(*entry)->arguments[0];
    const struct match_word words[] = {
        {.data = "--", .length = 2, .bare = 2, .known = true},
        {.data = "--qqqq", .length = 6, .bare = 6, .known = true},
    };
    struct error error = {0};
    int assigned[2];
    if (first->name && first->kind->rest_of_line)
      continue; /* the words are another program's */
    print_message("# %s\n", (*entry)->name);
    assert_int_equal(match_words(*entry, &words[1], 1, assigned, &error), -1);
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.message, "\"--qqqq\""));
    error.message[0] = '\0';
    match_words(*entry, words, 2, assigned, &error);
    assert_null(strstr(error.message, "option"));
  }
}

static void check_statements(const struct statement *statement) {
  for (; statement; statement = statement->next) {
    struct error error = {0};
    check_statements(statement->block);
    if (statement->command &&
        command_check(statement->command, statement->words, statement->count, &error) < 0)
      fail_msg("%s: %s", statement->command->name, error.message);
  }
}

static void test_examples(void **state) {
  (void)state;
  for (const struct command *const *entry = command_table; *entry; entry++) {
    struct script script = {0};
    struct error error = {0};
    struct source *source =
        source_create((*entry)->name, (*entry)->example, strlen((*entry)->example), 1);
    if (script_read(source, &command_vocabulary, &script, &error) != SCRIPT_READ)
      fail_msg("%s: %s", (*entry)->name, error.message);
    check_statements(script.first);
    script_free(&script);
    source_release(source);
    /* It shows the command itself, by name or by alias. */
    bool shown = strstr((*entry)->example, (*entry)->name) != NULL;
    for (const char *const *alias = (*entry)->aliases; *alias; alias++)
      shown = shown || strstr((*entry)->example, *alias);
    if (!shown)
      fail_msg("%s: its example does not show it", (*entry)->name);
  }
}

/* Each line is refused before it is run, with the kind of error that gives the exit status 2, and a
 * place. */
static void test_check_refuses(void **state) {
  static const char *const lines[] = {"socket",
                                      "socket inet",
                                      "socket inet strem",
                                      "socket inet stream tcp more",
                                      "bind 3",
                                      "connect 3 127.0.0.1:65536",
                                      "listen 3 many",
                                      "send 3 x peak",
                                      "send 3 hex:1",
                                      "recv 3 4G",
                                      "recv 3 -1",
                                      "shutdown 3 rw",
                                      "setsockopt 3 so_reuseaddr perhaps",
                                      "sleep 3",
                                      "set colour perhaps",
                                      "let a",
                                      "quit x",
                                      "poll 3:inn",
                                      "wire rule x",
                                      "wire rule x drop delay 5ms",
                                      "wire rule x drop burst 4",
                                      "wire rule x drop when flags",
                                      "wire rule x drop when flags Q",
                                      "wire rule x drop when flag S",
                                      "wire rule x drop when port 0",
                                      "wire rule x drop when length 5..3",
                                      "wire rule x drop when kind nonsense",
                                      "wire rule x drop when sender LISTENING",
                                      NULL};
  (void)state;
  for (const char *const *line = lines; *line; line++) {
    struct script script = {0};
    struct error error = {0};
    struct source *source = source_create("test", *line, strlen(*line), 1);
    assert_int_equal(script_read(source, &command_vocabulary, &script, &error), SCRIPT_READ);
    const struct statement *statement = script.first;
    if (command_check(statement->command, statement->words, statement->count, &error) == 0)
      fail_msg("not refused: %s", *line);
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_false(ends_in(error.message, '.'));
    script_free(&script);
    source_release(source);
  }
}

/* A session with the sockets srv, a listener, and c, and the name text. */
static int start(void **state) {
  struct session *session = calloc(1, sizeof *session);
  if (!session)
    return -1;
  static const char *const names[] = {"srv", "client"};
  for (int i = 0; i < 2; i++) {
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct socket *made = socket_reserve(&session->sockets);
    if (descriptor < 0 || !made || socket_table_add(&session->sockets, made, descriptor) < 0)
      return -1;
    socket_identify(made);
    snprintf(made->name, sizeof made->name, "%s", names[i]);
    names_set(&session->names, names[i], value_from_object(&made->object));
    socket_unreserve(made);
  }
  names_set(&session->names, "text", value_from_text("hello", 5));
  *state = session;
  return 0;
}

static int stop(void **state) {
  struct session *session = *state;
  names_clear(&session->names);
  socket_table_clear(&session->sockets);
  if (session->last_used)
    object_release(&session->last_used->object);
  free(session);
  return 0;
}

struct expectation {
  const char *line;
  const char *wanted; /* words that must be among the candidates */
  const char *barred; /* words that must not */
};

static bool offers(const struct candidates *candidates, const char *word, size_t length) {
  for (size_t i = 0; i < candidates->count; i++)
    if (strlen(candidates->list[i].text) == length &&
        memcmp(candidates->list[i].text, word, length) == 0)
      return true;
  return false;
}

static void check_words(const struct candidates *candidates, const char *line, const char *words,
                        bool wanted) {
  for (const char *word = words; *word; word += strspn(word, " ")) {
    size_t length = strcspn(word, " ");
    if (offers(candidates, word, length) != wanted)
      fail_msg("\"%s\": %.*s is %s offered", line, (int)length, word, wanted ? "not" : "wrongly");
    word += length;
  }
}

static void test_completion(void **state) {
  static const struct expectation expectations[] = {
      {"", "socket accept tcp-listen repeat expect", "inet"},
      {"acc", "accept", "connect socket"},
      {"socketp", "socketpair", "socket"},
      {"socket ", "inet inet6 unix", "accept stream"},
      {"socket inet ", "stream dgram raw", "inet"},
      {"socket inet stream|non", "stream|nonblock", ""},
      {"accept ", "srv client", "text accept"},
      {"accept s", "srv", "client"},
      {"listen ", "srv client", "text"},
      {"s = acc", "accept", ""},
      {"s = accept ", "srv", "accept"},
      {"expect ", "ok eof blocks ECONNREFUSED", "accept"},
      {"expect ok con", "connect", "ok"},
      {"expect eof recv ", "srv client", ""},
      {"time repeat 3 sen", "send sendto send-all", "recv"},
      {"{ acc", "accept", ""},
      {"print x; acc", "accept", ""},
      {"print x & acc", "accept", ""},
      {"print $", "$srv $text", "srv"},
      {"print $srv.", "$srv.local $srv.state $srv.fd", ""},
      {"shutdown srv ", "rd wr rdwr", "srv"},
      {"send srv x ", "dontwait oob more", "srv"},
      {"send srv x dontwait|", "dontwait|oob", ""},
      {"setsockopt srv so_reu", "so_reuseaddr so_reuseport", "so_rcvbuf"},
      {"setsockopt srv so_reuseaddr ", "on off", ""},
      {"setsockopt srv tcp maxseg ", "", "NUMBER"},
      {"setsockopt srv so_rcvtimeo ", "off", "DURATION"},
      {"setsockopt srv ip mtu_discover ", "want dont", "IP_PMTUDISC_WANT"},
      {"setsockopt srv so_attach_filter ", "hex:", "hex:BYTES"},
      {"set ", "timing preview states look", "srv"},
      {"set timing ", "on off", ""},
      {"help acc", "accept", "socket"},
      {"explain ECONNREF", "ECONNREFUSED", ""},
      {"unset ", "srv text", "accept"},
      {"await srv ", "readable writable", "srv"},
      {"poll srv:", "srv:in srv:out", ""},
      {"epoll_ctl srv ", "add mod del", ""},
      {"sendmsg srv x ", "--to --fd --flags", ""},
      {"accept srv # acc", "", "accept"},
  };
  for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
    const struct expectation *expected = &expectations[i];
    struct candidates candidates = {0};
    completion_find(*state, expected->line, strlen(expected->line), &candidates);
    check_words(&candidates, expected->line, expected->wanted, true);
    check_words(&candidates, expected->line, expected->barred, false);
    candidates_free(&candidates);
  }
}

/* What `await` can wait for is completed from its tables, and each is in the manual. */
static void test_conditions_are_documented(void **state) {
  static const char line[] = "await srv ";
  struct candidates candidates = {0};
  size_t count = 0;
  completion_find(*state, line, strlen(line), &candidates);
  for (size_t i = 0; i < candidates.count; i++) {
    const char *word = candidates.list[i].text;
    bool condition = !constant_find(&constant_states, word, strlen(word), NULL);
    if (condition && !strstr(command_find("await", 5)->manual, word) &&
        !strstr(command_find("serve", 5)->manual, word) &&
        !strstr(command_find("services", 8)->manual, word))
      fail_msg("%s is in no manual", word);
    count += condition;
  }
  assert_true(count > 10);
  candidates_free(&candidates);
}

/* At each place of each line it finds something or nothing, and changes nothing. */
static void test_completion_anywhere(void **state) {
  static const char *const lines[] = {
      "s from = expect \"a b\" recv $srv.local 64 peek|dontwait; { repeat 3 print ${text} } &",
      "expect /a[/]b/ print \"unfinished $srv.local.",
      "setsockopt srv ip ttl 'x",
      "a = b = c",
      "\\",
      "send srv \"\\",
      "send srv file:/et",
      "}}{{ & = ;"};
  struct session *session = *state;
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    for (size_t point = 0; point <= strlen(lines[i]); point++) {
      struct candidates candidates = {0};
      completion_find(session, lines[i], point, &candidates);
      assert_true(candidates.start <= point);
      candidates_free(&candidates);
      struct bytes hint = {0};
      char *line = strndup(lines[i], point);
      completion_hint(line, &hint);
      free(line);
      bytes_free(&hint);
    }
  assert_int_equal(session->sockets.count, 2);
}

static void test_hints(void **state) {
  static const struct {
    const char *line;
    const char *hint;
  } expectations[] = {
      {"", ""},
      {"bind ", "SOCKET ADDRESS"},
      {"bind srv", " ADDRESS"},
      {"bind srv ", "ADDRESS"},
      {"bind srv 127.0.0.1:1", ""},
      {"listen srv", " [BACKLOG]"},
      {"expect ok listen srv ", "[BACKLOG]"},
      {"s = accept srv", " [FLAGS]"},
      {"print x; recv srv ", "[SIZE] [FLAGS]"},
      {"repeat 3 { close ", "SOCKET..."},
      {"bogus ", ""},
  };
  (void)state;
  for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
    struct bytes hint = {0};
    completion_hint(expectations[i].line, &hint);
    if (strcmp(bytes_text(&hint), expectations[i].hint) != 0)
      fail_msg("\"%s\": the hint is \"%s\", expected \"%s\"", expectations[i].line,
               bytes_text(&hint), expectations[i].hint);
    bytes_free(&hint);
  }
}

int main(void) {
  if (command_start(command_table) < 0)
    return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_entries),
      cmocka_unit_test(test_calls_are_explained),
      cmocka_unit_test(test_names_are_unique),
      cmocka_unit_test(test_arguments_have_keys),
      cmocka_unit_test(test_unknown_options),
      cmocka_unit_test(test_examples),
      cmocka_unit_test(test_check_refuses),
      cmocka_unit_test_setup_teardown(test_completion, start, stop),
      cmocka_unit_test_setup_teardown(test_conditions_are_documented, start, stop),
      cmocka_unit_test_setup_teardown(test_completion_anywhere, start, stop),
      cmocka_unit_test(test_hints),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
