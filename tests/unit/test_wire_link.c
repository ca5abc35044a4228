/* What happens on the wire by chance: the same for a seed, and nothing of it depends on anything
 * else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/wire_link.h"

enum { PACKETS = 512, MILLISECOND = 1000000 };

/* Two links, with a way from the first to the second. */
struct pair {
  struct wire wire;
  struct wire_link links[2];
  struct wire_way ways[2][2];
};

static struct wire_way *begin(struct pair *pair, uint64_t seed, double loss, int64_t jitter) {
  *pair = (struct pair){.wire.link_count = 2};
  for (unsigned i = 0; i < 2; i++) {
    pair->links[i].index = i;
    pair->links[i].ways = pair->ways[i];
    pair->wire.links[i] = &pair->links[i];
  }
  wire_seed(&pair->wire, seed);
  struct wire_way *way = wire_way(&pair->links[0], &pair->links[1]);
  way->shape = (struct wire_shape){.delay = jitter, .jitter = jitter, .loss = loss};
  return way;
}

/* What becomes of each packet: when it crosses, -1: it is lost. */
static void run(uint64_t seed, double loss, int64_t jitter, int64_t *fates) {
  struct pair pair;
  struct wire_way *way = begin(&pair, seed, loss, jitter);
  for (size_t i = 0; i < PACKETS; i++)
    fates[i] = wire_loses(way) ? -1 : wire_due(way, 100, 0);
}

static size_t count_lost(const int64_t *fates) {
  size_t lost = 0;
  for (size_t i = 0; i < PACKETS; i++)
    lost += fates[i] < 0;
  return lost;
}

/* How many packets have the same fate, if one sequence is moved against the other. */
static size_t count_alike(const int64_t *a, const int64_t *b, size_t shift) {
  size_t alike = 0;
  for (size_t i = 0; i + shift < PACKETS; i++)
    alike += (a[i + shift] < 0) == (b[i] < 0);
  return alike;
}

static void test_seed_repeats(void **state) {
  int64_t first[PACKETS];
  int64_t second[PACKETS];
  (void)state;
  run(7, 0.5, MILLISECOND, first);
  run(7, 0.5, MILLISECOND, second);
  assert_memory_equal(first, second, sizeof first);
}

static void test_seeds_are_independent(void **state) {
  int64_t fates[3][PACKETS];
  (void)state;
  for (uint64_t seed = 0; seed < 3; seed++) {
    run(seed, 0.5, 0, fates[seed]);
    assert_in_range(count_lost(fates[seed]), PACKETS / 2 - 70, PACKETS / 2 + 70);
  }
  for (size_t shift = 0; shift < 8; shift++) {
    assert_in_range(count_alike(fates[0], fates[1], shift), PACKETS / 2 - 80, PACKETS / 2 + 80);
    assert_in_range(count_alike(fates[1], fates[0], shift), PACKETS / 2 - 80, PACKETS / 2 + 80);
    assert_in_range(count_alike(fates[1], fates[2], shift), PACKETS / 2 - 80, PACKETS / 2 + 80);
  }
}

static void test_settings_are_independent(void **state) {
  int64_t lossy[PACKETS];
  int64_t jittery[PACKETS];
  int64_t both[PACKETS];
  (void)state;
  run(3, 0.3, 0, lossy);
  run(3, 0, MILLISECOND, jittery);
  run(3, 0.3, MILLISECOND, both);
  for (size_t i = 0; i < PACKETS; i++)
    assert_int_equal(both[i], lossy[i] < 0 ? -1 : jittery[i]);
}

static void test_ways_are_independent(void **state) {
  struct pair pair;
  struct wire_way *way = begin(&pair, 5, 0.5, 0);
  struct wire_way *back = wire_way(&pair.links[1], &pair.links[0]);
  size_t alike = 0;
  (void)state;
  back->shape = way->shape;
  for (size_t i = 0; i < PACKETS; i++)
    alike += wire_loses(way) == wire_loses(back);
  assert_in_range(alike, PACKETS / 2 - 80, PACKETS / 2 + 80);
}

/* A full queue delays a packet by as many times as there are packets in it, each at the rate, and
 * drops what comes beyond. */
static void test_queue_delays_and_drops(void **state) {
  enum { LIMIT = 20, SIZE = 1500, RATE = 2000000 };
  const int64_t each = (int64_t)SIZE * 8 * 1000000000 / RATE;
  struct pair pair;
  struct wire_way *way = begin(&pair, 1, 0, 0);
  (void)state;
  way->shape = (struct wire_shape){.rate = RATE, .queue = LIMIT};
  for (int64_t i = 1; i <= LIMIT; i++)
    assert_int_equal(wire_due(way, SIZE, 1000), 1000 + i * each);
  assert_int_equal(wire_due(way, SIZE, 1000), WIRE_NEVER);
  assert_int_equal(wire_due(way, SIZE, 1000 + each - 1), WIRE_NEVER);
  /* One has been sent, so one more has room, behind all others. */
  assert_int_equal(wire_due(way, SIZE, 1000 + each), 1000 + (LIMIT + 1) * each);
  assert_int_equal(wire_due(way, SIZE, 1000 + each), WIRE_NEVER);
  assert_int_equal(wire_queue_length(&way->queue, 1000 + each), LIMIT);
  assert_int_equal(wire_queue_length(&way->queue, 1000 + (LIMIT + 1) * each), 0);
  /* A lower limit holds for what comes, a higher one keeps what waits. */
  int64_t now = 1000 + (LIMIT + 1) * each;
  for (int i = 0; i < 3; i++)
    wire_due(way, SIZE, now);
  way->shape.queue = 2;
  assert_int_equal(wire_due(way, SIZE, now), WIRE_NEVER);
  way->shape.queue = 2 * LIMIT;
  assert_int_equal(wire_due(way, SIZE, now), now + 4 * each);
  assert_int_equal(wire_queue_length(&way->queue, now), 4);
  wire_queue_free(&way->queue);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_seed_repeats),
      cmocka_unit_test(test_seeds_are_independent),
      cmocka_unit_test(test_settings_are_independent),
      cmocka_unit_test(test_ways_are_independent),
      cmocka_unit_test(test_queue_delays_and_drops),
  };
  return cmocka_run_group_tests_name("wire_link", tests, NULL, NULL);
}
