/* text: events as lines for a person. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "language/escape.h"
#include "view/notation.h"
#include "view/packet.h"
#include "view/service.h"
#include "view/table.h"
#include "view/view.h"

/* The order of what is kept: calls and the like, packets, states. */
enum rank { RANK_CALL, RANK_PACKET, RANK_STATE };

/* With --stable the lines of a statement are kept until it is done: calls first, then packets, then states by socket; those of a
 * job until it is waited for. Packets are of no statement, and stand with what the foreground does. */
struct kept_line {
  unsigned job;
  enum rank rank;
  uint64_t socket;
  uint64_t number; /* of its event, which is their order */
  int descriptor;
  char *text;
  size_t length;
};

struct text_view {
  struct view view;
  struct bytes line;             /* the line being built, kept for its memory */
  struct aliases aliases;        /* --stable */
  struct bytes kept;             /* struct kept_line, --stable */
  struct service_lines services; /* --stable */
  int64_t service_since;         /* lines of services are shown within a budget that grows with time */
  int64_t service_budget;
  unsigned long long service_skipped;
  bool progress; /* the terminal's line shows how far a transfer has come */
};

enum style { STYLE_NONE, STYLE_ERROR, STYLE_STATE, STYLE_NOTE, STYLE_PACKET };

static const char *const style_codes[] = {[STYLE_NONE] = "",
                                          [STYLE_ERROR] = "\033[31m",
                                          [STYLE_STATE] = "\033[36m",
                                          [STYLE_NOTE] = "\033[2m",
                                          [STYLE_PACKET] = "\033[33m"};

static void style_on(struct text_view *text, enum style style) {
  if (text->view.settings.colour)
    bytes_append_text(&text->line, style_codes[style]);
}

static void style_off(struct text_view *text) {
  if (text->view.settings.colour)
    bytes_append_text(&text->line, "\033[0m");
}

static struct notation notation_for(struct text_view *text, bool names) {
  const struct view_settings *settings = &text->view.settings;
  return (struct notation){
      .preview = settings->preview,
      .style = settings->utf8 ? ESCAPE_UTF8 : ESCAPE_ASCII,
      .names = names,
      .aliases = settings->stable ? &text->aliases : NULL,
      .arrow = settings->utf8 && settings->terminal ? "→" : "->",
  };
}

/* Takes what is shown of a transfer away, before a line is shown in its place. */
static void end_progress(struct text_view *text) {
  static const char erase[] = "\r\033[K";
  if (text->progress)
    output_add(text->view.output, STDOUT_FILENO, erase, sizeof erase - 1);
  text->progress = false;
}

/* Sends the line that was built to a descriptor, or keeps it. */
static void emit(struct text_view *text, const struct event *event, int descriptor) {
  end_progress(text);
  if (text->line.failed) {
    text->line.failed = false;
  } else if (text->view.settings.stable && (event->statement || event->kind == EVENT_PACKET)) {
    bool state = event->kind == EVENT_STATE;
    struct kept_line kept = {.job = event->job,
                             .rank = state                         ? RANK_STATE
                                     : event->kind == EVENT_PACKET ? RANK_PACKET
                                                                   : RANK_CALL,
                             .number = event->serial,
                             .descriptor = descriptor,
                             .length = text->line.length};
    kept.socket = state ? event->state->socket.id : 0;
    kept.text = malloc(kept.length + 1);
    if (kept.text) {
      memcpy(kept.text, text->line.data, kept.length);
      bytes_append(&text->kept, &kept, sizeof kept);
    }
  } else {
    output_add(text->view.output, descriptor, text->line.data, text->line.length);
  }
  bytes_clear(&text->line);
}

/* By rank, states by socket; else in the order in which they came. */
static int kept_order(const void *first, const void *second) {
  const struct kept_line *a = first;
  const struct kept_line *b = second;
  if (a->rank != b->rank)
    return a->rank < b->rank ? -1 : 1;
  if (a->socket != b->socket)
    return a->socket < b->socket ? -1 : 1;
  return a->number < b->number ? -1 : 1;
}

/* Prints what was kept for a job, 0 for the foreground, in the order that does not hang on time. */
static void release_kept(struct text_view *text, unsigned job) {
  struct kept_line *kept = (struct kept_line *)text->kept.data;
  size_t count = text->kept.length / sizeof *kept;
  size_t left = 0;
  if (count > 0)
    qsort(kept, count, sizeof *kept, kept_order);
  for (size_t i = 0; i < count; i++) {
    if (kept[i].job != job) {
      kept[left++] = kept[i];
      continue;
    }
    output_add(text->view.output, kept[i].descriptor, kept[i].text, kept[i].length);
    free(kept[i].text);
  }
  text->kept.length = left * sizeof *kept;
}

static void put_text(struct text_view *text, const char *data, size_t length, bool lines) {
  enum escape_style style = text->view.settings.utf8 ? ESCAPE_UTF8 : ESCAPE_ASCII;
  escape_append_plain(&text->line, data, length, lines, style);
}

static void put_start(struct text_view *text, const struct event *event) {
  if (event->job)
    bytes_append_format(&text->line, "[%u] ", event->job);
  else
    bytes_append_text(&text->line, "  ");
}

/* Where in the lab it happened. */
static void put_host(struct text_view *text, const struct event *event) {
  if (event->host)
    bytes_append_format(&text->line, "%s: ", event->host);
}

static void put_timing(struct text_view *text, const struct call *call) {
  if (!text->view.settings.timing)
    return;
  bytes_append_text(&text->line, " <");
  if (text->view.settings.stable)
    alias_append(&text->aliases, 'T', call->began, &text->line);
  else
    bytes_append_format(&text->line, "%.6f", (double)(call->ended - call->began) / 1e9);
  bytes_append_char(&text->line, '>');
}

static void show_call(struct text_view *text, const struct event *event) {
  const struct call *call = event->call;
  if (text->view.settings.quiet || (call->bulk && call->error == 0))
    return;
  struct notation notation = notation_for(text, event->job != 0);
  bool failed = call->error != 0 || (call->name == CALL_GETADDRINFO && call->result != 0);
  put_start(text, event);
  put_host(text, event);
  if (failed)
    style_on(text, STYLE_ERROR);
  notation_append_call(&notation, call, &text->line);
  if (failed)
    style_off(text);
  put_timing(text, call);
  bytes_append_char(&text->line, '\n');
  emit(text, event, STDOUT_FILENO);
}

static void show_blocked(struct text_view *text, const struct event *event) {
  if (!text->view.settings.terminal || text->view.settings.quiet || text->view.settings.stable)
    return;
  struct notation notation = notation_for(text, event->job != 0);
  put_start(text, event);
  put_host(text, event);
  notation_append_started(&notation, event->call, &text->line);
  bytes_append_text(&text->line, " blocked");
  if (event->job == 0) {
    style_on(text, STYLE_NOTE);
    bytes_append_text(&text->line, _("  (Ctrl-C interrupts it, Ctrl-Z makes it a job)"));
    style_off(text);
  }
  bytes_append_char(&text->line, '\n');
  emit(text, event, STDOUT_FILENO);
}

/* A sentence that explains the line before it. */
static void put_note(struct text_view *text, const struct event *event, const char *note) {
  put_start(text, event);
  style_on(text, STYLE_NOTE);
  bytes_append_format(&text->line, "# %s", note);
  style_off(text);
  bytes_append_char(&text->line, '\n');
}

/* What an open socket's user should know of. That a lost call failed, the call has said. */
static bool told_at_once(const struct event_state *state) {
  bool open = state->socket.role == ROLE_OPEN;
  bool peer = state->reason == REASON_PEER_FIN && state->now.state == STATE_CLOSE_WAIT;
  return open && (peer || state->reason == REASON_PEER_GONE || state->reason == REASON_LOST);
}

static void show_state(struct text_view *text, const struct event *event) {
  if (text->view.settings.quiet || !text->view.settings.states || event->state->asked)
    return;
  struct notation notation = notation_for(text, event->job != 0);
  put_start(text, event);
  style_on(text, STYLE_STATE);
  put_host(text, event);
  notation_append_state(&notation, event->state, &text->line);
  style_off(text);
  bytes_append_char(&text->line, '\n');
  if (told_at_once(event->state))
    put_note(text, event, notation_reason(event->state->reason));
  emit(text, event, STDOUT_FILENO);
}

/* "  3 a  client > server: ...  held": its number, its wire where there are several, itself, and what has become of it. */
static void show_packet(struct text_view *text, const struct event *event) {
  const struct event_packet *packet = &event->packet;
  /* What was sent again while it is held is told by `wire`. */
  if (text->view.settings.quiet || packet->fate == PACKET_AGAIN)
    return;
  struct notation notation = notation_for(text, false);
  struct bytes fate = {0};
  bool gone = packet->fate == PACKET_LOST || packet->fate == PACKET_DROPPED;
  bytes_append_format(&text->line, "  %u", packet->number);
  if (packet->wire[0]) {
    bytes_append_char(&text->line, ' ');
    put_text(text, packet->wire, strlen(packet->wire), false);
  }
  bytes_append_text(&text->line, "  ");
  style_on(text, gone ? STYLE_NOTE : STYLE_PACKET);
  packet_append_line(&notation, packet, &text->line);
  style_off(text);
  packet_append_fate(packet, &fate);
  if (fate.length > 0) {
    style_on(text, STYLE_NOTE);
    bytes_append_format(&text->line, "  %s", bytes_text(&fate));
    style_off(text);
  }
  bytes_append_char(&text->line, '\n');
  bytes_free(&fate);
  emit(text, event, STDOUT_FILENO);
}

static void show_note(struct text_view *text, const struct event *event) {
  if (text->view.settings.quiet)
    return;
  put_note(text, event, event->note);
  emit(text, event, STDOUT_FILENO);
}

/* Puts what was built in the place of what the terminal shows, as much of it as fits. */
static void replace_screen(struct text_view *text) {
  static const char clear[] = "\033[H\033[2J";
  struct winsize size = {0};
  struct bytes whole = {0};
  size_t end = text->line.length;
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  for (size_t at = 0, rows = 0; size.ws_row > 1 && at < text->line.length; at++)
    if (text->line.data[at] == '\n' && ++rows == (size_t)size.ws_row - 1) {
      end = at + 1;
      break;
    }
  bytes_append(&whole, clear, sizeof clear - 1);
  bytes_append(&whole, text->line.data, end);
  bytes_free(&text->line);
  text->line = whole;
}

static void show_answer(struct text_view *text, const struct event *event) {
  const struct answer *answer = event->answer;
  struct bytes shown = {0};
  const char *data = answer->text.data ? answer->text.data : "";
  size_t length = answer->text.length;
  if (text->view.settings.stable && answer->kind != ANSWER_RAW && answer->kind != ANSWER_TABLE) {
    alias_append_text(&text->aliases, data, length, &shown);
    data = shown.data ? shown.data : "";
    length = shown.length;
  }
  enum escape_style style = text->view.settings.utf8 ? ESCAPE_UTF8 : ESCAPE_ASCII;
  switch (answer->kind) {
  case ANSWER_TABLE:
    table_append(answer, text->view.settings.quiet ? 0 : 2, style,
                 text->view.settings.stable ? &text->aliases : NULL, &text->line);
    break;
  case ANSWER_TEXT:
    put_text(text, data, length, true);
    break;
  case ANSWER_DATA:
    escape_append(&text->line, data, length, style);
    bytes_append_char(&text->line, '\n');
    break;
  case ANSWER_RAW:
    bytes_append(&text->line, data, length);
    break;
  }
  bytes_free(&shown);
  if (answer->again && text->view.settings.terminal)
    replace_screen(text);
  emit(text, event, STDOUT_FILENO);
}

static void put_message(struct text_view *text, const char *message) {
  if (text->view.settings.stable)
    alias_append_text(&text->aliases, message, strlen(message), &text->line);
  else
    bytes_append_text(&text->line, message);
}

/* "FILE:LINE: ", and nothing at the prompt. */
static void put_place(struct text_view *text, const struct event_error *error) {
  if (!error->source[0])
    return;
  escape_append_plain(&text->line, error->source, strlen(error->source), false, ESCAPE_ASCII);
  if (error->line)
    bytes_append_format(&text->line, ":%u", error->line);
  bytes_append_text(&text->line, ": ");
}

static void show_error(struct text_view *text, const struct event *event) {
  const struct event_error *error = &event->error;
  bool typed = !error->source[0];
  bool known = (error->call || error->kind == ERROR_INTERRUPTED) && typed && !text->view.settings.quiet;
  if (known && !error->hint[0])
    return;
  if (known) { /* the call's line has just said the rest */
    put_note(text, event, error->hint);
    emit(text, event, STDOUT_FILENO);
    return;
  }
  if (event->job)
    bytes_append_format(&text->line, "[%u] ", event->job);
  put_place(text, error);
  style_on(text, STYLE_ERROR);
  if (error->command[0])
    bytes_append_format(&text->line, "%s: ", error->command);
  put_message(text, error->message);
  style_off(text);
  bytes_append_char(&text->line, '\n');
  if (!(typed && error->call))
    excerpt_append(&error->excerpt, &text->line);
  if (error->hint[0])
    bytes_append_format(&text->line, "    %s\n", error->hint);
  emit(text, event, STDERR_FILENO);
}

static void show_job(struct text_view *text, const struct event *event) {
  const struct view_settings *settings = &text->view.settings;
  unsigned number = event->about_job.number;
  if (event->about_job.phase == JOB_COLLECTED) {
    release_kept(text, number);
    return;
  }
  if (settings->quiet || !settings->terminal || settings->stable)
    return;
  switch (event->about_job.phase) {
  case JOB_STARTED:
  case JOB_DETACHED:
  case JOB_RESUMED:
    bytes_append_format(&text->line, "[%u] ", number);
    put_text(text, event->about_job.text, strlen(event->about_job.text), false);
    bytes_append_text(&text->line,
                      event->about_job.phase == JOB_DETACHED ? _(" goes on in the background\n") : "\n");
    break;
  case JOB_KILLED:
    bytes_append_format(&text->line, _("[%u] ended\n"), number);
    break;
  default:
    return;
  }
  emit(text, event, STDOUT_FILENO);
}

static void show_result(struct text_view *text, const struct event *event) {
  const struct event_result *result = &event->result;
  if (result->duration >= 0) {
    put_start(text, event);
    bytes_append_text(&text->line, _("time "));
    if (text->view.settings.stable)
      alias_append(&text->aliases, 'T', event->monotonic, &text->line);
    else
      bytes_append_format(&text->line, "%.6f s", (double)result->duration / 1e9);
    bytes_append_char(&text->line, '\n');
    emit(text, event, STDOUT_FILENO);
  }
  if (text->view.settings.stable && result->duration < 0 && event->job == 0)
    release_kept(text, 0);
}

static void show_line(struct text_view *text, const struct event *event) {
  const struct event_statement *line = &event->line;
  if (text->view.settings.stable)
    alias_keep_ports(&text->aliases, line->text, line->length);
  if (!text->view.settings.verbose || line->depth > 0 || event->job)
    return;
  put_text(text, line->text, line->length, true);
  bytes_append_char(&text->line, '\n');
  emit(text, event, STDOUT_FILENO);
}

/* So many lines of services at once, and so many more in a second: who reads along sees all, and a crowd does not flood the
 * screen. The timeline has them all. */
static bool service_fits(struct text_view *text, const struct event *event) {
  enum { MOST = 100, EACH = 1000000000 / 20 };
  int64_t grown = (event->monotonic - text->service_since) / EACH;
  if (text->service_since == 0)
    grown = MOST;
  if (grown > 0) {
    text->service_since = event->monotonic;
    text->service_budget += grown < MOST ? grown : MOST;
    if (text->service_budget > MOST)
      text->service_budget = MOST;
  }
  bool fits = text->service_budget > 0 || event->service->connection == 0;
  if (fits && text->service_budget > 0)
    text->service_budget--;
  if (!fits)
    text->service_skipped++;
  return fits;
}

static void put_service(struct text_view *text, const struct event *event) {
  struct notation notation = notation_for(text, true);
  if (text->service_skipped > 0)
    bytes_append_format(&text->line, _("[service] %llu lines are left out; log has them\n"),
                        text->service_skipped);
  text->service_skipped = 0;
  style_on(text, STYLE_NOTE);
  notation_append_service(&notation, event->service, &text->line);
  style_off(text);
  bytes_append_char(&text->line, '\n');
}

static void show_service(struct text_view *text, const struct event *event) {
  enum service_phase phase = event->service->phase;
  bool stable = text->view.settings.stable;
  if (text->view.settings.quiet)
    return;
  if (stable && phase != SERVICE_STARTED && phase != SERVICE_COLLECTED) {
    service_lines_keep(&text->services, event);
    return;
  }
  if (phase == SERVICE_COLLECTED) {
    struct notation notation = notation_for(text, true);
    service_lines_release(&text->services, event->service->number, &notation, &text->line);
  } else if (phase == SERVICE_STARTED || service_fits(text, event)) {
    put_service(text, event);
  }
  if (text->line.length > 0)
    emit(text, event, STDOUT_FILENO);
}

/* How far a transfer has come, in a line of the terminal that is written again and again. */
static void show_progress(struct text_view *text, const struct event *event) {
  const struct view_settings *settings = &text->view.settings;
  struct winsize size = {0};
  if (!settings->terminal || settings->quiet || settings->stable || event->job)
    return;
  end_progress(text);
  if (event->progress.done)
    return;
  ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  notation_append_progress(&event->progress, event->monotonic, size.ws_col ? size.ws_col : 80, &text->line);
  output_add(text->view.output, STDOUT_FILENO, text->line.data, text->line.length);
  bytes_clear(&text->line);
  text->progress = true;
}

static void text_event(struct view *view, const struct event *event) {
  struct text_view *text = (struct text_view *)view;
  switch (event->kind) {
  case EVENT_STATEMENT:
    show_line(text, event);
    break;
  case EVENT_CALL_FINISH:
    show_call(text, event);
    break;
  case EVENT_CALL_BLOCKED:
    show_blocked(text, event);
    break;
  case EVENT_STATE:
    show_state(text, event);
    break;
  case EVENT_ANSWER:
    show_answer(text, event);
    break;
  case EVENT_NOTE:
    show_note(text, event);
    break;
  case EVENT_ERROR:
    show_error(text, event);
    break;
  case EVENT_JOB:
    show_job(text, event);
    break;
  case EVENT_RESULT:
    show_result(text, event);
    break;
  case EVENT_PACKET:
    show_packet(text, event);
    break;
  case EVENT_SERVICE:
    show_service(text, event);
    break;
  case EVENT_PROGRESS:
    show_progress(text, event);
    break;
  case EVENT_CALL_START:
  case EVENT_TEST:
  case EVENT_FILE:
    break;
  }
}

static void text_finish(struct view *view) {
  struct text_view *text = (struct text_view *)view;
  unsigned service;
  end_progress(text);
  struct kept_line *kept = (struct kept_line *)text->kept.data;
  while (text->kept.length > 0)
    release_kept(text, kept[0].job);
  while ((service = service_lines_first(&text->services))) {
    struct notation notation = notation_for(text, true);
    service_lines_release(&text->services, service, &notation, &text->line);
    output_add(text->view.output, STDOUT_FILENO, text->line.data, text->line.length);
    bytes_clear(&text->line);
  }
}

static void text_free(struct view *view) {
  struct text_view *text = (struct text_view *)view;
  struct kept_line *kept = (struct kept_line *)text->kept.data;
  for (size_t i = 0; i < text->kept.length / sizeof *kept; i++)
    free(kept[i].text);
  bytes_free(&text->kept);
  service_lines_free(&text->services);
  bytes_free(&text->line);
  aliases_free(&text->aliases);
}

const struct view_class view_text = {
    .name = "text",
    .size = sizeof(struct text_view),
    .event = text_event,
    .finish = text_finish,
    .free = text_free,
};
