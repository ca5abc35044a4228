/* timeline: events in order, spilled and read back, and what each is as bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "call/call_part.h"
#include "call/message.h"
#include "timeline/codec.h"
#include "timeline/timeline.h"
#include "view/notation/notation.h"

/* What the listener and the walks have seen. */
struct seen {
  uint64_t count;
  uint64_t last;
  uint64_t stop; /* the walk ends at this serial */
  bool disordered;
  struct bytes text;
};

static void listen_to(const struct event *event, void *context) {
  struct seen *seen = context;
  seen->disordered = seen->disordered || event->serial != seen->last + 1;
  seen->last = event->serial;
  seen->count++;
}

static bool look(const struct event *event, void *context) {
  struct seen *seen = context;
  seen->disordered = seen->disordered || event->serial <= seen->last;
  seen->last = event->serial;
  seen->count++;
  if (event->kind == EVENT_NOTE)
    bytes_append_format(&seen->text, "%s ", event->note);
  return event->serial != seen->stop;
}

static uint64_t note(struct timeline *timeline, const char *text) {
  struct event event = {.kind = EVENT_NOTE, .note = text};
  return timeline_append(timeline, &event);
}

static void test_append(void **state) {
  struct seen heard = {0};
  struct seen seen = {0};
  (void)state;
  struct timeline *timeline = timeline_create(listen_to, &heard);
  assert_int_equal(timeline_last(timeline), 0);
  assert_int_equal(timeline_walk(timeline, 0, EVENT_ANY, look, &seen), 0);
  assert_int_equal(note(timeline, "one"), 1);
  assert_int_equal(note(timeline, "two"), 2);
  struct event event = {.kind = EVENT_NOTE, .note = "three", .monotonic = 5, .wall = 7};
  assert_int_equal(timeline_append(timeline, &event), 3);
  assert_int_equal(event.monotonic, 5); /* a time that is set stays */
  assert_int_equal(event.wall, 7);
  event = (struct event){.kind = EVENT_NOTE, .note = "four"};
  timeline_append(timeline, &event);
  assert_true(event.monotonic > 0);
  assert_true(event.wall > 0);
  assert_int_equal(heard.count, 4);
  assert_false(heard.disordered);
  assert_int_equal(timeline_walk(timeline, 0, EVENT_ANY, look, &seen), 0);
  assert_string_equal(bytes_text(&seen.text), "one two three four ");
  bytes_free(&seen.text);
  timeline_free(timeline);
  timeline_free(NULL);
}

static void test_walk(void **state) {
  struct seen heard = {0};
  (void)state;
  struct timeline *timeline = timeline_create(listen_to, &heard);
  for (int i = 0; i < 10; i++)
    note(timeline, "x");
  struct seen seen = {0};
  assert_int_equal(timeline_walk(timeline, 4, EVENT_ANY, look, &seen), 0);
  assert_int_equal(seen.count, 7);
  assert_int_equal(seen.last, 10);
  bytes_free(&seen.text);
  seen = (struct seen){.stop = 6};
  assert_int_equal(timeline_walk(timeline, 4, EVENT_ANY, look, &seen), 0);
  assert_int_equal(seen.count, 3);
  bytes_free(&seen.text);
  seen = (struct seen){0};
  assert_int_equal(timeline_walk(timeline, 11, EVENT_ANY, look, &seen), 0);
  assert_int_equal(timeline_walk(timeline, UINT64_MAX, EVENT_ANY, look, &seen), 0);
  assert_int_equal(seen.count, 0);
  timeline_free(timeline);
}

static bool is_wanted(const struct event *event, void *context) {
  (void)context;
  return event->serial % 3 == 0;
}

/* What is found from the newest back is the same as all of it without its beginning, in memory as
 * in blocks that were spilled. */
static void check_find_last(int count, size_t length) {
  struct seen heard = {0};
  struct timeline *timeline = timeline_create(listen_to, &heard);
  char *text = malloc(length + 1);
  memset(text, 'x', length);
  text[length] = '\0';
  for (int i = 0; i < count; i++)
    note(timeline, text);
  for (size_t wanted = 1; wanted <= (size_t)count; wanted = wanted * 3 + 1) {
    size_t skip;
    uint64_t from =
        timeline_find_last(timeline, EVENT_BIT(EVENT_NOTE), is_wanted, NULL, wanted, &skip);
    size_t there = 0;
    for (uint64_t serial = from; serial <= (uint64_t)count; serial++)
      there += serial % 3 == 0;
    size_t all = (size_t)count / 3;
    assert_int_equal(there - skip, wanted < all ? wanted : all);
    assert_true(wanted < all || from == 1);
  }
  free(text);
  timeline_free(timeline);
}

static void test_find_last(void **state) {
  (void)state;
  check_find_last(10, 1);
  check_find_last(3000, 1000);
  check_find_last(20, 300000);
}

/* A walk that appends meanwhile: what comes after it began is left out. */
static struct timeline *walked;

static bool append_more(const struct event *event, void *context) {
  note(walked, "more");
  return look(event, context);
}

static void test_append_while_walking(void **state) {
  struct seen heard = {0};
  struct seen seen = {0};
  (void)state;
  walked = timeline_create(listen_to, &heard);
  for (int i = 0; i < 100; i++)
    note(walked, "x");
  assert_int_equal(timeline_walk(walked, 1, EVENT_ANY, append_more, &seen), 0);
  assert_int_equal(seen.count, 100);
  assert_int_equal(timeline_last(walked), 200);
  bytes_free(&seen.text);
  timeline_free(walked);
}

/* Some megabytes, so that most of it is in the file; `size` bytes of text each. */
static struct timeline *fill(struct seen *heard, size_t count, size_t size) {
  struct timeline *timeline = timeline_create(listen_to, heard);
  char *text = malloc(size + 1);
  memset(text, 'x', size);
  text[size] = '\0';
  for (size_t i = 0; i < count; i++)
    note(timeline, text);
  free(text);
  return timeline;
}

static void check_spilled(size_t count, size_t size) {
  struct seen heard = {0};
  struct timeline *timeline = fill(&heard, count, size);
  const uint64_t starts[] = {1, 2, count / 3, count / 2, count - 1, count};
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
    struct seen seen = {0};
    assert_int_equal(timeline_walk(timeline, starts[i], EVENT_ANY, look, &seen), 0);
    assert_int_equal(seen.count, count - starts[i] + 1);
    assert_int_equal(seen.last, count);
    assert_false(seen.disordered);
    bytes_free(&seen.text);
  }
  struct seen seen = {.stop = count / 2};
  timeline_walk(timeline, 1, EVENT_ANY, look, &seen);
  assert_int_equal(seen.count, count / 2);
  bytes_free(&seen.text);
  timeline_free(timeline);
}

static void test_spilled(void **state) {
  (void)state;
  check_spilled(20000, 100);
  check_spilled(100, 60000);
  check_spilled(10, 3000000); /* each is larger than a block */
}

/* Where nothing can be written the old is lost, and the session goes on. */
static void test_unwritable(void **state) {
  struct seen heard = {0};
  struct seen seen = {0};
  char *before = getenv("TMPDIR");
  (void)state;
  before = before ? strdup(before) : NULL;
  setenv("TMPDIR", "/nowhere/at/all", 1);
  struct timeline *timeline = fill(&heard, 20000, 100);
  assert_int_equal(heard.count, 20000); /* all of it was shown */
  assert_false(heard.disordered);
  uint64_t lost = timeline_walk(timeline, 1, EVENT_ANY, look, &seen);
  assert_true(lost > 0);
  assert_true(seen.count > 0);
  assert_int_equal(lost + seen.count, 20000);
  assert_int_equal(seen.last, 20000);
  assert_false(seen.disordered);
  assert_int_equal(note(timeline, "more"), 20001);
  timeline_free(timeline);
  bytes_free(&seen.text);
  if (before)
    setenv("TMPDIR", before, 1);
  else
    unsetenv("TMPDIR");
  free(before);
}

enum { THREADS = 2, EACH = 5000 };

static void *append_many(void *context) {
  uint64_t last = 0;
  for (int i = 0; i < EACH; i++) {
    uint64_t serial =
        note(context, "some text that takes a few bytes, so that blocks are spilled meanwhile");
    if (serial <= last)
      return context;
    last = serial;
  }
  return NULL;
}

static void test_threads(void **state) {
  struct seen heard = {0};
  struct seen seen = {0};
  pthread_t threads[THREADS];
  (void)state;
  struct timeline *timeline = timeline_create(listen_to, &heard);
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, append_many, timeline), 0);
  for (int i = 0; i < 20; i++) { /* and one that looks meanwhile */
    struct seen meanwhile = {0};
    timeline_walk(timeline, 1, EVENT_ANY, look, &meanwhile);
    assert_false(meanwhile.disordered);
    bytes_free(&meanwhile.text);
  }
  for (int i = 0; i < THREADS; i++) {
    void *answer;
    pthread_join(threads[i], &answer);
    assert_null(answer);
  }
  assert_int_equal(heard.count, THREADS * EACH);
  assert_false(heard.disordered);
  assert_int_equal(timeline_walk(timeline, 1, EVENT_ANY, look, &seen), 0);
  assert_int_equal(seen.count, THREADS * EACH);
  assert_false(seen.disordered);
  bytes_free(&seen.text);
  timeline_free(timeline);
}

/* The codec: what is decoded is encoded to the same bytes again, so nothing of it was lost. */
static void same_again(struct event *event) {
  struct bytes once = {0};
  struct bytes twice = {0};
  struct event again;
  struct decoded decoded;
  event->serial = 1234567890123;
  event->cause = 3;
  event->statement = 2;
  event->monotonic = 1000000000;
  event->wall = 1700000000000000000;
  event->job = 7;
  event_encode(event, 1000, &once);
  for (size_t length = 0; length < once.length; length++) { /* cut short, it is no event */
    char *part = malloc(length ? length : 1);
    memcpy(part, once.data, length);
    assert_int_equal(event_decode(part, length, &again, &decoded), -1);
    free(part);
  }
  assert_int_equal(event_decode(once.data, once.length, &again, &decoded), 0);
  assert_int_equal(again.kind, event->kind);
  assert_int_equal(again.serial, event->serial);
  assert_int_equal(again.cause, 3);
  assert_int_equal(again.statement, 2);
  assert_int_equal(again.monotonic, event->monotonic);
  assert_int_equal(again.wall, event->wall);
  assert_int_equal(again.job, 7);
  event_encode(&again, 1000, &twice);
  assert_int_equal(once.length, twice.length);
  assert_memory_equal(once.data, twice.data, once.length);
  decoded_free(&decoded);
  bytes_free(&once);
  bytes_free(&twice);
}

/* The file of old events may be damaged: what views show as it is must be harmless, and a cell must
 * lie in its answer. */
static void test_codec_damaged(void **state) {
  static const char *const columns[] = {"NAME", NULL};
  struct event note = {.kind = EVENT_NOTE, .serial = 1, .note = "harmless"};
  struct bytes bytes = {0};
  struct event again;
  struct decoded decoded;
  (void)state;
  event_encode(&note, 1000, &bytes);
  *(char *)memchr(bytes.data, 'h', bytes.length) = 0x1b;
  assert_int_equal(event_decode(bytes.data, bytes.length, &again, &decoded), -1);
  for (int damage = 0; damage < 4; damage++) {
    struct answer answer;
    answer_table(&answer, "names", columns);
    answer_add_text(&answer, "abc");
    struct cell *cell = (struct cell *)answer.cells.data;
    cell->offset = damage == 1 ? 1 : damage == 2 ? SIZE_MAX : 0;
    cell->kind = damage == 3 ? (enum cell_kind)99 : CELL_TEXT;
    struct event event = {.kind = EVENT_ANSWER, .serial = 1, .answer = &answer};
    bytes_clear(&bytes);
    event_encode(&event, 1000, &bytes);
    int status = event_decode(bytes.data, bytes.length, &again, &decoded);
    assert_int_equal(status, damage == 0 ? 0 : -1);
    if (status == 0)
      decoded_free(&decoded);
    answer_free(&answer);
  }
  bytes_free(&bytes);
}

static void test_codec_words(void **state) {
  static const char *const hosts[] = {NULL, "", "h1"};
  (void)state;
  for (size_t i = 0; i < 3; i++) {
    struct event line = {
        .kind = EVENT_STATEMENT,
        .host = hosts[i],
        .line = {
            .source = "file", .line = 12, .text = "a\0b", .length = 3, .origin = ORIGIN_SCRIPT}};
    same_again(&line);
    struct event error = {.kind = EVENT_ERROR, .error = {.kind = ERROR_FAILURE, .number = EPERM}};
    same_again(&error);
    error.error.source = error.error.command = error.error.message = error.error.hint = "x\n  ^";
    same_again(&error);
    error.error.excerpt =
        (struct excerpt){.text = "send q", .length = 6, .at = 5, .marked = 1, .column = 6};
    same_again(&error);
    struct event about = {.kind = EVENT_NOTE, .note = hosts[i]};
    same_again(&about);
    struct event job = {.kind = EVENT_JOB,
                        .about_job = {.number = 3, .phase = JOB_COLLECTED, .text = "accept srv &"}};
    same_again(&job);
    struct event test = {.kind = EVENT_TEST,
                         .test = {.passed = true, .what = "expect", .text = "x", .got = hosts[i]}};
    same_again(&test);
    struct event result = {
        .kind = EVENT_RESULT,
        .result = {.failed = true, .number = EINTR, .duration = -1, .names = "a b"}};
    same_again(&result);
    result.result.duration = INT64_MAX;
    same_again(&result);
    struct event progress = {
        .kind = EVENT_PROGRESS,
        .progress = {.what = "file", .moved = 5, .whole = 7, .began = 3, .done = true}};
    same_again(&progress);
    struct event counter = {.kind = EVENT_COUNTER,
                            .counter = {.name = "tx_dropped",
                                        .interface = "eth0",
                                        .meaning = "lost",
                                        .moved = 5,
                                        .value = UINT64_MAX,
                                        .lost = true}};
    same_again(&counter);
    struct event settings = {
        .kind = EVENT_SETTINGS,
        .settings = {.before = {.quiet = true, .timing = true, .calls = true, .hidden = true},
                     .now = {.verbose = true,
                             .states = true,
                             .stable = true,
                             .preview = SIZE_MAX,
                             .width = 80}}};
    same_again(&settings);
  }
}

static void test_codec_sample(void **state) {
  struct event_sample about = {
      .socket = {.id = 9, .descriptor = 3, .name = "c"},
      .count = 2,
      .values = {{.field = "cwnd", .unit = "segments", .known = true, .value = INT64_MAX},
                 {.field = "retransmits", .unit = ""}}};
  struct event event = {.kind = EVENT_SAMPLE, .cause = 0, .host = "client", .sample = &about};
  (void)state;
  same_again(&event);
  about.count = EVENT_SAMPLE_VALUES;
  for (size_t i = 0; i < about.count; i++)
    about.values[i] = about.values[0];
  same_again(&event);
  about.count = 0;
  same_again(&event);
}

static void test_codec_service(void **state) {
  struct event_service about = {
      .number = 2,
      .phase = SERVICE_RELAYED,
      .socket = {.id = 9, .descriptor = 3, .role = ROLE_OF_SERVICE, .name = "srv"},
      .connection = 12,
      .back = true,
      .data = "a\0b",
      .kept = 3,
      .length = 70000,
      .received = UINT64_MAX,
      .sent = 1,
      .count = 2,
      .left_out = 3,
      .error = ECONNRESET,
      .end = SERVICE_LOST,
      .text = "echo, epoll"};
  struct event event = {.kind = EVENT_SERVICE, .service = &about};
  (void)state;
  about.peer.length = sizeof about.peer.inet;
  about.peer.inet = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = 1};
  about.target = about.peer;
  same_again(&event);
  about.phase = SERVICE_COLLECTED;
  same_again(&event);
}

static void test_codec_program(void **state) {
  struct event_program about = {.number = 2,
                                .name = "%2",
                                .phase = PROGRAM_COLLECTED,
                                .stream = PROGRAM_ERRORS,
                                .process = 4194304,
                                .offset = UINT64_MAX,
                                .data = "a\0b",
                                .kept = 3,
                                .length = 70000,
                                .partial = true,
                                .continues = true,
                                .asked = true,
                                .status = 143,
                                .signal = 15,
                                .dropped = 12,
                                .text = "echo $x; exit 3"};
  struct event event = {.kind = EVENT_PROGRAM, .host = "server", .program = &about};
  (void)state;
  same_again(&event);
  about = (struct event_program){.name = "p", .text = ""};
  same_again(&event);
}

static void read_back(const struct event *event, struct bytes *bytes, struct event *again,
                      struct decoded *decoded) {
  bytes_clear(bytes);
  event_encode(event, 1000, bytes);
  assert_int_equal(event_decode(bytes->data, bytes->length, again, decoded), 0);
}

/* An error without an excerpt, whatever its length says, has none after it was kept. */
/* The time between two moments can always be told, since those that no clock says are refused. */
static void test_codec_wrong_moment(void **state) {
  static const int64_t moments[] = {-1, INT64_MIN, INT64_MAX};
  (void)state;
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
    struct event event = {.kind = EVENT_PROGRESS,
                          .serial = 1,
                          .monotonic = 5,
                          .wall = 5,
                          .progress = {.what = "file"}};
    struct event again;
    struct decoded decoded;
    struct bytes bytes = {0};
    event.progress.began = moments[i];
    event_encode(&event, 1000, &bytes);
    assert_int_equal(event_decode(bytes.data, bytes.length, &again, &decoded), -1);
    bytes_clear(&bytes);
    event.progress.began = 4;
    event_encode(&event, 1000, &bytes);
    assert_int_equal(event_decode(bytes.data, bytes.length, &again, &decoded), 0);
    decoded_free(&decoded);
    bytes_free(&bytes);
  }
}

static void test_codec_no_excerpt(void **state) {
  struct bytes bytes = {0};
  struct event again;
  struct decoded decoded;
  struct event event = {.kind = EVENT_ERROR,
                        .error = {.kind = ERROR_FAILURE,
                                  .source = "",
                                  .command = "",
                                  .message = "m",
                                  .excerpt = {.text = NULL, .length = 9},
                                  .hint = ""}};
  (void)state;
  read_back(&event, &bytes, &again, &decoded);
  assert_null(again.error.excerpt.text);
  assert_int_equal(again.error.excerpt.length, 0);
  decoded_free(&decoded);
  bytes_free(&bytes);
}

/* Choices beyond the last are no event: tables are walked by them. */
static void test_codec_wrong_choice(void **state) {
  struct bytes bytes = {0};
  struct event again;
  struct decoded decoded;
  struct event event = {.kind = EVENT_JOB,
                        .about_job = {.number = 1, .phase = (enum event_job_phase)77, .text = "t"}};
  (void)state;
  event_encode(&event, SIZE_MAX, &bytes);
  assert_int_equal(event_decode(bytes.data, bytes.length, &again, &decoded), -1);
  bytes_free(&bytes);
}

/* Nothing is left out on both ways: each field is what it was. */
static void test_codec_fields(void **state) {
  struct bytes bytes = {0};
  struct event again;
  struct decoded decoded;
  struct event event = {.kind = EVENT_ERROR,
                        .error = {.kind = ERROR_USAGE,
                                  .number = EPERM,
                                  .source = "source",
                                  .line = 12,
                                  .command = "command",
                                  .message = "message",
                                  .excerpt = {"an excerpt", 10, 3, 7, 44},
                                  .hint = "hint",
                                  .call = true}};
  (void)state;
  read_back(&event, &bytes, &again, &decoded);
  assert_int_equal(again.error.kind, ERROR_USAGE);
  assert_int_equal(again.error.number, EPERM);
  assert_string_equal(again.error.source, "source");
  assert_int_equal(again.error.line, 12);
  assert_string_equal(again.error.command, "command");
  assert_string_equal(again.error.message, "message");
  assert_string_equal(again.error.excerpt.text, "an excerpt");
  assert_int_equal(again.error.excerpt.length, 10);
  assert_int_equal(again.error.excerpt.at, 3);
  assert_int_equal(again.error.excerpt.marked, 7);
  assert_int_equal(again.error.excerpt.column, 44);
  assert_string_equal(again.error.hint, "hint");
  assert_true(again.error.call);
  decoded_free(&decoded);
  event = (struct event){
      .kind = EVENT_TEST,
      .test = {.passed = true, .what = "what", .text = "text", .expected = "yes", .got = "got"}};
  read_back(&event, &bytes, &again, &decoded);
  assert_true(again.test.passed);
  assert_string_equal(again.test.what, "what");
  assert_string_equal(again.test.text, "text");
  assert_string_equal(again.test.expected, "yes");
  assert_string_equal(again.test.got, "got");
  decoded_free(&decoded);
  bytes_free(&bytes);
}

static struct address inet(uint16_t port) {
  struct address address = {.length = sizeof address.inet};
  address.inet.sin_family = AF_INET;
  address.inet.sin_port = htons(port);
  return address;
}

static void test_codec_state(void **state) {
  struct event_state change = {
      .socket = {.id = 5, .descriptor = 4, .family = AF_INET, .protocol = 6, .name = "srv"},
      .before = {.state = STATE_UNKNOWN},
      .now = {.state = STATE_ESTABLISHED, .local = inet(1), .peer = inet(65535)}};
  struct event event = {.kind = EVENT_STATE, .state = &change};
  (void)state;
  same_again(&event);
  memset(change.socket.name, 'n', SOCKET_NAME_SIZE - 1);
  same_again(&event);
}

static void test_codec_answer(void **state) {
  static const char *const columns[] = {"FD", "STATE", "DATA", NULL};
  struct answer answer;
  struct event event = {.kind = EVENT_ANSWER, .answer = &answer};
  (void)state;
  answer_table(&answer, "status", columns);
  answer_add_number(&answer, 3);
  answer_add_text(&answer, "LISTEN");
  answer_add_bytes(&answer, CELL_DATA, "\0\xff", 2);
  answer_add_empty(&answer);
  answer_add_yes(&answer, true);
  answer_add_bytes(&answer, CELL_ADDRESS, "127.0.0.1:80", 12);
  assert_int_equal(answer_row_count(&answer), 2);
  same_again(&event);
  answer_free(&answer);
  answer_text(&answer, "help");
  bytes_append_text(&answer.text, "words");
  same_again(&event);
  answer_free(&answer);
  answer_text(&answer, "nothing");
  same_again(&event);
  answer_free(&answer);
}

static bool take_answer(const struct event *event, void *context) {
  const struct answer *answer = event->answer;
  size_t *seen = context;
  seen[0] = answer->kind == ANSWER_TABLE ? answer_row_count(answer) : answer->text.length;
  seen[1] = answer->left_out;
  for (size_t row = 0; answer->kind == ANSWER_TABLE && row < seen[0]; row++) {
    const struct cell *cell = answer_cell(answer, row, 1);
    assert_memory_equal(answer_cell_text(answer, cell), "text", cell->length);
  }
  return true;
}

static void check_kept(const struct answer *answer, size_t record, size_t kept, size_t left_out) {
  struct seen heard = {0};
  struct event event = {.kind = EVENT_ANSWER, .answer = answer};
  size_t seen[2] = {99, 99};
  struct timeline *timeline = timeline_create(listen_to, &heard);
  timeline_set_record(timeline, record);
  timeline_append(timeline, &event);
  timeline_walk(timeline, 1, EVENT_ANY, take_answer, seen);
  assert_int_equal(seen[0], kept);
  assert_int_equal(seen[1], left_out);
  timeline_free(timeline);
}

/* An answer is kept as far as the data of a call is, in whole rows. */
static void test_long_answers(void **state) {
  static const char *const columns[] = {"N", "WHAT", NULL};
  enum { ROW = 2 * sizeof(struct cell) + 4 };
  struct answer answer;
  (void)state;
  answer_table(&answer, "log", columns);
  for (int i = 0; i < 5; i++) {
    answer_add_number(&answer, i);
    answer_add_text(&answer, "text");
  }
  check_kept(&answer, 5 * ROW, 5, 0);
  check_kept(&answer, 5 * ROW - 1, 4, 1);
  check_kept(&answer, ROW, 1, 4);
  check_kept(&answer, ROW - 1, 0, 5);
  answer.continues = true;
  check_kept(&answer, 5 * ROW, 0, 5);
  answer_free(&answer);
  answer_text(&answer, "data");
  bytes_append_text(&answer.text, "0123456789");
  check_kept(&answer, 10, 10, 0);
  check_kept(&answer, 3, 3, 7);
  answer_free(&answer);
}

static void fill_payload(struct call *call) {
  switch (call_row(call)->payload) {
  case PAYLOAD_ITEMS:
    call->items.item = calloc(2, sizeof *call->items.item);
    call->items.count = 2;
    call->items.room = 5;
    call->items.item[0] = (struct call_item){
        .label = call->subject, .descriptor = 3, .asked = 1, .given = UINT32_MAX};
    call->items.item[1] = (struct call_item){.label = {.descriptor = -1}, .descriptor = -1};
    break;
  case PAYLOAD_MESSAGES:
    messages_create(call, 1);
    call->messages.message->length = 6;
    call->messages.message->part_count = 2;
    call->messages.message->part_sizes[1] = 6;
    call->messages.message->named = true;
    call->messages.message->address = inet(81);
    call->messages.message->flags = MSG_TRUNC;
    message_add_control(call->messages.message, SOL_SOCKET, SCM_RIGHTS, "\1\0\0\0", 4);
    break;
  case PAYLOAD_LOOKUP:
    call->lookup.text[0] = strdup("host");
    call->lookup.found = calloc(1, sizeof *call->lookup.found);
    call->lookup.types = calloc(1, sizeof *call->lookup.types);
    call->lookup.found[0] = inet(443);
    call->lookup.types[0] = SOCK_STREAM;
    call->lookup.count = 1;
    break;
  case PAYLOAD_FILE:
    call->file.name = strdup("file");
    break;
  case PAYLOAD_VALUE:
    call->value.raw = true;
    break;
  case PAYLOAD_NONE:
    break;
  }
}

/* A call with all that it may have, which has returned so. */
static void fill_call(struct call *call, enum call_name name, long result) {
  call_init(call, name, NULL);
  call->subject = (struct socket_label){
      .id = 1, .descriptor = 3, .family = AF_INET, .protocol = 6, .name = "c"};
  call->object = call->subject;
  for (int i = 0; i < 3; i++)
    call->number[i] = 7 + i;
  call->address = inet(80);
  call->interrupted = true;
  call->data = blob_copy("a\0data", 6);
  call->size = 512;
  call->duration = 1234567890;
  fill_payload(call);
  call->result = result;
  call->error = result < 0 ? ECONNREFUSED : 0;
  call->made[0] = 4;
  call->made[1] = 5;
  call->made_label[0] = call->made_label[1] = call->subject;
  call->began = 1000;
  call->ended = 2000;
  call->start_event = 9;
}

/* What is read back looks as it did: no part has lost anything. */
static void looks_the_same(const struct event *event) {
  const struct notation notation = {
      .preview = 64, .style = ESCAPE_ASCII, .names = true, .arrow = "->"};
  struct bytes bytes = {0};
  struct bytes before = {0};
  struct bytes after = {0};
  struct event again;
  struct decoded decoded;
  event_encode(event, 1000, &bytes);
  assert_int_equal(event_decode(bytes.data, bytes.length, &again, &decoded), 0);
  notation_append_call(&notation, event->call, &before);
  notation_append_call(&notation, again.call, &after);
  assert_string_equal(bytes_text(&before), bytes_text(&after));
  decoded_free(&decoded);
  bytes_free(&bytes);
  bytes_free(&before);
  bytes_free(&after);
}

static void test_codec_calls(void **state) {
  (void)state;
  for (int name = 0; name < CALL_COUNT; name++)
    for (int kind = EVENT_CALL_START; kind <= EVENT_CALL_FINISH; kind++)
      for (long result = -1; result <= 2; result += 3) {
        struct call call;
        struct event event = {.kind = (enum event_kind)kind, .call = &call};
        fill_call(&call, (enum call_name)name, result);
        same_again(&event);
        if (kind == EVENT_CALL_FINISH)
          looks_the_same(&event);
        call_free(&call);
        call_init(&call, (enum call_name)name, NULL);
        same_again(&event);
        call_free(&call);
      }
}

/* Every kind of part is in a call, so that the tests of all calls see it; and a call's payload is
 * the one that its parts are about. */
static void test_parts(void **state) {
  bool used[PART_COUNT_OF_KINDS] = {[PART_END] = true};
  (void)state;
  for (int name = 0; name < CALL_COUNT; name++) {
    const struct call_row *row = &call_rows[name];
    enum call_payload payload = PAYLOAD_NONE;
    bool filled_in = false;
    assert_non_null(row->make);
    for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++) {
      const struct call_part_class *class = &call_part_classes[row->parts[i].kind];
      used[row->parts[i].kind] = true;
      assert_non_null(class->load);
      assert_non_null(row->parts[i].name);
      filled_in = filled_in || class->reserve || class->store || class->finish;
      assert_true(!class->finish || class->payload != PAYLOAD_NONE); /* call_finish relies on it */
      if (class->payload != PAYLOAD_NONE)
        payload = class->payload;
    }
    if (row->filled_in != filled_in)
      fail_msg("%s is filled in by its row: %d, by its parts: %d", row->name, row->filled_in,
               filled_in);
    if (row->payload != payload)
      fail_msg("%s has the payload %d in its row, and %d by its parts", row->name, row->payload,
               payload);
  }
  for (int kind = 0; kind < PART_COUNT_OF_KINDS; kind++)
    if (!used[kind])
      fail_msg("no call has a part of kind %d", kind);
}

/* Data is cut at `set record`, also in what the timeline keeps; what a receive has not got yet is
 * not kept at all. */
static bool check_cut(const struct event *event, void *context) {
  assert_int_equal(event->call->data->length, *(size_t *)context);
  assert_int_equal(event->call->result, 10);
  return true;
}

static void test_cut_at_record(void **state) {
  struct call call;
  struct seen heard = {0};
  struct bytes bytes = {0};
  struct decoded decoded;
  (void)state;
  call_init(&call, CALL_RECV, NULL);
  call.data = blob_copy("0123456789", 10);
  call.result = 10;
  struct event event = {.kind = EVENT_CALL_FINISH, .call = &call};
  static const size_t records[] = {0, 1, 9, 10, 11, 1000};
  for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
    size_t kept = records[i] < 10 ? records[i] : 10;
    struct timeline *timeline = timeline_create(listen_to, &heard);
    timeline_set_record(timeline, records[i]);
    heard = (struct seen){0};
    event.call = &call;
    timeline_append(timeline, &event);
    assert_int_equal(timeline_walk(timeline, 1, EVENT_ANY, check_cut, &kept), 0);
    timeline_free(timeline);
  }
  event.kind = EVENT_CALL_START;
  event_encode(&event, 1000, &bytes);
  assert_int_equal(event_decode(bytes.data, bytes.length, &event, &decoded), 0);
  assert_null(event.call->data);
  decoded_free(&decoded);
  bytes_free(&bytes);
  call_free(&call);
}

/* Bytes that are no event, and events with one byte changed. */
static void test_codec_hostile(void **state) {
  struct call call;
  struct bytes bytes = {0};
  struct decoded decoded;
  struct event again;
  (void)state;
  fill_call(&call, CALL_RECVMSG, 6);
  struct event event = {.kind = EVENT_CALL_FINISH, .call = &call, .host = "h"};
  event_encode(&event, 1000, &bytes);
  call_free(&call);
  for (size_t at = 0; at < bytes.length; at++)
    for (int byte = 0; byte < 256; byte++) {
      char *changed = malloc(bytes.length);
      memcpy(changed, bytes.data, bytes.length);
      changed[at] = (char)byte;
      if (event_decode(changed, bytes.length, &again, &decoded) == 0)
        decoded_free(&decoded);
      free(changed);
    }
  bytes_free(&bytes);
}

struct copying {
  struct timeline *to;
  uint64_t count;
  uint64_t noted;
};

static bool note_copied(const struct event *event, const char *data, size_t size, void *context) {
  (void)event, (void)data;
  ((struct copying *)context)->noted += size > 0;
  return true;
}

static bool copy_kept(const struct event *event, const char *data, size_t size, void *context) {
  struct copying *copying = context;
  assert_int_equal(timeline_take(copying->to, data, size, true, note_copied, copying), TAKEN);
  assert_int_equal(timeline_take(copying->to, data, size, true, NULL, NULL), TAKEN_NOT_NEXT);
  assert_int_equal(timeline_take(copying->to, data, size / 2, true, NULL, NULL), TAKEN_NO_EVENT);
  assert_int_equal(timeline_last(copying->to), event->serial);
  copying->count++;
  return true;
}

static void count_heard(const struct event *event, void *context) {
  (void)event;
  ++*(uint64_t *)context;
}

static bool same_note(const struct event *event, void *context) {
  char text[64];
  uint64_t *next = context;
  snprintf(text, sizeof text, "note %llu", (unsigned long long)*next);
  assert_string_equal(event->note, text);
  assert_int_equal(event->serial, *next);
  ++*next;
  return true;
}

/* What is kept goes into another timeline as it is, also what has been spilled to the file; serials
 * and times stay. */
static void test_taken(void **state) {
  enum { NOTES = 40000 };
  uint64_t heard[2] = {0, 0};
  uint64_t next = 1;
  struct timeline *from = timeline_create(count_heard, &heard[0]);
  struct timeline *to = timeline_create(count_heard, &heard[1]);
  struct copying copying = {.to = to};
  (void)state;
  for (int i = 1; i <= NOTES; i++) {
    char text[64];
    snprintf(text, sizeof text, "note %d", i);
    struct event event = {.kind = EVENT_NOTE, .monotonic = 1000 + i, .note = text};
    timeline_append(from, &event);
  }
  assert_int_equal(timeline_walk_kept(from, copy_kept, &copying), 0);
  assert_int_equal(copying.count, NOTES);
  assert_int_equal(copying.noted, NOTES);
  assert_int_equal(heard[1], NOTES);
  assert_int_equal(timeline_began(to), 1001);
  assert_int_equal(timeline_walk(to, 1, EVENT_BIT(EVENT_NOTE), same_note, &next), 0);
  assert_int_equal(next, NOTES + 1);
  struct event event = {.kind = EVENT_NOTE, .note = "behind it"};
  assert_int_equal(timeline_append(to, &event), NOTES + 1);
  timeline_free(from);
  timeline_free(to);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_append),
      cmocka_unit_test(test_walk),
      cmocka_unit_test(test_find_last),
      cmocka_unit_test(test_append_while_walking),
      cmocka_unit_test(test_spilled),
      cmocka_unit_test(test_unwritable),
      cmocka_unit_test(test_threads),
      cmocka_unit_test(test_codec_damaged),
      cmocka_unit_test(test_codec_words),
      cmocka_unit_test(test_codec_sample),
      cmocka_unit_test(test_taken),
      cmocka_unit_test(test_codec_service),
      cmocka_unit_test(test_codec_program),
      cmocka_unit_test(test_codec_fields),
      cmocka_unit_test(test_codec_no_excerpt),
      cmocka_unit_test(test_codec_wrong_moment),
      cmocka_unit_test(test_codec_wrong_choice),
      cmocka_unit_test(test_codec_state),
      cmocka_unit_test(test_codec_answer),
      cmocka_unit_test(test_long_answers),
      cmocka_unit_test(test_codec_calls),
      cmocka_unit_test(test_parts),
      cmocka_unit_test(test_cut_at_record),
      cmocka_unit_test(test_codec_hostile),
  };
  return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
