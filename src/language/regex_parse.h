/* regex_parse: a regular expression as a program of small steps.
 *
 * POSIX extended syntax over bytes, in the C locale whatever the session's, with the operators of
 * GNU (\w \W \s \S \b \B \< \> \` \') and the escapes of the language (\n \r \t \0 \xHH). There are
 * no back-references: with them no matcher is fast on all data. */
#ifndef SOCKSH_LANGUAGE_REGEX_PARSE_H
#define SOCKSH_LANGUAGE_REGEX_PARSE_H

#include <stdint.h>

#include "language/error.h"

enum {
  REGEX_LIMIT = 1000,   /* bytes of an expression */
  REGEX_STEPS = 10000,  /* steps of its program, when its counts are written out */
  REGEX_NESTING = 100,  /* groups within each other */
  REGEX_COUNT = 0x7fff, /* the largest count between { and }, as in POSIX */
};

enum regex_step_kind {
  STEP_BYTE,   /* goes on behind a byte of the set `a` */
  STEP_SPLIT,  /* goes on at both `a` and `b` */
  STEP_JUMP,   /* goes on at `a` */
  STEP_ASSERT, /* goes on if the assertion `a` holds here */
  STEP_MATCH,  /* the expression is found */
};

enum regex_assertion {
  ASSERT_BEGIN,      /* ^ \`: the beginning of the data */
  ASSERT_END,        /* $ \': their end */
  ASSERT_EDGE,       /* \b: one end of a word */
  ASSERT_NO_EDGE,    /* \B */
  ASSERT_WORD_BEGIN, /* \< */
  ASSERT_WORD_END,   /* \> */
};

/* Where it goes is counted from the step itself, so that a piece of program can be copied. */
struct regex_step {
  enum regex_step_kind kind;
  int32_t a;
  int32_t b;
};

/* A set of bytes: a bit for each. */
struct regex_set {
  uint64_t bits[4];
};

struct regex_program {
  struct regex_step *steps; /* owned, `count` of them; the last is STEP_MATCH */
  size_t count;
  size_t room;
  struct regex_set *sets; /* owned */
  size_t set_count;
  size_t set_room;
  bool uses_words; /* some assertion asks for words */
};

static inline bool regex_set_has(const struct regex_set *set, unsigned byte) {
  return set->bits[byte / 64] >> (byte % 64) & 1;
}

/* The bytes of which \w is made. */
extern const struct regex_set regex_word_set;

/* Fills in a program. 0, or -1 with a syntax error, or one of memory; then the program is empty. */
int regex_parse(const char *text, size_t length, struct regex_program *program,
                struct error *error);
void regex_program_free(struct regex_program *program);

#endif
