/* What the wire knows of connections, and what it takes for sent again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lab/wire_arrival.h"
#include "segment.h"
#include "system/wait.h"

static void test_bases(void **state) {
  struct flow_table table = {0};
  struct flow_bases bases;
  (void)state;
  assert_true(note(&table, (struct segment){.flags = FLAG_SYN}, &bases));
  assert_int_equal(bases.sequence, CLIENT_START);
  assert_true(note(
      &table, (struct segment){.server = true, .flags = FLAG_SYN | FLAG_ACK, .acknowledgment = 1},
      &bases));
  assert_int_equal(bases.sequence, (uint32_t)SERVER_START);
  assert_int_equal(bases.acknowledgment, CLIENT_START);
  assert_int_equal(table.seen, 1);
  /* Before this one came, its sender had sent its SYN alone. */
  assert_true(note(
      &table, (struct segment){.flags = FLAG_ACK, .sequence = 1, .acknowledgment = 1, .length = 5},
      &bases));
  assert_int_equal(bases.next, CLIENT_START + 1);
  assert_true(note(
      &table, (struct segment){.flags = FLAG_ACK, .sequence = 1, .acknowledgment = 1, .length = 5},
      &bases));
  assert_int_equal(bases.next, CLIENT_START + 6);
  flow_free(&table);
}

/* Of a connection whose beginning nobody saw, the first byte that was counts as 1. */
static void test_late(void **state) {
  struct flow_table table = {0};
  struct flow_bases bases;
  (void)state;
  assert_true(note(
      &table, (struct segment){.flags = FLAG_ACK, .sequence = 700, .acknowledgment = 90}, &bases));
  assert_int_equal(bases.sequence, CLIENT_START + 699);
  assert_int_equal(bases.acknowledgment, (uint32_t)(SERVER_START + 89U));
  flow_free(&table);
}

static void test_many_flows(void **state) {
  struct flow_table table = {0};
  struct flow_bases bases;
  (void)state;
  for (int i = 0; i < FLOW_LIMIT + 100; i++)
    assert_true(note(&table, (struct segment){.flags = FLAG_SYN, .port = 1000 + i}, &bases));
  assert_int_equal(table.seen, FLOW_LIMIT + 100);
  /* The oldest are forgotten, and begin anew. */
  assert_true(note(&table, (struct segment){.flags = FLAG_SYN, .port = 1000}, &bases));
  assert_int_equal(table.seen, FLOW_LIMIT + 101);
  assert_true(note(&table, (struct segment){.flags = FLAG_SYN, .port = 1000 + FLOW_LIMIT}, &bases));
  assert_int_equal(table.seen, FLOW_LIMIT + 101);
  flow_free(&table);
}

/* A queue of packets that were held, and what the wire knew when the next one came. */
struct scene {
  struct flow_table table;
  struct held_queue queue;
  struct wire_link links[2]; /* of the client, of the server */
};

static void hold(struct scene *scene, struct segment segment) {
  struct flow_bases ignored;
  struct bytes bytes = build(segment);
  struct held *held = held_create(bytes.data, bytes.length);
  assert_non_null(held);
  held->from = &scene->links[segment.server];
  held->number = (unsigned)scene->queue.count + 1;
  held_append(&scene->queue, held);
  note(&scene->table, segment, &ignored);
  bytes_free(&bytes);
}

/* One that has crossed already. */
static void cross(struct scene *scene, struct segment segment) {
  struct flow_bases ignored;
  note(&scene->table, segment, &ignored);
}

/* The number of the held packet that this one is folded into: above 0 as sent again, below as
 * unanswered; 0: it is new. */
static int folded(struct scene *scene, struct segment segment) {
  struct bytes bytes = build(segment);
  struct packet packet;
  struct flow_bases bases;
  packet_read(bytes.data, bytes.length, bytes.length, &packet);
  assert_true(flow_note(&scene->table, &packet, 0, 1, &bases));
  const struct held *again =
      held_find_again(&scene->queue, &scene->links[segment.server], &packet, &bases);
  const struct held *answer = again ? NULL : held_find_answer(&scene->queue, &packet, &bases);
  bytes_free(&bytes);
  return again ? (int)again->number : answer ? -(int)answer->number : 0;
}

static void clear(struct scene *scene) {
  held_clear(&scene->queue);
  flow_free(&scene->table);
}

static void begin(struct scene *scene) {
  *scene = (struct scene){0};
  cross(scene, (struct segment){.flags = FLAG_SYN});
  cross(scene, (struct segment){.server = true, .flags = FLAG_SYN | FLAG_ACK, .acknowledgment = 1});
  cross(scene, (struct segment){.flags = FLAG_ACK, .sequence = 1, .acknowledgment = 1});
}

#define DATA(from, size)                                                                           \
  (struct segment) {                                                                               \
    .flags = FLAG_ACK | FLAG_PSH, .sequence = (from), .acknowledgment = 1, .length = (size)        \
  }

static void test_folded_syn(void **state) {
  struct scene scene = {0};
  (void)state;
  hold(&scene, (struct segment){.flags = FLAG_SYN});
  assert_int_equal(folded(&scene, (struct segment){.flags = FLAG_SYN}), 1);
  /* The other side's SYN, of a simultaneous open, is another. */
  assert_int_equal(folded(&scene, (struct segment){.server = true, .flags = FLAG_SYN}), 0);
  clear(&scene);
}

/* Each side has sent a SYN, and answers that of the other one by SYN and ACK: that is new, whatever
 * is held of it. */
static void test_simultaneous_open(void **state) {
  const struct segment syn[2] = {{.flags = FLAG_SYN}, {.server = true, .flags = FLAG_SYN}};
  const struct segment both[2] = {
      {.flags = FLAG_SYN | FLAG_ACK, .acknowledgment = 1},
      {.server = true, .flags = FLAG_SYN | FLAG_ACK, .acknowledgment = 1},
  };
  struct scene scene = {0};
  (void)state;
  cross(&scene, syn[0]);
  hold(&scene, syn[1]);
  assert_int_equal(folded(&scene, both[1]), 0);
  hold(&scene, both[1]);
  assert_int_equal(folded(&scene, both[0]), 0);
  hold(&scene, both[0]);
  assert_int_equal(folded(&scene, syn[1]), 1);
  assert_int_equal(folded(&scene, both[1]), 2);
  assert_int_equal(folded(&scene, both[0]), 3);
  clear(&scene);
}

/* A RST is an answer, too: the sender would not go on if it knew. */
static void test_refused(void **state) {
  struct scene scene = {0};
  (void)state;
  cross(&scene, (struct segment){.flags = FLAG_SYN});
  hold(&scene, (struct segment){.server = true, .flags = FLAG_RST | FLAG_ACK, .acknowledgment = 1});
  assert_int_equal(folded(&scene, (struct segment){.flags = FLAG_SYN}), -1);
  clear(&scene);
  begin(&scene);
  cross(&scene, DATA(1, 5));
  hold(&scene, (struct segment){.server = true, .flags = FLAG_RST, .sequence = 1});
  assert_int_equal(folded(&scene, DATA(1, 5)), -1);
  clear(&scene);
}

static void test_folded_data(void **state) {
  struct scene scene;
  (void)state;
  begin(&scene);
  hold(&scene, DATA(1, 5));
  hold(&scene, DATA(6, 5));
  assert_int_equal(folded(&scene, DATA(1, 5)), 1);
  assert_int_equal(folded(&scene, DATA(6, 5)), 2);
  assert_int_equal(folded(&scene, DATA(1, 10)), 1); /* both in one */
  assert_int_equal(folded(&scene, DATA(8, 2)), 2);  /* a part of one */
  assert_int_equal(folded(&scene, DATA(6, 6)), 0);  /* a byte more */
  assert_int_equal(folded(&scene, DATA(12, 5)), 0);
  clear(&scene);
}

static void test_folded_fin(void **state) {
  struct scene scene;
  (void)state;
  begin(&scene);
  hold(&scene, DATA(1, 5));
  hold(&scene, (struct segment){.flags = FLAG_ACK | FLAG_FIN, .sequence = 6, .acknowledgment = 1});
  assert_int_equal(
      folded(&scene,
             (struct segment){.flags = FLAG_ACK | FLAG_FIN, .sequence = 6, .acknowledgment = 1}),
      2);
  /* The kernel may put the data and the FIN into one. */
  assert_int_equal(folded(&scene, (struct segment){.flags = FLAG_ACK | FLAG_FIN,
                                                   .sequence = 1,
                                                   .acknowledgment = 1,
                                                   .length = 5}),
                   1);
  clear(&scene);
}

/* What makes a sender send again at once must not be taken for one. */
static void test_duplicate_acknowledgments(void **state) {
  const struct segment acknowledgment = {
      .server = true, .flags = FLAG_ACK, .sequence = 1, .acknowledgment = 1};
  struct scene scene;
  (void)state;
  begin(&scene);
  cross(&scene, DATA(1, 5));
  cross(&scene, DATA(6, 5));
  hold(&scene, acknowledgment);
  assert_int_equal(folded(&scene, acknowledgment), 0);
  hold(&scene, acknowledgment);
  assert_int_equal(folded(&scene, acknowledgment), 0);
  /* And what it asks for is new: nobody has acknowledged it. */
  assert_int_equal(folded(&scene, DATA(1, 5)), 0);
  clear(&scene);
}

static void test_probe(void **state) {
  const struct segment probe = {.flags = FLAG_ACK, .sequence = 0, .acknowledgment = 1};
  struct scene scene;
  (void)state;
  begin(&scene);
  hold(&scene, probe);
  assert_int_equal(folded(&scene, probe), 1);
  clear(&scene);
}

/* It has arrived, and only the wire keeps its sender from knowing. */
static void test_unanswered(void **state) {
  struct scene scene;
  (void)state;
  begin(&scene);
  cross(&scene, DATA(1, 5));
  hold(&scene,
       (struct segment){.server = true, .flags = FLAG_ACK, .sequence = 1, .acknowledgment = 6});
  assert_int_equal(folded(&scene, DATA(1, 5)), -1);
  assert_int_equal(folded(&scene, DATA(6, 5)), 0); /* new data is not */
  clear(&scene);
}

static unsigned remembered(struct wire *wire, struct scene *scene, struct segment segment) {
  struct bytes bytes = build(segment);
  struct held *held = held_create(bytes.data, bytes.length);
  assert_non_null(held);
  held->from = &scene->links[segment.server];
  wire_remember(wire, held);
  bytes_free(&bytes);
  return (unsigned)wire->recent.count;
}

static unsigned left_behind(struct wire *wire, struct segment segment, int64_t later) {
  struct bytes bytes = build(segment);
  struct packet packet;
  packet_read(bytes.data, bytes.length, bytes.length, &packet);
  wire_forget(wire, &packet, clock_monotonic() + later);
  bytes_free(&bytes);
  return (unsigned)wire->recent.count;
}

/* What has just crossed by hand is known until it is acknowledged, or some time has passed. */
static void test_recent(void **state) {
  const struct segment no_answer = {
      .server = true, .flags = FLAG_ACK, .sequence = 1, .acknowledgment = 1};
  const struct segment answer = {
      .server = true, .flags = FLAG_ACK, .sequence = 1, .acknowledgment = 6};
  struct scene scene;
  struct wire wire = {.holds = true};
  (void)state;
  begin(&scene);
  assert_int_equal(remembered(&wire, &scene, DATA(1, 5)), 1);
  assert_int_equal(left_behind(&wire, no_answer, 0), 1);
  assert_int_equal(left_behind(&wire, answer, 0), 0);
  assert_int_equal(remembered(&wire, &scene, DATA(6, 5)), 1);
  assert_int_equal(left_behind(&wire, answer, 0), 1);
  assert_int_equal(left_behind(&wire, no_answer, 1000000000), 0);
  /* There was no room for it: when it comes again, it is no copy. */
  const struct segment full = {
      .server = true, .flags = FLAG_ACK, .sequence = 1, .acknowledgment = 6, .closed = true};
  assert_int_equal(remembered(&wire, &scene, DATA(6, 5)), 1);
  assert_int_equal(left_behind(&wire, full, 0), 0);
  /* Many of them do not pile up. */
  for (uint32_t i = 0; i < 100; i++)
    assert_true(remembered(&wire, &scene, DATA(1 + i, 1)) <= 32);
  wire.holds = false;
  unsigned count = (unsigned)wire.recent.count;
  assert_int_equal(remembered(&wire, &scene, DATA(1, 1)), count);
  held_clear(&wire.recent);
  clear(&scene);
}

static void test_resets_are_new(void **state) {
  const struct segment reset = {.flags = FLAG_RST, .sequence = 1};
  struct scene scene;
  (void)state;
  begin(&scene);
  hold(&scene, reset);
  assert_int_equal(folded(&scene, reset), 0);
  clear(&scene);
}

/* What was changed by hand is not what the kernel sends again. */
static void test_changed_is_another(void **state) {
  struct scene scene;
  (void)state;
  begin(&scene);
  hold(&scene, DATA(1, 5));
  scene.queue.first->origin = "corrupted";
  assert_int_equal(folded(&scene, DATA(1, 5)), 0);
  clear(&scene);
}

static struct held *numbered(unsigned number, int64_t due) {
  struct held *held = held_create("x", 1);
  assert_non_null(held);
  held->number = number;
  held->due = due;
  return held;
}

static void assert_order(const struct held_queue *queue, const char *order) {
  const struct held *held = queue->first;
  const struct held *before = NULL;
  for (; *order; order++, before = held, held = held->next) {
    assert_non_null(held);
    assert_ptr_equal(held->before, before);
    assert_int_equal(held->number, *order - '0');
  }
  assert_null(held);
  assert_ptr_equal(queue->last, before);
}

static void test_queue(void **state) {
  struct held_queue queue = {0};
  struct held *all[5];
  (void)state;
  for (unsigned i = 0; i < 4; i++)
    held_append(&queue, all[i] = numbered(i + 1, 0));
  assert_order(&queue, "1234");
  held_remove(&queue, all[0]);
  assert_order(&queue, "234");
  held_insert_before(&queue, all[1], all[0]);
  assert_order(&queue, "1234");
  held_remove(&queue, all[3]);
  held_insert_after(&queue, NULL, all[3]);
  assert_order(&queue, "4123");
  assert_int_equal(queue.count, 4);
  assert_int_equal(queue.bytes, 4);
  held_clear(&queue);
  assert_order(&queue, "");
  /* By time, and those of one time in the order in which they came. */
  held_insert_due(&queue, numbered(1, 30));
  held_insert_due(&queue, numbered(2, 10));
  held_insert_due(&queue, numbered(3, 20));
  held_insert_due(&queue, numbered(4, 10));
  held_insert_due(&queue, numbered(5, 40));
  assert_order(&queue, "24315");
  held_clear(&queue);
  assert_int_equal(queue.bytes, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bases),
      cmocka_unit_test(test_late),
      cmocka_unit_test(test_many_flows),
      cmocka_unit_test(test_folded_syn),
      cmocka_unit_test(test_simultaneous_open),
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_folded_data),
      cmocka_unit_test(test_folded_fin),
      cmocka_unit_test(test_duplicate_acknowledgments),
      cmocka_unit_test(test_probe),
      cmocka_unit_test(test_unanswered),
      cmocka_unit_test(test_recent),
      cmocka_unit_test(test_resets_are_new),
      cmocka_unit_test(test_changed_is_another),
      cmocka_unit_test(test_queue),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
