#include "shell/save.h"

#include <errno.h>
#include <string.h>

#include "language/escape.h"
#include "system/file.h"

/* The script being assembled from the timeline. A line is held back until its result is known. */
struct writer {
  struct bytes text;
  struct bytes line;  /* the statement whose result is awaited */
  uint64_t statement; /* its serial number; 0: none */
};

static bool is_command(const struct bytes *line, const char *name) {
  size_t length = strlen(name);
  return line->length >= length && memcmp(line->data, name, length) == 0 &&
         (line->length == length || strchr(" \t\n", line->data[length]));
}

/* True for a line that only makes sense at the prompt. */
static bool is_left_out(const struct bytes *line) {
  static const char *const names[] = {"save", "quit", "exit", "fg"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (is_command(line, names[i]))
      return true;
  return false;
}

/* Appends a failed line with an `expect` of its errno, after the names it binds. If it has an
 * expectation of its own or is a block, it becomes a comment, since no known prefix would make it
 * pass. */
static void append_failed(struct writer *writer, int number) {
  const char *line = writer->line.data;
  size_t length = writer->line.length;
  bool plain = number > 0 && number != EINTR && !memmem(line, length, "expect ", 7) &&
               !memmem(line, length, "until ", 6) && !memmem(line, length, "repeat", 6) &&
               !memchr(line, '{', length) && !memchr(line, '\n', length);
  const char *equals = memmem(line, length, " = ", 3);
  const char *quote = memchr(line, '"', length);
  if (plain && equals && (!quote || quote > equals)) {
    size_t names = (size_t)(equals - line) + 3;
    bytes_append(&writer->text, line, names);
    line += names;
    length -= names;
  }
  bytes_append_text(&writer->text, plain ? "expect " : "# failed: ");
  if (plain)
    bytes_append_format(&writer->text, "%s ", error_number_name(number));
  for (size_t i = 0; i < length; i++) {
    bytes_append_char(&writer->text, line[i]);
    if (!plain && line[i] == '\n')
      bytes_append_text(&writer->text, "# ");
  }
  bytes_append_char(&writer->text, '\n');
}

static bool add_event(const struct event *event, void *context) {
  struct writer *writer = context;
  if (event->kind == EVENT_STATEMENT && event->line.origin == ORIGIN_TYPED &&
      event->line.depth == 0 && event->job == 0) {
    bytes_clear(&writer->line);
    bytes_append(&writer->line, event->line.text, event->line.length);
    writer->statement = event->serial;
  }
  bool detached = event->kind == EVENT_JOB && event->about_job.phase == JOB_DETACHED;
  if (detached && writer->statement) { /* Ctrl-Z: in a script it is a job from the start */
    bytes_append(&writer->text, writer->line.data, writer->line.length);
    bytes_append_text(&writer->text, " &\n");
    writer->statement = 0;
  }
  bool result = event->kind == EVENT_RESULT && event->result.duration < 0 &&
                event->result.depth == 0 && event->job == 0;
  if (result && writer->statement && writer->line.length > 0) {
    writer->statement = 0;
    if (event->result.failed) {
      append_failed(writer, event->result.number);
    } else if (!is_left_out(&writer->line)) {
      bytes_append(&writer->text, writer->line.data, writer->line.length);
      bytes_append_char(&writer->text, '\n');
    }
  }
  return true;
}

int save_script(struct runner *runner, const char *path, struct error *error) {
  struct writer writer = {0};
  bytes_append_text(&writer.text, "#!/usr/bin/env -S socksh\n");
  uint64_t lost = timeline_walk(runner->session->timeline, 1, EVENT_ANY, add_event, &writer);
  int status = writer.text.failed || writer.line.failed ? error_set_memory(error) : 0;
  int unkept = lost > 0 ? timeline_unkept(runner->session->timeline) : 0;
  if (status == 0 && unkept)
    status =
        error_set_errno(error, unkept,
                        _("the beginning of this session could not be kept, so %.200s would not be "
                          "whole, and was left as it is"),
                        path);
  int problem = status == 0 ? file_replace(path, writer.text.data, writer.text.length) : 0;
  if (problem)
    status =
        error_set_errno(error, problem, _("%.300s can't be written, and was left as it is"), path);
  if (status == 0 && lost > 0)
    runner_note(
        runner,
        _("the beginning of this session is no longer kept: %llu events are missing in the file"),
        (unsigned long long)lost);
  bytes_free(&writer.text);
  bytes_free(&writer.line);
  return status;
}
