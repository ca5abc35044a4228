/* edit: the line being typed: readline, its history, completion and the dim hint after the cursor.
 * Only the thread that reads the terminal calls these functions. */
#ifndef SOCKSH_SHELL_EDIT_H
#define SOCKSH_SHELL_EDIT_H

#include "session/session.h"

/* edit_start sets readline up and reads the history. `accept` gets each finished line, which stays
 * readline's, or NULL at the end of input. edit_stop restores the terminal and frees all. */
void edit_start(struct session *session, void (*accept)(const char *line));
void edit_stop(void);

/* edit_begin shows the prompt and reads keys; edit_end gives the terminal back for a command to
 * run. A digit from 1 to `digits`, typed at a terminal as the first key of a line, is the line: it
 * needs no Enter, and one that follows at once out of habit is no line of its own. 0: none is. */
void edit_begin(const char *prompt, unsigned digits);
void edit_end(void);

/* Puts text into the line, as if it had been typed. */
void edit_insert(const char *text);
bool edit_active(void);

/* Reads a key, if one is there. */
void edit_read(void);

/* edit_drop: Ctrl-C drops the line, and the prompt is shown anew, as by edit_begin. edit_resize:
 * the window has a new size. edit_redraw: the terminal is ours again after a stop. */
void edit_drop(const char *prompt, unsigned digits);
void edit_resize(void);
void edit_redraw(void);

/* Writes the pending output above the line being typed. */
void edit_show_output(struct output *output);

/* Adds a line to the history, unless it is blank, begins with a space or repeats the last one. */
void edit_remember(const char *line);

/* Answers with the lines of the history. */
void edit_history(struct session *session, struct answer *answer);

#endif
