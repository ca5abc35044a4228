/* habit: what people type who come from C, Python, nc, telnet, bash, gdb or SQL, and the line of
 * this shell that they mean.
 *
 * A habit is a row of a table, which is handed over at the start. A line is looked up in it only
 * after it could not be read, or its command could not begin: what the language takes is never
 * taken for something else. At the prompt a habit whose meaning is certain is done; everywhere else
 * the line to type is told.
 *
 * `typed` is a pattern of words, or, if it has a parenthesis, of a call of C or Python. In it,
 * words in capitals stand for what was typed, by their beginning (digits behind it tell two
 * of one kind apart):
 *
 *   SOCKET    a name, a descriptor, or .          ADDRESS  an address of C or Python
 *   NAME      a name                              DATA     a string, or a name that holds one
 *   BOUND     a name bound to a socket            SIZE     a number, or a name that holds one
 *   VALUE     a name bound to anything else       FLAGS    constants joined by |; 0 is none
 *   HOST      the name or address of a host       CONST    one constant, or a number
 *   PORT      a number                        SECONDS  a number of seconds
 *   NUMBER    a number                            BOOL     0, 1, True, False
 *   WORD      one word, as it is                  ANY      anything; it is not used
 *   REST      all words from here on          STRING   a string of C or Python
 *   TUPLE     ("host", port), to the end      ASSIGN   NAME=VALUE, as in bash
 *   SERVICE   a port, also by its name        PLAIN    words without quotes, to the end
 *   BANG      a word behind a !               CALL     a command of one word
 *   SYMBOL    a name that C has for a number  FIELD    a field of a structure
 *   PAIR      A, B = VALUE, VALUE: the whole line
 *   PROGRAM   the path of one                HOSTPORT host:port in one word
 *   SENDS     a command with data as its second argument; behind it, to the end, data as others
 *             write it: REPEATED  "x" * 10    MANY  zeros(10), random:10    BYTES  b"x"
 *                       ATFILE  @path         PRINTED  $(date), `date`
 *   RUNNING   a name bound to a program   ITSFIELD  NAME.FIELD of a name that is bound
 *   REDIRECT  >, >> or |
 *   QUOTED    letters and digits, in quotes or not, that are no condition of await
 *   KEYWORD   a word that a command takes as one of a few
 *   OPTVALUE  the value of the option caught before it, as its type is written here
 *   HOSTTEXT  a host in quotes   LIST  sockets in a list of Python   NOLIST  an empty one
 *   PACKED    what Python packs for an option, to the end   RANGE  range(20), to the end
 *   GROUP     an IPv4 multicast group    MEMBERSHIP  GROUP,ADDRESS and {GROUP, ADDRESS}, to the end
 *   WHY       why, and words behind it: the line that tells of the last failure
 *
 * Behind an argument of a call may stand =VALUE: it may be left out, and is VALUE then. Behind a
 * call may stand an index, as [1]. A pattern
 * of words may offer words for one place as a|b|c. In `line` the same words stand for the same, and
 * EVERY for all open sockets, EVERYWORD for the statement as it is. A name before "=" at its
 * beginning is replaced by the names that were typed before an =; "= " alone takes them only if
 * there were some. */
#ifndef SOCKSH_COMMAND_HABIT_H
#define SOCKSH_COMMAND_HABIT_H

#include <stdbool.h>
#include <stddef.h>

#include "language/bytes.h"

struct runner;

enum habit_kind {
  HABIT_SAID,  /* the line to type is told */
  HABIT_DONE,  /* its meaning is certain: the prompt runs that line */
  HABIT_NOTED, /* the line is right as it is, but probably meant something else: the prompt says so
                */
  HABIT_DOUBTED, /* it is right, but almost certainly meant something else: the prompt does not run
                    it, and tells the line. A script runs it as it is */
};

struct habit {
  const char *from;  /* where people have it from: "nc"; "": from nowhere, and `note` says what
                        there is to say; NULL ends the table */
  const char *typed; /* the pattern */
  const char *line;  /* the line of this shell; NULL: there is none, `note` says what to do */
  enum habit_kind kind;
  const char *note;    /* a sentence without a full stop, or NULL; N_() */
  const char *example; /* one line typed so, and what becomes of it: for the test of the row */
  const char *becomes; /* NULL if `line` is */
};

/* What was found for a line. */
struct habit_found {
  const struct habit *habit; /* the row; NULL where only characters were replaced */
  struct bytes line; /* the whole line as this shell writes it, owned; empty: there is none */
  bool certain;      /* the line may be run in place of what was typed */
};

/* Sets the table. Call this before there are threads. */
void habit_start(const struct habit *table);
const struct habit *habit_list(void);

/* Looks for the habit behind one line. `runner` knows which names are bound; NULL: none is. False,
 * with nothing to free, if there is none. */
bool habit_find(const struct runner *runner, const char *text, size_t length,
                struct habit_found *found);

/* The same for a line that can be read: only rows of HABIT_NOTED and HABIT_DOUBTED are looked at.
 */
bool habit_find_doubt(const struct runner *runner, const char *text, size_t length,
                      struct habit_found *found);

/* Whether a text that can't be read is a call of C or Python whose parentheses are still open, so
 * that the next line belongs to it. */
bool habit_is_open(const char *text, size_t length);

/* Whether it is a block that is still open, and in which a line can't be read that has a certain
 * meaning: then the lines up to its end belong to it. */
bool habit_is_open_block(const struct runner *runner, const char *text, size_t length);

/* Appends the lines of such a call, in one. False if they are none, or it is still open. */
bool habit_join(const char *text, size_t length, struct bytes *joined);

void habit_found_free(struct habit_found *found);

#endif
