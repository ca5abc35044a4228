/* habit_table: the list of all habits. The first that fits a line counts. Each row has an example
 * line and what becomes of it, which a test holds it to. */
#include "commands/habit_table.h"

#include "language/error.h"

/* The line is certain, and the prompt runs it. */
#define DONE(from, typed, line, example, becomes)                                                  \
  { from, typed, line, HABIT_DONE, NULL, example, becomes }
/* The same; the note helps where a part of it has no form here. */
#define DONE_NOTE(from, typed, line, note, example, becomes)                                       \
  { from, typed, line, HABIT_DONE, note, example, becomes }
/* The line is told. */
#define SAID(from, typed, line, note, example, becomes)                                            \
  { from, typed, line, HABIT_SAID, note, example, becomes }
/* There is no such line. */
#define NONE(from, typed, note, example)                                                           \
  { from, typed, NULL, HABIT_SAID, note, example, NULL }
/* The line is right, but probably meant otherwise. */
#define NOTED(from, typed, line, note, example, becomes)                                           \
  { from, typed, line, HABIT_NOTED, note, example, becomes }

/* The line is right, but the prompt asks first. */
#define DOUBTED(from, typed, line, note, example, becomes)                                         \
  { from, typed, line, HABIT_DOUBTED, note, example, becomes }

const struct habit habit_table[] = {
#include "commands/habit_call.inc"
#include "commands/habit_word.inc"
    {0},
};
