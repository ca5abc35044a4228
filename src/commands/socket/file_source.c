/* file_source: calls that move data inside the kernel, and the pipe that splice needs. */
#include "commands/socket/file_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "language/escape.h"
#include "system/descriptor.h"

/* The most that Linux moves with one call. */
enum { MOST = 0x7ffff000 };

int file_source_open(const char *path, uint64_t *size, struct error *error) {
  struct bytes shown = {0};
  struct stat status;
  int file = descriptor_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
  int problem = file < 0 ? errno : 0;
  escape_append_plain(&shown, path, strlen(path), false, escape_chosen());
  if (file < 0) {
    error_set_errno(error, problem, "%.300s", bytes_text(&shown));
  } else if (fstat(file, &status) < 0 || !S_ISREG(status.st_mode)) {
    error_set(error, ERROR_FAILURE,
              _("%.300s is no regular file, and only these have a size and offsets"),
              bytes_text(&shown));
    close(file);
    file = -1;
  } else {
    *size = (uint64_t)status.st_size;
  }
  bytes_free(&shown);
  return file;
}

int file_source_prepare_sendfile(struct call *call, struct socket *socket, const char *path,
                                 int file, uint64_t offset, size_t count) {
  call_init(call, CALL_SENDFILE, socket);
  call->file.descriptor = file;
  call->file.name = strdup(path);
  call->number[0] = (long)offset;
  call->size = count < MOST ? count : MOST;
  if (call->file.name)
    return 0;
  call_free(call);
  return -1;
}

static int run_sendfile(struct invocation *invocation) {
  const struct argument_value *path = invocation_value(invocation, "PATH");
  uint64_t size = 0;
  struct call call;
  struct bytes name = {0};
  bytes_append(&name, path->word.data, path->word.length);
  int file = file_source_open(bytes_text(&name), &size, invocation->error);
  size_t offset = invocation_size(invocation, "OFFSET", 0);
  size_t rest = size > offset ? (size_t)(size - offset) : 0;
  int status = -1;
  if (file >= 0)
    status = file_source_prepare_sendfile(&call, invocation_socket(invocation, "SOCKET"),
                                          bytes_text(&name), file, offset,
                                          invocation_size(invocation, "COUNT", rest)) < 0
                 ? error_set_memory(invocation->error)
                 : invocation_simple_call(invocation, &call);
  if (file >= 0)
    close(file);
  bytes_free(&name);
  return status;
}

static int run_splice(struct invocation *invocation) {
  struct call call;
  struct socket *to = invocation_socket(invocation, "TO");
  call_init(&call, CALL_SPLICE, invocation_socket(invocation, "FROM"));
  call.other = (struct socket *)object_retain(&to->object);
  call.object = socket_label(to);
  call.size = invocation_size(invocation, "COUNT", 0);
  call.number[0] = (long)invocation_number(invocation, "FLAGS", 0);
  runner_touch(invocation->runner, to);
  return invocation_simple_call(invocation, &call);
}

static int run_pipe(struct invocation *invocation) {
  struct call call;
  call_init(&call, CALL_PIPE, NULL);
  int status = invocation_call(invocation, &call);
  for (int i = 0; status == 0 && i < 2; i++)
    result_add(invocation->result, value_from_object(&call.made_entry[i]->object));
  if (status == 0)
    invocation_give_number(invocation, 0);
  call_free(&call);
  return status;
}

const struct command command_sendfile = {
    .name = "sendfile",
    .group = GROUP_TRANSFER,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket},
                  {.name = "PATH", .kind = &argument_file},
                  {.name = "OFFSET", .kind = &argument_size, .flags = OPTIONAL},
                  {.name = "COUNT", .kind = &argument_size, .flags = OPTIONAL}},
    .results = {"count"},
    .summary = N_("sends a part of a file, without copying it through the program"),
    .manual = N_("One sendfile(2): hands COUNT bytes of the file from OFFSET on (all that follow, "
                 "and the whole file, where they are omitted) from the kernel's own memory to the "
                 "socket. It may take fewer, as send may; behind => stands the offset that the "
                 "next call begins with. send-file sends all of it. The file is opened and closed "
                 "by the shell, and stands in the call by its name."),
    .prototype = "ssize_t sendfile(int out_fd, int in_fd, off_t *offset, size_t count);",
    .python = "count = os.sendfile(s.fileno(), f.fileno(), offset, 4096)",
    .blocks = N_("while the send buffer is full, unless the socket is non-blocking"),
    .errors =
        {{EPIPE,
          N_("this side was shut down for sending, or the connection is gone; on TCP also: it "
             "was never made")},
         {ECONNRESET, N_("the peer has reset the connection (RST)")},
         {EAGAIN,
          N_("the send buffer is full, and the socket is non-blocking or SO_SNDTIMEO is over")},
         {ENOTCONN, N_("the socket is not connected (Unix)")},
         {EINVAL, N_("the descriptor can't take it: an epoll instance, for one")}},
    .example = "write-file greeting \"hello, world\"\na b = socketpair unix stream\nsendfile a "
               "greeting 7\n"
               "expect \"world\" recv b",
    .pages = "sendfile(2)",
    .run = run_sendfile,
};

const struct command command_splice = {
    .name = "splice",
    .group = GROUP_TRANSFER,
    .arguments = {{.name = "FROM", .kind = &argument_socket},
                  {.name = "TO", .kind = &argument_socket},
                  {.name = "COUNT", .kind = &argument_size},
                  {.name = "FLAGS",
                   .kind = &argument_flags,
                   .flags = OPTIONAL,
                   .set = &constant_splice_flags}},
    .results = {"count"},
    .summary = N_("moves data between a socket and a pipe, without copying it through the program"),
    .manual = N_("One splice(2): takes at most COUNT bytes out of FROM and puts them into TO, "
                 "inside the kernel. One of the two must be an end of a pipe, so data goes from "
                 "one socket to another by two calls, through a pipe between them. It moves what "
                 "is there, as recv takes it; 0 is the end of the stream."),
    .prototype = "ssize_t splice(int fd_in, off_t *off_in, int fd_out, off_t *off_out,\n"
                 "               size_t len, unsigned int flags);",
    .python = "count = os.splice(s.fileno(), w, 4096)",
    .blocks = N_("until there is something in FROM, and room in TO"),
    .errors = {{EINVAL, N_("neither of the two is a pipe, or both are the same one")},
               {EBADF, N_("an end of a pipe has one direction: data comes out of the first, and "
                          "goes into the second")},
               {EPIPE, N_("the pipe, or the connection, has nobody to read it")},
               {EAGAIN, N_("nothing is there, or no room, and the call must not wait: by nonblock, "
                           "O_NONBLOCK, or since SO_RCVTIMEO is over")}},
    .example = "a b = socketpair unix stream\nr w = pipe\nsend a \"hello\"\nsplice b w 64\nexpect "
               "\"hello\" read r",
    .pages = "splice(2), pipe(7)",
    .run = run_splice,
};

const struct command command_pipe = {
    .name = "pipe",
    .group = GROUP_TRANSFER,
    .results = {"read end", "write end"},
    .summary = N_("makes a pipe"),
    .manual = N_("Makes two descriptors: what is written into the second comes out of the first, "
                 "with read. Neither is a socket: send and recv fail with ENOTSOCK, and read, "
                 "write, poll, splice and close take them. A pipe holds 64K."),
    .prototype = "int pipe(int pipefd[2]);",
    .python = "r, w = os.pipe()",
    .blocks = N_("never"),
    .errors = {{EMFILE, N_("this process has as many descriptors as its limit allows")}},
    .example = "r w = pipe\nwrite w \"hello\"\nexpect \"hello\" read r\nclose r w",
    .pages = "pipe(2), pipe(7)",
    .run = run_pipe,
};
