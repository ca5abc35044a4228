/* history: the file that keeps the lines typed at the prompt: $XDG_STATE_HOME/socksh/history, mode
 * 0600, bounded. */
#ifndef SOCKSH_SHELL_HISTORY_H
#define SOCKSH_SHELL_HISTORY_H

/* Opens the file, creating its directory, and gives its lines to readline. A complaint goes to
 * standard error, once; without the file the history is that of this session alone. */
void history_open(void);
void history_close(void);

/* Adds a line at the end of the file. */
void history_append(const char *line);

#endif
