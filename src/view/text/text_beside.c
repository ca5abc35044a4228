#include "view/text/text_beside.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "view/notation/line.h"
#include "view/notation/packet_line.h"
#include "view/text/text_ladder.h"

/* The seconds since its connection began, always as wide, so that what follows stands in a column.
 */
static void put_elapsed(struct text_view *text, const struct event *event) {
  enum { WIDTH = 11 }; /* "9999.999999" */
  const struct event_packet *packet = &event->packet;
  if (!packet->timed)
    return;
  if (!packet->began || text->view.settings.stable) /* it differs every time */
    bytes_append_format(&text->line, "  %*s", WIDTH, packet->began ? "T" : "-");
  else
    bytes_append_format(&text->line, "  %*.6f", WIDTH,
                        (double)(event->monotonic - packet->began) / 1e9);
}

/* "  3 a  client > server: ...  held": its number, its wire where there are several, itself, and
 * what has become of it. */
void text_show_packet(struct text_view *text, const struct event *event) {
  const struct event_packet *packet = &event->packet;
  /* `wire` shows retransmissions of a held packet. */
  if (text->view.settings.quiet || packet->fate == PACKET_AGAIN)
    return;
  if (text->view.settings.ladder) {
    text_ladder_put(text, event);
    text_emit_unfolded(text, event, STDOUT_FILENO);
    return;
  }
  struct notation notation = text_notation(text, false);
  struct bytes fate = {0};
  bool gone = packet->fate == PACKET_LOST || packet->fate == PACKET_DROPPED;
  bytes_append_format(&text->line, "  %u", packet->number);
  if (packet->wire[0]) {
    bytes_append_char(&text->line, ' ');
    text_put(text, packet->wire, strlen(packet->wire), false);
  }
  put_elapsed(text, event);
  bytes_append_text(&text->line, "  ");
  text_style_on(text, gone ? STYLE_NOTE : text_packet_style(text, packet));
  packet_append_line(&notation, packet, &text->line);
  text_style_off(text);
  packet_append_fate(packet, &fate);
  if (fate.length > 0) {
    text_style_on(text, STYLE_NOTE);
    bytes_append_format(&text->line, "  %s", bytes_text(&fate));
    text_style_off(text);
  }
  bytes_append_char(&text->line, '\n');
  bytes_free(&fate);
  text_emit(text, event, STDOUT_FILENO);
}

void text_show_counter(struct text_view *text, const struct event *event) {
  if (text->view.settings.quiet)
    return;
  bytes_append_text(&text->line, "  ");
  text_style_on(text, STYLE_NOTE);
  line_append_event(event, &text->line);
  text_style_off(text);
  bytes_append_char(&text->line, '\n');
  text_emit(text, event, STDOUT_FILENO);
}

/* Takes a line from a budget of `most` that grows by one each `each` nanoseconds. False if it is
 * used up. */
static bool budget_take(struct line_budget *budget, int64_t now, int64_t most, int64_t each) {
  int64_t grown = budget->since == 0 ? most : (now - budget->since) / each;
  if (grown > 0) {
    budget->since = now;
    budget->lines += grown < most ? grown : most;
    budget->lines = budget->lines < most ? budget->lines : most;
  }
  if (budget->lines == 0)
    return false;
  budget->lines--;
  return true;
}

/* A hash of the line without its numbers (FNV-1a). */
static uint64_t shape_hash(const struct bytes *line) {
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t at = 0; at < line->length; at++)
    if (line->data[at] < '0' || line->data[at] > '9')
      hash = (hash ^ (unsigned char)line->data[at]) * 0x100000001b3;
  return hash ? hash : 1;
}

static struct line_budget *shape_budget(struct text_view *text, uint64_t hash) {
  struct service_shape *shapes = text->service_shapes;
  for (size_t i = 0; i < SERVICE_SHAPES; i++)
    if (shapes[i].hash == hash)
      return &shapes[i].budget;
  struct service_shape *shape = &shapes[text->service_next++ % SERVICE_SHAPES];
  *shape = (struct service_shape){.hash = hash};
  return &shape->budget;
}

/* Whether the line about a service's client is to be shown: what one client does is shown in full,
 * and a crowd does not flood the screen. At the prompt few lines are shown that are the same but
 * for numbers. The timeline has them all. */
static bool service_fits(struct text_view *text, const struct event *event) {
  enum { MOST = 100, EACH = 1000000000 / 20, ALIKE = 4, EACH_ALIKE = 1000000000 };
  if (event->service->connection == 0)
    return true;
  if (text->view.settings.folds && !budget_take(shape_budget(text, shape_hash(&text->line)),
                                                event->monotonic, ALIKE, EACH_ALIKE))
    return false;
  return budget_take(&text->service_budget, event->monotonic, MOST, EACH);
}

bool text_crowds(struct text_view *text, const struct event *event) {
  enum { ALIKE = 10, EACH_ALIKE = 1000000000 };
  bool fits = !text->view.settings.folds || text->rounds.inside ||
              budget_take(shape_budget(text, shape_hash(&text->line) + event->statement),
                          event->monotonic, ALIKE, EACH_ALIKE);
  text->states_skipped += !fits;
  return !fits;
}

static void put_skipped(struct text_view *text) {
  if (text->states_skipped > 0)
    bytes_append_format(&text->line, _("  x %llu more changes like that; log has them\n"),
                        text->states_skipped);
  text->states_skipped = 0;
  if (text->service_skipped == 1)
    bytes_append_text(&text->line, _("[service] a line is left out; log has it\n"));
  else if (text->service_skipped > 1)
    bytes_append_format(&text->line, _("[service] %llu lines are left out; log has them\n"),
                        text->service_skipped);
  text->service_skipped = 0;
}

void text_tell_services(struct text_view *text, const struct event *event) {
  if (text->rounds.inside)
    return;
  put_skipped(text);
  if (text->line.length > 0)
    text_emit(text, event, STDOUT_FILENO);
}

/* Shows it, or counts it. */
static void show_service(struct text_view *text, const struct event *event) {
  struct notation notation = text_notation(text, true);
  notation_append_service(&notation, event->service, &text->line);
  bool fits = event->service->phase == SERVICE_STARTED || service_fits(text, event);
  bytes_clear(&text->line);
  if (!fits) {
    text->service_skipped++;
    return;
  }
  put_skipped(text);
  text_style_on(text, STYLE_NOTE);
  notation_append_service(&notation, event->service, &text->line);
  text_style_off(text);
  bytes_append_char(&text->line, '\n');
}

void text_show_service(struct text_view *text, const struct event *event) {
  enum service_phase phase = event->service->phase;
  bool stable = text->view.settings.stable;
  bool of_client = event->service->connection != 0;
  if (text->view.settings.quiet || (of_client && !text->view.settings.calls))
    return;
  if (stable && phase != SERVICE_STARTED && phase != SERVICE_COLLECTED) {
    service_lines_keep(&text->services, event);
    return;
  }
  if (phase == SERVICE_COLLECTED) {
    struct notation notation = text_notation(text, true);
    service_lines_release(&text->services, event->service->number, &notation, &text->line);
  } else {
    show_service(text, event);
  }
  if (text->line.length > 0)
    text_emit(text, event, STDOUT_FILENO);
}

/* Shows the progress of a transfer on one line of the terminal, which is overwritten each time. */
void text_show_progress(struct text_view *text, const struct event *event) {
  const struct view_settings *settings = &text->view.settings;
  struct winsize size = {0};
  if (!settings->terminal || settings->quiet || settings->stable || event->job)
    return;
  text_end_progress(text);
  if (event->progress.done)
    return;
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  notation_append_progress(&event->progress, event->monotonic, size.ws_col ? size.ws_col : 80,
                           &text->line);
  output_add(text->view.output, STDOUT_FILENO, text->line.data, text->line.length);
  bytes_clear(&text->line);
  text->progress = true;
}
