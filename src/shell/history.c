#include "shell/history.h"
#include "shell/line_library.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language/bytes.h"
#include "language/error.h"
#include "language/escape.h"
#include "system/descriptor.h"
#include "system/state_file.h"

enum { LINES_KEPT = 10000, LINE_LIMIT = 64 * 1024, FILE_LIMIT = 16 << 20 };

static int file = -1;
static char *path;
static int directory_error; /* of the first directory that could not be made; 0: all could */

static void report(const char *what) {
  fprintf(
      stderr,
      _("socksh: the history %s%s: %s (%s); lines of this session are kept only while it lasts\n"),
      path ? path : "", what, strerror(errno), error_number_name(errno));
  if (file >= 0)
    close(file);
  file = -1;
}

/* Reads the end of the file, which has the newest lines; from a larger one the line that is cut in
 * two is left out. */
static void read_lines(struct bytes *text, off_t size) {
  off_t start = size > FILE_LIMIT ? size - FILE_LIMIT : 0;
  while (bytes_reserve(text, 65536) == 0) {
    ssize_t got = pread(file, text->data + text->length, 65536, start + (off_t)text->length);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      break;
    text->length += (size_t)got;
  }
  char *whole = start && text->data ? memchr(text->data, '\n', text->length) : NULL;
  if (start) {
    size_t cut = whole ? (size_t)(whole - text->data) + 1 : text->length;
    text->length -= cut;
    memmove(text->data, text->data + cut, text->length);
  }
}

/* readline shows a line as it is. What a terminal may act on becomes an escape, which means the
 * same in most places of a line: others may write to the file, or a line may have been pasted. */
static void take_line(const char *line) {
  struct bytes safe = {0};
  escape_append_plain(&safe, line, strlen(line), true, ESCAPE_UTF8);
  if (!safe.failed && safe.length > 0)
    library.add_history(bytes_text(&safe));
  bytes_free(&safe);
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
    take_line(line);
    start = (size_t)(end - text->data) + 1;
  }
}

/* A newline within a line becomes \x01. */
static void append_line(struct bytes *text, const char *line) {
  size_t start = text->length;
  size_t length = strlen(line);
  if (length > LINE_LIMIT)
    return;
  bytes_append(text, line, length);
  for (size_t i = start; i < text->length; i++)
    if (text->data[i] == '\n')
      text->data[i] = '\001';
  bytes_append_char(text, '\n');
}

/* Rewrites the file when it holds far more than is kept. */
static void shorten(size_t lines, off_t size) {
  struct bytes text = {0};
  if (lines < 2 * LINES_KEPT && size < FILE_LIMIT)
    return;
  int first = *library.history_length;
  for (size_t left = FILE_LIMIT / 2; first > 0; first--) {
    size_t length = strlen(library.history_get(*library.history_base + first - 1)->line) + 1;
    if (length > left)
      break;
    left -= length;
  }
  for (int i = first; i < *library.history_length; i++)
    append_line(&text, library.history_get(*library.history_base + i)->line);
  if (!text.failed && ftruncate(file, 0) == 0 &&
      write(file, text.data, text.length) != (ssize_t)text.length)
    report(_(" can't be written"));
  bytes_free(&text);
}

/* Opens the file, and says what it is. Links are followed, as for any file of one's own, but not
 * those that somebody else has made: they may lead root to a file of the system. */
static int open_file(struct stat *status) {
  enum { FLAGS = O_RDWR | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK };
  bool link = lstat(path, status) == 0 && S_ISLNK(status->st_mode);
  bool own = link && status->st_uid == geteuid();
  file = descriptor_open(path, own ? FLAGS : FLAGS | O_NOFOLLOW, 0600);
  return file < 0 ? -1 : fstat(file, status);
}

void history_open(void) {
  struct bytes text = {0};
  struct stat status;
  size_t lines = 0;
  path = state_file_path("history", &directory_error);
  if (!path)
    return;
  library.stifle_history(LINES_KEPT);
  if (open_file(&status) < 0) {
    if (errno == ENOENT && directory_error)
      errno = directory_error;
    report(_(" can't be opened"));
    return;
  }
  if (!S_ISREG(status.st_mode)) { /* a link to /dev/null: no history is wanted */
    close(file);
    file = -1;
    return;
  }
  if (status.st_uid == geteuid() && (status.st_mode & 077))
    fchmod(file, 0600);
  read_lines(&text, status.st_size);
  for (size_t i = 0; i < text.length; i++)
    lines += text.data[i] == '\n';
  take_lines(&text);
  shorten(lines, status.st_size);
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
  if (file < 0)
    return;
  append_line(&text, line);
  if (text.length == 0)
    return;
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

/* The line that is so many lines before the next one; NULL: there is none. */
static const char *line_back(long count) {
  long number = *library.history_base + *library.history_length - count;
  HIST_ENTRY *entry =
      count > 0 && number >= *library.history_base ? library.history_get((int)number) : NULL;
  return entry ? entry->line : NULL;
}

/* How far back the line is that the first word means, and the word's length; 0: it means none. */
static size_t read_recall(const char *word, long *back) {
  char *end;
  if (word[0] != '!')
    return 0;
  *back = 1;
  if (word[1] == '!')
    return 2;
  if (!isdigit((unsigned char)word[word[1] == '-' ? 2 : 1]))
    return 0;
  long number = strtol(word + 1, &end, 10);
  if (*end && !strchr(" \t;", *end))
    return 0;
  *back = number < 0 ? -number : *library.history_base + *library.history_length - number;
  return (size_t)(end - word);
}

/* The last word of a line, with its quotes. */
static const char *last_word(const char *line, size_t *length) {
  const char *start = line;
  const char *end = line;
  char quote = '\0';
  for (const char *at = line; *at; at++) {
    bool space = !quote && (*at == ' ' || *at == '\t');
    if (space)
      continue;
    if (at > end) /* behind a space */
      start = at;
    end = at + 1;
    if (quote && *at == quote)
      quote = '\0';
    else if (!quote && (*at == '"' || *at == '\''))
      quote = *at;
  }
  *length = (size_t)(end - start);
  return start;
}

int history_recall(const char *line, struct bytes *recalled) {
  long back;
  bool any = false;
  const char *at = line + strspn(line, " \t");
  size_t first = read_recall(at, &back);
  const char *last = line_back(1);
  if (first > 0) {
    const char *found = line_back(back);
    if (!found)
      return -1;
    bytes_append_text(recalled, found);
    any = true;
    at += first;
  }
  for (; *at; at++) {
    bool begins = at == line || at[-1] == ' ' || at[-1] == '\t';
    if (begins && at[0] == '!' && at[1] == '$' && (!at[2] || strchr(" \t;", at[2]))) {
      size_t length;
      if (!last)
        return -1;
      const char *word = last_word(last, &length);
      bytes_append(recalled, word, length);
      any = true;
      at++;
    } else {
      bytes_append_char(recalled, *at);
    }
  }
  return any && !recalled->failed;
}
