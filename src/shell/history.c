#include "shell/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include <readline/history.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language/bytes.h"
#include "language/error.h"
#include "system/descriptor.h"

enum { LINES_KEPT = 10000, LINE_LIMIT = 64 * 1024, FILE_LIMIT = 16 << 20 };

static int file = -1;
static char *path;

static void report(const char *what) {
  fprintf(
      stderr,
      _("socksh: the history %s%s: %s (%s); lines of this session are kept only while it lasts\n"),
      path ? path : "", what, strerror(errno), error_number_name(errno));
  if (file >= 0)
    close(file);
  file = -1;
}

/* Returns the file's path, allocated, and makes its directories. NULL if no home is known. */
static char *find_path(void) {
  struct bytes text = {0};
  const char *state = getenv("XDG_STATE_HOME");
  const char *home = getenv("HOME");
  if (state && state[0] == '/')
    bytes_append_format(&text, "%s/socksh/history", state);
  else if (home && home[0] == '/')
    bytes_append_format(&text, "%s/.local/state/socksh/history", home);
  else
    return NULL;
  bytes_append_char(&text, '\0');
  if (text.failed)
    return NULL;
  for (char *slash = strchr(text.data + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(text.data, 0700); /* fails harmlessly for one that exists */
    *slash = '/';
  }
  return text.data;
}

static void read_lines(struct bytes *text) {
  while (text->length < FILE_LIMIT && bytes_reserve(text, 65536) == 0) {
    ssize_t got = pread(file, text->data + text->length, 65536, (off_t)text->length);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    text->length += (size_t)got;
  }
}

/* Gives the file's lines to readline. A newline within a line was stored as \x01. */
static void take_lines(struct bytes *text) {
  size_t start = 0;
  while (start < text->length) {
    char *line = text->data + start;
    char *end = memchr(line, '\n', text->length - start);
    if (!end)
      break;
    *end = '\0';
    for (char *c = line; *c; c++)
      if (*c == '\001')
        *c = '\n';
    if (*line)
      add_history(line);
    start = (size_t)(end - text->data) + 1;
  }
}

/* Rewrites the file when it holds far more lines than are kept. */
static void shorten(size_t lines) {
  if (lines < 2 * LINES_KEPT || ftruncate(file, 0) < 0)
    return;
  for (int i = history_base; i < history_base + history_length; i++) {
    const HIST_ENTRY *entry = history_get(i);
    if (entry)
      history_append(entry->line);
  }
}

void history_open(void) {
  struct bytes text = {0};
  size_t lines = 0;
  path = find_path();
  if (!path)
    return;
  stifle_history(LINES_KEPT);
  file = descriptor_open(path, O_RDWR | O_CREAT | O_APPEND | O_NOCTTY, 0600);
  if (file < 0) {
    report(_(" can't be opened"));
    return;
  }
  fchmod(file, 0600);
  read_lines(&text);
  for (size_t i = 0; i < text.length; i++)
    lines += text.data[i] == '\n';
  take_lines(&text);
  shorten(lines);
  bytes_free(&text);
}

void history_close(void) {
  if (file >= 0)
    close(file);
  file = -1;
  free(path);
  path = NULL;
}

void history_append(const char *line) {
  struct bytes text = {0};
  size_t length = strlen(line);
  if (file < 0 || length > LINE_LIMIT)
    return;
  bytes_append(&text, line, length);
  for (size_t i = 0; i < text.length; i++)
    if (text.data[i] == '\n')
      text.data[i] = '\001';
  bytes_append_char(&text, '\n');
  off_t before = lseek(file, 0, SEEK_END);
  ssize_t written = text.failed ? 0 : write(file, text.data, text.length);
  if (written != (ssize_t)text.length) {
    int error = written < 0 ? errno : ENOSPC;
    if (before >= 0 && written > 0)
      (void)!ftruncate(file, before); /* half a line would become part of the next one */
    errno = error;
    report(_(" can't be written"));
  }
  bytes_free(&text);
}
