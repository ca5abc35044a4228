/* Pictures of samples: scales, marks, fairness, and what a hostile timeline may have in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "view/picture/plot.h"
#include "view/picture/xml.h"

static struct socket_label label_of(uint64_t id, const char *name) {
  struct socket_label label = {.id = id, .descriptor = 3};
  snprintf(label.name, sizeof label.name, "%s", name);
  return label;
}

static void sample(struct plot *plot, uint64_t serial, int64_t time, uint64_t socket,
                   const char *field, const char *unit, int64_t value) {
  struct event_sample about = {
      .socket = label_of(socket, "c"),
      .count = 1,
      .values = {{.field = field, .unit = unit, .known = true, .value = value}}};
  struct event event = {
      .kind = EVENT_SAMPLE, .serial = serial, .monotonic = time, .sample = &about};
  plot_take(plot, &event);
}

static void test_steps(void **state) {
  (void)state;
  assert_true(plot_step(43, 4) == 20);
  assert_true(plot_step(40, 4) == 10);
  assert_true(plot_step(1, 4) == 0.5);
  assert_true(plot_step(0, 4) == 1);
  for (double most = 1e-9; most < 1e19; most *= 1.7) {
    double step = plot_step(most, 5);
    assert_true(most / step <= 5.01 && most / step >= 1.9);
  }
}

static void test_numbers(void **state) {
  struct bytes bytes = {0};
  (void)state;
  plot_append_number(20, 20, &bytes);
  bytes_append_char(&bytes, ' ');
  plot_append_number(0.5, 0.5, &bytes);
  bytes_append_char(&bytes, ' ');
  plot_append_number(1, 0.02, &bytes);
  assert_string_equal(bytes_text(&bytes), "20 0.5 1.00");
  bytes_free(&bytes);
}

static void test_scales(void **state) {
  (void)state;
  assert_string_equal(plot_scale_of("us", 999).unit, "us");
  assert_string_equal(plot_scale_of("us", 40000).unit, "ms");
  assert_string_equal(plot_scale_of("us", 4000000).unit, "s");
  assert_string_equal(plot_scale_of("bytes", 700000).unit, "kB");
  assert_string_equal(plot_scale_of("segments", 700000).unit, "segments");
  assert_string_equal(plot_scale_of("", 5).unit, "");
}

/* Of two flows: equal shares, one that has all, and three to one. */
static void test_fairness(void **state) {
  const int64_t shares[][2] = {{500, 500}, {1000, 0}, {300, 100}};
  const double wanted[] = {1, 0.5, 0.8};
  (void)state;
  for (size_t i = 0; i < 3; i++) {
    struct plot plot = {.began = 0};
    struct socket_label a = label_of(1, "a");
    struct socket_label b = label_of(2, "b");
    double index;
    plot_want(&plot, &a, "bytes_acked");
    plot_want(&plot, &b, "bytes_acked");
    assert_false(plot_fairness(&plot, "bytes_acked", &index));
    for (uint64_t socket = 1; socket <= 2; socket++) {
      sample(&plot, socket, 0, socket, "bytes_acked", "bytes", 7);
      sample(&plot, 2 + socket, 100, socket, "bytes_acked", "bytes", 7 + shares[i][socket - 1]);
    }
    assert_true(plot_fairness(&plot, "bytes_acked", &index));
    assert_true(index > wanted[i] - 1e-9 && index < wanted[i] + 1e-9);
    plot_free(&plot);
  }
}

/* A time is nothing that is shared. */
static void test_no_fairness(void **state) {
  struct plot plot = {.began = 0};
  struct socket_label a = label_of(1, "a");
  struct socket_label b = label_of(2, "b");
  double index;
  (void)state;
  plot_want(&plot, &a, "rtt");
  plot_want(&plot, &b, "rtt");
  for (uint64_t serial = 1; serial <= 4; serial++)
    sample(&plot, serial, (int64_t)serial, 1 + serial % 2, "rtt", "us", 5);
  assert_false(plot_fairness(&plot, "rtt", &index));
  plot_free(&plot);
}

/* Numbers and moments as no kernel would tell them, in any order. */
static void test_extremes(void **state) {
  static const int64_t times[] = {INT64_MAX / 2, 0, 1, INT64_MAX / 2, INT64_MAX / 2 - 1, 5};
  static const int64_t values[] = {INT64_MAX, 0, 1, INT64_MAX, -1, 7};
  struct socket_label socket = label_of(1, "c");
  (void)state;
  for (size_t count = 1; count <= sizeof times / sizeof *times; count++) {
    struct plot plot = {.began = 3};
    struct bytes bytes = {0};
    plot_want(&plot, &socket, NULL);
    for (size_t i = 0; i < count; i++)
      sample(&plot, i + 1, times[i], 1, "<\"&>", "<", values[i]);
    plot_append_text(&plot, 80, 10, true, &bytes);
    assert_false(bytes.failed);
    plot_append_text(&plot, 1, 1, false, &bytes);
    bytes_clear(&bytes);
    plot_append_svg(&plot, &bytes);
    assert_null(memmem(bytes.data, bytes.length, "<\"&", 3));
    assert_null(memmem(bytes.data, bytes.length, "nan", 3));
    assert_null(memmem(bytes.data, bytes.length, "inf", 3));
    bytes_clear(&bytes);
    plot_append_csv(&plot, &bytes);
    assert_non_null(memmem(bytes.data, bytes.length, "\"c <\"\"&> (<)\"", 13));
    bytes_free(&bytes);
    plot_free(&plot);
  }
  struct plot late = {.began = 0}; /* so late that a step of the axis is less than a nanosecond */
  struct bytes bytes = {0};
  plot_want(&late, &socket, NULL);
  sample(&late, 1, INT64_MAX / 2, 1, "x", "", 1);
  sample(&late, 2, INT64_MAX / 2 + 1, 1, "x", "", 1);
  plot_append_svg(&late, &bytes);
  assert_true(bytes.length > 0 && bytes.length < 20000);
  bytes_free(&bytes);
  plot_free(&late);
}

static void test_xml(void **state) {
  struct bytes bytes = {0};
  (void)state;
  xml_append(&bytes, "a<b>&\"'\x1b\xff\0\xe2\x80\xae\xc3\xa9\n", 16);
  assert_string_equal(bytes_text(&bytes),
                      "a&lt;b&gt;&amp;&quot;&#39;\\x1b\\xff\\x00\\u{202E}\xc3\xa9\n");
  bytes_free(&bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_steps),       cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_scales),      cmocka_unit_test(test_fairness),
      cmocka_unit_test(test_no_fairness), cmocka_unit_test(test_extremes),
      cmocka_unit_test(test_xml),
  };
  return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}
