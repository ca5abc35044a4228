#include "view/capture/capture_view.h"

struct capture_view {
  struct view view;
  struct pcap_file *file;
};

static void capture_event(struct view *view, const struct event *event) {
  if (event->kind == EVENT_PACKET)
    pcap_file_add(((struct capture_view *)view)->file, event);
}

static void capture_finish(struct view *view) {
  pcap_file_flush(((struct capture_view *)view)->file);
}

static const struct view_class view_capture = {.name = "capture",
                                               .unseen = true,
                                               .size = sizeof(struct capture_view),
                                               .leaves_out = ~VIEW_KIND(EVENT_PACKET),
                                               .event = capture_event,
                                               .finish = capture_finish};

struct view *capture_view_create(struct pcap_file *file) {
  static const struct view_settings none;
  struct view *view = view_create(&view_capture, NULL, &none, NULL);
  if (view)
    ((struct capture_view *)view)->file = file;
  return view;
}
