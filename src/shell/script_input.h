/* script_input: standard input as a script: complete lines run before more is read. The session's
 * lock is held in all functions. */
#ifndef SOCKSH_SHELL_SCRIPT_INPUT_H
#define SOCKSH_SHELL_SCRIPT_INPUT_H

#include "shell/script_run.h"

struct script_input {
  struct bytes bytes; /* read but not yet run */
  size_t start;       /* offset of the statement in progress */
  size_t scanned;     /* no newline between the line's start and this offset */
  size_t singly;      /* up to here lines are parsed one at a time */
  unsigned line;      /* line number at `start` */
  unsigned tried;     /* how many lines from `start` on have been found incomplete */
  unsigned held;      /* how many have come since */
  bool ended;
};

/* Reads more of it, or notes that it has ended. */
void script_input_more(struct script_run *run, struct script_input *input);

/* Offset after the next newline; at the end of input, the end of the buffer; 0 if the line is
 * incomplete. */
size_t script_input_line_end(struct script_input *input);

/* Runs the lines up to `end`. False if they are incomplete and more may follow. */
bool script_input_run_lines(struct script_run *run, struct script_input *input, size_t end);

/* Drops what was run from the buffer, if that is much. */
void script_input_compact(struct script_input *input);

/* Runs all of it. */
void script_input_run(struct script_run *run);

#endif
