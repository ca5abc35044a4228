#include "command/habit.h"

#include <ctype.h>
#include <string.h>

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
static struct habit_text argument_name(struct habit_text argument, struct habit_text *otherwise) {
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
      call->argument_count > pattern.argument_count)
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
    struct habit_text name = argument_name(pattern.arguments[i], &otherwise);
    bool given = i < call->argument_count;
    if (!given && name.length == pattern.arguments[i].length)
      return false;
    if (!habit_catch(caught, name, given ? call->arguments[i] : otherwise, true))
      return false;
  }
  return true;
}

/* Appends the names before = : those that were typed, else what the row proposes. Returns what is
 * left of the row's line. */
static struct habit_text put_names(struct habit_text line, const struct habit_text *names,
                                   size_t count, const struct habit_caught *caught,
                                   struct bytes *to) {
  const char *equals = memmem(line.text, line.length, "= ", 2);
  if (!equals || (equals > line.text && equals[-1] != ' '))
    return line;
  struct habit_text proposed = {line.text, (size_t)(equals - line.text)};
  for (size_t i = 0; i < proposed.length; i++)
    if (isupper((unsigned char)proposed.text[i])) /* C returns a count, and fills a buffer */
      count = 0;
  for (size_t i = 0; i < count; i++)
    bytes_append_format(to, "%.*s ", (int)names[i].length, names[i].text);
  if (count == 0)
    habit_fill(caught, proposed, to);
  if (count > 0 || proposed.length > 0)
    bytes_append_text(to, "= ");
  size_t used = proposed.length + 2;
  return (struct habit_text){line.text + used, line.length - used};
}

/* A statement: prefixes, names before an =, a host, and what is behind them. */
struct statement_parts {
  struct habit_text before; /* time, expect RESULT and the like; they stay as they are */
  struct habit_text whole;  /* what is behind these, as one text */
  struct habit_text names[HABIT_NAMES];
  size_t name_count;
  struct habit_text host; /* @HOST; empty: none */
  struct habit_text rest;
  bool job; /* it ends in &, which is in none of these */
};

static struct habit_text text_from(struct habit_text text, const char *from) {
  return (struct habit_text){from, (size_t)(text.text + text.length - from)};
}

/* How many of the words are prefixes of a command. */
static size_t prefix_count(const struct habit_text *words, size_t count) {
  size_t at = 0;
  while (at < count) {
    bool takes_one = habit_is(words[at], "expect") || habit_is(words[at], "until");
    bool counts = habit_is(words[at], "repeat");
    if (!takes_one && !counts && !habit_is(words[at], "time"))
      break;
    bool number = counts && at + 1 < count && isdigit((unsigned char)words[at + 1].text[0]);
    at += takes_one || number ? 2 : 1;
  }
  return at < count ? at : 0;
}

static struct statement_parts take_apart(struct habit_text typed) {
  struct statement_parts parts = {.whole = habit_trim(typed)};
  size_t end = parts.whole.length;
  if (end > 2 && parts.whole.text[end - 1] == '&' && parts.whole.text[end - 2] == ' ') {
    parts.job = true;
    parts.whole = habit_trim((struct habit_text){parts.whole.text, end - 1});
  }
  struct habit_text words[HABIT_PARTS];
  size_t count = habit_words(parts.whole, words);
  size_t first = prefix_count(words, count);
  if (first > 0) {
    parts.before = parts.whole;
    parts.whole = text_from(parts.whole, words[first].text);
    parts.before.length -= parts.whole.length;
  }
  size_t at = first;
  while (at < count && at - first < HABIT_NAMES && habit_is_name(words[at]))
    at++;
  if (at > first && at + 1 < count && habit_is(words[at], "=")) {
    parts.name_count = at - first;
    memcpy(parts.names, words + first, parts.name_count * sizeof *words);
    at++;
  } else {
    at = first;
  }
  if (count > at + 1 && words[at].text[0] == '@' && words[at].length > 1)
    parts.host = words[at++];
  parts.rest = count > at ? text_from(parts.whole, words[at].text) : parts.whole;
  return parts;
}

/* Appends what the row makes of a statement. */
static void append_line(const struct habit *habit, const struct statement_parts *parts,
                        const struct habit_call *call, const struct habit_caught *caught,
                        struct bytes *line) {
  const struct habit_text *names = call ? call->names : parts->names;
  size_t count = call ? call->name_count : parts->name_count;
  bytes_append(line, parts->before.text, parts->before.length);
  struct habit_text rest = put_names(text_of(habit->line), names, count, caught, line);
  if (!call && parts->host.length > 0)
    bytes_append_format(line, "%.*s ", (int)parts->host.length, parts->host.text);
  habit_fill(caught, rest, line);
  if (parts->job)
    bytes_append_text(line, " &");
}

/* Looks for one statement. What becomes of it is appended to the line of `found`. */
static bool find_statement(const struct runner *runner, struct habit_text typed, bool right,
                           struct habit_found *found) {
  struct statement_parts parts = take_apart(typed);
  struct habit_call call;
  bool is_call = habit_read_call(parts.whole, &call);
  for (const struct habit *habit = habits; habit && habit->from; habit++) {
    struct habit_caught caught = {.runner = runner, .line = parts.rest};
    bool of_call = strchr(habit->typed, '(') != NULL;
    bool of_whole = strstr(habit->typed, " = ") || habit_is(text_of(habit->typed), "PAIR");
    bool of_right = habit->kind == HABIT_NOTED || habit->kind == HABIT_DOUBTED;
    bool looked_at = right ? of_right : habit->kind != HABIT_NOTED;
    bool matches =
        looked_at && (of_call ? is_call && match_call(habit, &call, &caught)
                              : match_line(habit, of_whole ? parts.whole : parts.rest, &caught));
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

/* Each statement of a line is looked up; those that are no habit stay as they are. */
static bool find_line(const struct runner *runner, struct habit_text text, bool right,
                      struct habit_found *found) {
  bool any = false;
  bool several = false;
  struct habit_text rest = habit_without_comment(text);
  found->certain = true;
  while (rest.length > 0) {
    struct habit_text part = habit_trim(habit_split(rest, ';', &rest));
    if (part.length == 0)
      continue;
    size_t before = found->line.length;
    if (several)
      bytes_append_text(&found->line, "; ");
    if (find_statement(runner, part, right, found)) {
      any = true;
      if (!found->habit->line) {
        bytes_clear(&found->line);
        found->certain = false;
        return true;
      }
      several = true;
    } else {
      found->line.length = before;
      bytes_append_text(&found->line, several ? "; " : "");
      bytes_append(&found->line, part.text, part.length);
      several = true;
    }
  }
  return any;
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

/* The same for a call over several lines. */
static bool find(const struct runner *runner, const char *text, size_t length, bool right,
                 struct habit_found *found) {
  struct habit_text typed = habit_trim((struct habit_text){text, length});
  struct bytes joined = {0};
  *found = (struct habit_found){0};
  if (!memchr(typed.text, '\n', typed.length))
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
