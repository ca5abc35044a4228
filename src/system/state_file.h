/* state_file: where the program keeps what it remembers from one session to the next. */
#ifndef SOCKSH_SYSTEM_STATE_FILE_H
#define SOCKSH_SYSTEM_STATE_FILE_H

/* The path of a file of this name, $XDG_STATE_HOME/socksh/NAME or ~/.local/state/socksh/NAME,
 * allocated, its directories made. NULL where no home is known, or there is no memory. *problem:
 * the errno for which a directory could not be made; 0: all are there. */
char *state_file_path(const char *name, int *problem);

#endif
