#include "shell/save.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "language/word.h"
#include "session/process.h"
#include "session/program_sockets.h"
#include "system/file.h"

/* A program of the session that listens now. At the prompt the next line comes seconds behind its
 * spawn, in a script at once: the first call that has reached it waits for it there. */
struct listening {
  unsigned number; /* of its job */
  int port;
  const struct host *host;
  char name[PROCESS_NAME_SIZE]; /* what it is called at this point of the script; "": not yet */
  bool settled;                 /* it was reached or awaited before */
};

/* The script being assembled from the timeline. A line is held back until its result is known. */
struct writer {
  struct bytes text;
  struct bytes line;     /* the statement whose result is awaited */
  struct bytes awaits;   /* what is to stand before it */
  struct bytes programs; /* struct listening */
  uint64_t statement;    /* its serial number; 0: none */
  size_t lines;          /* written */
};

static struct listening *nth_program(const struct writer *writer, size_t n) {
  return n < writer->programs.length / sizeof(struct listening)
             ? (struct listening *)writer->programs.data + n
             : NULL;
}

/* Asks where each program that runs listens. */
static void find_programs(struct runner *runner, struct writer *writer) {
  const struct process *process = runner->session->programs;
  for (; process; process = process->next) {
    struct address address;
    struct error ignored; /* then nothing is known of it */
    if (process->ended || program_sockets_find_listener(runner, process, &address, &ignored) != 1)
      continue;
    struct listening found = {
        .number = process->job, .port = address_port(&address), .host = process->host};
    bytes_append(&writer->programs, &found, sizeof found);
  }
}

/* A program is begun: it has the name now, and who had it before is called by its job. */
static void note_program(struct writer *writer, const struct event_program *about) {
  struct listening *program;
  for (size_t i = 0; (program = nth_program(writer, i)); i++) {
    if (strcmp(program->name, about->name) == 0)
      snprintf(program->name, sizeof program->name, "%%%u", program->number);
    if (program->number == about->number)
      snprintf(program->name, sizeof program->name, "%s", about->name);
  }
}

static bool is_reached(const struct listening *program, const struct event *event) {
  const struct address *to = call_destination(event->call);
  bool begun = !call_has_failed(event->call) || event->call->error == EINPROGRESS;
  bool same_host =
      program->host ? event->host && strcmp(program->host->name, event->host) == 0 : !event->host;
  return to && begun && same_host && program->port > 0 && address_port(to) == program->port;
}

/* A call of the line: where it is the first that has reached a program, the line waits for that. */
static void note_call(struct writer *writer, const struct event *event) {
  struct listening *program;
  for (size_t i = 0; (program = nth_program(writer, i)); i++) {
    if (program->settled || !program->name[0] || !is_reached(program, event))
      continue;
    program->settled = true;
    bytes_append_format(&writer->awaits, "await %s listening\n", program->name);
    writer->lines++;
  }
}

/* What the user has awaited of a program has come: nothing is to be waited for any more. */
static void note_awaited(struct writer *writer) {
  struct listening *program;
  const char *await =
      writer->line.length ? memmem(writer->line.data, writer->line.length, "await ", 6) : NULL;
  size_t length = await ? (size_t)(writer->line.data + writer->line.length - await) : 0;
  for (size_t i = 0; await && (program = nth_program(writer, i)); i++) {
    size_t size = strlen(program->name);
    if (size > 0 && length > 6 + size && memcmp(await + 6, program->name, size) == 0 &&
        await[6 + size] == ' ')
      program->settled = true;
  }
}

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
  writer->lines++;
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
    bytes_clear(&writer->awaits);
    writer->statement = event->serial;
    note_awaited(writer);
  }
  bool detached = event->kind == EVENT_JOB && event->about_job.phase == JOB_DETACHED;
  if (detached && writer->statement) { /* Ctrl-Z: in a script it is a job from the start */
    bytes_append(&writer->text, writer->line.data, writer->line.length);
    bytes_append_text(&writer->text, " &\n");
    writer->statement = 0;
    writer->lines++;
  }
  if (event->kind == EVENT_PROGRAM && event->program->phase == PROGRAM_STARTED)
    note_program(writer, event->program);
  if (event->kind == EVENT_CALL_FINISH && writer->statement && event->job == 0)
    note_call(writer, event);
  bool result = event->kind == EVENT_RESULT && event->result.duration < 0 &&
                event->result.depth == 0 && event->job == 0;
  if (result && writer->statement && writer->line.length > 0) {
    writer->statement = 0;
    bytes_append(&writer->text, writer->awaits.data, writer->awaits.length);
    if (event->result.failed) {
      append_failed(writer, event->result.number);
    } else if (!is_left_out(&writer->line)) {
      bytes_append(&writer->text, writer->line.data, writer->line.length);
      bytes_append_char(&writer->text, '\n');
      writer->lines++;
    }
  }
  return true;
}

/* Says at the prompt what was written. */
static void tell(struct runner *runner, const char *path, size_t lines) {
  struct word_shown shown;
  if (!runner->session->interactive)
    return;
  word_show(&shown, path, strlen(path));
  runner_note(runner,
              lines == 1 ? _("%zu line in %s; `socksh FILE` runs it, `source` runs it here")
                         : _("%zu lines in %s; `socksh FILE` runs them, `source` runs them "
                             "here"),
              lines, shown.text);
}

int save_script(struct runner *runner, const char *path, struct error *error) {
  struct writer writer = {0};
  find_programs(runner, &writer);
  bytes_append_text(&writer.text, "#!/usr/bin/env -S socksh\n");
  uint64_t lost = timeline_walk(runner->session->timeline, 1, EVENT_ANY, add_event, &writer);
  bool whole = !writer.text.failed && !writer.line.failed && !writer.awaits.failed &&
               !writer.programs.failed;
  int status = whole ? 0 : error_set_memory(error);
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
  if (status == 0)
    tell(runner, path, writer.lines);
  bytes_free(&writer.text);
  bytes_free(&writer.line);
  bytes_free(&writer.awaits);
  bytes_free(&writer.programs);
  return status;
}
