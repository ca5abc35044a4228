/* sampled: commands that sample numbers of sockets, and draw what was sampled. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command/invocation.h"
#include "command/kinds.h"
#include "command/offer.h"
#include "language/number.h"
#include "session/watch.h"
#include "system/file.h"
#include "view/picture/plot.h"

enum { EVERY = 100000000, LEAST_EVERY = 1000000 }; /* nanoseconds */

/* "cwnd", or with `of_socket` also "d.cwnd": where the field begins. */
static size_t field_start(const char *text, size_t length, bool of_socket) {
  const char *dot = of_socket ? memrchr(text, '.', length) : NULL;
  return dot ? (size_t)(dot - text) + 1 : 0;
}

static bool is_field(const char *text, size_t length, bool of_socket) {
  struct sample_field field;
  size_t start = field_start(text, length, of_socket);
  return sample_field_find(text + start, length - start, &field);
}

/* Any word that is no duration: so that a wrong name is told of as one. */
static bool fits_field(const struct argument *argument, const struct match_word *word) {
  int64_t duration;
  (void)argument;
  return duration_parse(word->data, word->length, &duration) < 0;
}

static int wrong_field(struct invocation *invocation, struct argument_value *value) {
  return argument_wrong(invocation, value,
                        _("is no number that can be sampled: cwnd, ssthresh, rtt, flight, recvq, "
                          "sendq, or one of those that `tcp-info` shows"));
}

static int read_watched(struct invocation *invocation, struct argument_value *value) {
  return argument_is(value, "off") || is_field(value->word.data, value->word.length, false)
             ? 0
             : wrong_field(invocation, value);
}

static int read_plotted(struct invocation *invocation, struct argument_value *value) {
  return is_field(value->word.data, value->word.length, true) ? 0 : wrong_field(invocation, value);
}

static void complete_field(const struct argument *argument, struct offer *offer) {
  struct sample_field field;
  const char *name;
  (void)argument;
  for (size_t i = 0; (name = sample_name(i)); i++)
    if (sample_field_find(name, strlen(name), &field))
      offer_text(offer, name, sample_field_meaning(&field));
}

static void complete_watched(const struct argument *argument, struct offer *offer) {
  complete_field(argument, offer);
  offer_text(offer, "off", _("it is not sampled any more"));
}

static const struct argument_kind argument_watched = {
    .name = "watched", .fits = fits_field, .read = read_watched, .complete = complete_watched};
static const struct argument_kind argument_plotted = {
    .name = "plotted", .fits = fits_field, .read = read_plotted, .complete = complete_field};

static int list_watches(struct invocation *invocation) {
  static const char *const columns[] = {N_("FD"), N_("NAME"), N_("EVERY"), N_("SAMPLED"), NULL};
  struct session *session = invocation->runner->session;
  struct answer answer;
  answer_table(&answer, "watches", columns);
  for (const struct watch *watch = session->watches.first; watch; watch = watch->next) {
    struct bytes fields = {0};
    struct bytes every = {0};
    for (size_t i = 0; i < watch->count; i++)
      bytes_append_format(&fields, i > 0 ? " %s" : "%s", sample_field_name(&watch->fields[i]));
    duration_append(&every, watch->every);
    answer_add_number(&answer, watch->socket->was_descriptor);
    answer_add_text(&answer, watch->socket->name[0] ? watch->socket->name : "-");
    answer_add_text(&answer, bytes_text(&every));
    answer_add_text(&answer, bytes_text(&fields));
    bytes_free(&fields);
    bytes_free(&every);
  }
  if (answer_row_count(&answer) == 0) {
    answer_free(&answer);
    answer_text(&answer, "watches");
    bytes_append_text(&answer.text, _("  nothing is sampled; `watch SOCKET cwnd rtt` does it\n"));
  }
  return runner_answer(invocation->runner, &answer, invocation->error);
}

/* The fields that the words name, or the usual ones. Their number, or -1 with an error. */
static int take_fields(struct invocation *invocation, const struct socket *socket,
                       struct sample_field *fields) {
  static const char *const usual[] = {"cwnd", "ssthresh", "rtt", "flight"};
  static const char *const queues[] = {"recvq", "sendq"};
  const struct argument_value *value = invocation_value(invocation, "FIELD");
  bool tcp = socket_is_tcp(socket);
  size_t count = 0;
  if (!value)
    for (size_t i = 0; i < (tcp ? sizeof usual : sizeof queues) / sizeof *usual; i++) {
      const char *name = (tcp ? usual : queues)[i];
      sample_field_find(name, strlen(name), &fields[count++]);
    }
  for (; value; value = invocation_next(invocation, value)) {
    struct sample_field field;
    if (!sample_field_find(value->word.data, value->word.length, &field))
      return invocation_wrong(invocation, value, _("off stands alone"));
    if (!sample_field_fits(&field, socket))
      return invocation_wrong(invocation, value,
                              _("socket %d is no TCP socket: of it recvq and sendq can be sampled"),
                              socket->was_descriptor);
    if (count == EVENT_SAMPLE_VALUES)
      return invocation_wrong(invocation, value, _("%d numbers are sampled at most"),
                              EVENT_SAMPLE_VALUES);
    fields[count++] = field;
  }
  return (int)count;
}

static int run_watch(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct sample_field fields[EVENT_SAMPLE_VALUES];
  struct socket *socket = invocation_socket(invocation, "SOCKET");
  const struct argument_value *first = invocation_value(invocation, "FIELD");
  const struct argument_value *every = invocation_value(invocation, "EVERY");
  if (!socket)
    return list_watches(invocation);
  if (first && argument_is(first, "off") && !invocation_next(invocation, first) && !every) {
    if (!watch_end(runner->session, socket))
      return error_set(invocation->error, ERROR_FAILURE, _("socket %d is not sampled"),
                       socket->was_descriptor);
    return 0;
  }
  if (every && every->duration < LEAST_EVERY)
    return invocation_wrong(invocation, every, _("samples are 1 ms apart at least"));
  if (socket->descriptor < 0)
    return error_set_errno(invocation->error, EBADF, _("socket %d is closed"),
                           socket->was_descriptor);
  int count = take_fields(invocation, socket, fields);
  if (count < 0)
    return -1;
  return watch_begin(runner->session, socket, fields, (size_t)count,
                     every ? every->duration : EVERY, invocation->error);
}

static bool take_sample(const struct event *event, void *context) {
  plot_take(context, event);
  return true;
}

/* Wants what the words name. 0, or -1 with an error. */
static int want_all(struct invocation *invocation, struct plot *plot) {
  const struct socket *socket = invocation_socket(invocation, "SOCKET");
  const struct argument_value *value = invocation_value(invocation, "FIELD");
  struct socket_label label = socket_label(socket);
  if (!value)
    return plot_want(plot, &label, NULL);
  for (; value; value = invocation_next(invocation, value)) {
    const char *text = value->word.data;
    size_t start = field_start(text, value->word.length, true);
    const struct socket *of = socket;
    struct sample_field field;
    if (start > 0)
      of = argument_socket_by_name(invocation->runner, text, start - 1);
    if (!of)
      return invocation_wrong(invocation, value, _("no socket is called %.*s"), (int)start - 1,
                              text);
    sample_field_find(text + start, value->word.length - start, &field);
    label = socket_label(of);
    if (plot_want(plot, &label, sample_field_name(&field)) < 0)
      return invocation_wrong(invocation, value, _("%d numbers are drawn at most"), PLOT_SERIES);
  }
  return 0;
}

/* Writes the picture to a file in a form, if the words name one. 1: it was written. */
static int write_picture(struct invocation *invocation, const struct plot *plot, const char *key,
                         void (*append)(const struct plot *plot, struct bytes *bytes)) {
  const struct argument_value *file = invocation_value(invocation, key);
  struct bytes path = {0};
  struct bytes text = {0};
  if (!file)
    return 0;
  append(plot, &text);
  const char *name = argument_value_text(file, &path);
  int problem = text.failed ? ENOMEM : file_replace(name, text.data, text.length);
  if (problem)
    error_set_errno(invocation->error, problem, _("%.300s can't be written, and was left as it is"),
                    name);
  bytes_free(&text);
  bytes_free(&path);
  return problem ? -1 : 1;
}

/* What --stable shows: samples differ from run to run. */
static void append_names(const struct plot *plot, struct bytes *bytes) {
  for (size_t i = 0; i < plot->count; i++)
    if (plot_length(&plot->series[i]) > 0)
      bytes_append_format(bytes, _("  %s %s: drawn without --stable\n"), plot->series[i].name,
                          plot->series[i].field);
}

/* As many lines for each as the screen has room for. */
static int draw(struct invocation *invocation, const struct plot *plot) {
  enum { USUAL_WIDTH = 80, USUAL_HEIGHT = 10, LINES_BESIDE = 5 };
  const struct view_settings *settings = &invocation->runner->session->settings.view;
  struct winsize size = {0};
  struct answer answer;
  size_t panels = 0;
  if (settings->terminal && !settings->stable)
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
  for (size_t i = 0; i < plot->count; i++)
    panels += plot_length(&plot->series[i]) > 0;
  size_t width = settings->width ? settings->width : size.ws_col ? size.ws_col : USUAL_WIDTH;
  size_t room = size.ws_row > LINES_BESIDE + panels ? size.ws_row - LINES_BESIDE - panels : 0;
  size_t height = size.ws_row ? room / panels : USUAL_HEIGHT;
  answer_text(&answer, "plot");
  if (settings->stable) {
    append_names(plot, &answer.text);
    return runner_answer(invocation->runner, &answer, invocation->error);
  }
  plot_append_text(plot, width, height < USUAL_HEIGHT + 2 ? height : USUAL_HEIGHT + 2,
                   settings->utf8, &answer.text);
  return runner_answer(invocation->runner, &answer, invocation->error);
}

static int show_plot(struct invocation *invocation, const struct plot *plot) {
  int64_t from;
  int64_t to;
  const struct socket *socket = invocation_socket(invocation, "SOCKET");
  if (!plot_range(plot, &from, &to))
    return error_set(invocation->error, ERROR_FAILURE,
                     _("nothing of that was sampled: `watch %s cwnd` does it from then on"),
                     socket->name[0] ? socket->name : "SOCKET");
  if (plot->more)
    runner_note(invocation->runner, _("only the first %d numbers are drawn: name those you want"),
                PLOT_SERIES);
  int svg = write_picture(invocation, plot, "--svg", plot_append_svg);
  int csv = svg < 0 ? -1 : write_picture(invocation, plot, "--csv", plot_append_csv);
  if (svg < 0 || csv < 0)
    return -1;
  return svg || csv ? 0 : draw(invocation, plot);
}

static int run_plot(struct invocation *invocation) {
  struct timeline *timeline = invocation->runner->session->timeline;
  struct plot plot = {.began = timeline_began(timeline)};
  int status = want_all(invocation, &plot);
  uint64_t lost = 0;
  if (status == 0)
    lost = timeline_walk(timeline, 1, EVENT_BIT(EVENT_SAMPLE), take_sample, &plot);
  for (size_t i = 0; i < plot.count; i++)
    if (plot.series[i].points.failed)
      status = error_set_memory(invocation->error);
  if (status == 0 && lost > 0)
    runner_note(invocation->runner, _("the first %llu events are no longer kept"),
                (unsigned long long)lost);
  if (status == 0)
    status = show_plot(invocation, &plot);
  plot_free(&plot);
  return status;
}

const struct command command_watch = {
    .name = "watch",
    .group = GROUP_STATES,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket, .flags = OPTIONAL},
                  {.name = "FIELD", .kind = &argument_watched, .flags = OPTIONAL | REPEATED},
                  {.name = "EVERY", .kind = &argument_duration, .flags = OPTIONAL}},
    .summary = N_("samples numbers of a socket while the session goes"),
    .manual =
        N_("Each FIELD is a number of TCP_INFO, as `tcp-info` shows it (rtt, rttvar, "
           "delivery_rate; cwnd and ssthresh are snd_cwnd and snd_ssthresh); or flight, the "
           "segments on the way (unacked - sacked - lost + retrans); or recvq and sendq, which "
           "other sockets have, too. Without any they are cwnd, ssthresh, rtt and flight. They are "
           "read together EVERY so often, 100ms if it is not said, and in a lab behind each "
           "segment of the connection, when it comes onto the wire and when it has crossed. Each "
           "sample is an event (--json shows them); `plot` draws them. What the kernel does not "
           "know yet, such as a threshold that was never reached, is left out. `watch SOCKET off` "
           "ends it, and so does close; without SOCKET all that is sampled is listed."),
    .blocks = N_("never"),
    .errors = {{EBADF, N_("the socket is closed")}},
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\nwatch c cwnd rtt 10ms\n"
               "send c hello\nwatch c off",
    .pages = "tcp(7)",
    .run = run_watch,
};

const struct command command_plot = {
    .name = "plot",
    .group = GROUP_STATES,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket, .flags = RECORDED},
                  {.name = "FIELD", .kind = &argument_plotted, .flags = OPTIONAL | REPEATED},
                  {.name = "FILE", .kind = &argument_file, .flags = OPTIONAL, .keyword = "--svg"},
                  {.name = "FILE", .kind = &argument_file, .flags = OPTIONAL, .keyword = "--csv"}},
    .summary = N_("draws numbers of a socket that were sampled, over time"),
    .manual =
        N_("What `watch` has sampled: the fields that are named, or all of the socket. d.cwnd is "
           "that of another socket, d, to be compared; where several have the same field, Jain's "
           "index tells how fairly they share it: of a counter what it has grown by, of other "
           "numbers their mean; 1 is all the same, 1/n all for one of n. Each number has a panel, "
           "and the same fields the same scale. A dot is a sample, and nothing is drawn where "
           "there is none. --svg writes a picture that any browser shows, where steps join the "
           "samples, since a number was last seen so; --csv a table for other programs, with a "
           "line for each sample. recvq and sendq need no `watch`: the looks behind calls record "
           "them (`set queues on`), but for --stable. It reads the timeline alone, so it works for "
           "a session that is "
           "replayed, too."),
    .blocks = N_("never"),
    .errors = {{EACCES, N_("the file may not be written")}},
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\nwatch c cwnd rtt 10ms\n"
               "send c hello\nsleep 50ms\nplot c cwnd\nplot c --svg rtt.svg --csv rtt.csv",
    .pages = "tcp(7)",
    .run = run_plot,
};
