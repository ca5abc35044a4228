/* picture_file: the picture of the whole session that --diagram and --report ask for. */
#ifndef SOCKSH_SHELL_PICTURE_FILE_H
#define SOCKSH_SHELL_PICTURE_FILE_H

#include "session/session.h"
#include "shell/options.h"

/* Writes what the options ask for, at the end of the session. 0, or -1 with what went wrong said on
 * standard error. */
int picture_file_write(struct session *session, const struct shell_options *options);

#endif
