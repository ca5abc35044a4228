/* history: the file that keeps the lines typed at the prompt, $XDG_STATE_HOME/socksh/history. It
 * has mode 0600 and bounded size. */
#ifndef SOCKSH_SHELL_HISTORY_H
#define SOCKSH_SHELL_HISTORY_H

#include "language/bytes.h"

/* Opens the file, creating its directory, and gives its lines to readline. On failure it complains
 * on standard error once, and only this session's lines are kept, in memory. */
void history_open(void);
void history_close(void);

/* Appends a line to the file. */
void history_append(const char *line);

/* Puts lines typed before in the place of what stands for them, as other shells do: !! is the last
 * one, !12 the one of that number, !-2 the last but one, each as the first word, and !$ the last
 * word of the last line. 1 with the new line; 0 if the line has none of them; -1 if there is no
 * such line. */
int history_recall(const char *line, struct bytes *recalled);

#endif
