/* The names of constants: the tables are sound, words are read, values are printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "language/word.h"
#include "names/constant.h"

static long parse(const struct constant_set *set, const char *text) {
  long value = -12345;
  struct error error = {0};
  if (constant_parse(set, text, strlen(text), &value, &error) < 0)
    fail_msg("%s: %s", text, error.message);
  return value;
}

static void parse_fails(const struct constant_set *set, const char *text, const char *message) {
  long value = -12345;
  struct error error = {0};
  assert_int_equal(constant_parse(set, text, strlen(text), &value, &error), -1);
  assert_int_equal(error.kind, ERROR_USAGE);
  assert_string_equal(error.message, message);
  assert_int_equal(value, -12345);
}

static void appends(const struct constant_set *set, long value, const char *expected) {
  struct bytes bytes = {0};
  constant_append(set, value, &bytes);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
}

static void check_explanation(const char *name, const char *explanation) {
  assert_non_null(explanation);
  size_t length = strlen(explanation);
  if (length < 10 || explanation[length - 1] != '.')
    fail_msg("%s is not explained by whole sentences", name);
  if (explanation[0] >= 'a' && explanation[0] <= 'z' && strchr(explanation, ' ') == NULL)
    fail_msg("%s is explained by one word", name);
  if (strstr(explanation, "  "))
    fail_msg("%s has two spaces in its explanation", name);
}

static void tables_are_sound(void **state) {
  (void)state;
  size_t sets = 0;
  for (const struct constant_set *const *set = constant_sets; *set; set++, sets++) {
    assert_non_null((*set)->title);
    assert_non_null((*set)->word);
    assert_non_null((*set)->prefix);
    assert_non_null((*set)->constants[0].name);
    for (const struct constant *row = (*set)->constants; row->name; row++) {
      check_explanation(row->name, row->explanation);
      for (const struct constant *other = row + 1; other->name; other++)
        if (strcasecmp(row->name, other->name) == 0)
          fail_msg("%s stands twice in the table of the %s", row->name, (*set)->title);
    }
  }
  assert_int_equal(sets, 44);
}

/* Every name is read, whole and short, in either case, to its value; and its value prints a name.
 */
static void names_are_read(void **state) {
  (void)state;
  for (const struct constant_set *const *set = constant_sets; *set; set++) {
    size_t prefix = strlen((*set)->prefix);
    for (const struct constant *row = (*set)->constants; row->name; row++) {
      char small[64];
      size_t length = strlen(row->name);
      assert_true(length < sizeof small);
      for (size_t i = 0; i <= length; i++)
        small[i] =
            row->name[i] >= 'A' && row->name[i] <= 'Z' ? (char)(row->name[i] + 32) : row->name[i];
      assert_int_equal(parse(*set, row->name), row->value);
      assert_int_equal(parse(*set, small), row->value);
      if (strncmp(row->name, (*set)->prefix, prefix) == 0)
        assert_int_equal(parse(*set, small + prefix), row->value);
      assert_non_null(constant_name(*set, row->value));
      struct bytes bytes = {0};
      constant_append(*set, row->value, &bytes);
      assert_int_equal(parse(*set, bytes_text(&bytes)), row->value);
      bytes_free(&bytes);
    }
  }
}

static void every_error_is_known(void **state) {
  (void)state;
  for (int number = 1; number <= 133; number++) {
    const char *name = strerrorname_np(number);
    const char *known = constant_name(&constant_errors, number);
    /* 41 and 58 are EWOULDBLOCK and EDEADLOCK elsewhere, and nothing on this system. */
    if (!name) {
      assert_null(known);
      continue;
    }
    assert_non_null(known);
    if (strcmp(name, known) != 0 && strcmp(name, "ENOTSUP") != 0)
      fail_msg("%d is called %s here and %s by the C library", number, known, name);
  }
}

static void families(void **state) {
  (void)state;
  assert_int_equal(parse(&constant_families, "PF_INET"), AF_INET);
  assert_int_equal(parse(&constant_families, "pf_inet6"), AF_INET6);
  assert_int_equal(parse(&constant_families, "local"), AF_UNIX);
  assert_int_equal(parse(&constant_families, "decnet"), AF_DECnet);
  assert_int_equal(parse(&constant_families, "0x2"), AF_INET);
  appends(&constant_families, PF_INET, "AF_INET");
  appends(&constant_families, AF_LOCAL, "AF_UNIX");
  appends(&constant_families, 4711, "4711");
  parse_fails(&constant_families, "inte",
              "no address family is called \"inte\", did you mean inet?");
  parse_fails(&constant_families, "AF_INTE",
              "no address family is called \"AF_INTE\", did you mean AF_INET?");
  parse_fails(&constant_families, "PF_INTE",
              "no address family is called \"PF_INTE\", did you mean INET?");
  parse_fails(&constant_families, "PF_", "no address family is called \"PF_\"");
  parse_fails(&constant_families, "", "no address family is called \"\"");
  parse_fails(&constant_families, "elephant", "no address family is called \"elephant\"");
  parse_fails(&constant_families, "inet|inet6", "no address family is called \"inet|inet6\"");
}

static void protocols(void **state) {
  (void)state;
  assert_int_equal(parse(&constant_protocols, "tcp"), 6);
  assert_int_equal(parse(&constant_protocols, "IPPROTO_UDP"), 17);
  assert_int_equal(parse(&constant_protocols, "17"), 17);
  assert_int_equal(parse(&constant_protocols, "0"), 0);
  /* Names that only /etc/protocols has; a small container may have no such file. */
  struct protoent *entry = getprotobyname("ospf");
  if (entry)
    assert_int_equal(parse(&constant_protocols, "ospf"), entry->p_proto);
  parse_fails(&constant_protocols, "tpc", "no protocol is called \"tpc\", did you mean tcp?");
}

static void flags(void **state) {
  (void)state;
  assert_int_equal(parse(&constant_message_flags, "peek|dontwait"), MSG_PEEK | MSG_DONTWAIT);
  assert_int_equal(parse(&constant_message_flags, "MSG_PEEK|0x40"), MSG_PEEK | MSG_DONTWAIT);
  assert_int_equal(parse(&constant_message_flags, "0"), 0);
  assert_int_equal(parse(&constant_epoll_events, "in|et"), (long)(EPOLLIN | EPOLLET));
  parse_fails(&constant_message_flags, "", "no message flag is called \"\"");
  parse_fails(&constant_message_flags, "|",
              "a name is missing in \"|\": one message flag must stand on each side of |");
  parse_fails(&constant_message_flags, "peek|",
              "a name is missing in \"peek|\": one message flag must stand on each side of |");
  parse_fails(&constant_message_flags, "peek||oob",
              "a name is missing in \"peek||oob\": one message flag must stand on each side of |");
  parse_fails(&constant_message_flags, "peek|dontwiat",
              "no message flag is called \"dontwiat\", did you mean dontwait?");
  appends(&constant_message_flags, 0, "0");
  appends(&constant_message_flags, MSG_PEEK | MSG_DONTWAIT, "MSG_PEEK|MSG_DONTWAIT");
  appends(&constant_message_flags, MSG_PEEK | 0x10000000, "MSG_PEEK|0x10000000");
  appends(&constant_message_flags, 0x10000000, "0x10000000");
  appends(&constant_message_flags, INT_MIN, "MSG_CMSG_COMPAT");
  appends(&constant_epoll_events, (long)(EPOLLIN | EPOLLET), "EPOLLIN|EPOLLET");
  appends(&constant_file_flags, O_RDWR | O_NONBLOCK, "O_RDWR|O_NONBLOCK");
  appends(&constant_file_flags, O_SYNC | O_RDWR, "O_RDWR|O_SYNC");
  appends(&constant_file_flags, 0, "O_RDONLY");
  appends(&constant_type_flags, SOCK_NONBLOCK | SOCK_CLOEXEC, "SOCK_NONBLOCK|SOCK_CLOEXEC");
}

static void numbers(void **state) {
  (void)state;
  assert_int_equal(parse(&constant_types, "2147483647"), INT_MAX);
  assert_int_equal(parse(&constant_types, "-1"), -1);
  assert_int_equal(parse(&constant_message_flags, "0xffffffff"), UINT_MAX);
  parse_fails(&constant_types, "4294967296",
              "\"4294967296\" does not fit into 32 bits, as every socket type does");
  parse_fails(&constant_types, "99999999999999999999",
              "no socket type is called \"99999999999999999999\"");
}

static void requests_and_states(void **state) {
  (void)state;
  assert_int_equal(parse(&constant_requests, "inq"), FIONREAD);
  assert_int_equal(parse(&constant_requests, "outq"), TIOCOUTQ);
  assert_int_equal(parse(&constant_requests, "fionbio"), FIONBIO);
  assert_string_equal(constant_name(&constant_requests, FIONREAD), "FIONREAD");
  assert_string_equal(constant_name(&constant_requests, TIOCOUTQ), "SIOCOUTQ");
  assert_string_equal(constant_name(&constant_states, STATE_ESTABLISHED), "ESTABLISHED");
  assert_string_equal(constant_name(&constant_states, STATE_DISCONNECTED), "DISCONNECTED");
  assert_null(constant_name(&constant_states, STATE_UNKNOWN));
  assert_int_equal(parse(&constant_errors, "connrefused"), ECONNREFUSED);
  assert_string_equal(constant_name(&constant_errors, EWOULDBLOCK), "EAGAIN");
  assert_int_equal(parse(&constant_levels, "tcp"), 6);
  assert_string_equal(constant_name(&constant_levels, 6), "SOL_TCP");
}

static void ambiguous(void **state) {
  (void)state;
  static const struct constant rows[] = {{"X_ONE", 1, ""}, {"ONE", 2, ""},   {"X_TWO", 3, ""},
                                         {"TWO_", 4, ""},  {"X_TWO", 5, ""}, {NULL, 0, NULL}};
  static const struct constant_set set = {"thing", "THING", "X_", false, rows};
  struct error error = {0};
  /* A whole name is never ambiguous. */
  assert_ptr_equal(constant_find(&set, "one", 3, &error), &rows[1]);
  assert_null(constant_find(&set, "two", 3, &error));
  assert_int_equal(error.kind, ERROR_USAGE);
  assert_string_equal(error.message,
                      "\"two\" is short for more than one thing, write one of X_TWO, X_TWO");
  assert_null(constant_find(&set, "two", 3, NULL));
  assert_null(constant_find(&set, "three", 5, NULL));
}

static size_t distance(const char *a, const char *b) {
  size_t there = word_distance(a, strlen(a), b);
  assert_int_equal(there, word_distance(b, strlen(b), a));
  return there;
}

static void distances(void **state) {
  (void)state;
  assert_int_equal(distance("", ""), 0);
  assert_int_equal(distance("", "abc"), 3);
  assert_int_equal(distance("abc", "ABC"), 0);
  assert_int_equal(distance("inte", "inet"), 1);
  assert_int_equal(distance("kitten", "sitting"), 3);
  assert_int_equal(distance("ca", "abc"), 3);
  assert_int_equal(distance("steam", "stream"), 1);
  assert_int_equal(word_distance("streamxxxx", 6, "stream"), 0);
}

/* Texts as a hostile script may have them: at the end of their memory, with zeros, and long. */
static void hostile(void **state) {
  (void)state;
  size_t sizes[] = {0, 1, 3, 48, 49, 300, 1 << 20};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    for (const char *fill = "\0A|\xff-0"; fill < &"\0A|\xff-0"[6]; fill++) {
      char *text = malloc(sizes[i] ? sizes[i] : 1);
      assert_non_null(text);
      memset(text, *fill, sizes[i]);
      for (const struct constant_set *const *set = constant_sets; *set; set++) {
        long value;
        struct error error = {0};
        if (constant_parse(*set, text, sizes[i], &value, &error) < 0) {
          assert_int_equal(error.kind, ERROR_USAGE);
          assert_true(strlen(error.message) > 10 && strlen(error.message) < 400);
        } else {
          assert_true(*fill == '0' && value == 0);
        }
      }
      free(text);
    }
  /* A name that goes on behind a zero is another name. */
  long value;
  struct error error = {0};
  assert_int_equal(constant_parse(&constant_families, "inet\0x", 6, &value, &error), -1);
  assert_string_equal(error.message,
                      "no address family is called \"inet\\0x\", did you mean inet?");
  assert_int_equal(constant_parse(&constant_protocols, "tcp\0", 4, &value, &error), -1);
  assert_int_equal(constant_parse(&constant_families, "\x1b[31m", 5, &value, &error), -1);
  assert_string_equal(error.message, "no address family is called \"\\x1b[31m\"");
}

static void words(void **state) {
  (void)state;
  char copy[4];
  assert_int_equal(word_copy("abc", 3, copy, sizeof copy), 0);
  assert_string_equal(copy, "abc");
  assert_int_equal(word_copy("abcd", 4, copy, sizeof copy), -1);
  assert_int_equal(word_copy("a\0c", 3, copy, sizeof copy), -1);
  assert_int_equal(word_copy(NULL, 0, copy, sizeof copy), 0);
  assert_true(word_is("ON", 2, "on"));
  assert_false(word_is("o", 1, "on"));
  assert_false(word_is(NULL, 0, "on"));
  char worst[100];
  memset(worst, '\x01', sizeof worst);
  struct word_shown shown;
  word_show(&shown, worst, sizeof worst);
  assert_string_equal(shown.text + strlen(shown.text) - 8, "\\x01\"...");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tables_are_sound),
      cmocka_unit_test(names_are_read),
      cmocka_unit_test(every_error_is_known),
      cmocka_unit_test(families),
      cmocka_unit_test(protocols),
      cmocka_unit_test(flags),
      cmocka_unit_test(numbers),
      cmocka_unit_test(requests_and_states),
      cmocka_unit_test(ambiguous),
      cmocka_unit_test(distances),
      cmocka_unit_test(hostile),
      cmocka_unit_test(words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
