/* edit: the line being typed: readline, its history, completion and the dim hint behind the cursor.
 * Only the terminal's thread comes here. */
#ifndef SOCKSH_SHELL_EDIT_H
#define SOCKSH_SHELL_EDIT_H

#include "session/session.h"

/* Sets readline up, and reads the history. `accept` is called with each finished line, NULL at the
 * end of input; it need not free the line. */
void edit_start(struct session *session, void (*accept)(const char *line));
void edit_stop(void);

/* Shows the prompt and takes keys; or gives the terminal back while a command runs. */
void edit_begin(const char *prompt);
void edit_end(void);
bool edit_active(void);

/* A key can be read. */
void edit_read(void);

/* Ctrl-C: drops the line, and gives the terminal back. The window has another size. The terminal
 * was taken away and given back. */
void edit_drop(void);
void edit_resize(void);
void edit_redraw(void);

/* Writes what waits in the output above the line being typed, which stays as it is. */
void edit_show_output(struct output *output);

/* Keeps a line in the history. */
void edit_remember(const char *line);

/* Fills in the lines of the history. */
void edit_history(struct session *session, struct answer *answer);

#endif
