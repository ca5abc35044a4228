/* values: commands on text and data, assert, print and write-file. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/invocation.h"
#include "language/comparison.h"
#include "language/escape.h"
#include "language/number.h"
#include "language/pack.h"
#include "language/regex.h"
#include "system/file.h"

/* Gives data as the result, and shows it unless a name receives it. */
static int give(struct invocation *invocation, const void *data, size_t length) {
  if (invocation_give_data(invocation, data, length) < 0)
    return -1;
  if (invocation->runner->binding.names)
    return 0;
  return runner_answer_data(invocation->runner, ANSWER_DATA, data, length, invocation->error);
}

static int give_bytes(struct invocation *invocation, struct bytes *bytes) {
  int status = bytes->failed ? error_set_memory(invocation->error)
                             : give(invocation, bytes->data ? bytes->data : "", bytes->length);
  bytes_free(bytes);
  return status;
}

enum { PIECE = 1 << 20 }; /* bytes that are worked on between looks at interrupts */

/* Changes the case of the ASCII letters from `first` to `last`. Bytes of other letters stay. */
static int change_case(struct invocation *invocation, char first, char last) {
  const struct blob *data = invocation_value(invocation, "DATA")->data;
  struct bytes changed = {0};
  bytes_append(&changed, data->data, data->length);
  for (size_t i = 0; i < changed.length; i++) {
    if (changed.data[i] >= first && changed.data[i] <= last)
      changed.data[i] = (char)(changed.data[i] ^ 0x20);
    if (i % PIECE == 0 && runner_is_stopped(invocation->runner)) {
      bytes_free(&changed);
      return runner_interrupted(invocation->runner, invocation->error);
    }
  }
  return give_bytes(invocation, &changed);
}

static int run_upper(struct invocation *invocation) {
  return change_case(invocation, 'a', 'z');
}

static int run_lower(struct invocation *invocation) {
  return change_case(invocation, 'A', 'Z');
}

static int run_length(struct invocation *invocation) {
  invocation_give_number(invocation, (long long)invocation_value(invocation, "DATA")->data->length);
  if (invocation->runner->binding.names)
    return 0;
  struct answer answer;
  answer_text(&answer, "length");
  bytes_append_format(&answer.text, "%lld\n", invocation->result->number);
  return runner_answer(invocation->runner, &answer, invocation->error);
}

/* A slice is cut at the end of the data. */
static int run_slice(struct invocation *invocation) {
  const struct blob *data = invocation_value(invocation, "DATA")->data;
  size_t from = invocation_size(invocation, "FROM", 0);
  if (from > data->length)
    from = data->length;
  size_t length = invocation_size(invocation, "LENGTH", data->length);
  if (length > data->length - from)
    length = data->length - from;
  return give(invocation, data->data + from, length);
}

static struct pack_word format_word(const struct invocation *invocation) {
  const struct argument_value *format = invocation_value(invocation, "FORMAT");
  return (struct pack_word){format->word.data, format->word.length, format->place};
}

/* The words after the format, in an array that the caller frees; NULL if out of memory. *known is
 * set if all can be read now, which is often not so before the line runs. */
static struct pack_word *value_words(const struct invocation *invocation, size_t *count,
                                     bool *known) {
  struct pack_word *words = calloc(invocation->count, sizeof *words);
  const struct argument_value *value;
  *count = 0;
  *known = !invocation_value(invocation, "FORMAT")->unknown;
  if (!words)
    return NULL;
  for (value = invocation_value(invocation, "VALUE"); value;
       value = invocation_next(invocation, value), ++*count) {
    bool outside =
        !value->data && invocation->phase == INVOCATION_READ && value->word.bare >= 5 &&
        (memcmp(value->word.data, "file:", 5) == 0 || memcmp(value->word.data, "fill:", 5) == 0);
    *known = *known && !value->unknown && !outside;
    words[*count] = value->data
                        ? (struct pack_word){value->data->data, value->data->length, value->place}
                        : (struct pack_word){value->word.data, value->word.length, value->place};
  }
  return words;
}

static int pack_values(struct invocation *invocation, struct bytes *packed, bool *known) {
  struct pack_word format = format_word(invocation);
  size_t count;
  struct pack_word *words = value_words(invocation, &count, known);
  if (!words)
    return error_set_memory(invocation->error);
  int status = *known ? pack(&format, words, count, packed, invocation->error) : 0;
  free(words);
  return status;
}

static int check_pack(struct invocation *invocation) {
  struct bytes packed = {0};
  bool known;
  int status = invocation->phase == INVOCATION_RUN ? 0 : pack_values(invocation, &packed, &known);
  bytes_free(&packed);
  return status;
}

static int run_pack(struct invocation *invocation) {
  struct bytes packed = {0};
  bool known;
  if (pack_values(invocation, &packed, &known) < 0) {
    bytes_free(&packed);
    return -1;
  }
  return give_bytes(invocation, &packed);
}

/* Unpacking no data shows whether the format is wrong; all other errors are expected. */
static int check_unpack(struct invocation *invocation) {
  struct pack_word format = format_word(invocation);
  struct unpacked unpacked = {0};
  struct error error = {0};
  if (invocation->phase == INVOCATION_RUN || invocation_value(invocation, "FORMAT")->unknown)
    return 0;
  int status = unpack(&format, "", 0, &unpacked, &error);
  unpacked_free(&unpacked);
  if (status == 0 || error.kind != ERROR_USAGE)
    return 0;
  *invocation->error = error;
  return -1;
}

static int show_unpacked(struct invocation *invocation, const struct unpacked *unpacked) {
  static const char *const columns[] = {"FIELD", "VALUE", NULL};
  struct answer answer;
  answer_table(&answer, "unpacked", columns);
  for (size_t i = 0; i < unpacked->count; i++) {
    const struct value *value = &unpacked->values[i];
    answer_add_number(&answer, (long long)i + 1);
    if (value->kind == VALUE_NUMBER)
      answer_add_number(&answer, value->number);
    else
      answer_add_bytes(&answer, value->kind == VALUE_DATA ? CELL_DATA : CELL_TEXT,
                       value->blob->data, value->blob->length);
  }
  return runner_answer(invocation->runner, &answer, invocation->error);
}

static int run_unpack(struct invocation *invocation) {
  struct pack_word format = format_word(invocation);
  const struct blob *data = invocation_value(invocation, "DATA")->data;
  struct unpacked unpacked = {0};
  if (unpack(&format, data->data, data->length, &unpacked, invocation->error) < 0)
    return -1;
  int status = invocation->runner->binding.names ? 0 : show_unpacked(invocation, &unpacked);
  for (size_t i = 0; i < unpacked.count; i++)
    result_add(invocation->result, value_copy(&unpacked.values[i]));
  unpacked_free(&unpacked);
  return status;
}

enum { SHOWN = 200 };

static int check_assert(struct invocation *invocation) {
  const struct argument_value *comparison = invocation_value(invocation, "OP");
  const struct argument_value *expression = invocation_value(invocation, "B");
  if (invocation->phase == INVOCATION_RUN || comparison->unknown ||
      comparison->number != COMPARISON_MATCHES || expression->unknown)
    return 0;
  struct regex *regex =
      regex_compile(expression->word.data, expression->word.length, invocation->error);
  if (!regex)
    error_set_place(invocation->error, expression->place);
  regex_free(regex);
  return regex ? 0 : -1;
}

/* Compares as numbers if both are, else byte by byte. Returns <0, 0 or >0. */
static int compare(const struct blob *a, const struct blob *b) {
  long long first;
  long long second;
  if (number_parse(a->data, a->length, &first) == 0 &&
      number_parse(b->data, b->length, &second) == 0)
    return (first > second) - (first < second);
  size_t common = a->length < b->length ? a->length : b->length;
  int order = common ? memcmp(a->data, b->data, common) : 0;
  return order ? order : (a->length > b->length) - (a->length < b->length);
}

/* 1 if the comparison holds, 0 if not, -1 with an error if b is no regular expression. */
static int holds(struct invocation *invocation, enum comparison comparison, const struct blob *a,
                 const struct blob *b) {
  if (comparison != COMPARISON_MATCHES)
    return comparison_holds(comparison, compare(a, b));
  struct regex *regex = regex_compile(b->data, b->length, invocation->error);
  if (!regex)
    error_set_place(invocation->error, invocation_value(invocation, "B")->place);
  int found = regex ? regex_search(regex, a->data, a->length, &invocation->runner->waiter.reason,
                                   invocation->error)
                    : -1;
  regex_free(regex);
  return found;
}

/* Appends a side of the comparison: a number as it is, anything else in quotes. */
static void append_side(struct bytes *text, const struct blob *data) {
  long long number;
  if (number_parse(data->data, data->length, &number) == 0 && data->length < SHOWN)
    bytes_append(text, data->data, data->length);
  else
    escape_append_quoted(text, data->data, data->length, SHOWN, escape_chosen());
}

static int run_assert(struct invocation *invocation) {
  const struct blob *a = invocation_value(invocation, "A")->data;
  const struct blob *b = invocation_value(invocation, "B")->data;
  const struct argument_value *comparison = invocation_value(invocation, "OP");
  int found = holds(invocation, (enum comparison)comparison->number, a, b);
  if (found < 0)
    return -1;
  struct bytes got = {0};
  struct bytes expected = {0};
  struct bytes line = {0};
  append_side(&got, a);
  bytes_append(&expected, comparison->word.data, comparison->word.length);
  bytes_append_char(&expected, ' ');
  append_side(&expected, b);
  bytes_append_format(&line, "assert %s %s", bytes_text(&got), bytes_text(&expected));
  struct event event = {.kind = EVENT_TEST};
  event.test = (struct event_test){.passed = found,
                                   .what = "assert",
                                   .text = bytes_text(&line),
                                   .expected = bytes_text(&expected),
                                   .got = bytes_text(&got)};
  if (!invocation->runner->expectation.expects) /* else `expect` is the test */
    runner_append(invocation->runner, &event);
  if (!found)
    error_set(invocation->error, ERROR_FAILURE, _("it does not hold that %.220s %.260s"),
              bytes_text(&got), bytes_text(&expected));
  bytes_free(&got);
  bytes_free(&expected);
  bytes_free(&line);
  return found ? 0 : -1;
}

static int run_print(struct invocation *invocation) {
  const struct argument_value *raw = invocation_value(invocation, "--raw");
  const struct argument_value *value;
  if (raw && invocation->runner->session->settings.view.terminal)
    return invocation_wrong(
        invocation, raw,
        _("raw bytes are not written to a terminal, which might obey them: leave --raw out, or "
          "send the output elsewhere (socksh ... >FILE; write-file PATH DATA)"));
  enum answer_kind kind = raw ? ANSWER_RAW : ANSWER_DATA;
  const struct argument_value *first = invocation_value(invocation, "DATA");
  if (!invocation_next(invocation, first)) /* it may be much, so it is not copied */
    return runner_answer_data(invocation->runner, kind, first->data->data, first->data->length,
                              invocation->error);
  struct bytes text = {0};
  for (value = first; value; value = invocation_next(invocation, value)) {
    if (value != first)
      bytes_append_char(&text, ' ');
    bytes_append(&text, value->data->data, value->data->length);
  }
  int status = text.failed ? error_set_memory(invocation->error)
                           : runner_answer_data(invocation->runner, kind, text.data, text.length,
                                                invocation->error);
  bytes_free(&text);
  return status;
}

static int run_write_file(struct invocation *invocation) {
  const struct argument_value *path = invocation_value(invocation, "PATH");
  const struct blob *data = invocation_value(invocation, "DATA")->data;
  char *name = strndup(path->word.data, path->word.length);
  if (!name)
    return error_set_memory(invocation->error);
  int problem = file_write(name, data->data, data->length);
  if (problem) {
    error_set_errno(invocation->error, problem, _("the file %.200s can't be written"), name);
    error_set_place(invocation->error, path->place);
  } else {
    invocation_give_number(invocation, (long long)data->length);
  }
  free(name);
  return problem ? -1 : 0;
}

#define DATA_ARGUMENT                                                                              \
  { .name = "DATA", .kind = &argument_data }

const struct command command_upper = {
    .name = "upper",
    .group = GROUP_DATA,
    .arguments = {DATA_ARGUMENT},
    .results = {"data"},
    .summary = N_("turns small letters into capitals"),
    .manual = N_("Changes the letters a to z of ASCII; every other byte stays as it is. The data "
                 "is shown where no name takes it."),
    .python = "data.upper()",
    .blocks = N_("never"),
    .example = "u = upper \"hello\"\nassert $u == \"HELLO\"",
    .run = run_upper,
};

const struct command command_lower = {
    .name = "lower",
    .group = GROUP_DATA,
    .arguments = {DATA_ARGUMENT},
    .results = {"data"},
    .summary = N_("turns capitals into small letters"),
    .manual = N_("Changes the letters A to Z of ASCII; every other byte stays as it is. The data "
                 "is shown where no name takes it."),
    .python = "data.lower()",
    .blocks = N_("never"),
    .example = "expect \"hello\" lower \"HELLO\"",
    .run = run_lower,
};

const struct command command_length = {
    .name = "length",
    .group = GROUP_DATA,
    .arguments = {DATA_ARGUMENT},
    .results = {"number"},
    .summary = N_("counts the bytes of data"),
    .manual = N_(
        "A character beyond ASCII has several bytes. The number is shown where no name takes it."),
    .python = "len(data)",
    .blocks = N_("never"),
    .example = "expect 5 length \"hello\"",
    .run = run_length,
};

const struct command command_slice = {
    .name = "slice",
    .group = GROUP_DATA,
    .arguments = {DATA_ARGUMENT,
                  {.name = "FROM", .kind = &argument_size},
                  {.name = "LENGTH", .kind = &argument_size, .flags = OPTIONAL}},
    .results = {"data"},
    .summary = N_("takes a part of data"),
    .manual = N_("Gives LENGTH bytes from the offset FROM, which counts from 0, or all that follow "
                 "where LENGTH is omitted. Where the data ends earlier there is less, or nothing. "
                 "The data is shown where no name takes it."),
    .python = "data[6:6 + 5]",
    .blocks = N_("never"),
    .example = "expect \"world\" slice \"hello world\" 6\nexpect \"lo\" slice \"hello world\" 3 2",
    .run = run_slice,
};

#define FORMAT_ARGUMENT                                                                            \
  { .name = "FORMAT", .kind = &argument_text }

const struct command command_pack = {
    .name = "pack",
    .group = GROUP_DATA,
    .arguments = {FORMAT_ARGUMENT,
                  {.name = "VALUE", .kind = &argument_data, .flags = OPTIONAL | REPEATED}},
    .results = {"data"},
    .summary = N_("makes the bytes of a header out of numbers and text"),
    .manual =
        N_("FORMAT has a letter for each VALUE: B, H, I, Q are numbers of 1, 2, 4 and 8 bytes, and "
           "b, h, i, q may be negative; 4s is text of 4 bytes, filled up with zeros, s all of the "
           "text, H/s the text with its length before it; x is a zero byte, without a value. A "
           "count before a letter repeats it. The order is that of the network, most significant "
           "byte first; < turns what follows it to little-endian, > or ! back, and = is this "
           "machine's own. Nothing is aligned. The data is shown where no name takes it."),
    .python = "data = struct.pack(\">HB\", 5000, 7)",
    .blocks = N_("never"),
    .example = "m = pack \"BH\" 1 5000\nassert $m == hex:011388\nexpect \"\\x00\\x05hello\" pack "
               "\"H/s\" hello",
    .run = run_pack,
    .check = check_pack,
};

const struct command command_unpack = {
    .name = "unpack",
    .group = GROUP_DATA,
    .arguments = {FORMAT_ARGUMENT, DATA_ARGUMENT},
    .results = {"value", "value..."},
    .results_vary = true,
    .summary = N_("takes the bytes of a header apart"),
    .manual = N_("FORMAT is as for pack. Each field is one result, so as many names can stand "
                 "before = (at most eight): numbers, and data. The data must have exactly the "
                 "length of the format, unless it ends with s, which takes all the rest. The "
                 "values are shown where no name takes them."),
    .python = "kind, port = struct.unpack(\">BH\", data)",
    .blocks = N_("never"),
    .example = "kind port text = unpack \"BHs\" hex:01138868656c6c6f\nassert $port == 5000\nassert "
               "$text == \"hello\"",
    .run = run_unpack,
    .check = check_unpack,
};

const struct command command_assert = {
    .name = "assert",
    .group = GROUP_DATA,
    .arguments = {{.name = "A", .kind = &argument_data},
                  {.name = "OP", .kind = &argument_keyword, .words = COMPARISON_WORDS_AND_MATCHES},
                  {.name = "B", .kind = &argument_data}},
    .summary = N_("fails unless a comparison holds"),
    .manual = N_(
        "== and != compare for being equal, < <= > >= for order: as numbers where both sides are "
        "numbers, else byte by byte. ~ holds where the regular expression B (POSIX extended) is "
        "found in A. When it does not hold, that is a failure that says both sides."),
    .python = "assert n == 5",
    .blocks = N_("never"),
    .example = "n = length \"hello\"\nassert $n == 5\nassert $n < 10\nassert \"HTTP/1.1 200 OK\" ~ "
               "\"^HTTP/1\\\\.[01] 2\"",
    .pages = "regex(7)",
    .run = run_assert,
    .check = check_assert,
};

const struct command command_print = {
    .name = "print",
    .group = GROUP_DATA,
    .arguments = {{.name = "raw", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--raw"},
                  {.name = "DATA", .kind = &argument_data, .flags = REPEATED}},
    .summary = N_("prints data"),
    .manual = N_(
        "Prints the words, joined by spaces, with everything that is not printable escaped as in a "
        "C string, and ends the line. --raw writes the bytes exactly as they are and nothing "
        "behind them, which a terminal is not given: it might obey what came from the network."),
    .python = "print(data)",
    .blocks = N_("while standard output takes nothing"),
    .example = "x = upper \"hello\"\nprint $x \"two\\tcolumns\"",
    .run = run_print,
};

const struct command command_write_file = {
    .name = "write-file",
    .group = GROUP_DATA,
    .arguments = {{.name = "PATH", .kind = &argument_file}, DATA_ARGUMENT},
    .results = {"count"},
    .summary = N_("writes data to a file"),
    .manual = N_("Makes the file, or empties it, and writes exactly these bytes. DATA of the form "
                 "file:PATH is the way back."),
    .python = "open(\"/tmp/data\", \"wb\").write(data)",
    .blocks = N_("while the disk takes its time"),
    .errors = {{EACCES, N_("the file, or its directory, is not yours to write")},
               {ENOENT, N_("the directory does not exist")},
               {EISDIR, N_("this is a directory")},
               {ENOSPC, N_("the disk is full")},
               {ENXIO, N_("it is a named pipe that nobody reads, or a socket")}},
    .example = "write-file /tmp/socksh-example \"hello\"\nexpect 5 length file:/tmp/socksh-example",
    .pages = "open(2), write(2)",
    .run = run_write_file,
};
