/* What the segments before it prove a segment to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "segment.h"
#include "timeline/event.h"

/* What a segment is; it crosses at once. */
static unsigned labels_of(struct flow_table *table, struct segment segment) {
  struct bytes bytes = build(segment);
  struct packet packet;
  struct flow_bases bases;
  packet_read(bytes.data, bytes.length, bytes.length, &packet);
  assert_true(flow_note(table, &packet, 0, 1, &bases));
  flow_cross(&bases, &packet, &bases.labels);
  bytes_free(&bytes);
  return bases.labels | bases.duplicates << 16;
}

#define FROM_CLIENT .flags = FLAG_ACK, .acknowledgment = 1
#define FROM_SERVER .server = true, .flags = FLAG_ACK, .sequence = 1
#define LABELS(...) labels_of(&table, (struct segment){__VA_ARGS__})

static void connect_labelled(struct flow_table *table) {
  assert_int_equal(labels_of(table, (struct segment){.flags = FLAG_SYN}), 0);
  assert_int_equal(labels_of(table, (struct segment){.server = true,
                                                     .flags = FLAG_SYN | FLAG_ACK,
                                                     .acknowledgment = 1}),
                   0);
  assert_int_equal(labels_of(table, (struct segment){.sequence = 1, FROM_CLIENT}), 0);
}

static void test_label_ranges(void **state) {
  struct flow_table table = {0};
  (void)state;
  assert_int_equal(LABELS(.flags = FLAG_SYN), 0);
  assert_int_equal(LABELS(.flags = FLAG_SYN), LABEL_RETRANSMISSION);
  assert_int_equal(LABELS(.server = true, .flags = FLAG_SYN | FLAG_ACK, .acknowledgment = 1), 0);
  assert_int_equal(LABELS(.sequence = 1, .length = 10, FROM_CLIENT), 0);
  assert_int_equal(LABELS(.sequence = 1, .length = 10, FROM_CLIENT), LABEL_RETRANSMISSION);
  assert_int_equal(LABELS(.sequence = 6, .length = 5, FROM_CLIENT), LABEL_RETRANSMISSION);
  assert_int_equal(LABELS(.sequence = 6, .length = 10, FROM_CLIENT), LABEL_PARTLY);
  /* 16 to 20 was never here. */
  assert_int_equal(LABELS(.sequence = 21, .length = 10, FROM_CLIENT), 0);
  assert_int_equal(LABELS(.sequence = 16, .length = 3, FROM_CLIENT), LABEL_OUT_OF_ORDER);
  assert_int_equal(LABELS(.sequence = 16, .length = 5, FROM_CLIENT), LABEL_PARTLY);
  assert_int_equal(LABELS(.sequence = 16, .length = 5, FROM_CLIENT), LABEL_RETRANSMISSION);
  flow_free(&table);
}

/* With too many gaps it is not known what was there, and nothing is said. */
static void test_label_unknown(void **state) {
  struct flow_table table = {0};
  (void)state;
  connect_labelled(&table);
  for (uint32_t i = 1; i < 12; i++)
    assert_int_equal(LABELS(.sequence = 1 + 10 * i, .length = 1, FROM_CLIENT), 0);
  assert_int_equal(LABELS(.sequence = 11, .length = 1, FROM_CLIENT), 0);
  flow_free(&table);
}

static void test_label_duplicate(void **state) {
  struct flow_table table = {0};
  (void)state;
  connect_labelled(&table);
  /* Nothing is outstanding: RFC 5681 does not count it. */
  assert_int_equal(LABELS(FROM_SERVER, .acknowledgment = 1), 0);
  assert_int_equal(LABELS(.sequence = 1, .length = 10, FROM_CLIENT), 0);
  assert_int_equal(LABELS(FROM_SERVER, .acknowledgment = 1), LABEL_DUPLICATE_ACK | 1 << 16);
  assert_int_equal(LABELS(FROM_SERVER, .acknowledgment = 1), LABEL_DUPLICATE_ACK | 2 << 16);
  assert_int_equal(LABELS(FROM_SERVER, .acknowledgment = 1, .window = 700), LABEL_WINDOW_UPDATE);
  assert_int_equal(LABELS(FROM_SERVER, .acknowledgment = 1, .window = 700, .length = 1), 0);
  assert_int_equal(LABELS(.server = true, .sequence = 2, .flags = FLAG_ACK, .acknowledgment = 11),
                   0);
  flow_free(&table);
}

static void test_label_keepalive(void **state) {
  struct flow_table table = {0};
  (void)state;
  connect_labelled(&table);
  assert_int_equal(LABELS(.sequence = 1, .length = 10, FROM_CLIENT), 0);
  /* Something is outstanding. */
  assert_int_equal(LABELS(.sequence = 10, FROM_CLIENT), 0);
  assert_int_equal(LABELS(FROM_SERVER, .acknowledgment = 11), 0);
  assert_int_equal(LABELS(.sequence = 10, FROM_CLIENT), LABEL_KEEPALIVE);
  assert_int_equal(LABELS(FROM_SERVER, .acknowledgment = 11), LABEL_KEEPALIVE_ACK);
  assert_int_equal(LABELS(.sequence = 10, .length = 1, FROM_CLIENT), LABEL_KEEPALIVE);
  flow_free(&table);
}

static void test_label_window(void **state) {
  struct flow_table table = {0};
  (void)state;
  connect_labelled(&table);
  assert_int_equal(LABELS(.sequence = 1, .length = 10, FROM_CLIENT), 0);
  assert_int_equal(LABELS(FROM_SERVER, .acknowledgment = 11, .closed = true), LABEL_ZERO_WINDOW);
  assert_int_equal(LABELS(.sequence = 10, FROM_CLIENT), LABEL_WINDOW_PROBE);
  assert_int_equal(LABELS(FROM_SERVER, .acknowledgment = 11, .closed = true),
                   LABEL_ZERO_WINDOW | LABEL_WINDOW_PROBE_ACK);
  assert_int_equal(LABELS(.sequence = 11, .length = 1, FROM_CLIENT), LABEL_WINDOW_PROBE);
  assert_int_equal(LABELS(FROM_SERVER, .acknowledgment = 11), LABEL_WINDOW_UPDATE);
  assert_int_equal(LABELS(.sequence = 11, .length = 1, FROM_CLIENT), LABEL_RETRANSMISSION);
  flow_free(&table);
}

/* The sender can't know of a closed window that is still on its way. */
static void test_label_held(void **state) {
  struct flow_table table = {0};
  struct flow_bases bases;
  (void)state;
  connect_labelled(&table);
  assert_int_equal(LABELS(FROM_SERVER, .acknowledgment = 1), 0);
  note(&table, (struct segment){FROM_SERVER, .acknowledgment = 1, .closed = true}, &bases);
  assert_int_equal(bases.labels, LABEL_ZERO_WINDOW);
  assert_int_equal(LABELS(.sequence = 0, FROM_CLIENT), LABEL_KEEPALIVE);
  flow_free(&table);
}

/* What crosses behind data that was sent later is out of order, unless it was sent again. */
static void test_label_crossing(void **state) {
  struct flow_table table = {0};
  struct flow_bases bases;
  (void)state;
  connect_labelled(&table);
  const struct segment first = {.sequence = 1, .length = 10, FROM_CLIENT};
  note(&table, first, &bases);
  assert_int_equal(bases.labels, 0);
  assert_int_equal(LABELS(.sequence = 11, .length = 10, FROM_CLIENT), 0);
  struct bytes bytes = build(first);
  struct packet packet;
  unsigned labels = 0;
  packet_read(bytes.data, bytes.length, bytes.length, &packet);
  assert_true(flow_find(&table, &packet, 0, &bases));
  flow_cross(&bases, &packet, &labels);
  assert_int_equal(labels, LABEL_OUT_OF_ORDER);
  bytes_free(&bytes);
  flow_free(&table);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_label_ranges),    cmocka_unit_test(test_label_unknown),
      cmocka_unit_test(test_label_duplicate), cmocka_unit_test(test_label_keepalive),
      cmocka_unit_test(test_label_window),    cmocka_unit_test(test_label_held),
      cmocka_unit_test(test_label_crossing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
