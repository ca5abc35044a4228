#include "session/process_streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "system/descriptor.h"

enum { COLUMNS = 80, ROWS = 24 }; /* where the session has no terminal itself */

/* Makes a pipe; `own` is the index of this side's end. 0, or -1 with errno set. */
static int make_pipe(int own, int *here, int *there) {
  int ends[2];
  if (descriptor_pipe(ends) < 0)
    return -1;
  *here = ends[own];
  *there = ends[1 - own];
  return fcntl(*here, F_SETFL, O_NONBLOCK);
}

static int open_pipes(struct process *process, struct child_streams *streams) {
  if (make_pipe(1, &process->input, &streams->input) < 0 ||
      make_pipe(0, &process->streams[PROGRAM_OUTPUT].end, &streams->output) < 0)
    return -1;
  return make_pipe(0, &process->streams[PROGRAM_ERRORS].end, &streams->errors);
}

/* What is typed to it is not printed again, and a line ends with its newline alone. */
static int set_terminal(int terminal) {
  struct termios modes;
  struct winsize size = {0};
  if (tcgetattr(terminal, &modes) < 0)
    return -1;
  modes.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
  modes.c_oflag &= ~(tcflag_t)ONLCR;
  if (tcsetattr(terminal, TCSANOW, &modes) < 0)
    return -1;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
    size = (struct winsize){.ws_col = COLUMNS, .ws_row = ROWS};
  return ioctl(terminal, TIOCSWINSZ, &size);
}

/* The terminal's one end is read and written here; its other end is all three of the program's
 * streams. */
static int open_terminal(struct process *process, struct child_streams *streams) {
  int own = descriptor_open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK, 0);
  process->input = own;
  if (own < 0 || unlockpt(own) < 0)
    return -1;
  process->streams[PROGRAM_OUTPUT].end = descriptor_copy_up(own);
  streams->input = descriptor_move_up(ioctl(own, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  streams->output = streams->errors = streams->input;
  if (process->streams[PROGRAM_OUTPUT].end < 0 || streams->input < 0)
    return -1;
  return set_terminal(streams->input);
}

int process_streams_open(struct process *process, bool terminal, struct child_streams *streams,
                         struct error *error) {
  *streams = (struct child_streams){.input = -1, .output = -1, .errors = -1, .terminal = terminal};
  if ((terminal ? open_terminal(process, streams) : open_pipes(process, streams)) == 0)
    return 0;
  int problem = errno;
  process_streams_give(streams);
  return error_set_errno(error, problem,
                         terminal ? _("no terminal could be made for the program")
                                  : _("no pipe could be made for what the program prints"));
}

int process_streams_share(struct child_streams *streams, int output, struct error *error) {
  *streams = (struct child_streams){.input = descriptor_copy_up(STDIN_FILENO),
                                    .output = descriptor_copy_up(output),
                                    .errors = descriptor_copy_up(STDERR_FILENO)};
  if (streams->input >= 0 && streams->output >= 0 && streams->errors >= 0)
    return 0;
  error_set_errno(error, errno, _("the program could not be given its streams"));
  process_streams_give(streams);
  return -1;
}

void process_streams_give(const struct child_streams *streams) {
  if (streams->input >= 0)
    close(streams->input);
  if (streams->output >= 0 && streams->output != streams->input)
    close(streams->output);
  if (streams->errors >= 0 && streams->errors != streams->input)
    close(streams->errors);
}
