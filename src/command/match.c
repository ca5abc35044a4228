/* match: which word of a line is which declared argument. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/argument.h"
#include "language/escape.h"
#include "language/number.h"
#include "option/option.h"

int keyword_index(const char *words, const char *text, size_t length) {
  int index = 0;
  for (const char *at = words; at; index++) {
    const char *end = strchr(at, '|');
    size_t size = end ? (size_t)(end - at) : strlen(at);
    if (size == length && memcmp(at, text, length) == 0)
      return index;
    at = end ? end + 1 : NULL;
  }
  return -1;
}

/* A lone 0, which no socket of the session can be, is left to what comes behind: the duration of
 * `poll s 0`. */
static bool looks_like_socket(const struct match_word *word, size_t length) {
  bool digits = length > 0 && !(length == 1 && word->data[0] == '0');
  for (size_t i = 0; i < length; i++)
    digits = digits && isdigit((unsigned char)word->data[i]);
  return digits || name_valid(word->data, length) || (length == 1 && word->data[0] == '.');
}

static bool looks_like_symbol(const struct constant_set *set, const struct match_word *word) {
  struct error ignored;
  long value;
  return constant_parse(set, word->data, word->length, &value, &ignored) == 0;
}

static bool looks_numeric(const struct match_word *word) {
  return word->length > 0 && (isdigit((unsigned char)word->data[0]) || word->data[0] == '-');
}

bool argument_fits(const struct argument *argument, const struct match_word *word) {
  long long number;
  size_t size;
  int64_t duration;
  if (!word->known)
    return true;
  switch (argument->kind) {
  case ARGUMENT_SOCKET:
  case ARGUMENT_AWAITED:
  case ARGUMENT_SERVICE:
    return looks_like_socket(word, word->length);
  case ARGUMENT_POLL: {
    const char *colon = memchr(word->data, ':', word->length);
    return looks_like_socket(word, colon ? (size_t)(colon - word->data) : word->length);
  }
  case ARGUMENT_NUMBER:
    return number_parse(word->data, word->length, &number) == 0;
  case ARGUMENT_SIZE:
    return size_parse(word->data, word->length, &size) == 0;
  case ARGUMENT_DURATION:
    return duration_parse(word->data, word->length, &duration) == 0;
  case ARGUMENT_TIMEOUT:
    return duration_parse(word->data, word->length, &duration) == 0 ||
           bytes_equal(word->data, word->length, "off", 3);
  case ARGUMENT_CONDITION:
    return duration_parse(word->data, word->length, &duration) < 0;
  case ARGUMENT_FLAGS:
    /* A plain number in such a place was meant as something else; flags by number are written 0x40.
     */
    if (looks_numeric(word) && !(word->length > 2 && word->data[1] == 'x'))
      return false;
    return looks_like_symbol(argument->set, word);
  case ARGUMENT_SYMBOL:
    return looks_like_symbol(argument->set, word);
  case ARGUMENT_KEYWORD:
    return keyword_index(argument->words, word->data, word->length) >= 0;
  case ARGUMENT_LEVEL:
    return looks_like_symbol(&constant_levels, word);
  case ARGUMENT_JOB:
    return word->length > 1 && word->data[0] == '%';
  default:
    return true;
  }
}

/* The argument that this word is the keyword of, or -1. */
static int keyword_of(const struct command *command, const struct match_word *word) {
  if (!word->known || word->bare != word->length)
    return -1;
  for (int i = 0; i < ARGUMENT_LIMIT && command->arguments[i].name; i++) {
    const char *keyword = command->arguments[i].keyword;
    if (keyword && bytes_equal(keyword, strlen(keyword), word->data, word->length))
      return i;
  }
  return -1;
}

static int wrong_usage(const struct command *command, struct place place, struct error *error,
                       const char *what) {
  struct bytes synopsis = {0};
  command_append_synopsis(command, &synopsis);
  error_set(error, ERROR_USAGE, _("%s; usage: %s"), what, bytes_text(&synopsis));
  error->place = place;
  bytes_free(&synopsis);
  return -1;
}

static size_t required_from(const struct command *command, int first) {
  size_t count = 0;
  for (int i = first; i < ARGUMENT_LIMIT && command->arguments[i].name; i++)
    count += !command->arguments[i].keyword && !(command->arguments[i].flags & OPTIONAL);
  return count;
}

/* Takes out the words that stand behind a keyword such as --to. What is left stays marked with
 * UNASSIGNED. */
enum { UNASSIGNED = -2 };

/* One that takes just the word behind it: --to, or `seq`. Other keywords begin a group of words. */
static bool takes_one(const struct argument *argument) {
  return argument->keyword[0] == '-' || !(argument->flags & REPEATED);
}

static int match_switches(const struct command *command, const struct match_word *words,
                          size_t count, int *assigned, size_t *left, struct error *error) {
  for (size_t i = 0; i < count; i++) {
    int index = keyword_of(command, &words[i]);
    assigned[i] = UNASSIGNED;
    if (index >= 0 && takes_one(&command->arguments[index])) {
      assigned[i] = MATCH_KEYWORD;
      if (command->arguments[index].kind == ARGUMENT_SWITCH) {
        assigned[i] = index;
        continue;
      }
      if (i + 1 == count)
        return wrong_usage(command, words[i].place, error,
                           _("a value is missing behind this word"));
      assigned[++i] = index;
      continue;
    }
    ++*left;
  }
  return 0;
}

struct position {
  int at;      /* the declared argument that comes next */
  bool taken;  /* it has taken a word, and may take more */
  int group;   /* the keyword, such as `read` of select, whose words these are; -1: none */
  int refused; /* an optional argument that the last word did not look like; -1: none */
};

/* The declared argument for a word that no keyword claims, or -1 when there is none left. */
static int next_argument(const struct command *command, const struct match_word *word, size_t left,
                         struct position *position) {
  position->refused = -1;
  for (; position->at < ARGUMENT_LIMIT && command->arguments[position->at].name;
       position->at++, position->taken = false) {
    const struct argument *argument = &command->arguments[position->at];
    if (argument->keyword)
      continue;
    bool must = !(argument->flags & OPTIONAL) && !position->taken;
    bool needed_later = left <= required_from(command, position->at + 1);
    if (!must && (needed_later || !argument_fits(argument, word))) {
      bool better = position->refused >= 0 && looks_numeric(word); /* the first was for a number */
      if (!needed_later && !better)
        position->refused = position->at;
      continue;
    }
    int index = position->at;
    position->taken = true;
    if (!(argument->flags & REPEATED)) {
      position->at++;
      position->taken = false;
    }
    return index;
  }
  return -1;
}

int argument_match(const struct command *command, const struct match_word *words, size_t count,
                   int *assigned, struct error *error) {
  struct position position = {.group = -1, .refused = -1};
  size_t left = 0;
  const struct match_word *odd = NULL; /* the first that was taken for what it does not look like */
  if (match_switches(command, words, count, assigned, &left, error) < 0)
    return -1;
  for (size_t i = 0; i < count; i++) {
    if (assigned[i] != UNASSIGNED)
      continue;
    int group = keyword_of(command, &words[i]);
    if (group >= 0) {
      position.group = group;
      assigned[i] = MATCH_KEYWORD;
    } else if (position.group >= 0 &&
               argument_fits(&command->arguments[position.group], &words[i])) {
      assigned[i] = position.group;
    } else {
      position.group = -1;
      assigned[i] = next_argument(command, &words[i], left, &position);
      if (assigned[i] < 0 && position.refused >= 0 && words[i].known)
        assigned[i] = position.refused; /* reading it as that says best what is wrong with it */
      else if (assigned[i] < 0 && odd)
        return wrong_usage(command, odd->place, error, _("this word does not fit here"));
      else if (assigned[i] < 0)
        return wrong_usage(
            command, words[i].place, error,
            command->parts ? _("no command is called so; `help` with the first word lists them all")
            : command->arguments[0].name ? _("this word is one too many")
                                         : _("it takes no words"));
      if (assigned[i] == position.refused && !odd)
        odd = &words[i];
    }
    left--;
  }
  int missing = position.taken ? position.at + 1 : position.at;
  if (required_from(command, missing) > 0) {
    while (command->arguments[missing].keyword || command->arguments[missing].flags & OPTIONAL)
      missing++;
    char what[80];
    snprintf(what, sizeof what, _("%s is missing"), command->arguments[missing].name);
    return wrong_usage(command, (struct place){0, 0}, error, what);
  }
  return 0;
}

static struct match_word match_word_from(const struct word *word) {
  return (struct match_word){.data = word->literal ? word->text : "",
                             .length = word->literal ? word->count : 0,
                             .bare = word->bare,
                             .place = word->place,
                             .known = word->literal};
}

size_t invocation_next(const struct command *command, const struct word *words, size_t count,
                       const struct argument **next) {
  struct position position = {.group = -1};
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    struct match_word word = match_word_from(&words[i]);
    int keyword = keyword_of(command, &word);
    if (keyword >= 0 && command->arguments[keyword].kind == ARGUMENT_SWITCH)
      continue;
    if (keyword >= 0 && takes_one(&command->arguments[keyword])) {
      if (i + 1 == count) {
        next[found++] = &command->arguments[keyword];
        return found;
      }
      i++;
    } else if (keyword >= 0) {
      position.group = keyword;
    } else if (position.group < 0 || !argument_fits(&command->arguments[position.group], &word)) {
      position.group = -1;
      if (next_argument(command, &word, count + ARGUMENT_LIMIT, &position) < 0)
        return 0;
    }
  }
  if (position.group >= 0)
    next[found++] = &command->arguments[position.group];
  for (int i = position.at; i < ARGUMENT_LIMIT && command->arguments[i].name; i++) {
    if (command->arguments[i].keyword)
      continue;
    next[found++] = &command->arguments[i];
    if (!(command->arguments[i].flags & OPTIONAL) && !(i == position.at && position.taken))
      break;
  }
  return found;
}

/* Reads each known word as its argument, without looking at anything outside the line. */
static int check_words(const struct command *command, const struct word *words, const int *assigned,
                       size_t count, struct error *error) {
  enum { FEW = 8 };
  struct argument_value few[FEW];
  struct argument_value *values = count <= FEW ? few : calloc(count, sizeof *values);
  struct invocation invocation = {.command = command, .values = values, .error = error};
  int status = values ? 0 : error_set_memory(error);
  for (size_t i = 0; status == 0 && i < count; i++) {
    if (assigned[i] == MATCH_KEYWORD)
      continue;
    struct argument_value *value = &values[invocation.count++];
    struct match_word word = match_word_from(&words[i]);
    *value = (struct argument_value){
        .argument = &command->arguments[assigned[i]],
        .place = words[i].place,
        .unknown = !word.known,
        .word = {.data = word.data, .length = word.length, .bare = word.bare},
    };
    if (!word.known)
      continue;
    status = argument_convert(&invocation, value, true);
    if (status < 0)
      error_set_place(error, words[i].place);
  }
  if (status == 0 && command->check)
    status = command->check(&invocation);
  for (size_t i = 0; i < invocation.count; i++)
    argument_value_free(&values[i]);
  if (values != few)
    free(values);
  return status;
}

static void set_roles(struct word *words, const struct match_word *match, const int *assigned,
                      size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!match[i].known)
      return;
  for (size_t i = 0; i < count; i++)
    words[i].role =
        (signed char)(assigned[i] == MATCH_KEYWORD ? ROLE_KEYWORD : assigned[i] + ROLE_FIRST);
}

int invocation_check(const struct command *command, struct word *words, size_t count,
                     struct error *error) {
  enum { FEW = 16 };
  struct match_word few_words[FEW];
  int few_assigned[FEW];
  few_words[0] = (struct match_word){0}; /* where there are no words, this is still handed over */
  struct match_word *match = count <= FEW ? few_words : calloc(count, sizeof *match);
  int *assigned = count <= FEW ? few_assigned : calloc(count, sizeof *assigned);
  int status = match && assigned ? 0 : error_set_memory(error);
  for (size_t i = 0; status == 0 && i < count; i++)
    match[i] = match_word_from(&words[i]);
  if (status == 0)
    status = argument_match(command, match, count, assigned, error);
  if (status == 0)
    status = check_words(command, words, assigned, count, error);
  if (status == 0)
    set_roles(words, match, assigned, count);
  if (count > FEW) {
    free(match);
    free(assigned);
  }
  return status;
}
