/* text_view: events as lines for a person. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "language/escape.h"
#include "view/notation/fold.h"
#include "view/notation/table_layout.h"
#include "view/text/text_answer.h"
#include "view/text/text_beside.h"
#include "view/text/text_ladder.h"
#include "view/text/text_part.h"

static void put_start(struct text_view *text, const struct event *event) {
  if (event->job)
    bytes_append_format(&text->line, "[%u] ", event->job);
  else
    bytes_append_text(&text->line, "  ");
}

static void put_name(struct text_view *text, const char *name, enum style style) {
  text_style_on(text, style);
  bytes_append_text(&text->line, name);
  text_style_off(text);
  bytes_append_text(&text->line, ": ");
}

/* All of a program's threads and processes, which may be many, have its colour: p.2 that of p. */
static enum style program_style(struct text_view *text, const char *name) {
  char program[SOCKET_NAME_SIZE];
  snprintf(program, sizeof program, "%.*s", (int)strcspn(name, "."), name);
  return text_host_style(text, program);
}

/* The host of the lab where it happened, and the program that did it. */
static void put_host(struct text_view *text, const struct event *event) {
  if (event->host)
    put_name(text, event->host, text_host_style(text, event->host));
  if (event->actor)
    put_name(text, event->actor->name, program_style(text, event->actor->name));
}

static void put_timing(struct text_view *text, const struct call *call) {
  if (!text->view.settings.timing)
    return;
  bytes_append_text(&text->line, " <");
  if (text->view.settings.stable)
    alias_append(&text->aliases, 'T', call->began, &text->line);
  else if (call->began == 0 || call->ended == 0)
    bytes_append_text(&text->line, "...");
  else
    bytes_append_format(&text->line, "%.6f", (double)(call->ended - call->began) / 1e9);
  bytes_append_char(&text->line, '>');
}

/* With --stable, what is written also depends on what was written before. */
static void put_call(struct text_view *text, const struct event *event) {
  bool names = event->job != 0;
  struct memo_entry *memo =
      text->view.settings.stable ? NULL : memo_find(&text->view.memo, event, names);
  if (memo && memo->text.length > 0) {
    bytes_append(&text->line, memo->text.data, memo->text.length);
    return;
  }
  struct notation notation = text_notation(text, names);
  size_t begin = text->line.length;
  notation_append_call(&notation, event->call, &text->line);
  if (memo && !text->line.failed)
    memo_keep(memo, text->line.data + begin, text->line.length - begin);
}

static void show_call(struct text_view *text, const struct event *event) {
  const struct call *call = event->call;
  bool failed = call_has_failed(call);
  bool hidden = text->view.settings.quiet || (!text->view.settings.calls && !failed);
  if (hidden || (call->bulk && call->error == 0))
    return;
  if (text->view.settings.ladder) {
    text_ladder_put_call(text, event);
    text_emit_unfolded(text, event, STDOUT_FILENO);
    return;
  }
  put_start(text, event);
  put_host(text, event);
  if (failed)
    text_style_on(text, STYLE_ERROR);
  put_call(text, event);
  if (failed)
    text_style_off(text);
  put_timing(text, call);
  bytes_append_char(&text->line, '\n');
  text_emit(text, event, STDOUT_FILENO);
}

static const char *keys_of(void) {
  return _("(Ctrl-C interrupts it, Ctrl-Z makes it a job)");
}

/* What ends the wait: behind the call, or on a line of its own where it would be broken there. */
static void put_keys(struct text_view *text) {
  const char *keys = keys_of();
  size_t width = text_width(text);
  size_t used = fold_width(bytes_text(&text->line), text->line.length);
  bool fits = width == 0 || used + 2 + strlen(keys) <= width;
  bytes_append_text(&text->line, fits ? "  " : "\n    ");
  text_style_on(text, STYLE_NOTE);
  bytes_append_text(&text->line, keys);
  text_style_off(text);
}

static void put_keys_below(struct text_view *text) {
  bytes_append_text(&text->line, "    ");
  text_style_on(text, STYLE_NOTE);
  bytes_append_text(&text->line, keys_of());
  text_style_off(text);
  bytes_append_char(&text->line, '\n');
}

static void show_blocked(struct text_view *text, const struct event *event) {
  if (!text->view.settings.terminal || text->view.settings.quiet || text->view.settings.stable ||
      !text->view.settings.calls)
    return;
  if (text->view.settings.ladder) {
    text_ladder_put(text, event);
    if (event->job == 0 && !event->actor)
      put_keys_below(text);
    text_emit_unfolded(text, event, STDOUT_FILENO);
    return;
  }
  struct notation notation = text_notation(text, event->job != 0);
  put_start(text, event);
  put_host(text, event);
  notation_append_started(&notation, event->call, &text->line);
  bytes_append_text(&text->line, " blocked");
  if (event->job == 0 && !event->actor)
    put_keys(text);
  bytes_append_char(&text->line, '\n');
  text_emit(text, event, STDOUT_FILENO);
}

/* A sentence that explains the previous line. */
static void put_note(struct text_view *text, const struct event *event, const char *note) {
  put_start(text, event);
  text_style_on(text, STYLE_NOTE);
  bytes_append_format(&text->line, "# %s", note);
  text_style_off(text);
  bytes_append_char(&text->line, '\n');
}

/* What the user of an open socket must learn at once. A call that failed has said the rest. */
static bool told_at_once(const struct event_state *state) {
  if (state->socket.role != ROLE_OPEN)
    return false;
  switch (state->reason) {
  case REASON_PEER_FIN:
    return state->now.state == STATE_CLOSE_WAIT;
  case REASON_RESET:
  case REASON_TIMED_OUT:
  case REASON_UNREACHABLE:
    return state->exact;
  case REASON_PEER_GONE:
  case REASON_KEEPALIVE:
  case REASON_PROBES:
  case REASON_USER_TIMEOUT:
  case REASON_LOST:
    return true;
  case REASON_REFUSED:
  case REASON_TIMER:
  case REASON_NONE:
    break;
  }
  return false;
}

/* At the prompt the same is remarked once of what happens at once. */
static bool remarked_before(struct text_view *text, const struct event *event) {
  enum { AT_ONCE = 500000000 }; /* nanoseconds */
  bool before = text->view.settings.folds && text->remarked == event->statement &&
                text->remark == event->state->reason &&
                event->monotonic - text->remarked_at < AT_ONCE;
  text->remarked = event->statement;
  text->remarked_at = event->monotonic;
  text->remark = event->state->reason;
  return before;
}

static void show_state(struct text_view *text, const struct event *event) {
  if (text->view.settings.quiet || !text->view.settings.states || event->state->asked)
    return;
  struct notation notation = text_notation(text, event->job != 0);
  put_start(text, event);
  put_host(text, event);
  notation_append_state(&notation, event->state, &text->line);
  if (text_crowds(text, event)) {
    bytes_clear(&text->line);
    return;
  }
  if (text->view.settings.ladder) {
    bytes_clear(&text->line);
    text_ladder_put(text, event);
  } else {
    bytes_append_char(&text->line, '\n');
  }
  if (told_at_once(event->state) && !remarked_before(text, event))
    put_note(text, event, notation_reason(event->state->reason));
  text_emit(text, event, STDOUT_FILENO);
}

static void show_note(struct text_view *text, const struct event *event) {
  if (text->view.settings.quiet)
    return;
  put_note(text, event, event->note);
  text_emit(text, event, STDOUT_FILENO);
}

static void put_message(struct text_view *text, const char *message) {
  if (text->view.settings.stable)
    alias_append_text(&text->aliases, message, strlen(message), &text->line);
  else
    bytes_append_text(&text->line, message);
}

/* "FILE:LINE: "; nothing at the prompt. */
static void put_place(struct text_view *text, const struct event_error *error) {
  if (!error->source[0])
    return;
  escape_append_plain(&text->line, error->source, strlen(error->source), false, escape_chosen());
  if (error->line)
    bytes_append_format(&text->line, ":%u", error->line);
  bytes_append_text(&text->line, ": ");
}

static void put_hint(struct text_view *text, const char *hint) {
  struct bytes line = {0};
  bytes_append_format(&line, "    %s\n", hint);
  fold_append(bytes_text(&line), line.length, text_width(text), true, &text->line);
  bytes_free(&line);
}

static void show_error(struct text_view *text, const struct event *event) {
  const struct event_error *error = &event->error;
  bool interrupted = error->kind == ERROR_INTERRUPTED;
  /* Whoever has interrupted a line of a walk knows which one that was. */
  bool typed = !error->source[0] || (interrupted && text->view.settings.folds);
  bool known = (error->call || interrupted) && typed && !text->view.settings.quiet;
  /* How far a command of several calls came is worth a line; the interruption alone is not. */
  if (known && interrupted && !error->call) {
    put_note(text, event, error->message);
    text_emit(text, event, STDOUT_FILENO);
    return;
  }
  if (known && !error->hint[0])
    return;
  if (known) { /* the call's line has already said the rest */
    put_note(text, event, error->hint);
    text_emit(text, event, STDOUT_FILENO);
    return;
  }
  if (event->job)
    bytes_append_format(&text->line, "[%u] ", event->job);
  put_place(text, error);
  text_style_on(text, STYLE_ERROR);
  if (error->command[0])
    bytes_append_format(&text->line, "%s: ", error->command);
  put_message(text, error->message);
  text_style_off(text);
  bytes_append_char(&text->line, '\n');
  text_fold(text, false);
  if (!(typed && error->call) || interrupted)
    excerpt_append(&error->excerpt, text_width(text), &text->line);
  if (error->hint[0])
    put_hint(text, error->hint);
  text_emit_unfolded(text, event, STDERR_FILENO);
}

static void show_job(struct text_view *text, const struct event *event) {
  const struct view_settings *settings = &text->view.settings;
  unsigned number = event->about_job.number;
  if (event->about_job.phase == JOB_COLLECTED) {
    held_output_release(&text->kept, text->view.output, number);
    return;
  }
  if (settings->quiet || !settings->terminal || settings->stable)
    return;
  switch (event->about_job.phase) {
  case JOB_STARTED:
  case JOB_DETACHED:
  case JOB_RESUMED:
    bytes_append_format(&text->line, "[%u] ", number);
    text_put(text, event->about_job.text, strlen(event->about_job.text), false);
    bytes_append_text(&text->line, event->about_job.phase == JOB_DETACHED
                                       ? _(" goes on in the background\n")
                                       : "\n");
    break;
  case JOB_KILLED:
    bytes_append_format(&text->line, _("[%u] ended\n"), number);
    break;
  default:
    return;
  }
  text_emit(text, event, STDOUT_FILENO);
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
    text_emit(text, event, STDOUT_FILENO);
  }
  if (text->view.settings.stable && result->duration < 0 && event->job == 0)
    held_output_release(&text->kept, text->view.output, 0);
}

static void show_line(struct text_view *text, const struct event *event) {
  const struct event_statement *line = &event->line;
  if (event->job == 0)
    text->depth = line->depth;
  if (text->view.settings.stable)
    alias_keep_ports(&text->aliases, line->text, line->length);
  if (!text->view.settings.verbose || line->depth > 0 || event->job)
    return;
  text_put(text, line->text, line->length, true);
  bytes_append_char(&text->line, '\n');
  text_emit(text, event, STDOUT_FILENO);
}

static void text_event(struct view *view, const struct event *event) {
  struct text_view *text = (struct text_view *)view;
  if (pages_hold(&text->pages) && event->job == 0 && event->kind != EVENT_ANSWER)
    text_answer_end_pages(text); /* what was to come was interrupted */
  bool typed = event->kind == EVENT_STATEMENT || event->kind == EVENT_RESULT;
  if (typed && event->job == 0 && (text->service_skipped > 0 || text->states_skipped > 0))
    text_tell_services(text, event);
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
    text_ladder_take_answer(text, event);
    text_answer_show(text, event);
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
    text_show_packet(text, event);
    break;
  case EVENT_SERVICE:
    text_show_service(text, event);
    break;
  case EVENT_PROGRESS:
    text_show_progress(text, event);
    break;
  case EVENT_COUNTER:
    text_show_counter(text, event);
    break;
  case EVENT_PROGRAM:
    text_show_program(text, event);
    break;
  case EVENT_CALL_START:
  case EVENT_TEST:
  case EVENT_FILE:
  case EVENT_SAMPLE:
  case EVENT_SETTINGS: /* left out */
    break;
  }
}

static void text_view_round(struct view *view, unsigned long long round) {
  if (!view->settings.stable)
    text_round((struct text_view *)view, round);
}

/* What was echoed behind a progress line goes with it; that line is brought up to date, or is over.
 */
static void text_echoed(struct view *view) {
  struct text_view *text = (struct text_view *)view;
  if (text->progress)
    text_end_progress(text);
  else
    output_add(view->output, STDOUT_FILENO, "\n", 1);
}

static void text_finish(struct view *view) {
  struct text_view *text = (struct text_view *)view;
  unsigned service;
  text_end_progress(text);
  held_output_release_all(&text->kept, text->view.output);
  text_finish_programs(text);
  while ((service = service_lines_first(&text->services))) {
    struct notation notation = text_notation(text, true);
    service_lines_release(&text->services, service, &notation, &text->line);
    output_add(text->view.output, STDOUT_FILENO, text->line.data, text->line.length);
    bytes_clear(&text->line);
  }
}

static void text_free(struct view *view) {
  struct text_view *text = (struct text_view *)view;
  held_output_free(&text->kept);
  pages_free(&text->pages);
  rounds_free(&text->rounds);
  bytes_free(&text->hosts);
  bytes_free(&text->rows);
  bytes_free(&text->left_out);
  service_lines_free(&text->services);
  program_lines_free(&text->programs);
  text_ladder_free(text);
  bytes_free(&text->line);
  aliases_free(&text->aliases);
}

const struct view_class view_text = {
    .name = "text",
    .size = sizeof(struct text_view),
    .leaves_out = VIEW_KIND(EVENT_CALL_START) | VIEW_KIND(EVENT_TEST) | VIEW_KIND(EVENT_FILE) |
                  VIEW_KIND(EVENT_SETTINGS) | VIEW_KIND(EVENT_SAMPLE),
    .event = text_event,
    .round = text_view_round,
    .echoed = text_echoed,
    .finish = text_finish,
    .free = text_free,
};
