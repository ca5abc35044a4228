#include "import/strace_line.h"

#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "language/bytes.h"
#include "names/constant.h"

struct line_reader {
  const char *at;
  const char *end;
};

static bool take(struct line_reader *reader, const char *text) {
  size_t length = strlen(text);
  bool found =
      (size_t)(reader->end - reader->at) >= length && memcmp(reader->at, text, length) == 0;
  reader->at += found ? length : 0;
  return found;
}

static void skip_spaces(struct line_reader *reader) {
  while (reader->at < reader->end && *reader->at == ' ')
    reader->at++;
}

/* Digits as a number of at most 18 of them. Returns how many there were. */
static size_t take_digits(struct line_reader *reader, long long *number) {
  const char *from = reader->at;
  *number = 0;
  while (reader->at < reader->end && isdigit((unsigned char)*reader->at) && reader->at - from < 18)
    *number = *number * 10 + *reader->at++ - '0';
  return (size_t)(reader->at - from);
}

/* .123456 as nanoseconds. */
static int64_t take_fraction(struct line_reader *reader) {
  int64_t nanoseconds = 0;
  int64_t unit = 100000000;
  if (!take(reader, "."))
    return 0;
  for (; reader->at < reader->end && isdigit((unsigned char)*reader->at); reader->at++, unit /= 10)
    nanoseconds += (*reader->at - '0') * unit;
  return nanoseconds;
}

/* The name of a thread that newer versions write behind its id: 123<name>. */
static void skip_thread_name(struct line_reader *reader) {
  if (take(reader, "<"))
    while (reader->at < reader->end && *reader->at++ != '>')
      ;
}

/* 123 or [pid 123]. */
static void take_task(struct line_reader *reader, struct strace_line *line) {
  const char *before = reader->at;
  long long number;
  bool bracket = take(reader, "[pid");
  skip_spaces(reader);
  bool there = take_digits(reader, &number) > 0 && number > 0 && number <= INT32_MAX;
  skip_thread_name(reader);
  there = there && (!bracket || take(reader, "]")) && take(reader, " ");
  if (there)
    line->task = (long)number;
  else
    reader->at = before;
  skip_spaces(reader);
}

/* 10:20:30.123456, 1700000000.123456, or 0.000123. */
static bool take_time(struct line_reader *reader, struct strace_line *line) {
  enum { LATER = 100000000 }; /* seconds; a time since 1970 is later than that */
  const char *before = reader->at;
  long long part[3] = {0, 0, 0};
  int parts = 0;
  do
    if (take_digits(reader, &part[parts++]) == 0)
      break;
  while (parts < 3 && take(reader, ":"));
  bool fraction = reader->at < reader->end && *reader->at == '.';
  int64_t nanoseconds = take_fraction(reader);
  bool day = parts == 3 && part[0] < 24 && part[1] < 60 && part[2] <= 60;
  if (!take(reader, " ") || part[0] > (int64_t)1 << 33 || !(day || (parts == 1 && fraction))) {
    reader->at = before;
    return false;
  }
  line->clock = day               ? STRACE_CLOCK_DAY
                : part[0] > LATER ? STRACE_CLOCK_EPOCH
                                  : STRACE_CLOCK_RELATIVE;
  int64_t seconds = day ? part[0] * 3600 + part[1] * 60 + part[2] : part[0];
  line->time = seconds * 1000000000 + nanoseconds;
  skip_spaces(reader);
  return true;
}

/* With -r and another time, what has passed stands behind it as (+ 0.000123). */
static void skip_passed(struct line_reader *reader) {
  if (!take(reader, "(+"))
    return;
  while (reader->at < reader->end && *reader->at++ != ')')
    ;
  skip_spaces(reader);
}

static bool ends_with(const struct line_reader *reader, const char *text) {
  size_t length = strlen(text);
  return (size_t)(reader->end - reader->at) >= length &&
         memcmp(reader->end - length, text, length) == 0;
}

static void read_end(struct line_reader *reader, struct strace_line *line) {
  long long number = 0;
  line->kind = STRACE_LINE_OTHER;
  if (take(reader, "exited with ")) {
    take_digits(reader, &number);
    line->kind = STRACE_LINE_EXITED;
    line->status = (int)(number & 0xff);
  } else if (take(reader, "killed by ")) {
    const char *name = reader->at;
    while (reader->at < reader->end && *reader->at != ' ')
      reader->at++;
    const struct constant *signal =
        constant_find(&constant_signals, name, (size_t)(reader->at - name), NULL);
    line->kind = STRACE_LINE_KILLED;
    line->status = 128 + (signal ? (int)signal->value : 0);
  } else if (take(reader, "superseded by execve")) {
    line->kind = STRACE_LINE_EMPTY; /* the call's own line tells */
  }
}

static void read_resumed(struct line_reader *reader, struct strace_line *line) {
  line->kind = STRACE_LINE_OTHER;
  line->name = reader->at;
  while (reader->at < reader->end && *reader->at != ' ')
    reader->at++;
  line->name_length = (size_t)(reader->at - line->name);
  if (!take(reader, " resumed>"))
    return;
  skip_spaces(reader);
  line->kind = STRACE_LINE_RESUMED;
}

static bool begins_call(const struct line_reader *reader) {
  const char *at = reader->at;
  while (at < reader->end && (isalnum((unsigned char)*at) || *at == '_'))
    at++;
  return at > reader->at && at < reader->end && *at == '(';
}

/* Without -o, what strace itself says may stand behind the beginning of a call. */
static bool cut_at_news(struct line_reader *reader) {
  static const char news[] = "strace: Process ";
  const char *found = memmem(reader->at, (size_t)(reader->end - reader->at), news, sizeof news - 1);
  if (!found || found == reader->at || !ends_with(reader, " attached"))
    return false;
  reader->end = found;
  return true;
}

static void read_kind(struct line_reader *reader, struct strace_line *line) {
  static const char unfinished[] = "<unfinished ...>";
  if (reader->at == reader->end || take(reader, "strace: "))
    line->kind = STRACE_LINE_EMPTY;
  else if (take(reader, "<... "))
    read_resumed(reader, line);
  else if (take(reader, "--- "))
    line->kind = STRACE_LINE_SIGNAL;
  else if (take(reader, "+++ "))
    read_end(reader, line);
  else if (cut_at_news(reader)) {
    line->kind = STRACE_LINE_UNFINISHED;
  } else if (ends_with(reader, unfinished)) {
    line->kind = STRACE_LINE_UNFINISHED;
    reader->end -= sizeof unfinished - 1;
    while (reader->end > reader->at && reader->end[-1] == ' ')
      reader->end--;
  } else {
    line->kind = begins_call(reader) ? STRACE_LINE_CALL : STRACE_LINE_OTHER;
  }
}

void strace_line_read(const char *text, size_t length, struct strace_line *line) {
  struct line_reader reader = {text, text + length};
  *line = (struct strace_line){.clock = STRACE_CLOCK_NONE};
  while (reader.end > reader.at && (reader.end[-1] == '\r' || reader.end[-1] == ' '))
    reader.end--;
  skip_spaces(&reader);
  if (!take_time(&reader, line)) {
    take_task(&reader, line);
    take_time(&reader, line);
  }
  skip_passed(&reader);
  read_kind(&reader, line);
  line->text = reader.at;
  line->length = (size_t)(reader.end - reader.at);
}
