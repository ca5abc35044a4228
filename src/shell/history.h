/* history: the file that keeps the lines typed at the prompt, $XDG_STATE_HOME/socksh/history. It
 * has mode 0600 and bounded size. */
#ifndef SOCKSH_SHELL_HISTORY_H
#define SOCKSH_SHELL_HISTORY_H

/* Opens the file, creating its directory, and gives its lines to readline. On failure it complains
 * on standard error once, and only this session's lines are kept, in memory. */
void history_open(void);
void history_close(void);

/* Appends a line to the file. */
void history_append(const char *line);

#endif
