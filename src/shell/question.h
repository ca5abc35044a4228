/* question: what a walk through a lesson asks before a line: which state a socket will be in, how a
 * call will end, whether it will block, how many bytes will come, which packet. The kernel grades
 * the answer: what the line did when it was run for the user.
 *
 * A lesson may say itself what is asked before a line, with a comment that is not shown:
 * "# ask: state c", "# ask: outcome", "# ask: blocks", "# ask: bytes", "# ask: packet", or
 * "# ask: nothing". */
#ifndef SOCKSH_SHELL_QUESTION_H
#define SOCKSH_SHELL_QUESTION_H

#include "session/runner.h"
#include "shell/rehearsal.h"

enum question_kind {
  QUESTION_NONE,
  QUESTION_STATE,
  QUESTION_PACKET,
  QUESTION_OUTCOME,
  QUESTION_BLOCKS,
  QUESTION_BYTES,
  QUESTION_KINDS,
};

enum { QUESTION_CHOICES = 7, QUESTION_WORD = 32 };

struct question {
  enum question_kind kind;
  const struct command *command; /* of the line */
  char socket[QUESTION_WORD];    /* whose state is asked for */
  char choices[QUESTION_CHOICES][QUESTION_WORD];
  size_t count;
  bool answered;
  char answer[QUESTION_WORD];
  uint64_t from;    /* the serial of the last event before the line */
  unsigned packets; /* the highest number of a packet then */
};

/* What was asked so far in a lesson, so that nothing is asked over and over. */
struct question_history {
  unsigned kinds[QUESTION_KINDS];
  struct bytes asked; /* struct asked: which command with which kind, how often; owned */
};

/* Chooses what to ask before a statement that did this in the rehearsal. `mark` is what the lesson
 * says to that, the words behind "ask:", "" for nothing. The kind is QUESTION_NONE if there is
 * nothing to ask. The session's lock is held. */
void question_choose(struct question *question, const struct statement *statement,
                     const struct fact *fact, const char *mark, struct question_history *history,
                     struct runner *runner);

/* Appends the question and its choices. */
void question_append(const struct question *question, struct bytes *bytes);

/* Whether the answer to it stands in the line, so that the line is to be shown without its RESULT.
 */
bool question_hides_result(const struct question *question);

/* Takes a line as the answer: the number of a choice, or a word. False if it is none. */
bool question_answer(struct question *question, const char *line, size_t length);

/* Grades the answer by what has happened since, and appends what is to be said. True if it was
 * right. The session's lock is held. */
bool question_grade(const struct question *question, struct runner *runner, struct bytes *bytes);

void question_history_free(struct question_history *history);

#endif
