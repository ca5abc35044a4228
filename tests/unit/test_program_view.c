/* program_view: what programs print, as lines for a person: at once, or when it was waited for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "view/view.h"

/* A text view, and the events that it is given. */
struct shown {
  struct output output;
  struct view *view;
  uint64_t serial;
  int64_t now;
  uint64_t offsets[PROGRAM_STREAMS];
  bool open[PROGRAM_STREAMS]; /* the last line of the stream has not ended */
};

static void begin(struct shown *shown, bool stable, bool terminal) {
  struct view_settings settings = {.stable = stable, .terminal = terminal, .preview = 64};
  *shown = (struct shown){.now = 1000000000};
  output_start(&shown->output);
  shown->view = view_create(&view_text, &shown->output, &settings, NULL);
  assert_non_null(shown->view);
}

static void end(struct shown *shown) {
  view_free(shown->view);
  output_stop(&shown->output);
}

static void show(struct shown *shown, unsigned number, struct event_program program) {
  struct event event = {.kind = EVENT_PROGRAM, .program = &program};
  program.number = number;
  program.name = number == 1 ? "p" : number == 2 ? "q" : "%3";
  event.serial = ++shown->serial;
  event.monotonic = shown->now;
  view_event(&event, shown->view);
}

static void print(struct shown *shown, unsigned number, enum program_stream stream,
                  const char *text) {
  size_t length = strlen(text);
  bool whole = length > 0 && text[length - 1] == '\n';
  struct event_program program = {.phase = PROGRAM_PRINTED,
                                  .stream = stream,
                                  .offset = shown->offsets[stream],
                                  .data = text,
                                  .kept = length - whole,
                                  .length = length - whole,
                                  .partial = !whole,
                                  .continues = shown->open[stream]};
  show(shown, number, program);
  shown->offsets[stream] += length;
  shown->open[stream] = !whole;
}

static void assert_shown(struct shown *shown, const char *expected) {
  struct bytes bytes = {0};
  struct bytes segments = {0};
  output_take(&shown->output, &bytes, &segments);
  assert_string_equal(bytes_text(&bytes), expected);
  bytes_free(&bytes);
  bytes_free(&segments);
}

static void test_at_once(void **state) {
  struct shown shown;
  (void)state;
  begin(&shown, false, false);
  print(&shown, 1, PROGRAM_OUTPUT, "one\n");
  print(&shown, 1, PROGRAM_ERRORS, "two\033[1m\n");
  print(&shown, 3, PROGRAM_OUTPUT, "windows\r\n");
  assert_shown(&shown, "p: one\np err: two\\x1b[1m\n%3: windows\n");
  print(&shown, 1, PROGRAM_OUTPUT, "name? ");
  print(&shown, 1, PROGRAM_OUTPUT, "hello\n");
  assert_shown(&shown, "p: name? \np: hello\n");
  show(&shown, 1, (struct event_program){.phase = PROGRAM_TYPED, .data = "x", .kept = 1});
  show(&shown, 1, (struct event_program){.phase = PROGRAM_ENDED});
  assert_shown(&shown, "");
  show(&shown, 2, (struct event_program){.phase = PROGRAM_ENDED, .status = 3});
  show(&shown, 2, (struct event_program){.phase = PROGRAM_ENDED, .status = 139, .signal = 11});
  show(&shown, 2,
       (struct event_program){.phase = PROGRAM_ENDED, .status = 143, .signal = 15, .asked = true});
  assert_shown(&shown, "q ended with status 3\nq was ended by SIGSEGV\n");
  end(&shown);
}

/* The lines of a stream stand together, and those that were not waited for wait. */
static void test_stable(void **state) {
  struct shown shown;
  (void)state;
  begin(&shown, true, false);
  print(&shown, 1, PROGRAM_OUTPUT, "one\n");
  print(&shown, 1, PROGRAM_ERRORS, "wrong\n");
  print(&shown, 1, PROGRAM_OUTPUT, "t");
  print(&shown, 1, PROGRAM_OUTPUT, "w");
  print(&shown, 1, PROGRAM_OUTPUT, "o\n");
  print(&shown, 1, PROGRAM_OUTPUT, "thr");
  assert_shown(&shown, "");
  show(&shown, 1,
       (struct event_program){.phase = PROGRAM_AWAITED, .stream = PROGRAM_OUTPUT, .offset = 4});
  assert_shown(&shown, "p: one\n");
  /* Of a line that is in parts, the end counts, and a part without its end waits for it. */
  show(&shown, 1,
       (struct event_program){.phase = PROGRAM_AWAITED, .stream = PROGRAM_OUTPUT, .offset = 5});
  assert_shown(&shown, "");
  show(&shown, 1,
       (struct event_program){.phase = PROGRAM_AWAITED, .stream = PROGRAM_OUTPUT, .offset = 11});
  assert_shown(&shown, "p: two\n");
  print(&shown, 1, PROGRAM_OUTPUT, "ee\n");
  print(&shown, 1, PROGRAM_OUTPUT, "no newline");
  show(&shown, 1, (struct event_program){.phase = PROGRAM_ENDED, .status = 1});
  shown.open[PROGRAM_OUTPUT] = false;
  print(&shown, 2, PROGRAM_OUTPUT, "another's\n");
  show(&shown, 1, (struct event_program){.phase = PROGRAM_COLLECTED});
  assert_shown(&shown, "p: three\np: no newline\np err: wrong\np ended with status 1\n");
  view_finish(shown.view);
  assert_shown(&shown, "q: another's\n");
  end(&shown);
}

/* A person's terminal shows so many lines at once, then how many were left out, and goes on. */
static void test_flood(void **state) {
  struct shown shown;
  struct bytes bytes = {0};
  struct bytes segments = {0};
  (void)state;
  begin(&shown, false, true);
  for (unsigned i = 0; i < 1500; i++)
    print(&shown, 1, PROGRAM_OUTPUT, "y\n");
  output_take(&shown.output, &bytes, &segments);
  assert_int_equal(bytes.length, 500 * strlen("p: y\n"));
  shown.now += 1000000000;
  print(&shown, 1, PROGRAM_OUTPUT, "later\n");
  assert_shown(&shown,
               "# 1000 lines are left out here; `output p` and `log` have them\np: later\n");
  bytes_free(&bytes);
  bytes_free(&segments);
  end(&shown);
}

static void test_quiet(void **state) {
  struct shown shown;
  struct view_settings settings = {.quiet = true};
  (void)state;
  begin(&shown, false, false);
  view_free(shown.view);
  shown.view = view_create(&view_text, &shown.output, &settings, NULL);
  print(&shown, 1, PROGRAM_OUTPUT, "one\n");
  show(&shown, 1, (struct event_program){.phase = PROGRAM_ENDED, .status = 1});
  assert_shown(&shown, "");
  end(&shown);
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_at_once),
      cmocka_unit_test(test_stable),
      cmocka_unit_test(test_flood),
      cmocka_unit_test(test_quiet),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
