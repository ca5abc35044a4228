/* view: turns events into what is shown or written. A view is one file with its struct
 * view_class. */
#ifndef SOCKSH_VIEW_VIEW_H
#define SOCKSH_VIEW_VIEW_H

#include "timeline/timeline.h"
#include "view/memo.h"
#include "view/output.h"

/* The settings of how things look. */
struct view_settings {
  bool quiet;     /* -q: only data, requested answers, and errors */
  bool verbose;   /* -v: each line before what it does */
  bool timing;    /* set timing: how long each call took */
  bool colour;    /* set colour */
  bool terminal;  /* standard output is a terminal: jobs are announced */
  bool utf8;      /* the terminal takes UTF-8: characters and arrows are shown directly */
  bool states;    /* set states */
  bool ladder;    /* set ladder: calls, states and packets are drawn as a ladder */
  bool calls;     /* set calls */
  bool stable;    /* --stable: the same output every time */
  bool hidden;    /* nothing is shown but errors */
  bool folds;     /* what the rounds of a repeat show again is counted instead */
  bool pages;     /* an answer that is longer than the screen waits for the pager */
  bool pages_all; /* a short one does, too */
  size_t preview; /* set preview: bytes of data shown in a call */
  size_t width;   /* set width: columns of a line; 0: as many as the terminal has, or any number */
};

/* A kind of event as a bit. */
#define VIEW_KIND(kind) EVENT_BIT(kind)

struct view;

struct view_class {
  const char *name;    /* "text" */
  bool unseen;         /* it also gets packets that are not shown */
  unsigned leaves_out; /* kinds of events that it does not show: bits VIEW_KIND(kind) */
  size_t size;         /* the size of its struct, which begins with a struct view */
  void (*event)(struct view *view, const struct event *event);
  /* A round of a repeat in the foreground begins; 0: the repeat is over. NULL: it does not matter
   */
  void (*round)(struct view *view, unsigned long long round);
  /* The terminal has written behind what the output left there. NULL: that line is ended. */
  void (*echoed)(struct view *view);
  void (*finish)(struct view *view); /* the session is over: writes what was held back */
  void (*free)(struct view *view);
};

struct view {
  const struct view_class *class;
  struct output *output;
  struct memo memo;  /* what it has written with these settings */
  struct view *next; /* another view on the same timeline; NULL: none */
  struct view_settings
      settings; /* changed by view_configure; the timeline's lock guards all of a view */
};

extern const struct view_class view_text; /* lines for a person */
extern const struct view_class view_json; /* --json */
extern const struct view_class view_tap;  /* --tap */

/* Creates a view. NULL when there is no memory. `next` is another view on the same timeline; NULL:
 * none. The functions below act on the whole chain. */
struct view *view_create(const struct view_class *class, struct output *output,
                         const struct view_settings *settings, struct view *next);
void view_free(struct view *view);

/* Tells a timeline which kinds of events the views of its chain show. */
void view_listen(struct view *view, struct timeline *timeline);

/* Adds a view to a chain that listens to a timeline; removes it again, without freeing it. */
void view_add(struct view *view, struct timeline *timeline, struct view *added);
void view_remove(struct view *view, struct timeline *timeline, struct view *removed);

/* Passes to the output what was held back: at the end of a session, after the last event. */
void view_finish(struct view *view);

/* Tells all views of a round of a repeat, as in struct view_class. */
void view_round(struct view *view, struct timeline *timeline, unsigned long long round);

/* Tells the first view that the terminal has echoed ^C or ^Z, as in struct view_class. */
void view_echoed(struct view *view, struct timeline *timeline);

/* Changes the settings of a view that listens to this timeline. */
void view_configure(struct view *view, struct timeline *timeline,
                    const struct view_settings *settings);

/* The part of the settings that is the session's own; and takes over what differs between two of
 * them, which leaves the rest as it was chosen elsewhere. */
struct event_look view_look(const struct view_settings *settings);
bool view_look_differs(const struct event_settings *change);
void view_take_look(struct view_settings *settings, const struct event_settings *change);

/* Renders an event: the timeline's listener, called under its lock. An event that says how things
 * look from here on changes the settings of the views, so that they change at the same place when
 * it is replayed. */
void view_event(const struct event *event, void *view);

#endif
