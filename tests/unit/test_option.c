/* Socket options: the table is sound, names are found, words are read and refused, values are
 * shown. What the kernel makes of them is in test_option_kernel.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "names/constant.h"
#include "option/option.h"
#include "system/network.h"

/* The table. */

static void table_is_sound(void **state) {
  (void)state;
  size_t rows = 0;
  for (const struct option *option = option_table; option->name; option++, rows++) {
    const struct option_type *type = option->type;
    size_t length = strlen(option->explanation);
    if (length < 20 || option->explanation[length - 1] != '.' || strstr(option->explanation, "  "))
      fail_msg("%s is not explained by whole sentences", option->name);
    assert_true(option->access != 0);
    assert_non_null(type->name);
    assert_non_null(type->values);
    assert_non_null(type->format);
    assert_true(type->size > 0);
    assert_true(type->minimum <= type->maximum);
    assert_true((type->parse != NULL) == (type->maximum > 0));
    assert_true(option_prefix_length(option) >= 3);
    for (const struct option *other = option + 1; other->name; other++)
      if (other->level == option->level && strcasecmp(other->name, option->name) == 0)
        fail_msg("%s stands twice in the table", option->name);
    const struct option *found = option_by_number(option->level, option->number);
    assert_non_null(found);
    assert_int_equal(found->number, option->number);
  }
  assert_true(rows >= 110);
  assert_null(option_by_number(SOL_SOCKET, 99999));
}

/* The rows of a level stand together. */
static void table_is_ordered(void **state) {
  (void)state;
  int seen[16];
  size_t count = 0;
  for (const struct option *option = option_table; option->name; option++) {
    if (count > 0 && seen[count - 1] == option->level)
      continue;
    for (size_t i = 0; i < count; i++)
      assert_int_not_equal(seen[i], option->level);
    assert_true(count < 16);
    seen[count++] = option->level;
  }
  assert_int_equal(seen[0], SOL_SOCKET);
}

static const struct option *find(int level, const char *text) {
  struct error error = {0};
  const struct option *option = option_find(level, text, strlen(text), &error);
  if (!option)
    fail_msg("%s: %s", text, error.message);
  return option;
}

static void find_fails(int level, const char *text, const char *message) {
  struct error error = {0};
  assert_null(option_find(level, text, strlen(text), &error));
  assert_int_equal(error.kind, ERROR_USAGE);
  assert_string_equal(error.message, message);
}

static void names_are_found(void **state) {
  (void)state;
  for (const struct option *option = option_table; option->name; option++) {
    const struct option *found = find(option->level, option->name);
    assert_int_equal(found->level, option->level);
    assert_int_equal(found->number, option->number);
  }
  assert_string_equal(find(-1, "reuseaddr")->name, "SO_REUSEADDR");
  assert_string_equal(find(-1, "so_ReuseAddr")->name, "SO_REUSEADDR");
  assert_string_equal(find(-1, "nodelay")->name, "TCP_NODELAY");
  assert_string_equal(find(-1, "v6only")->name, "IPV6_V6ONLY");
  assert_string_equal(find(IPPROTO_UDP, "cork")->name, "UDP_CORK");
  assert_string_equal(find(IPPROTO_TCP, "cork")->name, "TCP_CORK");
  assert_string_equal(find(-1, "IPV6_JOIN_GROUP")->name, "IPV6_JOIN_GROUP");
  assert_int_equal(find(IPPROTO_IPV6, "MCAST_JOIN_GROUP")->level, IPPROTO_IPV6);
  assert_int_equal(option_prefix_length(find(-1, "nodelay")), 4);
  assert_int_equal(option_prefix_length(find(-1, "v6only")), 5);

  find_fails(-1, "cork",
             "\"cork\" fits several options, name the level too or write it whole: TCP_CORK (tcp), "
             "UDP_CORK (udp)");
  find_fails(-1, "MCAST_LEAVE_GROUP",
             "\"MCAST_LEAVE_GROUP\" fits several options, name the level too or write it whole: "
             "MCAST_LEAVE_GROUP (ip), MCAST_LEAVE_GROUP (ipv6)");
  find_fails(-1, "reuseadr", "no socket option is called \"reuseadr\", did you mean reuseaddr?");
  find_fails(-1, "TCP_NODELY",
             "no socket option is called \"TCP_NODELY\", did you mean TCP_NODELAY?");
  find_fails(-1, "", "no socket option is called \"\"");
  find_fails(IPPROTO_TCP, "reuseaddr", "SO_REUSEADDR is an option of the level socket, not of tcp");
  find_fails(IPPROTO_TCP, "nodely",
             "no option of the level tcp is called \"nodely\", did you mean nodelay?");
  find_fails(4711, "xyzzy", "no option of the level 4711 is called \"xyzzy\"");
}

/* Formats a value that ends where its memory ends, so that the sanitizer sees a byte too far; and
 * each shorter one, as another kernel might give it. */
static void format_checked(const struct option_type *type, const void *value, size_t length) {
  for (size_t used = 0; used <= length; used = used < 300 ? used + 1 : used * 2) {
    char *exact = malloc(used ? used : 1);
    assert_non_null(exact);
    memcpy(exact, value, used);
    struct bytes text = {0};
    type->format(exact, used, &text);
    assert_true(text.length >= 2 && text.length < 8 * length + 2000);
    long long number;
    if (type->number)
      type->number(exact, used, &number);
    bytes_free(&text);
    free(exact);
  }
}

static void types_format_anything(void **state) {
  (void)state;
  char value[4096];
  for (const struct option *option = option_table; option->name; option++)
    for (int fill = -1; fill < 256; fill += 64) {
      for (size_t i = 0; i < sizeof value; i++)
        value[i] = (char)(fill < 0 ? (int)(i * 37) : fill);
      format_checked(option->type, value, option->type->size + 8);
    }
}

/* Words. */

enum { WORDS = 3 };

static size_t words_split(const char *text, struct option_word *words) {
  size_t count = 0;
  for (const char *at = text; *at;) {
    size_t length = strcspn(at, " ");
    assert_true(count < WORDS);
    words[count++] = (struct option_word){at, length, NETWORK_OWN};
    at += length + strspn(at + length, " ");
  }
  return count;
}

static void refuses(const char *name, const char *text, const char *message) {
  struct option_word words[WORDS];
  size_t count = words_split(text, words);
  struct bytes value = {0};
  struct error error = {0};
  assert_int_equal(find(-1, name)->type->parse(words, count, &value, &error), -1);
  assert_int_equal(error.kind, ERROR_USAGE);
  assert_string_equal(error.message, message);
  assert_int_equal(value.length, 0);
  bytes_free(&value);
}

static void wrong_words_are_named(void **state) {
  (void)state;
  refuses("SO_REUSEADDR", "maybe", "\"maybe\" is neither on nor off");
  refuses("IP_TTL", "many", "\"many\" is not a whole number");
  refuses("IP_TTL", "4294967296", "\"4294967296\" is not between -2147483648 and 2147483647");
  refuses("SO_RCVBUF", "3G", "\"3G\" is not a size such as 4096 or 64K, below 2G");
  refuses("TCP_KEEPIDLE", "1.5s",
          "\"1.5s\" is not a whole number of seconds, as the kernel counts here");
  refuses("TCP_KEEPIDLE", "soon", "\"soon\" is not a time such as 2s or 1m");
  refuses("TCP_KEEPIDLE", "99999999999", "\"99999999999\" is more than fits into an int");
  refuses("SO_RCVTIMEO", "5", "\"5\" is neither a time such as 500ms or 2s nor off");
  refuses("SO_RCVTIMEO", "0.1us",
          "\"0.1us\" is less than a microsecond, the least that can be waited");
  refuses("SO_LINGER", "on", "a time is missing after on, such as 5s, or 0 to reset");
  refuses("SO_LINGER", "off 5s", "off takes no time, but \"5s\" follows it");
  refuses("SO_BINDTODEVICE", "averyverylongname",
          "\"averyverylongname\" is no name: at most 15 bytes, none of them zero");
  refuses("SO_BINDTOIFINDEX", "nosuch0", "no network interface is called \"nosuch0\"");
  refuses("IP_LOCAL_PORT_RANGE", "40000", "a last port is missing after \"40000\"");
  refuses("IP_LOCAL_PORT_RANGE", "40000 99999", "\"99999\" is not between 0 and 65535");
  refuses("IP_MTU_DISCOVER", "wnat",
          "no way of path MTU discovery is called \"wnat\", did you mean want?");
  refuses("IP_ADD_MEMBERSHIP", "host", "\"host\" is not an IPv4 address such as 239.1.2.3");
  refuses("IP_ADD_MEMBERSHIP", "239.1.2.3 lo lo",
          "nothing can follow the interface, but \"lo\" does");
  refuses("IPV6_ADD_MEMBERSHIP", "239.1.2.3",
          "\"239.1.2.3\" is not an IPv6 address such as ff02::1");
}

/* Every type, with words as a hostile script may have them: at the end of their memory, with zeros,
 * and long. Nothing may be read beyond a word; what is refused is refused in a sentence. */
static void hostile_words(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t length;
  } samples[] = {{"", 0},
                 {"\0", 1},
                 {"on\0x", 4},
                 {"\xff\xfe", 2},
                 {"-", 1},
                 {"0x", 2},
                 {"||||", 4},
                 {"99999999999999999999", 20},
                 {"1e9", 3},
                 {"lo\0", 3},
                 {"127.0.0.1\0", 10},
                 {"ff02::1%lo", 10},
                 {"on", 2},
                 {"%n%s%n", 6},
                 {"-1", 2}};
  enum { LONG = 1 << 20, SAMPLES = sizeof samples / sizeof *samples };
  char *large = malloc(LONG);
  assert_non_null(large);
  memset(large, '1', LONG);
  for (const struct option *option = option_table; option->name; option++) {
    const struct option_type *type = option->type;
    for (size_t count = type->minimum; type->parse && count <= type->maximum; count++)
      for (size_t sample = 0; sample <= SAMPLES; sample++) {
        size_t length = sample < SAMPLES ? samples[sample].length : LONG;
        char *exact = malloc(length ? length : 1);
        assert_non_null(exact);
        memcpy(exact, sample < SAMPLES ? samples[sample].text : large, length);
        struct option_word words[WORDS];
        for (size_t i = 0; i < WORDS; i++)
          words[i] = (struct option_word){exact, length, NETWORK_OWN};
        struct bytes value = {0};
        struct error error = {0};
        if (type->parse(words, count, &value, &error) < 0) {
          assert_int_equal(error.kind, ERROR_USAGE);
          assert_true(strlen(error.message) > 10 && strlen(error.message) < 400);
        } else {
          assert_true(value.length > 0 && value.length <= 1024);
        }
        bytes_free(&value);
        free(exact);
      }
  }
  struct error error = {0};
  assert_null(option_find(-1, large, LONG, &error));
  assert_null(option_find(-1, "nodelay\0", 8, &error));
  free(large);
}

/* The values as numbers, for expect. */
static void values_as_numbers(void **state) {
  (void)state;
  long long number = 0;
  int error = ECONNREFUSED;
  assert_int_equal(find(-1, "SO_ERROR")->type->number(&error, sizeof error, &number), 0);
  assert_int_equal(number, ECONNREFUSED);
  uint32_t large = 4000000000U;
  assert_int_equal(find(-1, "SO_MARK")->type->number(&large, sizeof large, &number), 0);
  assert_true(number == 4000000000LL);
  unsigned char byte = 255;
  assert_int_equal(find(-1, "IP_MULTICAST_TTL")->type->number(&byte, 1, &number), 0);
  assert_int_equal(number, 255);
  assert_int_equal(find(-1, "IP_TTL")->type->number(&large, 3, &number), -1);
  assert_null(find(-1, "SO_LINGER")->type->number);

  struct bytes text = {0};
  find(-1, "SO_ERROR")->type->format(&error, sizeof error, &text);
  assert_string_equal(bytes_text(&text), "[ECONNREFUSED]");
  bytes_clear(&text);
  option_type_raw.format("hi\xff", 3, &text);
  assert_string_equal(bytes_text(&text), "hex:6869ff");
  bytes_clear(&text);
  find(-1, "TCP_INFO")->type->format("\x0a", 1, &text);
  assert_string_equal(bytes_text(&text), "{state=LISTEN}");
  bytes_clear(&text);
  find(-1, "TCP_CONGESTION")->type->format("a\x1b\"\0b", 5, &text);
  assert_string_equal(bytes_text(&text), "\"a\\x1b\\\"\"");
  bytes_free(&text);
}

int main(void) {
  network_start();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(table_is_sound),        cmocka_unit_test(table_is_ordered),
      cmocka_unit_test(names_are_found),       cmocka_unit_test(types_format_anything),
      cmocka_unit_test(wrong_words_are_named), cmocka_unit_test(hostile_words),
      cmocka_unit_test(values_as_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
