/* A saved timeline: any lines, as events. What is read is kept, and is the same when it is written
 * and read again; and every view shows it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "system/line_reader.h"
#include "view/json/json_view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
  if (!holds)
    abort();
}

struct again {
  struct view *json;
  uint64_t last; /* serial of the event before */
};

/* Written again, it is a line from which the same bytes are read. */
static bool write_again(const struct event *event, const char *data, size_t size, void *context) {
  struct again *again = context;
  struct bytes record = {0};
  struct error error;
  const struct bytes *line = json_view_line(again->json, event, data, size);
  check(line && line->data[line->length - 1] == '\n');
  check(memchr(line->data, '\n', line->length - 1) == NULL);
  check(json_kept_read(line->data, line->length - 1, &record, &error) == 0);
  check(bytes_equal(record.data, record.length, data, size));
  check(event->serial > again->last);
  again->last = event->serial;
  bytes_free(&record);
  return true;
}

static void read_lines(struct line_reader *reader, struct timeline *timeline) {
  struct line_read line;
  struct json_kept kept;
  struct bytes record = {0};
  struct error error;
  while (line_reader_next(reader, &line) > 0) {
    const char *text = line.text ? line.text : "";
    size_t length = line.text ? line.length : 0;
    if (json_kept_read_head(text, length, &kept, &error) < 0)
      check(error.kind != ERROR_NONE && error.message[0]);
    if (json_kept_read(text, length, &record, &error) == 0)
      timeline_take(timeline, record.data, record.length, true, NULL, NULL);
    else
      check(error.kind != ERROR_NONE && error.message[0]);
  }
  bytes_free(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int file = -1;
  const struct view_settings settings = {
      .verbose = true, .terminal = true, .states = true, .calls = true, .preview = 8};
  struct output output;
  if (file < 0)
    file = memfd_create("replay", MFD_CLOEXEC);
  check(file >= 0 && ftruncate(file, 0) == 0);
  check(pwrite(file, data, size, 0) == (ssize_t)size && lseek(file, 0, SEEK_SET) == 0);
  output_start(&output);
  struct view *tap = view_create(&view_tap, &output, &settings, NULL);
  struct view *text = view_create(&view_text, &output, &settings, tap);
  struct again again = {.json = view_create(&view_json, &output, &settings, NULL)};
  struct timeline *timeline = timeline_create(view_event, text);
  check(tap && text && again.json && timeline);
  struct line_reader reader = {.descriptor = file, .limit = 1000};
  read_lines(&reader, timeline);
  timeline_walk_kept(timeline, write_again, &again);
  check(again.last == timeline_last(timeline));
  view_finish(text);
  line_reader_free(&reader);
  timeline_free(timeline);
  view_free(text);
  view_free(again.json);
  output_stop(&output);
  return 0;
}
