#include "command/habit.h"

#include <ctype.h>
#include <string.h>

#include "command/command.h"
#include "command/habit_part.h"
#include "language/loss.h"

static const struct habit *habits; /* set once, at the start */

void habit_start(const struct habit *table) {
  habits = table;
}

const struct habit *habit_list(void) {
  return habits;
}

void habit_found_free(struct habit_found *found) {
  bytes_free(&found->line);
}

static struct habit_text text_of(const char *text) {
  return (struct habit_text){text, strlen(text)};
}

/* Whether the word is one of those that a pattern offers as a|b|c. */
static bool is_offered(struct habit_text offered, struct habit_text word) {
  while (offered.length > 0) {
    const char *bar = memchr(offered.text, '|', offered.length);
    size_t length = bar ? (size_t)(bar - offered.text) : offered.length;
    if (length == word.length && strncasecmp(offered.text, word.text, length) == 0)
      return true;
    length += bar != NULL;
    offered.text += length;
    offered.length -= length;
  }
  return false;
}

/* Compares the words of a statement with a pattern. */
static bool match_line(const struct habit *habit, struct habit_text typed,
                       struct habit_caught *caught) {
  struct habit_text pattern[HABIT_PARTS];
  struct habit_text words[HABIT_PARTS];
  size_t wanted = habit_words(text_of(habit->typed), pattern);
  size_t count = habit_words(typed, words);
  size_t i = 0;
  for (; i < wanted; i++) {
    if (habit_takes_rest(pattern[i])) {
      struct habit_text rest = {typed.text + typed.length, 0};
      if (i < count)
        rest =
            (struct habit_text){words[i].text, (size_t)(typed.text + typed.length - words[i].text)};
      return i < count && habit_catch(caught, pattern[i], rest, false);
    }
    if (i >= count)
      return false;
    if (habit_is_variable(pattern[i]) ? !habit_catch(caught, pattern[i], words[i], false)
                                      : !is_offered(pattern[i], words[i]))
      return false;
  }
  return i == count;
}

/* The name of an argument of a pattern, and its default behind =. */
static struct habit_text typed_argument(struct habit_text argument, struct habit_text *otherwise) {
  const char *equals = memchr(argument.text, '=', argument.length);
  *otherwise = (struct habit_text){0};
  if (!equals)
    return argument;
  size_t length = (size_t)(equals - argument.text);
  *otherwise = (struct habit_text){equals + 1, argument.length - length - 1};
  return (struct habit_text){argument.text, length};
}

/* A pattern names the function, or CALL for any that is a command. */
static bool match_function(struct habit_text pattern, struct habit_text function,
                           struct habit_caught *caught) {
  if (habit_is_variable(pattern))
    return habit_catch(caught, pattern, function, false);
  return pattern.length == function.length &&
         memcmp(pattern.text, function.text, function.length) == 0;
}

/* Compares a call with the pattern of one. */
static bool match_call(const struct habit *habit, const struct habit_call *call,
                       struct habit_caught *caught) {
  struct habit_call pattern;
  if (!habit_read_call(text_of(habit->typed), &pattern))
    return false;
  if (!match_function(pattern.function, call->function, caught) ||
      (pattern.name_count > 0 && pattern.name_count != call->name_count) ||
      (call->object.length == 0) != (pattern.object.length == 0) ||
      call->argument_count > pattern.argument_count ||
      !bytes_equal(call->index.text, call->index.length, pattern.index.text, pattern.index.length))
    return false;
  if (pattern.object.length > 0 &&
      (habit_is_variable(pattern.object)
           ? habit_is(call->object, "socket") ||
                 !habit_catch(caught, pattern.object, call->object, false)
           : !is_offered(pattern.object, call->object)))
    return false;
  for (size_t i = 0; i < pattern.name_count; i++)
    if (!habit_catch(caught, pattern.names[i], call->names[i], false))
      return false;
  for (size_t i = 0; i < pattern.argument_count; i++) {
    struct habit_text otherwise;
    struct habit_text name = typed_argument(pattern.arguments[i], &otherwise);
    bool given = i < call->argument_count;
    if (!given && name.length == pattern.arguments[i].length)
      return false;
    if (!habit_catch(caught, name, given ? call->arguments[i] : otherwise, true))
      return false;
  }
  return true;
}

/* The names that a row's line proposes before =, with the space behind; `found`: there is an =. */
static struct habit_text proposed_names(struct habit_text line, bool *found) {
  const char *equals = memmem(line.text, line.length, "= ", 2);
  *found = equals && (equals == line.text || equals[-1] == ' ');
  return (struct habit_text){line.text, *found ? (size_t)(equals - line.text) : 0};
}

/* Whether the row's own names are what was caught: C returns a count, and fills a buffer. */
static bool binds_caught(struct habit_text line) {
  bool equals;
  struct habit_text proposed = proposed_names(line, &equals);
  for (size_t i = 0; i < proposed.length; i++)
    if (isupper((unsigned char)proposed.text[i]))
      return true;
  return false;
}

/* The command of a row's line that names none before =; NULL: it does, or there is none. */
static const struct command *nameless_command(struct habit_text line) {
  bool equals;
  struct habit_text words[HABIT_PARTS];
  proposed_names(line, &equals);
  if (equals || habit_words(line, words) == 0)
    return NULL;
  return command_find(words[0].text, words[0].length);
}

/* Whether the one name that was typed before a call holds the number that it returns, which is
 * bound in a statement of its own here: C fills a buffer besides, or returns 0. */
static bool is_counted(const struct habit *habit, size_t count) {
  const struct command *command = nameless_command(text_of(habit->line));
  bool number_only = command && command->prototype && !command->results[0];
  return count == 1 && !strstr(habit->typed, " = ") &&
         (binds_caught(text_of(habit->line)) || number_only);
}

/* How many names a command has something for. */
static size_t results_named(const struct command *command) {
  size_t count = 0;
  while (command && count < RESULTS_NAMED && command->results[count])
    count++;
  return count;
}

/* Appends the names before = : those that were typed, where the command has something for them,
 * else what the row proposes. Returns what is left of the row's line. */
static struct habit_text put_names(const struct habit *habit, const struct habit_text *names,
                                   size_t count, const struct habit_caught *caught,
                                   struct bytes *to) {
  struct habit_text line = text_of(habit->line);
  bool equals;
  struct habit_text proposed = proposed_names(line, &equals);
  const struct command *command = nameless_command(line);
  if (binds_caught(line) || strstr(habit->typed, " = ") ||
      (!equals && results_named(command) < count))
    count = 0;
  for (size_t i = 0; i < count; i++)
    bytes_append_format(to, "%.*s ", (int)names[i].length, names[i].text);
  if (count == 0)
    habit_fill(caught, proposed, to);
  if (count > 0 || proposed.length > 0)
    bytes_append_text(to, "= ");
  size_t used = equals ? proposed.length + 2 : 0;
  return (struct habit_text){line.text + used, line.length - used};
}

/* A statement: prefixes, names before an =, a host, and what is behind them. */
struct statement_parts {
  struct habit_text before[HABIT_PARTS]; /* time, expect RESULT and the like stay as they are */
  size_t before_count;
  struct habit_text whole; /* what is behind these, as one text */
  struct habit_text names[HABIT_NAMES];
  size_t name_count;
  struct habit_text host; /* @HOST; empty: none */
  struct habit_text rest;
  bool job; /* it ends in &, which is in none of these */
};

static struct habit_text text_from(struct habit_text text, const char *from) {
  return (struct habit_text){from, (size_t)(text.text + text.length - from)};
}

static bool is_host(struct habit_text word) {
  return word.length > 1 && word.text[0] == '@';
}

/* How many words belong to the prefix that begins here: 0: it is none. A host and names are not
 * among these. */
static size_t prefix_length(const struct habit_text *words, size_t count) {
  bool takes_one =
      habit_is(words[0], "expect") || habit_is(words[0], "until") || habit_is(words[0], "at");
  bool counts = habit_is(words[0], "repeat");
  if (!takes_one && !counts && !habit_is(words[0], "time"))
    return 0;
  bool number = counts && count > 1 && strchr("0123456789$", words[1].text[0]);
  size_t length = takes_one || number ? 2 : 1;
  return length < count ? length : 0;
}

/* The words up to an = that are names; 0: there are none, or no =. */
static size_t name_count(const struct habit_text *words, size_t count) {
  size_t at = 0;
  while (at < count && at < HABIT_NAMES && habit_is_name(words[at]))
    at++;
  return at > 0 && at + 1 < count && habit_is(words[at], "=") ? at : 0;
}

/* Takes the prefixes, in whatever order they stand. The language takes them in any order, too. */
static struct statement_parts take_apart(struct habit_text typed) {
  struct statement_parts parts = {.whole = habit_trim(typed)};
  size_t end = parts.whole.length;
  if (end > 2 && parts.whole.text[end - 1] == '&' && parts.whole.text[end - 2] == ' ') {
    parts.job = true;
    parts.whole = habit_trim((struct habit_text){parts.whole.text, end - 1});
  }
  struct habit_text all = parts.whole;
  struct habit_text words[HABIT_PARTS];
  size_t count = habit_words(all, words);
  size_t at = 0;
  while (at + 1 < count) {
    size_t length = prefix_length(words + at, count - at);
    size_t names = parts.name_count ? 0 : name_count(words + at, count - at);
    if (length > 0) {
      memcpy(parts.before + parts.before_count, words + at, length * sizeof *words);
      parts.before_count += length;
    } else if (is_host(words[at])) {
      parts.host = words[at];
      length = 1;
    } else if (names > 0) {
      memcpy(parts.names, words + at, names * sizeof *words);
      parts.name_count = names;
      length = names + 1;
    } else {
      break;
    }
    at += length;
    if (names == 0 && parts.name_count == 0)
      parts.whole = text_from(all, words[at].text);
  }
  parts.rest = at > 0 ? text_from(all, words[at].text) : all;
  return parts;
}

/* Appends what the row makes of a statement. Names that the row has another use for hold the count
 * that the call returns: they are bound behind it. */
static void append_line(const struct habit *habit, const struct statement_parts *parts,
                        const struct habit_call *call, const struct habit_caught *caught,
                        struct bytes *line) {
  const struct habit_text *names = call && call->name_count ? call->names : parts->names;
  size_t count = call && call->name_count ? call->name_count : parts->name_count;
  struct habit_text host = call && call->host.length ? call->host : parts->host;
  bool counted = call && is_counted(habit, count);
  for (size_t i = 0; i < parts->before_count; i++)
    bytes_append_format(line, "%.*s ", (int)parts->before[i].length, parts->before[i].text);
  bytes_append_text(line, counted && parts->before_count > 0 ? "{ " : "");
  struct habit_text rest = put_names(habit, names, count, caught, line);
  if (host.length > 0)
    bytes_append_format(line, "%.*s ", (int)host.length, host.text);
  habit_fill(caught, rest, line);
  if (counted)
    bytes_append_format(line, "; let %.*s $?%s", (int)names[0].length, names[0].text,
                        parts->before_count > 0 ? " }" : "");
  if (parts->job)
    bytes_append_text(line, " &");
}

/* Reads a statement as a call. The names before an = may be those of C, with their type, or stand
 * before other prefixes. */
static bool read_call(const struct statement_parts *parts, struct habit_call *call) {
  static const char *const texts[] = {"repr", "str", "bytes", NULL};
  struct habit_call inner;
  if (!habit_read_call(parts->whole, call) && !habit_read_call(parts->rest, call))
    return false;
  if (!habit_is(call->function, "print") || call->argument_count != 1 || call->object.length > 0 ||
      !habit_read_call(call->arguments[0], &inner))
    return true;
  for (const char *const *text = texts; *text; text++)
    if (habit_is(inner.function, *text))
      return true;
  *call = inner; /* print(c.recv(10)): what a call gives is shown anyway */
  return true;
}

static bool find_line(const struct runner *runner, struct habit_text text, bool right,
                      struct habit_found *found);

/* A block: what is in it is looked up line by line. */
static bool find_block(const struct runner *runner, const struct statement_parts *parts, bool right,
                       struct habit_found *found) {
  struct habit_text inside = {parts->rest.text + 1, parts->rest.length - 2};
  struct habit_found within = {0};
  bool certain = found->certain;
  if (!find_line(runner, inside, right, &within)) {
    habit_found_free(&within);
    return false;
  }
  found->habit = within.habit;
  found->certain = certain && within.certain;
  if (within.habit->line) {
    for (size_t i = 0; i < parts->before_count; i++)
      bytes_append_format(&found->line, "%.*s ", (int)parts->before[i].length,
                          parts->before[i].text);
    if (parts->host.length > 0)
      bytes_append_format(&found->line, "%.*s ", (int)parts->host.length, parts->host.text);
    bytes_append_text(&found->line, "{ ");
    bytes_append(&found->line, within.line.data, within.line.length);
    bytes_append_text(&found->line, parts->job ? " } &" : " }");
  }
  found->line.failed = found->line.failed || within.line.failed;
  habit_found_free(&within);
  return true;
}

/* Looks for one statement. What becomes of it is appended to the line of `found`. */
static bool find_statement(const struct runner *runner, struct habit_text typed, bool right,
                           struct habit_found *found) {
  struct statement_parts parts = take_apart(typed);
  struct habit_call call;
  if (parts.rest.length > 2 && parts.rest.text[0] == '{' &&
      parts.rest.text[parts.rest.length - 1] == '}' && parts.name_count == 0)
    return find_block(runner, &parts, right, found);
  bool is_call = read_call(&parts, &call);
  for (const struct habit *habit = habits; habit && habit->from; habit++) {
    struct habit_caught caught = {.runner = runner, .line = parts.rest};
    bool of_call = strchr(habit->typed, '(') != NULL;
    bool of_whole = strstr(habit->typed, " = ") || habit_is(text_of(habit->typed), "PAIR");
    bool of_right = habit->kind == HABIT_NOTED || habit->kind == HABIT_DOUBTED;
    bool looked_at = right ? of_right : habit->kind != HABIT_NOTED;
    bool matches =
        looked_at && (of_call ? is_call && match_call(habit, &call, &caught)
                              : match_line(habit, of_whole ? parts.whole : parts.rest, &caught));
    if (looked_at && !matches && !of_call && !habit->line && parts.name_count > 0) {
      habit_caught_free(&caught); /* int n = ...: the names are a part of what is declared */
      caught = (struct habit_caught){.runner = runner, .line = parts.whole};
      matches = match_line(habit, parts.whole, &caught);
    }
    if (matches && habit->line)
      append_line(habit, &parts, of_call ? &call : NULL, &caught, &found->line);
    bool certain = habit->kind == HABIT_DONE && habit->line && !caught.failed;
    habit_caught_free(&caught);
    if (matches) {
      found->habit = habit;
      found->certain = found->certain && certain;
      return true;
    }
  }
  return false;
}

/* The next statement of a line or of a block's lines, and what is behind it. Comments inside a
 * block are those of its own lines. */
static struct habit_text next_statement(struct habit_text *rest) {
  struct habit_text behind_line;
  struct habit_text behind;
  struct habit_text line = habit_split(*rest, '\n', &behind_line);
  if (!memchr(line.text, '\n', line.length))
    line = habit_without_comment(line);
  struct habit_text part = habit_split(line, ';', &behind);
  *rest = behind.length > 0 ? text_from(*rest, behind.text) : behind_line;
  return habit_trim(part);
}

/* Each statement of a line is looked up; those that are no habit stay as they are. */
static bool find_line(const struct runner *runner, struct habit_text text, bool right,
                      struct habit_found *found) {
  const struct habit *first = NULL;
  struct habit_text rest = text;
  found->certain = true;
  while (rest.length > 0) {
    struct habit_text part = next_statement(&rest);
    if (part.length == 0)
      continue;
    bytes_append_text(&found->line, found->line.length > 0 ? "; " : "");
    size_t before = found->line.length;
    if (find_statement(runner, part, right, found)) {
      first = first && first->line ? first : found->habit;
      if (!found->habit->line) {
        bytes_clear(&found->line);
        found->certain = false;
        return true;
      }
    } else {
      found->line.length = before;
      bytes_append(&found->line, part.text, part.length);
    }
  }
  return first != NULL;
}

static bool find_plain(const struct runner *runner, const char *text, size_t length, bool right,
                       struct habit_found *found) {
  struct habit_text typed = habit_trim((struct habit_text){text, length});
  struct bytes plain = {0};
  unsigned long losses = loss_memory_here();
  *found = (struct habit_found){0};
  if (typed.length == 0 || typed.length > HABIT_LONG || memchr(typed.text, '\0', typed.length))
    return false;
  bool replaced = !right && habit_append_plain(typed, &plain);
  if (replaced)
    typed = (struct habit_text){plain.data, plain.length};
  bool any = find_line(runner, typed, right, found);
  if (!any && replaced) {
    bytes_clear(&found->line);
    bytes_append(&found->line, typed.text, typed.length);
  }
  if (replaced) /* what it means is seen first */
    found->certain = false;
  bytes_free(&plain);
  bool lost = found->line.failed || losses != loss_memory_here(); /* a part of it is not there */
  if ((!any && !replaced) || lost) {
    habit_found_free(found);
    *found = (struct habit_found){0};
    return false;
  }
  return true;
}

/* The same for a call or a block over several lines. */
static bool find(const struct runner *runner, const char *text, size_t length, bool right,
                 struct habit_found *found) {
  struct habit_text typed = habit_trim((struct habit_text){text, length});
  struct bytes joined = {0};
  *found = (struct habit_found){0};
  bool block = typed.length > 0 && typed.text[typed.length - 1] == '}';
  if (block || !memchr(typed.text, '\n', typed.length))
    return find_plain(runner, text, length, right, found);
  bool any = habit_join(typed.text, typed.length, &joined) &&
             find_plain(runner, joined.data, joined.length, right, found);
  bytes_free(&joined);
  return any;
}

bool habit_find(const struct runner *runner, const char *text, size_t length,
                struct habit_found *found) {
  return find(runner, text, length, false, found);
}

bool habit_find_doubt(const struct runner *runner, const char *text, size_t length,
                      struct habit_found *found) {
  return find(runner, text, length, true, found);
}

bool habit_is_open_block(const struct runner *runner, const char *text, size_t length) {
  struct habit_text words[HABIT_PARTS];
  struct habit_text rest = {text, length};
  struct bytes closed = {0};
  struct habit_found found;
  int depth = 0;
  while (rest.length > 0) { /* braces are words of their own in this language */
    const char *newline = memchr(rest.text, '\n', rest.length);
    struct habit_text line = {rest.text, newline ? (size_t)(newline - rest.text) : rest.length};
    size_t count = habit_words(habit_without_comment(line), words);
    for (size_t i = 0; i < count; i++)
      depth += habit_is(words[i], "{") - habit_is(words[i], "}");
    rest = text_from(rest, line.text + line.length + (newline != NULL));
  }
  if (depth <= 0 || depth > HABIT_PARTS)
    return false;
  bytes_append(&closed, text, length);
  while (depth-- > 0)
    bytes_append_text(&closed, "\n}");
  bool certain = !closed.failed && find(runner, closed.data, closed.length, false, &found);
  if (certain) {
    certain = found.certain;
    habit_found_free(&found);
  }
  bytes_free(&closed);
  return certain;
}
