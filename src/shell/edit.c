#include "shell/edit.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "language/escape.h"
#include "shell/completion.h"
#include "shell/history.h"
#include "shell/line_library.h"
#include "shell/watcher.h"
#include "view/notation/fold.h"

/* readline has one line per process and its callbacks take no context, so this state is static. */
static struct session *edit_session;
static void (*edit_accept)(const char *line);
static bool active;
static size_t hint_width; /* columns of the hint now on the screen */
static struct candidates candidates;
static unsigned line_digits; /* the digits up to this one are a line by themselves */
static int64_t digit_typed;  /* when one was that; 0: the first key behind it has come */

static bool dumb_terminal(void) {
  const char *kind = getenv("TERM");
  return !kind || !*kind || strcmp(kind, "dumb") == 0;
}

/* Erases the hint, which starts at the cursor. */
static void hide_hint(void) {
  if (hint_width == 0)
    return;
  fputs("\033[K", *library.rl_outstream);
  fflush(*library.rl_outstream);
  hint_width = 0;
}

/* Shows the hint, dim, after the cursor, if the cursor is at the end and the hint fits on the line.
 */
static void show_hint(void) {
  int rows;
  int columns;
  struct bytes hint = {0};
  if (dumb_terminal() || *library.rl_point != *library.rl_end || *library.rl_end == 0 ||
      *library.rl_readline_state & (RL_STATE_ISEARCH | RL_STATE_DONE | RL_STATE_INPUTPENDING) ||
      memchr(*library.rl_line_buffer, '\n', (size_t)*library.rl_end))
    return;
  completion_hint(*library.rl_line_buffer, &hint);
  library.rl_get_screen_size(&rows, &columns);
  size_t used = strlen(*library.rl_display_prompt ? *library.rl_display_prompt : "") +
                (size_t)*library.rl_end;
  if (hint.length > 0 && used + hint.length + 1 < (size_t)columns) {
    fprintf(*library.rl_outstream, "\033[2m%s\033[0m\033[%zuD", bytes_text(&hint), hint.length);
    fflush(*library.rl_outstream);
    hint_width = hint.length;
  }
  bytes_free(&hint);
}

static void redisplay(void) {
  hide_hint();
  library.rl_redisplay();
  show_hint();
}

/* readline asks for the candidates one by one, and frees each. */
static char *next_candidate(const char *text, int state) {
  static size_t at;
  (void)text;
  if (state == 0)
    at = 0;
  return at < candidates.count ? strdup(candidates.list[at++].text) : NULL;
}

static char **complete(const char *text, int start, int end) {
  (void)start;
  candidates_free(&candidates);
  session_lock(edit_session);
  completion_find(edit_session, *library.rl_line_buffer, (size_t)end, &candidates);
  session_unlock(edit_session);
  *library.rl_attempted_completion_over = 1;
  *library.rl_completion_append_character = candidates.no_space ? '\0' : ' ';
  return library.rl_completion_matches(text, next_candidate);
}

static const char *describe(const char *text) {
  for (size_t i = 0; i < candidates.count; i++)
    if (strcmp(candidates.list[i].text, text) == 0)
      return candidates.list[i].description;
  return NULL;
}

/* Lists them in columns, as readline does. They may be names of files that somebody else has
 * chosen, so they are escaped; those for which there is no memory are shown as a question mark. */
static void list_matches(char **matches, int count) {
  static char unknown[] = "?";
  struct bytes *shown = calloc((size_t)count + 1, sizeof *shown);
  char **texts = calloc((size_t)count + 2, sizeof *texts);
  int longest = 1;
  for (int i = 1; shown && texts && i <= count; i++) {
    escape_append_plain(&shown[i], matches[i], strlen(matches[i]), false, ESCAPE_UTF8);
    bytes_append_char(&shown[i], '\0');
    texts[i] = shown[i].failed ? unknown : shown[i].data;
    longest = (int)strlen(texts[i]) > longest ? (int)strlen(texts[i]) : longest;
  }
  if (shown && texts) {
    texts[0] = texts[1];
    library.rl_display_match_list(texts, count, longest);
  }
  for (int i = 1; shown && i <= count; i++)
    bytes_free(&shown[i]);
  free(shown);
  free(texts);
}

/* Lists a few matches one to a line, if any has a description; otherwise as readline does. */
static void display_matches(char **matches, int count, int longest) {
  enum { FEW = 30 };
  bool described = false;
  for (int i = 1; i <= count && count <= FEW; i++)
    described = described || describe(matches[i]);
  hide_hint();
  if (!described) {
    list_matches(matches, count);
    library.rl_forced_update_display();
    return;
  }
  int rows;
  int columns;
  library.rl_get_screen_size(&rows, &columns);
  fputc('\n', *library.rl_outstream);
  for (int i = 1; i <= count; i++) {
    struct bytes line = {0};
    struct bytes folded = {0};
    const char *description = describe(matches[i]);
    escape_append_plain(&line, matches[i], strlen(matches[i]), false, ESCAPE_UTF8);
    bytes_pad(&line, 0, (size_t)longest + 2);
    escape_append_plain(&line, description ? description : "",
                        description ? strlen(description) : 0, false, ESCAPE_UTF8);
    fold_append(bytes_text(&line), line.length, (size_t)columns, false, &folded);
    fprintf(*library.rl_outstream, "%s\n", bytes_text(&folded));
    bytes_free(&line);
    bytes_free(&folded);
  }
  library.rl_on_new_line();
  library.rl_forced_update_display();
}

enum key_read { KEY_NONE, KEY_TYPED, KEY_END };

static char key_ahead; /* a key that was taken to learn whether one is there */
static bool has_key_ahead;

/* Takes a key that has been typed, and never waits for one: Ctrl-C makes the kernel throw away what
 * was typed before it, so what could be read a moment ago may be there no more. */
static enum key_read key_read(char *key) {
  struct pollfd item = {.fd = STDIN_FILENO, .events = POLLIN};
  if (has_key_ahead) {
    has_key_ahead = false;
    *key = key_ahead;
    return KEY_TYPED;
  }
  ssize_t got = read(STDIN_FILENO, key, 1);
  if (got > 0)
    return KEY_TYPED;
  if (got < 0)
    return errno == EINTR || errno == EAGAIN ? KEY_NONE : KEY_END;
  bool ended = !isatty(STDIN_FILENO) || (poll(&item, 1, 0) > 0 && item.revents & POLLHUP);
  return ended ? KEY_END : KEY_NONE;
}

/* Whether a key is there within readline's time for it, as for the rest of an arrow key. The key
 * itself is the only proof. */
static int key_is_there(void) {
  struct pollfd item = {.fd = STDIN_FILENO, .events = POLLIN};
  int microseconds = library.rl_set_keyboard_input_timeout(0);
  library.rl_set_keyboard_input_timeout(microseconds);
  if (!has_key_ahead && poll(&item, 1, microseconds / 1000) > 0)
    has_key_ahead = key_read(&key_ahead) == KEY_TYPED;
  return has_key_ahead;
}

/* Where readline wants more keys at once, as in a paste. A signal ends these. */
static int next_key(FILE *stream) {
  char key;
  (void)stream;
  for (;;) {
    switch (key_read(&key)) {
    case KEY_TYPED:
      return (unsigned char)key;
    case KEY_END:
      return EOF;
    case KEY_NONE:
      if (!watcher_wait_readable(STDIN_FILENO))
        return EOF;
    }
  }
}

/* A read of the terminal returns at once. */
static void prepare_terminal(int meta) {
  struct termios raw;
  library.rl_prep_terminal(meta);
  if (tcgetattr(STDIN_FILENO, &raw) < 0)
    return;
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  raw.c_lflag &= ~(tcflag_t)NOFLSH; /* here Ctrl-C throws away what was typed before it */
  tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void handle_line(char *line) {
  hint_width = 0;
  library.rl_callback_handler_remove();
  active = false;
  edit_accept(line);
  free(line);
}

void edit_start(struct session *session, void (*accept)(const char *line)) {
  edit_session = session;
  edit_accept = accept;
  *library.rl_readline_name = "socksh";
  *library.rl_catch_signals = 0; /* the watcher takes signals, and runs in this thread */
  *library.rl_catch_sigwinch = 0;
  *library.rl_change_environment = 0;
  *library.rl_getc_function = next_key;
  *library.rl_input_available_hook = key_is_there;
  *library.rl_prep_term_function = prepare_terminal;
  *library.rl_outstream = isatty(STDOUT_FILENO) ? stdout : stderr;
  *library.rl_attempted_completion_function = complete;
  *library.rl_completion_display_matches_hook = display_matches;
  *library.rl_completer_word_break_characters = " \t\n;";
  *library.rl_completer_quote_characters = "\"'";
  library.rl_initialize(); /* now: with a custom redisplay function it would
                      not look the terminal's capabilities up */
  *library.rl_redisplay_function = redisplay;
  session->settings.editing = *library.rl_editing_mode ? EDITING_EMACS : EDITING_VI;
  library.using_history();
  history_open();
}

void edit_stop(void) {
  edit_end();
  candidates_free(&candidates);
  history_close();
  library.clear_history();
}

/* `set editing` may have chosen other keys. */
static void choose_keys(void) {
  unsigned now = *library.rl_editing_mode ? EDITING_EMACS : EDITING_VI;
  session_lock(edit_session);
  unsigned wanted = edit_session->settings.editing;
  session_unlock(edit_session);
  if (wanted != now)
    library.rl_variable_bind("editing-mode", wanted == EDITING_VI ? "vi" : "emacs");
}

/* Drops an Enter behind a digit that was a line by itself: whoever types both means the one answer.
 * It was typed while that line ran, or within a moment. */
static void drop_enter(void) {
  enum { MOMENT = 400000000 };
  if (digit_typed == 0 || !has_key_ahead)
    return;
  bool enter = key_ahead == '\r' || key_ahead == '\n';
  if (enter && clock_monotonic() - digit_typed < MOMENT)
    has_key_ahead = false;
  digit_typed = 0;
}

static void show_prompt(const char *prompt, unsigned digits) {
  line_digits = isatty(STDIN_FILENO) ? digits : 0;
  library.rl_callback_handler_install(prompt, handle_line);
}

void edit_begin(const char *prompt, unsigned digits) {
  struct pollfd item = {.fd = STDIN_FILENO, .events = POLLIN};
  active = true;
  choose_keys();
  show_prompt(prompt, digits);
  if (digit_typed != 0 && !has_key_ahead && poll(&item, 1, 0) > 0) {
    has_key_ahead = key_read(&key_ahead) == KEY_TYPED;
    digit_typed = clock_monotonic(); /* typed while the line ran, however long that took */
    drop_enter();
  }
  if (has_key_ahead)
    edit_read();
}

void edit_insert(const char *text) {
  library.rl_insert_text(text);
  redisplay();
}

void edit_end(void) {
  if (!active)
    return;
  hide_hint();
  library.rl_callback_handler_remove();
  active = false;
}

bool edit_active(void) {
  return active;
}

/* Whether this key has just become the whole line, and is one by itself. */
static bool is_line(char key) {
  return key > '0' && (unsigned)(key - '0') <= line_digits && *library.rl_end == 1 &&
         library.rl_line_buffer[0][0] == key &&
         !(*library.rl_readline_state & (RL_STATE_ISEARCH | RL_STATE_NSEARCH));
}

/* Ends the line, as Enter does. */
static void press_enter(void) {
  bool more = has_key_ahead;
  char next = key_ahead;
  digit_typed = clock_monotonic();
  key_ahead = '\r';
  has_key_ahead = true;
  library.rl_callback_read_char();
  key_ahead = next;
  has_key_ahead = more;
  drop_enter();
}

void edit_read(void) {
  enum key_read got = key_read(&key_ahead);
  if (got == KEY_NONE)
    return;
  has_key_ahead = got == KEY_TYPED;
  drop_enter();
  if (got == KEY_TYPED && !has_key_ahead)
    return;
  do {
    char key = has_key_ahead ? key_ahead : '\0';
    hide_hint();
    library.rl_callback_read_char();
    if (active && is_line(key))
      press_enter();
  } while (active && has_key_ahead);
}

void edit_drop(const char *prompt, unsigned digits) {
  has_key_ahead = false;
  hide_hint();
  library.rl_callback_sigcleanup();
  library.rl_free_line_state();
  *library.rl_point = *library.rl_end;
  library.rl_redisplay();
  hide_hint(); /* readline may have redrawn the line, and our redisplay the hint */
  fputs("^C\n", *library.rl_outstream);
  /* The terminal is not given back meanwhile: what is typed behind Ctrl-C, up to the next one,
   * would not be thrown away by that. */
  show_prompt(prompt, digits);
}

void edit_resize(void) {
  hide_hint();
  /* With our own function, readline would not erase the old line. */
  *library.rl_redisplay_function = library.rl_redisplay;
  library.rl_resize_terminal();
  *library.rl_redisplay_function = redisplay;
}

void edit_redraw(void) {
  prepare_terminal(1);
  library.rl_forced_update_display();
}

void edit_show_output(struct output *output) {
  struct bytes bytes = {0};
  struct bytes segments = {0};
  pthread_mutex_lock(&output->writing);
  output_take(output, &bytes, &segments);
  if (bytes.length > 0) {
    hide_hint();
    library.rl_clear_visible_line();
    fflush(*library.rl_outstream);
    output_write(output, &bytes, &segments);
    library.rl_on_new_line();
    redisplay();
  }
  pthread_mutex_unlock(&output->writing);
  bytes_free(&bytes);
  bytes_free(&segments);
}

void edit_remember(const char *line) {
  HIST_ENTRY *last = *library.history_length > 0
                         ? library.history_get(*library.history_base + *library.history_length - 1)
                         : NULL;
  bool blank = line[strspn(line, " \t\n")] == '\0';
  if (blank || line[0] == ' ' || (last && strcmp(last->line, line) == 0))
    return;
  library.add_history(line);
  history_append(line);
}

void edit_history(struct session *session, struct answer *answer) {
  (void)session;
  answer_text(answer, "history");
  if (!library.history_get) /* no prompt, no lines */
    return;
  for (int i = *library.history_base; i < *library.history_base + *library.history_length; i++) {
    const HIST_ENTRY *entry = library.history_get(i);
    bytes_append_format(&answer->text, "%5d  ", i);
    if (entry)
      bytes_append_text(&answer->text, entry->line);
    bytes_append_char(&answer->text, '\n');
  }
}
