#include "command/match.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "language/word.h"

static bool looks_numeric(const struct match_word *word) {
  return word->length > 0 && (isdigit((unsigned char)word->data[0]) || word->data[0] == '-');
}

/* True for `--` alone, behind which no word is an option. */
static bool ends_options(const struct match_word *word) {
  return word->known && word->bare == 2 && bytes_equal("--", 2, word->data, word->length);
}

/* True for a word that can only be meant as an option, such as --flags or --flags=oob. */
static bool looks_like_option(const struct match_word *word) {
  return word->known && word->bare > 2 && memcmp(word->data, "--", 2) == 0 &&
         isalpha((unsigned char)word->data[2]);
}

/* Index of the argument whose keyword this word is, or -1. Where options have ended, those that
 * begin with a dash are none. */
static int keyword_of(const struct command *command, const struct match_word *word, bool ended) {
  if (!word->known || word->bare != word->length || (ended && word->data[0] == '-'))
    return -1;
  for (int i = 0; command->arguments[i].name; i++) {
    const char *keyword = command->arguments[i].keyword;
    if (keyword && word->length > 0 && keyword[0] == word->data[0] &&
        bytes_equal(keyword, strlen(keyword), word->data, word->length))
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

/* Names the option that was probably meant, or all that there are. */
static int unknown_option(const struct command *command, const struct match_word *word,
                          struct error *error) {
  struct word_shown shown;
  const char *equals = memchr(word->data, '=', word->length);
  struct word_guess guess = {.text = word->data,
                             .length = equals ? (size_t)(equals - word->data) : word->length};
  struct bytes known = {0};
  for (int i = 0; command->arguments[i].name; i++) {
    const char *keyword = command->arguments[i].keyword;
    if (!keyword || keyword[0] != '-')
      continue;
    word_guess_try(&guess, keyword, 0);
    if (!guess.name && strncmp(keyword, guess.text, guess.length) == 0)
      guess.name = keyword; /* an abbreviation */
    bytes_append_format(&known, known.length ? ", %s" : "%s", keyword);
  }
  const char *typed = word_show(&shown, word->data, word->length);
  const char *otherwise = _("data that begins so is quoted, or stands behind a lone --");
  if (bytes_equal("--help", 6, word->data, word->length))
    error_set(error, ERROR_USAGE, _("--help is no option here: write `help %s`"), command->name);
  else if (guess.name)
    error_set(error, ERROR_USAGE, _("no option is called %s, did you mean %s? (%s)"), typed,
              guess.name, otherwise);
  else if (known.length)
    error_set(error, ERROR_USAGE, _("no option is called %s; there is %s (%s)"), typed,
              bytes_text(&known), otherwise);
  else
    error_set(error, ERROR_USAGE, _("%s looks like an option, and there are none (%s)"), typed,
              otherwise);
  error->place = word->place;
  bytes_free(&known);
  return -1;
}

static size_t required_from(const struct command *command, int first) {
  size_t count = 0;
  for (int i = first; command->arguments[i].name; i++)
    count += !command->arguments[i].keyword && !(command->arguments[i].flags & OPTIONAL);
  return count;
}

/* Assigned to words that neither are keywords such as --to nor follow one. */
enum { UNASSIGNED = -2 };

/* True for a keyword that takes only the word after it: --to, or `seq`. Others start a group of
 * words. */
static bool takes_one(const struct argument *argument) {
  return argument->keyword[0] == '-' || !(argument->flags & REPEATED);
}

/* Assigns options and what follows them. `left` becomes the number of other words, and `end` the
 * index of `--`, or `count`. */
static int match_switches(const struct command *command, const struct match_word *words,
                          size_t count, int *assigned, size_t *left, size_t *end,
                          struct error *error) {
  const struct argument *first = &command->arguments[0];
  bool raw = first->name && first->kind->rest_of_line;
  *end = count;
  for (size_t i = 0; i < count; i++) {
    bool ended = raw || i > *end;
    if (!ended && ends_options(&words[i])) {
      *end = i;
      assigned[i] = MATCH_KEYWORD;
      continue;
    }
    int index = keyword_of(command, &words[i], ended);
    assigned[i] = UNASSIGNED;
    if (index < 0 && !ended && looks_like_option(&words[i]))
      return unknown_option(command, &words[i], error);
    if (index >= 0 && takes_one(&command->arguments[index])) {
      assigned[i] = MATCH_KEYWORD;
      if (command->arguments[index].kind->lone_keyword) {
        assigned[i] = index;
        continue;
      }
      size_t values = 1 + command->arguments[index].kind->more_words;
      if (count - i - 1 < values)
        return wrong_usage(command, words[i].place, error,
                           values > 1 ? _("words are missing behind this one")
                                      : _("a value is missing behind this word"));
      while (values-- > 0)
        assigned[++i] = index;
      continue;
    }
    ++*left;
  }
  return 0;
}

struct position {
  int at;      /* the next declared argument */
  bool taken;  /* it has taken a word, and may take more */
  int group;   /* the keyword, such as `read` of select, whose words follow; -1: none */
  int refused; /* the optional argument that the last word did not fit; -1: none */
};

/* The declared argument for a word that no keyword claims, or -1 if none is left. */
static int next_argument(const struct command *command, const struct match_word *word, size_t left,
                         struct position *position) {
  position->refused = -1;
  for (; command->arguments[position->at].name; position->at++, position->taken = false) {
    const struct argument *argument = &command->arguments[position->at];
    if (argument->keyword)
      continue;
    bool must = !(argument->flags & OPTIONAL) && !position->taken;
    bool needed_later = !must && left <= required_from(command, position->at + 1);
    if (!must && (needed_later || !argument_fits(argument, word))) {
      /* A number is most likely meant for the argument that refused it first. */
      bool better = position->refused >= 0 && looks_numeric(word);
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

int match_words(const struct command *command, const struct match_word *words, size_t count,
                int *assigned, struct error *error) {
  struct position position = {.group = -1, .refused = -1};
  size_t left = 0;
  size_t end;
  /* First word that was assigned although it does not fit. */
  const struct match_word *misfit = NULL;
  if (match_switches(command, words, count, assigned, &left, &end, error) < 0)
    return -1;
  for (size_t i = 0; i < count; i++) {
    if (assigned[i] != UNASSIGNED)
      continue;
    int group = keyword_of(command, &words[i], i > end);
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
        assigned[i] = position.refused; /* reading it as that gives the best error */
      else if (assigned[i] < 0 && misfit)
        return wrong_usage(command, misfit->place, error, _("this word does not fit here"));
      else if (assigned[i] < 0)
        return wrong_usage(
            command, words[i].place, error,
            command->parts ? _("no command is called so; `help` with the first word lists them all")
            : command->arguments[0].name ? _("this word is one too many")
                                         : _("it takes no words"));
      if (assigned[i] == position.refused && !misfit)
        misfit = &words[i];
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

struct match_word match_word_from(const struct word *word) {
  return (struct match_word){.data = word->literal ? word->text : "",
                             .length = word->literal ? word->count : 0,
                             .bare = word->bare,
                             .place = word->place,
                             .known = word->literal};
}

size_t match_next(const struct command *command, const struct word *words, size_t count,
                  const struct argument **next) {
  struct position position = {.group = -1};
  size_t found = 0;
  bool ended = false;
  for (size_t i = 0; i < count; i++) {
    struct match_word word = match_word_from(&words[i]);
    if (!ended && ends_options(&word)) {
      ended = true;
      continue;
    }
    int keyword = keyword_of(command, &word, ended);
    if (keyword >= 0 && command->arguments[keyword].kind->lone_keyword)
      continue;
    if (keyword >= 0 && takes_one(&command->arguments[keyword])) {
      size_t values = 1 + command->arguments[keyword].kind->more_words;
      if (count - i - 1 < values) {
        next[found++] = &command->arguments[keyword];
        return found;
      }
      i += values;
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
  for (int i = position.at; command->arguments[i].name; i++) {
    if (command->arguments[i].keyword)
      continue;
    next[found++] = &command->arguments[i];
    if (!(command->arguments[i].flags & OPTIONAL) && !(i == position.at && position.taken))
      break;
  }
  return found;
}
