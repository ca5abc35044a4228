#include "view/text/text_part.h"

#include <unistd.h>

#include "language/escape.h"

static const char *const style_codes[] = {[STYLE_NONE] = "",
                                          [STYLE_ERROR] = "\033[31m",
                                          [STYLE_STATE] = "\033[36m",
                                          [STYLE_NOTE] = "\033[2m",
                                          [STYLE_PACKET] = "\033[33m"};

void text_style_on(struct text_view *text, enum style style) {
  if (text->view.settings.colour)
    bytes_append_text(&text->line, style_codes[style]);
}

void text_style_off(struct text_view *text) {
  if (text->view.settings.colour)
    bytes_append_text(&text->line, "\033[0m");
}

struct notation text_notation(struct text_view *text, bool names) {
  const struct view_settings *settings = &text->view.settings;
  return (struct notation){
      .preview = settings->preview,
      .style = settings->utf8 ? ESCAPE_UTF8 : ESCAPE_ASCII,
      .names = names,
      .aliases = settings->stable ? &text->aliases : NULL,
      .arrow = settings->utf8 && settings->terminal ? "→" : "->",
  };
}

void text_end_progress(struct text_view *text) {
  static const char erase[] = "\r\033[K";
  if (text->progress)
    output_add(text->view.output, STDOUT_FILENO, erase, sizeof erase - 1);
  text->progress = false;
}

void text_emit(struct text_view *text, const struct event *event, int descriptor) {
  text_end_progress(text);
  if (text->line.failed) {
    text->line.failed = false;
  } else if (text->view.settings.stable &&
             (event->statement || event->kind == EVENT_PACKET || event->kind == EVENT_COUNTER ||
              event->kind == EVENT_STATE)) {
    held_output_add(&text->kept, event, descriptor, &text->line);
  } else {
    output_add(text->view.output, descriptor, text->line.data, text->line.length);
  }
  bytes_clear(&text->line);
}

void text_put(struct text_view *text, const char *data, size_t length, bool lines) {
  enum escape_style style = text->view.settings.utf8 ? ESCAPE_UTF8 : ESCAPE_ASCII;
  escape_append_plain(&text->line, data, length, lines, style);
}
