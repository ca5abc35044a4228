#include "language/regex_parse.h"

#include <stdlib.h>
#include <string.h>

#include "language/regex_set.h"

/* The program is written while the expression is read: what repeats or chooses is put around the
 * steps of its piece, which are moved or copied. */
struct reader {
  const char *text;
  size_t length;
  size_t at;
  unsigned nesting;
  struct regex_program *program;
  struct error *error;
};

static int read_choice(struct reader *reader);

static int wrong(const struct reader *reader, const char *what) {
  return error_set(reader->error, ERROR_SYNTAX, _("not a regular expression: %s"), what);
}

static bool more(const struct reader *reader) {
  return reader->at < reader->length;
}

static char peek(const struct reader *reader) {
  return more(reader) ? reader->text[reader->at] : '\0';
}

/* Makes room for so many steps more. */
static int reserve(struct reader *reader, unsigned long long added) {
  struct regex_program *program = reader->program;
  unsigned long long total = program->count + added;
  if (total > REGEX_STEPS)
    return error_set(reader->error, ERROR_SYNTAX,
                     _("a regular expression has at most %d steps when its counts are written out, "
                       "and this one has %llu or more: take smaller counts"),
                     REGEX_STEPS, total);
  if (total <= program->room)
    return 0;
  size_t room = 2 * total < REGEX_STEPS ? (size_t)(2 * total + 16) : REGEX_STEPS;
  struct regex_step *steps = realloc(program->steps, room * sizeof *steps);
  if (!steps)
    return error_set_memory(reader->error);
  program->steps = steps;
  program->room = room;
  return 0;
}

static int add(struct reader *reader, enum regex_step_kind kind, int32_t a, int32_t b) {
  if (reserve(reader, 1) < 0)
    return -1;
  reader->program->steps[reader->program->count++] = (struct regex_step){kind, a, b};
  return 0;
}

/* Puts a step in front of those from `start` on. */
static int insert(struct reader *reader, size_t start, struct regex_step step) {
  struct regex_program *program = reader->program;
  if (reserve(reader, 1) < 0)
    return -1;
  memmove(program->steps + start + 1, program->steps + start,
          (program->count - start) * sizeof step);
  program->steps[start] = step;
  program->count++;
  return 0;
}

static int add_set(struct reader *reader, const struct regex_set *set) {
  struct regex_program *program = reader->program;
  size_t found = 0;
  while (found < program->set_count && memcmp(&program->sets[found], set, sizeof *set) != 0)
    found++;
  if (found == program->set_room) {
    size_t room = program->set_room ? 2 * program->set_room : 16;
    struct regex_set *sets = realloc(program->sets, room * sizeof *sets);
    if (!sets)
      return error_set_memory(reader->error);
    program->sets = sets;
    program->set_room = room;
  }
  program->sets[found] = *set;
  if (found == program->set_count)
    program->set_count++;
  return add(reader, STEP_BYTE, (int32_t)found, 0);
}

static int add_byte(struct reader *reader, unsigned byte) {
  struct regex_set set = {0};
  regex_set_add(&set, byte);
  return add_set(reader, &set);
}

static int add_assertion(struct reader *reader, enum regex_assertion assertion) {
  if (assertion >= ASSERT_EDGE)
    reader->program->uses_words = true;
  return add(reader, STEP_ASSERT, assertion, 0);
}

static int digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xHH, behind the x. */
static int add_hexadecimal(struct reader *reader) {
  if (reader->length - reader->at < 2)
    return wrong(reader, _("two hexadecimal digits follow \\x"));
  int high = digit(reader->text[reader->at]);
  int low = digit(reader->text[reader->at + 1]);
  if (high < 0 || low < 0)
    return wrong(reader, _("two hexadecimal digits follow \\x"));
  reader->at += 2;
  return add_byte(reader, (unsigned)(high * 16 + low));
}

/* \w \s and their opposites. */
static int add_shorthand(struct reader *reader, char letter) {
  struct regex_set set = {0};
  if (letter == 'w' || letter == 'W') {
    set = regex_word_set;
  } else {
    regex_set_add_range(&set, '\t', '\r');
    regex_set_add(&set, ' ');
  }
  if (letter == 'W' || letter == 'S')
    regex_set_invert(&set);
  return add_set(reader, &set);
}

/* What a backslash makes of the byte behind it. 1 if nothing that can be repeated has come. */
static int read_escape(struct reader *reader) {
  static const char signs[] = "`'bB<>";
  static const enum regex_assertion assertions[] = {
      ASSERT_BEGIN, ASSERT_END, ASSERT_EDGE, ASSERT_NO_EDGE, ASSERT_WORD_BEGIN, ASSERT_WORD_END};
  static const char letters[] = "nrt0";
  static const char bytes[] = "\n\r\t";
  if (!more(reader))
    return wrong(reader, _("it ends behind a backslash"));
  char c = reader->text[reader->at++];
  const char *sign = c ? strchr(signs, c) : NULL;
  const char *letter = c ? strchr(letters, c) : NULL;
  if (sign)
    return add_assertion(reader, assertions[sign - signs]) < 0 ? -1 : 1;
  if (letter)
    return add_byte(reader, (unsigned char)bytes[letter - letters]);
  if (c == 'x')
    return add_hexadecimal(reader);
  if (c && strchr("wWsS", c))
    return add_shorthand(reader, c);
  if (c >= '1' && c <= '9')
    return wrong(reader, _("there are no back-references (\\1 to \\9), which no matcher finds in "
                           "reasonable time in all data"));
  if (c == 'd' || c == 'D')
    return wrong(reader, _("there is no \\d: write [0-9], or [^0-9]"));
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
    return wrong(reader, _("there is no such escape; \\n \\r \\t \\0 \\xHH \\w \\W \\s \\S \\b \\B "
                           "\\< \\> are known"));
  return add_byte(reader, (unsigned char)c);
}

static int read_group(struct reader *reader) {
  if (++reader->nesting > REGEX_NESTING)
    return error_set(reader->error, ERROR_SYNTAX,
                     _("not a regular expression: at most %d groups stand within each other"),
                     REGEX_NESTING);
  if (read_choice(reader) < 0)
    return -1;
  if (peek(reader) != ')' || !more(reader))
    return wrong(reader, _("a ( has no )"));
  reader->at++;
  reader->nesting--;
  return 0;
}

static int read_set(struct reader *reader) {
  struct regex_set set = {0};
  const char *problem = regex_set_read(reader->text, reader->length, &reader->at, &set);
  return problem ? wrong(reader, problem) : add_set(reader, &set);
}

/* Reads one piece. 0; 1 if it is an assertion, which nothing repeats; -1 with an error. */
static int read_piece(struct reader *reader) {
  struct regex_set any = {{~0ULL, ~0ULL, ~0ULL, ~0ULL}};
  char c = reader->text[reader->at++];
  switch (c) {
  case '(':
    return read_group(reader);
  case '[':
    return read_set(reader);
  case '.':
    return add_set(reader, &any);
  case '\\':
    return read_escape(reader);
  case '^':
    return add_assertion(reader, ASSERT_BEGIN) < 0 ? -1 : 1;
  case '$':
    return add_assertion(reader, ASSERT_END) < 0 ? -1 : 1;
  default:
    return add_byte(reader, (unsigned char)c);
  }
}

/* Reads a number of an interval; -1 if there is none, -2 if it is too large. */
static int read_count(struct reader *reader) {
  int count = -1;
  while (more(reader) && peek(reader) >= '0' && peek(reader) <= '9') {
    count = (count < 0 ? 0 : count) * 10 + (peek(reader) - '0');
    if (count > REGEX_COUNT)
      return -2;
    reader->at++;
  }
  return count;
}

/* Reads what follows {. `most` is -1 for no limit. */
static int read_interval(struct reader *reader, int *least, int *most) {
  *least = read_count(reader);
  *most = *least;
  if (*least != -2 && peek(reader) == ',') {
    reader->at++;
    *most = read_count(reader);
    if (*least == -1 && *most >= 0)
      *least = 0;
  }
  if (*least == -2 || *most == -2)
    return error_set(reader->error, ERROR_SYNTAX,
                     _("not a regular expression: the counts between { and } go up to %d"),
                     REGEX_COUNT);
  if (*least == -1 || peek(reader) != '}')
    return wrong(reader,
                 _("{3}, {3,}, {,5} or {3,5} is how often something comes; \\{ is a brace"));
  reader->at++;
  if (*most >= 0 && *most < *least)
    return wrong(reader, _("the first count between { and } is the larger one"));
  return 0;
}

static void append_copy(struct regex_program *program, const struct regex_step *piece,
                        size_t length) {
  memcpy(program->steps + program->count, piece, length * sizeof *piece);
  program->count += length;
}

/* Writes the steps from `start` on, `least` to `most` times. */
static int repeat_steps(struct reader *reader, size_t start, int least, int most) {
  struct regex_program *program = reader->program;
  size_t length = program->count - start;
  unsigned long long often = (unsigned long long)least;
  unsigned long long maybe = most < 0 ? 1 : (unsigned long long)(most - least);
  if (length == 0)
    return 0; /* nothing, however often, is nothing */
  if (reserve(reader, often * length + maybe * (length + 1) + 1) < 0)
    return -1;
  struct regex_step *piece = malloc(length * sizeof *piece);
  if (!piece)
    return error_set_memory(reader->error);
  memcpy(piece, program->steps + start, length * sizeof *piece);
  program->count = start;
  for (; often > 0; often--)
    append_copy(program, piece, length);
  size_t end = program->count + (size_t)maybe * (length + 1) + (most < 0);
  for (; maybe > 0; maybe--) {
    program->steps[program->count] =
        (struct regex_step){STEP_SPLIT, 1, (int32_t)(end - program->count)};
    program->count++;
    append_copy(program, piece, length);
  }
  if (most < 0)
    program->steps[program->count++] = (struct regex_step){STEP_JUMP, -(int32_t)(length + 1), 0};
  free(piece);
  return 0;
}

static bool is_repeat(const struct reader *reader) {
  return more(reader) && peek(reader) != '\0' && strchr("*+?{", peek(reader));
}

static int read_repeats(struct reader *reader, size_t start) {
  while (is_repeat(reader)) {
    char c = reader->text[reader->at++];
    int least = c == '+';
    int most = c == '?' ? 1 : -1;
    if (c == '{' && read_interval(reader, &least, &most) < 0)
      return -1;
    if (repeat_steps(reader, start, least, most) < 0)
      return -1;
  }
  return 0;
}

/* Reads pieces up to a |, a ) or the end. A ) that closes nothing is a byte like others. */
static int read_sequence(struct reader *reader) {
  bool repeatable = false;
  while (more(reader) && peek(reader) != '|' && (peek(reader) != ')' || reader->nesting == 0)) {
    if (is_repeat(reader) && !repeatable)
      return wrong(reader, _("nothing stands before a *, +, ? or {, so there is nothing to repeat; "
                             "\\* is a star"));
    size_t start = reader->program->count;
    int status = read_piece(reader);
    if (status < 0)
      return -1;
    repeatable = status == 0;
    if (repeatable && read_repeats(reader, start) < 0)
      return -1;
  }
  return 0;
}

/* Reads what stands between |: `a|b|c` is a split to a and the rest, with a jump behind a. The
 * jumps lead to the end, which is known when all has been read. */
static int read_choice(struct reader *reader) {
  struct regex_program *program = reader->program;
  size_t begin = program->count;
  size_t last = begin;
  if (read_sequence(reader) < 0)
    return -1;
  while (peek(reader) == '|' && more(reader)) {
    reader->at++;
    struct regex_step split = {STEP_SPLIT, 1, (int32_t)(program->count - last + 2)};
    if (insert(reader, last, split) < 0 || add(reader, STEP_JUMP, 0, 0) < 0)
      return -1;
    last = program->count;
    if (read_sequence(reader) < 0)
      return -1;
  }
  /* From split to split: the jump stands just before where the split leads. */
  for (size_t at = begin; at < last;) {
    size_t next = at + (size_t)program->steps[at].b;
    program->steps[next - 1].a = (int32_t)(program->count - (next - 1));
    at = next;
  }
  return 0;
}

int regex_parse(const char *text, size_t length, struct regex_program *program,
                struct error *error) {
  struct reader reader = {.text = text, .length = length, .program = program, .error = error};
  *program = (struct regex_program){0};
  int status = 0;
  if (length > REGEX_LIMIT)
    status = error_set(error, ERROR_SYNTAX,
                       _("a regular expression has at most %d bytes, and this one has %zu"),
                       REGEX_LIMIT, length);
  if (status == 0)
    status = read_choice(&reader);
  if (status == 0)
    status = add(&reader, STEP_MATCH, 0, 0);
  if (status < 0)
    regex_program_free(program);
  return status;
}

void regex_program_free(struct regex_program *program) {
  free(program->steps);
  free(program->sets);
  *program = (struct regex_program){0};
}
