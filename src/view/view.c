#include "view/view.h"

#include <stdlib.h>
#include <unistd.h>

struct view *view_create(const struct view_class *class, struct output *output,
                         const struct view_settings *settings, struct view *next) {
  struct view *view = calloc(1, class->size);
  if (!view)
    return NULL;
  view->class = class;
  view->output = output;
  view->settings = *settings;
  view->next = next;
  return view;
}

void view_free(struct view *view) {
  while (view) {
    struct view *next = view->next;
    if (view->class->free)
      view->class->free(view);
    memo_clear(&view->memo);
    free(view);
    view = next;
  }
}

void view_finish(struct view *view) {
  for (; view; view = view->next)
    if (view->class->finish)
      view->class->finish(view);
}

struct change {
  struct view *view;
  const struct view_settings *settings;
};

static void take_settings(void *context) {
  const struct change *change = context;
  for (struct view *view = change->view; view; view = view->next) {
    view->settings = *change->settings;
    memo_clear(&view->memo);
  }
}

void view_configure(struct view *view, struct timeline *timeline,
                    const struct view_settings *settings) {
  struct change change = {view, settings};
  timeline_call(timeline, take_settings, &change);
}

struct round {
  struct view *view;
  unsigned long long number;
};

static void tell_round(void *context) {
  const struct round *round = context;
  for (struct view *view = round->view; view; view = view->next)
    if (view->class->round)
      view->class->round(view, round->number);
}

void view_round(struct view *view, struct timeline *timeline, unsigned long long number) {
  struct round round = {view, number};
  timeline_call(timeline, tell_round, &round);
}

static void end_echo(void *context) {
  struct view *view = context;
  if (view->class->echoed)
    view->class->echoed(view);
  else
    output_add(view->output, STDOUT_FILENO, "\n", 1);
}

void view_echoed(struct view *view, struct timeline *timeline) {
  timeline_call(timeline, end_echo, view);
}

void view_listen(struct view *view, struct timeline *timeline) {
  unsigned kinds = 0;
  for (; view; view = view->next)
    kinds |= ~view->class->leaves_out;
  timeline_set_heard(timeline, kinds);
}

struct joint {
  struct view *view;
  struct view *other;
};

static void insert_after(void *context) {
  const struct joint *joint = context;
  joint->other->next = joint->view->next;
  joint->view->next = joint->other;
}

static void take_out(void *context) {
  const struct joint *joint = context;
  for (struct view *view = joint->view; view; view = view->next)
    if (view->next == joint->other)
      view->next = joint->other->next;
  joint->other->next = NULL;
}

void view_add(struct view *view, struct timeline *timeline, struct view *added) {
  struct joint joint = {view, added};
  timeline_call(timeline, insert_after, &joint);
  view_listen(view, timeline);
}

void view_remove(struct view *view, struct timeline *timeline, struct view *removed) {
  struct joint joint = {view, removed};
  timeline_call(timeline, take_out, &joint);
  view_listen(view, timeline);
}

struct event_look view_look(const struct view_settings *settings) {
  return (struct event_look){.quiet = settings->quiet,
                             .verbose = settings->verbose,
                             .timing = settings->timing,
                             .calls = settings->calls,
                             .states = settings->states,
                             .ladder = settings->ladder,
                             .stable = settings->stable,
                             .hidden = settings->hidden,
                             .preview = settings->preview,
                             .width = settings->width};
}

bool view_look_differs(const struct event_settings *change) {
  const struct event_look *before = &change->before;
  const struct event_look *now = &change->now;
  return before->quiet != now->quiet || before->verbose != now->verbose ||
         before->timing != now->timing || before->calls != now->calls ||
         before->ladder != now->ladder || before->states != now->states ||
         before->stable != now->stable || before->hidden != now->hidden ||
         before->preview != now->preview || before->width != now->width;
}

#define TAKE(member)                                                                               \
  do {                                                                                             \
    if (change->before.member != change->now.member)                                               \
      settings->member = change->now.member;                                                       \
  } while (0)

void view_take_look(struct view_settings *settings, const struct event_settings *change) {
  TAKE(quiet);
  TAKE(verbose);
  TAKE(timing);
  TAKE(calls);
  TAKE(states);
  TAKE(ladder);
  TAKE(stable);
  TAKE(hidden);
  TAKE(preview);
  TAKE(width);
}

static void change_look(struct view *view, const struct event_settings *change) {
  for (; view; view = view->next) {
    view_take_look(&view->settings, change);
    memo_clear(&view->memo);
  }
}

void view_event(const struct event *event, void *context) {
  if (event->kind == EVENT_SETTINGS)
    change_look(context, &event->settings);
  bool unseen = event->kind == EVENT_PACKET && event->packet.unseen;
  for (struct view *view = context; view; view = view->next)
    if (!(view->class->leaves_out & VIEW_KIND(event->kind)) && (!unseen || view->class->unseen))
      view->class->event(view, event);
}
