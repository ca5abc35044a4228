/* view: what turns events into what is shown or written. A view is one file, and its struct
 * view_class. */
#ifndef SOCKSH_VIEW_VIEW_H
#define SOCKSH_VIEW_VIEW_H

#include "timeline/timeline.h"
#include "view/output.h"

/* What a person may set about how things look. */
struct view_settings {
  bool quiet;     /* -q: only data, answers that were asked for, and errors */
  bool verbose;   /* -v: each line before what it does */
  bool timing;    /* set timing: how long each call took */
  bool colour;    /* set colour */
  bool terminal;  /* standard output is a terminal: jobs are announced */
  bool utf8;      /* the terminal takes UTF-8: characters and arrows are shown as they are */
  bool states;    /* set states */
  bool stable;    /* --stable: the same output every time */
  size_t preview; /* set preview: bytes of data shown in a call */
};

/* A kind of event as a bit. */
#define VIEW_KIND(kind) (1U << (kind))

struct view;

struct view_class {
  const char *name;    /* "text" */
  bool unseen;         /* it gets packets that are not shown, too */
  unsigned leaves_out; /* the kinds that it says nothing of: bits VIEW_KIND(kind) */
  size_t size;         /* of the struct that begins with a struct view */
  void (*event)(struct view *view, const struct event *event);
  void (*finish)(struct view *view); /* the session is over: what was held back is written */
  void (*free)(struct view *view);
};

struct view {
  const struct view_class *class;
  struct output *output;
  struct view *next; /* another that listens to the same timeline; NULL: none */
  struct view_settings
      settings; /* changed with view_configure; the timeline's lock guards all of a view */
};

extern const struct view_class view_text; /* lines for a person */
extern const struct view_class view_json; /* --json */
extern const struct view_class view_tap;  /* --tap */

/* NULL when there is no memory. `next` is a view that listens, too; NULL: none. What is said of a
 * view below is done to all of its chain. */
struct view *view_create(const struct view_class *class, struct output *output,
                         const struct view_settings *settings, struct view *next);
void view_free(struct view *view);

/* Adds one to a chain that listens to a timeline, and takes it out again, without freeing it. */
void view_add(struct view *view, struct timeline *timeline, struct view *added);
void view_remove(struct view *view, struct timeline *timeline, struct view *removed);

/* Hands to the output what was held back: at the end of a session, when nothing is appended any
 * more. */
void view_finish(struct view *view);

/* Changes the settings of a view that listens to this timeline. */
void view_configure(struct view *view, struct timeline *timeline,
                    const struct view_settings *settings);

/* Renders an event: the timeline's listener, called under its lock. */
void view_event(const struct event *event, void *view);

#endif
