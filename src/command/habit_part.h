/* habit_part: the parts of which habits are made: words of a line, calls of C and Python, and what
 * the words in capitals of a pattern stand for. */
#ifndef SOCKSH_COMMAND_HABIT_PART_H
#define SOCKSH_COMMAND_HABIT_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"

struct runner;

/* A part of a line, or of a pattern. */
struct habit_text {
  const char *text;
  size_t length;
};

enum {
  HABIT_PARTS = 16,
  HABIT_NAMES = 4,
  HABIT_LONG = 1000, /* nobody types more by habit */
};

/* A call as C or Python writes it: names = object.function(arguments). */
struct habit_call {
  struct habit_text names[HABIT_NAMES]; /* what stands before the = */
  size_t name_count;
  struct habit_text host;   /* @HOST before the call, as this shell has it; empty: none */
  struct habit_text object; /* empty: none */
  struct habit_text function;
  struct habit_text arguments[HABIT_PARTS];
  size_t argument_count;
  struct habit_text index; /* what is taken of its value: the 1 of f()[1]; empty: all */
};

/* The words that were caught, by their names in the pattern. */
struct habit_caught {
  struct {
    struct habit_text name;
    struct bytes text; /* as this shell writes it; owned */
    bool failed;       /* it can't be written here: the name itself stands in its place */
  } items[HABIT_PARTS];
  size_t count;
  const struct runner *runner;
  struct habit_text line; /* the statement, without what is before its command */
  bool failed;            /* one of them has failed */
};

/* The text without spaces around it. */
struct habit_text habit_trim(struct habit_text text);
bool habit_is(struct habit_text text, const char *word);
bool habit_is_name(struct habit_text text);

/* The text up to a comment: of C, or one that begins a word, as here and in Python. */
struct habit_text habit_without_comment(struct habit_text text);

/* Splits a line at spaces, outside quotes, into at most HABIT_PARTS words. The number of words. */
size_t habit_words(struct habit_text line, struct habit_text *words);

/* Splits at a character that stands outside quotes and brackets: the part before it, and `rest`
 * becomes what is behind. Without one it is the whole text, and `rest` empty. */
struct habit_text habit_split(struct habit_text text, char at, struct habit_text *rest);

/* Reads a call. False if the text is none. `bare`: it is a pattern. */
bool habit_read_call(struct habit_text text, struct habit_call *call);

/* Catches what a word in capitals of a pattern stands for. False if the typed text can't be that at
 * all; what could be, but has no form here, is caught as failed if `lenient`. */
bool habit_catch(struct habit_caught *caught, struct habit_text name, struct habit_text typed,
                 bool lenient);

/* True for a word in capitals that stands for something. */
bool habit_is_variable(struct habit_text word);

/* True for one that stands for all words from there on. */
bool habit_takes_rest(struct habit_text word);

/* Appends the template with what was caught put in. */
void habit_fill(const struct habit_caught *caught, struct habit_text template, struct bytes *line);

void habit_caught_free(struct habit_caught *caught);

/* Appends the text with the quotes, spaces and signs that keyboards of people make in place of
 * those of ASCII replaced, outside quotes. True if there were any. */
bool habit_append_plain(struct habit_text text, struct bytes *plain);

#endif
