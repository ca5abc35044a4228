#include "view/view.h"

#include <stdlib.h>

struct view *view_create(const struct view_class *class, struct output *output, const struct view_settings *settings) {
  struct view *view = calloc(1, class->size);
  if (!view)
    return NULL;
  view->class = class;
  view->output = output;
  view->settings = *settings;
  pthread_mutex_init(&view->lock, NULL);
  return view;
}

void view_free(struct view *view) {
  if (!view)
    return;
  if (view->class->free)
    view->class->free(view);
  pthread_mutex_destroy(&view->lock);
  free(view);
}

void view_finish(struct view *view) {
  pthread_mutex_lock(&view->lock);
  if (view->class->finish)
    view->class->finish(view);
  pthread_mutex_unlock(&view->lock);
}

void view_configure(struct view *view, const struct view_settings *settings) {
  pthread_mutex_lock(&view->lock);
  view->settings = *settings;
  pthread_mutex_unlock(&view->lock);
}

void view_event(const struct event *event, void *context) {
  struct view *view = context;
  pthread_mutex_lock(&view->lock);
  view->class->event(view, event);
  pthread_mutex_unlock(&view->lock);
}
