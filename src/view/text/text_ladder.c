#include "view/text/text_ladder.h"

#include <stdlib.h>
#include <string.h>

#include "language/loss.h"
#include "view/ladder/ladder.h"
#include "view/ladder/ladder_lines.h"
#include "view/ladder/ladder_text.h"

/* Where nothing says how wide a line may be. */
enum { WITHOUT_TERMINAL = 80 };

struct text_ladder {
  struct ladder ladder;
  size_t width;
  struct bytes heading; /* what stood above the rows last */
};

static size_t width_of(const struct text_view *text) {
  size_t width = text_width(text);
  return width > 0 ? width : WITHOUT_TERMINAL;
}

static void free_ladder(struct text_ladder *growing) {
  if (!growing)
    return;
  ladder_free(&growing->ladder);
  bytes_free(&growing->heading);
  free(growing);
}

/* It begins anew where the lines have another width. */
static struct text_ladder *ladder_of(struct text_view *text) {
  const struct view_settings *view = &text->view.settings;
  struct text_ladder *before = text->ladder;
  size_t width = width_of(text);
  struct ladder_settings settings = {.stable = view->stable,
                                     .live = true,
                                     .utf8 = view->utf8,
                                     .preview = view->preview,
                                     .most = ladder_text_lines(width)};
  if (before && before->width == width) {
    ladder_set(&before->ladder, &settings);
    return before;
  }
  text->ladder = calloc(1, sizeof *text->ladder);
  if (!text->ladder) {
    loss_of_memory();
    free_ladder(before);
    return NULL;
  }
  text->ladder->width = width;
  ladder_begin(&text->ladder->ladder, &settings);
  text->ladder->ladder.shared = &text->aliases;
  if (before)
    ladder_lines_copy_hosts(&text->ladder->ladder, &before->ladder);
  free_ladder(before);
  return text->ladder;
}

/* What was drawn need not be kept. */
static void forget_rows(struct ladder *ladder) {
  ladder->rows.length = ladder->texts.length = ladder->serials.length = ladder->starts.length = 0;
}

/* The names of the lifelines, where they or their places have changed. */
static void put_heading(struct text_view *text, struct text_ladder *growing) {
  struct bytes heading = {0};
  ladder_lines_assign(&growing->ladder);
  ladder_text_append_heading(&growing->ladder, growing->width, &heading);
  if (heading.length == growing->heading.length &&
      memcmp(bytes_text(&heading), bytes_text(&growing->heading), heading.length) == 0) {
    bytes_free(&heading);
    return;
  }
  bytes_append(&text->line, bytes_text(&heading), heading.length);
  bytes_free(&growing->heading);
  growing->heading = heading;
  memo_clear(&text->view.memo);
  text->ladder_changed = true;
}

void text_ladder_put(struct text_view *text, const struct event *event) {
  struct text_ladder *growing = ladder_of(text);
  text->ladder_changed = false;
  if (!growing)
    return;
  ladder_take(&growing->ladder, event);
  if (growing->ladder.renamed)
    put_heading(text, growing);
  growing->ladder.renamed = false;
  ladder_text_append_rows(&growing->ladder, growing->width, &text->line);
  forget_rows(&growing->ladder);
}

/* A call that took long says so. */
static bool is_quick(const struct call *call) {
  return call->ended - call->began < LADDER_WORTH_TELLING;
}

/* Most calls of a loop are drawn alike, as long as the lifelines stand where they did. */
void text_ladder_put_call(struct text_view *text, const struct event *event) {
  bool kept = !text->view.settings.stable && !event->actor && is_quick(event->call);
  struct memo_entry *memo = kept ? memo_find(&text->view.memo, event, true) : NULL;
  if (memo && memo->text.length > 0) {
    bytes_append(&text->line, memo->text.data, memo->text.length);
    return;
  }
  text_ladder_put(text, event);
  if (memo && !text->ladder_changed && !text->line.failed)
    memo_keep(memo, text->line.data, text->line.length);
}

void text_ladder_take_answer(struct text_view *text, const struct event *event) {
  struct text_ladder *growing = ladder_lines_are_told(event) ? ladder_of(text) : NULL;
  if (growing)
    ladder_lines_take_hosts(&growing->ladder, event);
}

void text_ladder_free(struct text_view *text) {
  free_ladder(text->ladder);
  text->ladder = NULL;
}
