#include "shell/script_input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void script_input_more(struct script_run *run, struct script_input *input) {
  struct error ignored;
  ssize_t got = -1;
  int problem = EINTR;
  if (bytes_reserve(&input->bytes, 65536) < 0 ||
      !runner_wait_begin(&run->runner, 0, WAIT_NOT_INTERRUPTED)) {
    input->ended = true;
    return;
  }
  got = read(STDIN_FILENO, input->bytes.data + input->bytes.length, 65536);
  problem = got < 0 ? errno : 0;
  runner_wait_end(&run->runner);
  if (got > 0) {
    input->bytes.length += (size_t)got;
    return;
  }
  if (problem == EINTR && run->runner.waiter.reason == WAIT_NOT_INTERRUPTED)
    return;
  input->ended = true;
  if (problem == EINTR) {
    run->status = STATUS_INTERRUPTED;
  } else if (problem) {
    error_set_errno(&ignored, problem, _("standard input can't be read"));
    script_run_report(run, NULL, &ignored);
    run->status = STATUS_USAGE;
  }
}

/* The lines up to `end` are done with. */
static void step_over(struct script_input *input, size_t end) {
  for (const char *at = input->bytes.data + input->start;
       (at = memchr(at, '\n', (size_t)(input->bytes.data + end - at))); at++)
    input->line++;
  input->start = input->scanned = end;
  input->tried = input->held = 0;
}

/* Runs all complete lines that have come as one text, which costs much less than one by one. False
 * if that can't be: something in it is wrong, or incomplete. What stands before that shall have run
 * when it is found, so then the lines are parsed one at a time. */
static bool run_together(struct script_run *run, struct script_input *input) {
  size_t left = input->bytes.length - input->start;
  const char *text = left ? input->bytes.data + input->start : "";
  const char *last = left ? memrchr(text, '\n', left) : NULL;
  struct program *program = NULL;
  struct source *source = NULL;
  struct error error;
  size_t length = input->ended ? left : last ? (size_t)(last - text) + 1 : 0;
  if (length == 0 || input->start < input->singly)
    return false;
  bool whole = program_read(
                   &(struct program_text){
                       .name = "stdin", .data = text, .length = length, .line = input->line},
                   &program, &source, &error) == SCRIPT_READ;
  if (whole) {
    script_run_program(run, program, ORIGIN_TYPED);
    step_over(input, input->start + length);
  } else {
    input->singly = input->start + length;
  }
  program_release(program);
  source_release(source);
  return whole;
}

/* Whether it is worth to parse again what was incomplete, now that the line up to `end` has come:
 * it may close a block, or the one before it was joined to it. A block of many lines is else parsed
 * only when it has doubled, to find what is wrong in it before its end. */
static bool worth_parsing(struct script_input *input, size_t end) {
  enum { FEW = 16 };
  const char *text = input->bytes.data + input->start;
  size_t length = end - input->start;
  const char *before = length > 1 ? memrchr(text, '\n', length - 1) : NULL;
  const char *line = before ? before + 1 : text;
  bool joined =
      before && (before > text + 1 ? before[-1] == '\\' || before[-2] == '\\' : text[0] == '\\');
  input->held++;
  return input->tried < FEW || input->held >= input->tried || joined || input->ended ||
         memchr(line, '}', (size_t)(text + length - line));
}

bool script_input_run_lines(struct script_run *run, struct script_input *input, size_t end) {
  struct program *program;
  struct source *source;
  struct error error;
  enum script_status status =
      program_read(&(struct program_text){.name = "stdin",
                                          .data = input->bytes.data + input->start,
                                          .length = end - input->start,
                                          .line = input->line},
                   &program, &source, &error);
  bool incomplete = status == SCRIPT_INCOMPLETE && !(input->ended && end == input->bytes.length);
  if (status == SCRIPT_READ) {
    script_run_program(run, program, ORIGIN_TYPED);
  } else if (!incomplete) {
    script_run_report(run, source, &error);
    run->status = run->keep_going ? STATUS_FAILED : STATUS_USAGE;
  }
  program_release(program);
  source_release(source);
  return !incomplete;
}

void script_input_compact(struct script_input *input) {
  if (input->start < 65536 && input->start < input->bytes.length)
    return;
  memmove(input->bytes.data, input->bytes.data + input->start, input->bytes.length - input->start);
  input->bytes.length -= input->start;
  input->scanned -= input->start;
  input->singly -= input->singly < input->start ? input->singly : input->start;
  input->start = 0;
}

size_t script_input_line_end(struct script_input *input) {
  size_t left = input->bytes.length - input->scanned;
  const char *newline = left ? memchr(input->bytes.data + input->scanned, '\n', left) : NULL;
  if (newline)
    return (size_t)(newline - input->bytes.data) + 1;
  input->scanned = input->bytes.length;
  return input->ended ? input->bytes.length : 0;
}

void script_input_run(struct script_run *run) {
  struct script_input input = {.line = 1};
  while (!script_run_ended(run)) {
    if (run_together(run, &input)) {
      script_input_compact(&input);
      continue;
    }
    size_t end = script_input_line_end(&input);
    if (end == 0 && !input.ended) {
      script_input_more(run, &input);
      continue;
    }
    if (end == input.start)
      break;
    bool last = input.ended && end == input.bytes.length;
    input.scanned = end;
    if (!worth_parsing(&input, end) && !last)
      continue;
    if (script_input_run_lines(run, &input, end)) {
      step_over(&input, end);
      script_input_compact(&input);
    } else {
      input.tried += input.held;
      input.held = 0;
    }
    if (last)
      break;
  }
  bytes_free(&input.bytes);
}
