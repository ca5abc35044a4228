#include "view/text/text_program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language/loss.h"
#include "view/notation/program_line.h"
#include "view/text/text_part.h"

/* A line that --stable holds back. Its program's last one says how it has ended. */
struct program_line {
  unsigned program;
  unsigned stream; /* of enum program_stream; PROGRAM_STREAMS: its end */
  uint64_t offset; /* in its stream */
  uint64_t serial;
  bool continued; /* the next line of the stream goes on with it */
  bool wanted;    /* it is to be shown now */
  char *text;     /* with its mark */
  size_t length;
};

static size_t count_of(const struct program_lines *lines) {
  return lines->kept.length / sizeof(struct program_line);
}

/* How it has ended by itself is of interest to whoever sits there; to a script only where it has
 * failed. */
static bool shows_end(const struct text_view *text, const struct event_program *program) {
  bool at_prompt = text->view.settings.terminal && !text->view.settings.stable;
  return !program->asked && (at_prompt || program->status != 0);
}

static void put_end(struct text_view *text, const struct event_program *program) {
  text_style_on(text, STYLE_NOTE);
  bytes_append_format(&text->line, "%s ", program->name);
  program_append_end(program, &text->line);
  text_style_off(text);
}

/* True where it goes on with the line before it, which was held back without its end. */
static bool goes_on(const struct program_lines *lines, const struct event_program *program) {
  const struct program_line *kept = (const struct program_line *)lines->kept.data;
  for (size_t i = count_of(lines); program->continues && i-- > 0;)
    if (kept[i].program == program->number && kept[i].stream == program->stream)
      return kept[i].continued;
  return false;
}

static void keep(struct text_view *text, const struct event *event) {
  struct program_lines *lines = &text->programs;
  const struct event_program *program = event->program;
  bool end = program->phase == PROGRAM_ENDED;
  struct bytes line = {0};
  if (end)
    put_end(text, program);
  else if (!goes_on(lines, program))
    program_append_mark(program, &line);
  if (!end)
    program_append_printed(program, text_notation(text, false).style, &line);
  bytes_append(&line, text->line.data, text->line.length);
  bytes_clear(&text->line);
  struct program_line kept = {.program = program->number,
                              .stream = end ? PROGRAM_STREAMS : program->stream,
                              .offset = program->offset,
                              .serial = event->serial,
                              .continued = program->partial,
                              .text = line.data,
                              .length = line.length};
  if (!line.failed && bytes_reserve(&lines->kept, sizeof kept) == 0) {
    bytes_append(&lines->kept, &kept, sizeof kept);
    return;
  }
  lines->kept.failed = false; /* only this line is lost */
  bytes_free(&line);
  loss_of_memory();
}

static int compare(const void *first, const void *second) {
  const struct program_line *a = first;
  const struct program_line *b = second;
  if (a->program != b->program)
    return a->program < b->program ? -1 : 1;
  if (a->stream != b->stream)
    return a->stream < b->stream ? -1 : 1;
  return a->serial < b->serial ? -1 : a->serial > b->serial;
}

/* Ports, times and the like get their stand-ins in the order in which they are shown. */
static void release_line(struct text_view *text, const struct event *event,
                         const struct program_line *line) {
  int descriptor = line->stream == PROGRAM_ERRORS ? STDERR_FILENO : STDOUT_FILENO;
  alias_append_text(&text->aliases, line->text ? line->text : "", line->length, &text->line);
  if (!line->continued)
    bytes_append_char(&text->line, '\n');
  if (event) {
    text_emit(text, event, descriptor);
    return;
  }
  output_add(text->view.output, descriptor, text->line.data, text->line.length);
  bytes_clear(&text->line);
}

static bool same_stream(const struct program_line *a, const struct program_line *b) {
  return a->program == b->program && a->stream == b->stream;
}

/* Which lines of a program (0: of all) are to be shown: those of `stream` that begin before
 * `offset`, or all of them where that is PROGRAM_STREAMS. The parts of a line go together. */
static void mark_wanted(struct program_line *kept, size_t count, unsigned program, unsigned stream,
                        uint64_t offset) {
  for (size_t i = count; i-- > 0;) {
    bool last = i + 1 == count || !same_stream(&kept[i], &kept[i + 1]);
    bool all = stream == PROGRAM_STREAMS;
    bool begun = kept[i].stream == stream && kept[i].offset < offset;
    if (program != 0 && kept[i].program != program)
      kept[i].wanted = false;
    else if (kept[i].continued && !last)
      kept[i].wanted = kept[i + 1].wanted;
    else
      kept[i].wanted = all || (begun && !kept[i].continued);
    if (last && kept[i].wanted)
      kept[i].continued = false; /* the line never ended */
  }
}

/* Shows these lines. */
static void release(struct text_view *text, const struct event *event, unsigned program,
                    unsigned stream, uint64_t offset) {
  struct program_line *kept = (struct program_line *)text->programs.kept.data;
  size_t count = count_of(&text->programs);
  size_t left = 0;
  if (count > 0)
    qsort(kept, count, sizeof *kept, compare);
  mark_wanted(kept, count, program, stream, offset);
  for (size_t i = 0; i < count; i++) {
    if (!kept[i].wanted) {
      kept[left++] = kept[i];
      continue;
    }
    release_line(text, event, &kept[i]);
    free(kept[i].text);
  }
  text->programs.kept.length = left * sizeof *kept;
}

/* False for a line that is too much for a terminal now. Where lines were left out, some more are
 * shown together, so that what is left out is said once in a while, not for each line. */
static bool fits(struct text_view *text, const struct event *event) {
  enum { MOST = 500, TOGETHER = 20, EACH = 1000000000 / TOGETHER };
  struct program_lines *lines = &text->programs;
  if (!text->view.settings.terminal)
    return true;
  int64_t grown = lines->since == 0 ? MOST : (event->monotonic - lines->since) / EACH;
  if (grown > 0) {
    lines->since = event->monotonic;
    lines->budget += grown < MOST ? grown : MOST;
    lines->budget = lines->budget > MOST ? MOST : lines->budget;
  }
  if (lines->budget < (lines->skipped > 0 ? TOGETHER : 1)) {
    lines->skipped++;
    return false;
  }
  lines->budget--;
  return true;
}

static void put_skipped(struct text_view *text, const struct event_program *program) {
  if (text->programs.skipped == 0)
    return;
  text_style_on(text, STYLE_NOTE);
  bytes_append_format(&text->line,
                      _("# %llu lines are left out here; `output %s` and `log` have them"),
                      text->programs.skipped, program->name);
  text_style_off(text);
  bytes_append_char(&text->line, '\n');
  text->programs.skipped = 0;
}

/* What became of it, as a sentence. */
static void put_sentence(struct text_view *text, const struct event *event) {
  bytes_append_text(&text->line, "  ");
  text_style_on(text, STYLE_NOTE);
  bytes_append_text(&text->line, "# ");
  program_append_line(event->program, ESCAPE_ASCII, &text->line);
  text_style_off(text);
  bytes_append_char(&text->line, '\n');
  text_emit(text, event, STDOUT_FILENO);
}

static void show_now(struct text_view *text, const struct event *event) {
  const struct event_program *program = event->program;
  bool errors = program->phase == PROGRAM_PRINTED && program->stream == PROGRAM_ERRORS;
  if (program->phase == PROGRAM_PRINTED && !fits(text, event))
    return;
  put_skipped(text, program);
  if (program->phase == PROGRAM_ENDED) {
    put_end(text, program);
  } else {
    text_style_on(text, errors ? STYLE_ERROR : STYLE_NOTE);
    program_append_mark(program, &text->line);
    text_style_off(text);
    program_append_printed(program, text_notation(text, false).style, &text->line);
  }
  bytes_append_char(&text->line, '\n');
  text_emit(text, event, errors ? STDERR_FILENO : STDOUT_FILENO);
}

void text_show_program(struct text_view *text, const struct event *event) {
  const struct event_program *program = event->program;
  bool stable = text->view.settings.stable;
  if (text->view.settings.quiet)
    return;
  switch (program->phase) {
  case PROGRAM_PRINTED:
    if (stable)
      keep(text, event);
    else
      show_now(text, event);
    break;
  case PROGRAM_ENDED:
    if (stable && shows_end(text, program))
      keep(text, event);
    else if (shows_end(text, program))
      show_now(text, event);
    break;
  case PROGRAM_AWAITED:
    release(text, event, program->number, program->stream, program->offset);
    break;
  case PROGRAM_COLLECTED:
    release(text, event, program->number, PROGRAM_STREAMS, 0);
    break;
  case PROGRAM_ATTACHED:
  case PROGRAM_LEFT:
    put_sentence(text, event);
    break;
  case PROGRAM_STARTED: /* its job says so */
  case PROGRAM_TYPED:
  case PROGRAM_INPUT_CLOSED:
    break;
  }
}

void text_finish_programs(struct text_view *text) {
  release(text, NULL, 0, PROGRAM_STREAMS, 0);
}

void program_lines_free(struct program_lines *lines) {
  struct program_line *kept = (struct program_line *)lines->kept.data;
  for (size_t i = 0; i < count_of(lines); i++)
    free(kept[i].text);
  bytes_free(&lines->kept);
}
