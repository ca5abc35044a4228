#include "view/text/text_answer.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "language/escape.h"
#include "view/notation/table_layout.h"

/* Puts the new text in place of what the terminal shows, as much of it as fits. */
static void replace_screen(struct text_view *text) {
  static const char clear[] = "\033[H\033[2J";
  struct winsize size = {0};
  struct bytes whole = {0};
  size_t end = text->line.length;
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  for (size_t at = 0, rows = 0; size.ws_row > 1 && at < text->line.length; at++)
    if (text->line.data[at] == '\n' && ++rows == (size_t)size.ws_row - 1) {
      end = at + 1;
      break;
    }
  bytes_append(&whole, clear, sizeof clear - 1);
  bytes_append(&whole, text->line.data, end);
  bytes_free(&text->line);
  text->line = whole;
}

/* An answer to what was typed: in the foreground, and not brought up to date in place. */
static bool goes_to_pages(const struct text_view *text, const struct event *event) {
  return text->view.settings.pages && !text->view.settings.stable && event->job == 0 &&
         text->depth == 0 && event->answer->kind != ANSWER_RAW && !event->answer->again;
}

void text_answer_end_pages(struct text_view *text) {
  struct winsize size = {0};
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  size_t rows = size.ws_row > 1 ? (size_t)size.ws_row - 1 : SIZE_MAX;
  text_end_progress(text);
  pages_end(&text->pages, text->view.settings.pages_all ? 0 : rows, text->view.output);
}

static void put_page(struct text_view *text, const struct answer *answer) {
  pages_add(&text->pages, &text->line);
  bytes_clear(&text->line);
  if (!answer->more)
    text_answer_end_pages(text);
}

static void put_table(struct text_view *text, const struct answer *answer,
                      enum escape_style style) {
  bool colour = text->view.settings.colour;
  struct table_style look = {.indent = text->view.settings.quiet ? 0 : 2,
                             .width = text_width(text),
                             .style = style,
                             .aliases = text->view.settings.stable ? &text->aliases : NULL,
                             .note_on = colour ? text_style_code(STYLE_NOTE) : NULL,
                             .note_off = colour ? text_style_code(STYLE_NONE) : NULL,
                             .left_out = &text->left_out,
                             .rows = answer->again ? &text->rows : NULL,
                             .changed_on = colour ? text_style_code(STYLE_CHANGED) : NULL,
                             .changed_off = colour ? text_style_code(STYLE_NONE) : NULL};
  if (!answer->again)
    bytes_clear(&text->rows);
  table_append(answer, &look, &text->line);
}

/* Ports that the kernel has chosen for other programs' sockets appear in tables alone. */
static void note_addresses(struct aliases *aliases, const struct answer *answer) {
  const struct cell *cells = (const struct cell *)answer->cells.data;
  for (size_t i = 0; i < answer->cells.length / sizeof *cells; i++)
    if (cells[i].kind == CELL_ADDRESS)
      alias_note_address(aliases, answer_cell_text(answer, &cells[i]), cells[i].length);
}

/* Of a long answer that is replayed the beginning is there. */
static void put_unkept(struct text_view *text, const struct answer *answer) {
  bool rows = answer->kind == ANSWER_TABLE;
  text->unkept += answer->left_out;
  if (answer->more || text->unkept == 0)
    return;
  if (answer->kind == ANSWER_DATA || (text->line.length > 0 && answer->kind == ANSWER_RAW))
    bytes_append_char(&text->line, '\n');
  bytes_append_format(&text->line,
                      rows ? _("  # %zu more rows were not kept: set record\n")
                           : _("  # %zu more bytes were not kept: set record\n"),
                      text->unkept);
  text->unkept = 0;
}

void text_answer_show(struct text_view *text, const struct event *event) {
  const struct answer *answer = event->answer;
  struct bytes shown = {0};
  const char *data = answer->text.data ? answer->text.data : "";
  size_t length = answer->text.length;
  if (text->view.settings.stable && answer->kind != ANSWER_RAW && answer->kind != ANSWER_TABLE) {
    alias_append_text(&text->aliases, data, length, &shown);
    data = shown.data ? shown.data : "";
    length = shown.length;
  }
  enum escape_style style = text->view.settings.utf8 ? ESCAPE_UTF8 : ESCAPE_ASCII;
  switch (answer->kind) {
  case ANSWER_TABLE:
    if (text->view.settings.stable)
      note_addresses(&text->aliases, answer);
    put_table(text, answer, style);
    break;
  case ANSWER_TEXT:
    text_put(text, data, length, true);
    if (!answer->unbroken)
      text_fold(text, true);
    break;
  case ANSWER_DATA:
    escape_append(&text->line, data, length, style);
    if (!answer->more && text->unkept + answer->left_out == 0)
      bytes_append_char(&text->line, '\n');
    break;
  case ANSWER_RAW:
    bytes_append(&text->line, data, length);
    break;
  }
  bytes_free(&shown);
  put_unkept(text, answer);
  if (answer->again && text->view.settings.terminal)
    replace_screen(text);
  if (goes_to_pages(text, event))
    put_page(text, answer);
  else
    text_emit_unfolded(text, event, STDOUT_FILENO);
}
