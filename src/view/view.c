#include "view/view.h"

#include <stdlib.h>

struct view *view_create(const struct view_class *class, struct output *output,
                         const struct view_settings *settings) {
  struct view *view = calloc(1, class->size);
  if (!view)
    return NULL;
  view->class = class;
  view->output = output;
  view->settings = *settings;
  return view;
}

void view_free(struct view *view) {
  if (!view)
    return;
  if (view->class->free)
    view->class->free(view);
  free(view);
}

void view_finish(struct view *view) {
  if (view->class->finish)
    view->class->finish(view);
}

struct change {
  struct view *view;
  const struct view_settings *settings;
};

static void take_settings(void *context) {
  const struct change *change = context;
  change->view->settings = *change->settings;
}

void view_configure(struct view *view, struct timeline *timeline, const struct view_settings *settings) {
  struct change change = {view, settings};
  timeline_call(timeline, take_settings, &change);
}

void view_event(const struct event *event, void *context) {
  struct view *view = context;
  view->class->event(view, event);
}
