/* sequence: `diagram sequence`, which draws the session as a ladder. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command/invocation.h"
#include "command/kinds.h"
#include "commands/kernel/about.h"
#include "language/escape.h"
#include "session/drawing.h"
#include "session/foreign_name.h"
#include "system/file.h"
#include "view/ladder/ladder.h"
#include "view/ladder/ladder_lines.h"
#include "view/ladder/ladder_text.h"
#include "view/picture/picture.h"

/* What is drawn of the timeline. */
struct choice {
  struct ladder *ladder;
  struct bytes sockets; /* const struct socket *: those alone, at the lifelines where they stand */
};

/* Where a socket of a replay stands, by the first event about it. */
struct standing {
  const struct socket *socket;
  bool apart; /* at a lifeline of its own */
};

static bool find_standing(const struct event *event, void *context) {
  struct standing *standing = context;
  if (!about_socket(event, standing->socket))
    return true;
  standing->apart = !event->host && !event->actor;
  return false;
}

static bool has_own_lifeline(const struct runner *runner, const struct socket *socket) {
  struct standing standing = {.socket = socket, .apart = !socket->host && !socket->of_program};
  if (socket->replayed)
    timeline_walk(runner->session->timeline, 1,
                  EVENT_BIT(EVENT_CALL_FINISH) | EVENT_BIT(EVENT_STATE), find_standing, &standing);
  return standing.apart;
}

/* The socket of a word that stands at the lifeline of its host or program; NULL: it names a
 * lifeline. */
static const struct socket *socket_of(const struct runner *runner,
                                      const struct argument_value *who) {
  const char *text = who->word.data;
  size_t length = who->word.length;
  struct error ignored = {0};
  const struct socket *socket = argument_socket_by_name(runner, text, length);
  if (!socket && foreign_name_is(text, length))
    socket = foreign_name_find(runner, text, length, &ignored);
  error_clear(&ignored);
  return socket && !has_own_lifeline(runner, socket) ? socket : NULL;
}

static bool is_chosen(const struct choice *choice, const struct event *event) {
  const struct socket *const *sockets = (const struct socket *const *)choice->sockets.data;
  size_t count = choice->sockets.length / sizeof *sockets;
  bool about = count == 0 ||
               !(EVENT_BIT(event->kind) &
                 (EVENT_BIT(EVENT_CALL_START) | EVENT_BIT(EVENT_CALL_BLOCKED) |
                  EVENT_BIT(EVENT_CALL_FINISH) | EVENT_BIT(EVENT_STATE) | EVENT_BIT(EVENT_PACKET)));
  for (size_t i = 0; !about && i < count; i++)
    about = about_socket(event, sockets[i]);
  return about;
}

static bool take(const struct event *event, void *context) {
  const struct choice *choice = context;
  if (is_chosen(choice, event))
    ladder_take(choice->ladder, event);
  return true;
}

/* The form that was asked for, and its file in *path; the text on the screen without one. */
static const struct picture_form *find_form(const struct invocation *invocation,
                                            const struct argument_value **path) {
  const struct picture_form *text = picture_forms;
  for (const struct picture_form *form = picture_forms; form->suffix; form++) {
    *path = invocation_value(invocation, form->option);
    if (*path)
      return form;
    if (form->lines == 0)
      text = form;
  }
  return text;
}

static int check_range(struct invocation *invocation) {
  const struct argument_value *from = invocation_value(invocation, "--from");
  const struct argument_value *to = invocation_value(invocation, "--to");
  if (from && !from->unknown && from->number < 1)
    return invocation_wrong(invocation, from, _("the numbers of `log` begin with 1"));
  if (from && to && !from->unknown && !to->unknown && to->number < from->number)
    return invocation_wrong(invocation, to, _("is in front of --from: nothing is between them"));
  return 0;
}

/* A file among those who take part is most likely meant to be written. */
static int check_names(struct invocation *invocation) {
  const struct argument_value *who;
  for (size_t i = 0; (who = invocation_nth(invocation, "WHO", i)); i++) {
    struct bytes terminated = {0};
    const char *text = who->unknown ? NULL : argument_value_text(who, &terminated);
    const struct picture_form *form = text ? picture_form_of(text) : NULL;
    bytes_free(&terminated);
    if (form)
      return invocation_wrong(invocation, who, _("a file to write goes behind its option: %s %.*s"),
                              form->option, (int)who->word.length, who->word.data);
  }
  return 0;
}

static int check_sequence(struct invocation *invocation) {
  const struct argument_value *first = NULL;
  for (const struct picture_form *form = picture_forms; form->suffix; form++) {
    const struct argument_value *path = invocation_value(invocation, form->option);
    if (path && first)
      return invocation_wrong(invocation, path, _("is a second file: one is written at a time"));
    first = path ? path : first;
  }
  return check_range(invocation) < 0 ? -1 : check_names(invocation);
}

static void want(const struct invocation *invocation, struct choice *choice) {
  const struct argument_value *who;
  for (size_t i = 0; (who = invocation_nth(invocation, "WHO", i)); i++) {
    const struct socket *socket = socket_of(invocation->runner, who);
    if (socket)
      bytes_append(&choice->sockets, &socket, sizeof socket);
    else
      ladder_lines_want(choice->ladder, who->word.data, who->word.length);
  }
}

/* Everybody who was asked for must be there. */
static int find_all(struct invocation *invocation, const struct ladder *ladder) {
  const struct argument_value *who;
  for (size_t i = 0; (who = invocation_nth(invocation, "WHO", i)); i++) {
    struct bytes titles = {0};
    if (socket_of(invocation->runner, who) ||
        ladder_lines_have(ladder, who->word.data, who->word.length))
      continue;
    ladder_lines_append_titles(ladder, &titles);
    int status = titles.length > 0
                     ? invocation_wrong(invocation, who,
                                        _("nobody who takes part is called so; these do: %s"),
                                        bytes_text(&titles))
                     : invocation_wrong(invocation, who, _("nothing has happened yet"));
    bytes_free(&titles);
    return status;
  }
  return 0;
}

static int write_picture(struct invocation *invocation, const struct argument_value *path,
                         const struct bytes *picture) {
  struct runner *runner = invocation->runner;
  struct bytes terminated = {0};
  const char *name = argument_value_text(path, &terminated);
  int problem =
      picture->failed || !name ? ENOMEM : file_replace(name, picture->data, picture->length);
  struct bytes shown = {0};
  escape_append_plain(&shown, path->word.data, path->word.length, false, escape_chosen());
  int status = 0;
  if (problem)
    status =
        error_set_errno(invocation->error, problem,
                        _("%.300s can't be written, and was left as it is"), bytes_text(&shown));
  else if (runner->session->interactive)
    runner_note(runner, _("%zu bytes in %s"), picture->length, bytes_text(&shown));
  bytes_free(&shown);
  bytes_free(&terminated);
  return status;
}

/* The columns that the answer may take. */
static size_t columns_of(const struct runner *runner) {
  const struct view_settings *view = &runner->session->settings.view;
  enum { WITHOUT_TERMINAL = 80 };
  struct winsize size = {0};
  if (view->width > 0)
    return view->width;
  if (view->terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return WITHOUT_TERMINAL;
}

static int show(struct invocation *invocation, const struct argument_value *path,
                struct bytes *picture) {
  struct answer answer;
  if (path)
    return write_picture(invocation, path, picture);
  answer_text(&answer, "sequence");
  answer.unbroken = true; /* its lines are as wide as there is room */
  bytes_append(&answer.text, picture->data, picture->length);
  return runner_answer(invocation->runner, &answer, invocation->error);
}

/* It is drawn as the session goes on: from now on, in place of the lines. */
static int draw_live(struct invocation *invocation) {
  struct session *session = invocation->runner->session;
  session->settings.view.ladder = true;
  session_apply_settings(session);
  runner_note(invocation->runner,
              _("calls, states and packets are drawn as a ladder now; `set ladder off` ends that"));
  return 0;
}

static int run_sequence(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  if (invocation_value(invocation, "--live"))
    return draw_live(invocation);
  size_t width = columns_of(runner);
  const struct argument_value *path;
  const struct picture_form *form = find_form(invocation, &path);
  struct ladder_settings settings = picture_settings(form, &runner->session->settings.view, width);
  const struct argument_value *to = invocation_value(invocation, "--to");
  settings.unfolded = invocation_value(invocation, "--all") != NULL;
  settings.from = (uint64_t)invocation_number(invocation, "--from", 0);
  /* Without the line that asks for it. */
  settings.to = to ? (uint64_t)to->number : runner->statement > 1 ? runner->statement - 1 : 0;
  struct ladder ladder;
  struct choice choice = {.ladder = &ladder};
  struct bytes picture = {0};
  ladder_begin(&ladder, &settings);
  want(invocation, &choice);
  int status = 0;
  uint64_t lost = timeline_walk(runner->session->timeline, 1, EVENT_ANY, take, &choice);
  ladder_end(&ladder);
  if (status == 0)
    status = find_all(invocation, &ladder);
  if (status == 0 && ladder.failed)
    status = error_set_memory(invocation->error);
  if (status == 0) {
    if (lost > 0)
      runner_note(runner, _("the first %llu events are no longer kept"), (unsigned long long)lost);
    if (form->detailed)
      drawing_add_code(runner->session, &ladder, runner->statement);
    form->append(&ladder, width, &picture);
    status = show(invocation, path, &picture);
  }
  ladder_free(&ladder);
  bytes_free(&choice.sockets);
  bytes_free(&picture);
  return status;
}

const struct command command_sequence = {
    .name = "diagram sequence",
    .group = GROUP_STATES,
    .arguments =
        {{.name = "WHO", .kind = &argument_text, .flags = OPTIONAL | REPEATED},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "--from"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "--to"},
         {.name = "--all", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--all"},
         {.name = "--live", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--live"},
         {.name = "FILE", .kind = &argument_file, .flags = OPTIONAL, .keyword = "--svg"},
         {.name = "FILE", .kind = &argument_file, .flags = OPTIONAL, .keyword = "--html"},
         {.name = "FILE", .kind = &argument_file, .flags = OPTIONAL, .keyword = "--mermaid"},
         {.name = "FILE", .kind = &argument_file, .flags = OPTIONAL, .keyword = "--text"}},
    .summary = N_("draws who did what to whom, time downwards"),
    .manual = N_(
        "A sequence diagram of the session, also called a ladder. Each host of a lab has a "
        "lifeline, else each traced program and each socket; those for which there is no room "
        "stand at one together. Beside the lifeline stands what was called there, and what it "
        "gave; a state stands on it where it changed; an arrow is a packet of the lab's wire, with "
        "its number, flags, and relative numbers. One that is held ends on the way, and begins "
        "again where it crosses; one that was dropped or lost ends in x. A call that took long "
        "stands where it began, too. Outside a lab packets are not seen, so there is no arrow. "
        "What repeats is counted in one line; --all shows all of it.\n\nWHO are the lifelines "
        "wanted, by the name of a socket, host or program; --from and --to are numbers of "
        "`log`. On the screen the drawing has as many columns as the terminal, 60 at least. It is "
        "written to a file as a picture with --svg, as a page that steps through the session with "
        "--html, as a diagram for Mermaid with --mermaid, and with --text as it is on the screen. "
        "socksh --diagram FILE writes that of a whole script, by the suffix of FILE. The page has "
        "at each "
        "step the states, the queues as the looks found them, who waits for accept, and the "
        "numbers that `watch` samples. With --live, "
        "or `set ladder on`, the ladder grows as the session goes on, in place of the lines of "
        "calls, states and packets, until `set ladder off`."),
    .blocks = N_("never"),
    .example = "srv = tcp-listen 127.0.0.1:0\nc = tcp-connect srv\ns = accept srv\nclose c\n"
               "close s\ndiagram sequence\ndiagram sequence c s",
    .pages = "socksh-lab(7)",
    .check = check_sequence,
    .run = run_sequence,
};
