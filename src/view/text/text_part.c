#include "view/text/text_part.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "language/escape.h"
#include "system/wait.h"
#include "view/notation/fold.h"

static const char *const style_codes[] = {
    [STYLE_NONE] = "\033[0m",      [STYLE_ERROR] = "\033[31m",    [STYLE_CHANGED] = "\033[1m",
    [STYLE_NOTE] = "\033[2m",      [STYLE_THERE] = "\033[33m",    [STYLE_BACK] = "\033[35m",
    [STYLE_HOST] = "\033[36m",     [STYLE_HOST + 1] = "\033[32m", [STYLE_HOST + 2] = "\033[34m",
    [STYLE_HOST + 3] = "\033[96m", [STYLE_HOST + 4] = "\033[92m", [STYLE_HOST + 5] = "\033[94m"};

/* The place of a name in the list, which it enters if it is new. */
static size_t host_place(struct bytes *hosts, const char *host) {
  size_t place = 0;
  size_t size = strlen(host) + 1;
  for (size_t at = 0; at < hosts->length; place++) {
    if (strcmp(hosts->data + at, host) == 0)
      return place;
    at += strlen(hosts->data + at) + 1;
  }
  if (bytes_reserve(hosts, size) == 0)
    bytes_append(hosts, host, size);
  hosts->failed = false; /* then it has another colour next time */
  return place;
}

enum style text_host_style(struct text_view *text, const char *host) {
  return STYLE_HOST + (enum style)(host_place(&text->hosts, host) % (STYLE_HOSTS - STYLE_HOST));
}

enum style text_packet_style(struct text_view *text, const struct event_packet *packet) {
  return host_place(&text->hosts, packet->source) <= host_place(&text->hosts, packet->target)
             ? STYLE_THERE
             : STYLE_BACK;
}

void text_style_on(struct text_view *text, enum style style) {
  if (text->view.settings.colour)
    bytes_append_text(&text->line, style_codes[style]);
}

const char *text_style_code(enum style style) {
  return style_codes[style];
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
      .changed_on = settings->colour ? style_codes[STYLE_CHANGED] : "",
      .changed_off = settings->colour ? style_codes[STYLE_NONE] : "",
  };
}

void text_end_progress(struct text_view *text) {
  static const char erase[] = "\r\033[K";
  if (text->progress)
    output_add(text->view.output, STDOUT_FILENO, erase, sizeof erase - 1);
  text->progress = false;
}

size_t text_width(const struct text_view *text) {
  struct winsize size = {0};
  if (text->view.settings.width > 0)
    return text->view.settings.width;
  if (text->view.settings.terminal)
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  return size.ws_col;
}

void text_fold(struct text_view *text, bool paragraphs) {
  size_t width = text_width(text);
  struct bytes folded = {0};
  if (width == 0 || text->line.length == 0)
    return;
  fold_append(text->line.data, text->line.length, width, paragraphs, &folded);
  folded.failed = folded.failed || text->line.failed;
  bytes_free(&text->line);
  text->line = folded;
}

void text_emit(struct text_view *text, const struct event *event, int descriptor) {
  text_fold(text, false);
  text_emit_unfolded(text, event, descriptor);
}

/* Sends lines to standard output, in place of a progress line. */
static void show(struct text_view *text, const struct bytes *lines) {
  if (lines->length == 0)
    return;
  text_end_progress(text);
  output_add(text->view.output, STDOUT_FILENO, lines->data, lines->length);
}

void text_round(struct text_view *text, unsigned long long round) {
  int64_t now = clock_monotonic();
  struct bytes shown = {0};
  bool counted = text->rounds.inside && rounds_end(&text->rounds, now, &shown);
  if (round > 0)
    rounds_begin(&text->rounds, round, now);
  else
    rounds_finish(&text->rounds, &shown);
  show(text, &shown);
  if (counted && round > 0) {
    text_end_progress(text);
    bytes_clear(&shown);
    bytes_append_format(&shown, _("  x %llu more like that"), text->rounds.more);
    output_add(text->view.output, STDOUT_FILENO, shown.data, shown.length);
    text->progress = true;
  }
  bytes_free(&shown);
}

/* Shows what a round of a repeat holds: a line that is not held comes behind it. */
static void release_round(struct text_view *text) {
  struct bytes shown = {0};
  rounds_release(&text->rounds, &shown);
  show(text, &shown);
  bytes_free(&shown);
}

void text_emit_unfolded(struct text_view *text, const struct event *event, int descriptor) {
  if (text->line.failed) {
    text->line.failed = false;
  } else if (text->view.settings.hidden && descriptor == STDOUT_FILENO) {
    ; /* only the timeline has it */
  } else if (text->view.settings.stable &&
             (event->statement || event->kind == EVENT_PACKET || event->kind == EVENT_COUNTER ||
              event->kind == EVENT_STATE)) {
    held_output_add(&text->kept, event, descriptor, &text->line);
  } else if (descriptor != STDOUT_FILENO || !rounds_take(&text->rounds, event, &text->line)) {
    release_round(text);
    text_end_progress(text);
    output_add(text->view.output, descriptor, text->line.data, text->line.length);
  }
  bytes_clear(&text->line);
}

void text_put(struct text_view *text, const char *data, size_t length, bool lines) {
  enum escape_style style = text->view.settings.utf8 ? ESCAPE_UTF8 : ESCAPE_ASCII;
  escape_append_plain(&text->line, data, length, lines, style);
}
