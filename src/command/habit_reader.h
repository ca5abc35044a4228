/* habit_reader: what each word in capitals of a pattern reads, a row each: words of a line, and
 * values as C and Python write them. */
#ifndef SOCKSH_COMMAND_HABIT_READER_H
#define SOCKSH_COMMAND_HABIT_READER_H

#include "command/habit_part.h"
#include "language/value.h"

/* How what was typed reads as something: it is written here as what was appended; so it is likely,
 * and the line is told and not run; it could be that but has no form here; it can't be that. */
enum habit_reading { HABIT_READS, HABIT_IS_LIKELY, HABIT_HAS_NO_FORM, HABIT_IS_NONE };

struct habit_reader {
  const char *name; /* NULL ends a table */
  enum habit_reading (*read)(const struct runner *runner, struct habit_text text, struct bytes *to);
  bool to_the_end; /* it stands for all words from there on */
  /* In place of `read`, where it depends on what was caught before; NULL: it does not. */
  enum habit_reading (*read_after)(const struct habit_caught *caught, struct habit_text text,
                                   struct bytes *to);
};

extern const struct habit_reader habit_readers_of_words[];
extern const struct habit_reader habit_readers_of_values[];
extern const struct habit_reader habit_readers_of_data[];
extern const struct habit_reader habit_readers_of_options[];

/* Helpers of both. */
void habit_reader_append(struct bytes *to, struct habit_text text);
bool habit_reader_is_number(struct habit_text text);

/* What the name is bound to; NULL: nothing. */
const struct value *habit_reader_bound(const struct runner *runner, struct habit_text name);

/* A host, as an address begins with it here. */
enum habit_reading habit_reader_host(const struct runner *runner, struct habit_text text,
                                     struct bytes *to);

/* Data that is made of a count: "x" * 10, bytes(10). Nothing is appended if it is none. */
enum habit_reading habit_reader_many(struct habit_text text, struct bytes *to);

#endif
