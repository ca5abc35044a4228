/* file_transfer: commands that send or receive a whole file, with as many calls as it takes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/socket/file_source.h"
#include "language/escape.h"
#include "system/descriptor.h"
#include "system/replace.h"

enum {
  FIRST_CHUNK = 1 << 20, /* bytes of the first call */
  LAST_CHUNK = 1 << 30,
  PIPE_SIZE = 1 << 20,
  CALLS_SHOWN = 8, /* the others are only counted; log has them all */
};

/* In nanoseconds: about how long one call should take, so that progress can be shown; when progress
 * is first shown; how often. */
static const int64_t CALL_TIME = 200000000;
static const int64_t QUIET_TIME = 1000000000;
static const int64_t TELL_TIME = 200000000;

struct transfer {
  struct invocation *invocation;
  const char *path;
  struct bytes shown; /* the path, escaped */
  uint64_t moved;     /* bytes */
  uint64_t total;     /* bytes; 0: unknown */
  int64_t began;
  int64_t reported; /* when progress was last reported; 0: never */
  unsigned calls;
  bool ended; /* the last call found the end of the stream */
};

static void transfer_begin(struct transfer *transfer, struct invocation *invocation,
                           struct bytes *path) {
  const struct argument_value *word = invocation_value(invocation, "PATH");
  bytes_append(path, word->word.data, word->word.length);
  *transfer = (struct transfer){.invocation = invocation, .began = clock_monotonic()};
  transfer->path = bytes_text(path);
  escape_append_plain(&transfer->shown, word->word.data, word->word.length, false, escape_chosen());
}

static void report_progress(struct transfer *transfer, bool done) {
  struct runner *runner = transfer->invocation->runner;
  int64_t now = clock_monotonic();
  bool due = now - transfer->began > QUIET_TIME && now - transfer->reported >= TELL_TIME;
  if (done ? transfer->reported == 0 : !due)
    return;
  transfer->reported = now;
  struct event event = {.kind = EVENT_PROGRESS};
  event.progress = (struct event_progress){.what = bytes_text(&transfer->shown),
                                           .moved = transfer->moved,
                                           .whole = transfer->total,
                                           .began = transfer->began,
                                           .done = done};
  runner_append(runner, &event);
  runner->session->flush_wanted = true; /* to be seen while the next call blocks */
  waiter_list_wake(&runner->session->waiters);
}

/* Makes and frees a call. Returns the bytes it moved, or -1. */
static long transfer_call(struct transfer *transfer, struct call *call) {
  call->bulk = ++transfer->calls > CALLS_SHOWN;
  int status = invocation_call(transfer->invocation, call);
  long moved = status < 0 ? -1 : call->result;
  transfer->ended = call_found_end(call);
  call_free(call);
  transfer->moved += moved > 0 ? (uint64_t)moved : 0;
  report_progress(transfer, false);
  return moved;
}

/* Adds to the error of a failed command what became of the data. */
static void append_outcome(struct transfer *transfer, const char *text) {
  struct error *error = transfer->invocation->error;
  size_t length = strlen(error->message);
  snprintf(error->message + length, sizeof error->message - length, "; %s", text);
  error->call = false; /* the message says more than the call's line */
}

static void transfer_end(struct transfer *transfer) {
  report_progress(transfer, true);
  if (transfer->calls > CALLS_SHOWN)
    runner_note(
        transfer->invocation->runner,
        _("%u more calls like these; %llu bytes were moved in all, and log shows each call"),
        transfer->calls - CALLS_SHOWN, (unsigned long long)transfer->moved);
  bytes_free(&transfer->shown);
}

/* The size of the next call, adapted to how long the last one took. */
static size_t next_chunk(size_t chunk, int64_t took) {
  if (took < CALL_TIME / 2 && chunk < LAST_CHUNK)
    return 2 * chunk;
  if (took > 2 * CALL_TIME && chunk > FIRST_CHUNK)
    return chunk / 2;
  return chunk;
}

static int send_all(struct transfer *transfer, struct socket *socket, int file) {
  struct error *error = transfer->invocation->error;
  size_t chunk = FIRST_CHUNK;
  while (transfer->moved < transfer->total) {
    struct call call;
    uint64_t left = transfer->total - transfer->moved;
    int64_t began = clock_monotonic();
    if (file_source_prepare_sendfile(&call, socket, transfer->path, file, transfer->moved,
                                     left < chunk ? (size_t)left : chunk) < 0)
      return error_set_memory(error);
    long moved = transfer_call(transfer, &call);
    if (moved < 0)
      return -1;
    if (moved == 0)
      return error_set(error, ERROR_FAILURE, _("%.300s became shorter while it was sent"),
                       bytes_text(&transfer->shown));
    chunk = next_chunk(chunk, clock_monotonic() - began);
  }
  return 0;
}

static int run_send_file(struct invocation *invocation) {
  struct transfer transfer;
  struct bytes path = {0};
  char text[100];
  transfer_begin(&transfer, invocation, &path);
  int file = file_source_open(transfer.path, &transfer.total, invocation->error);
  int status = file < 0 ? -1 : send_all(&transfer, invocation_socket(invocation, "SOCKET"), file);
  if (file >= 0) {
    close(file);
    snprintf(text, sizeof text, _("%llu of %llu bytes were sent"),
             (unsigned long long)transfer.moved, (unsigned long long)transfer.total);
    if (status < 0)
      append_outcome(&transfer, text);
  }
  transfer_end(&transfer);
  bytes_free(&path);
  if (status == 0)
    invocation_give_number(invocation, (long long)transfer.moved);
  return status;
}

/* The file under its temporary name, and the pipe that leads to it. */
struct target {
  struct replace old; /* what it is to replace */
  struct bytes part;  /* the temporary name */
  int file;
  int pipe[2];
  uint64_t written;
  char *buffer; /* for files that can't be spliced into; NULL: splice */
};

static int make_pipe(int ends[2]) {
  if (descriptor_pipe(ends) < 0)
    return -1;
  fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE); /* if refused, it takes more calls */
  return 0;
}

/* Finds what is to be replaced: only a file, or nothing, is. */
static int target_find(struct target *target, struct transfer *transfer, struct error *error) {
  const char *shown = bytes_text(&transfer->shown);
  int problem = replace_find(&target->old, transfer->path);
  if (problem)
    return error_set_errno(error, problem, "%.300s", shown);
  if (target->old.there && !target->old.regular)
    return error_set(error, ERROR_FAILURE,
                     _("%.300s is no file, so what is received can't take its place: give the name "
                       "of a file, or of one that does not exist"),
                     shown);
  bytes_append_format(&target->part, "%s.part", target->old.path);
  return target->part.failed ? error_set_memory(error) : 0;
}

static int target_open(struct target *target, struct transfer *transfer, struct error *error) {
  *target = (struct target){.file = -1, .pipe = {-1, -1}};
  if (target_find(target, transfer, error) < 0)
    return -1;
  if (make_pipe(target->pipe) < 0)
    return error_set_errno(error, errno, _("no pipe could be made on the way to the file"));
  target->file = descriptor_move_up(replace_create(&target->old, bytes_text(&target->part)));
  if (target->file >= 0)
    return 0;
  if (errno == EEXIST)
    return error_set_errno(error, EEXIST,
                           _("%.300s.part, where the data is kept until it is all there; another "
                             "recv-file writes it, or has left it: move it away first"),
                           bytes_text(&transfer->shown));
  return error_set_errno(error, errno, "%.300s.part", bytes_text(&transfer->shown));
}

static void target_close(struct target *target) {
  for (int i = 0; i < 2; i++)
    if (target->pipe[i] >= 0)
      close(target->pipe[i]);
  if (target->file >= 0)
    close(target->file);
  free(target->buffer);
  bytes_free(&target->part);
  replace_free(&target->old);
}

/* Moves data through memory, for files that can't be spliced into. */
static ssize_t copy_some(struct target *target, size_t count) {
  if (!target->buffer)
    target->buffer = malloc(PIPE_SIZE);
  if (!target->buffer) {
    errno = ENOMEM;
    return -1;
  }
  ssize_t got = read(target->pipe[0], target->buffer, count < PIPE_SIZE ? count : PIPE_SIZE);
  for (ssize_t done = 0; done < got;) {
    ssize_t written = write(target->file, target->buffer + done, (size_t)(got - done));
    if (written < 0 && errno != EINTR)
      return -1;
    done += written > 0 ? written : 0;
  }
  return got;
}

/* Empties the pipe into the file. No signal ends this, so that no received data is lost. 0 or an
 * errno. */
static int drain_pipe(struct target *target, size_t count) {
  while (count > 0) {
    ssize_t moved = target->buffer
                        ? copy_some(target, count)
                        : splice(target->pipe[0], NULL, target->file, NULL, count, SPLICE_F_MOVE);
    if (moved < 0 && errno == EINVAL && !target->buffer)
      moved = copy_some(target, count);
    if (moved < 0 && errno != EINTR)
      return errno;
    count -= moved > 0 ? (size_t)moved : 0;
    target->written += moved > 0 ? (uint64_t)moved : 0;
  }
  return 0;
}

/* The same, with the session's lock given up. */
static int drain_unlocked(struct transfer *transfer, struct target *target, size_t count) {
  struct session *session = transfer->invocation->runner->session;
  session_unlock(session);
  int problem = drain_pipe(target, count);
  session_lock(session);
  if (problem)
    error_set_errno(transfer->invocation->error, problem, "%.300s.part",
                    bytes_text(&transfer->shown));
  return problem ? -1 : 0;
}

static int receive_all(struct transfer *transfer, struct socket *socket, struct target *target) {
  struct error *error = transfer->invocation->error;
  while (transfer->total == 0 || transfer->moved < transfer->total) {
    struct call call;
    uint64_t left = transfer->total ? transfer->total - transfer->moved : PIPE_SIZE;
    call_init(&call, CALL_SPLICE, socket);
    call.file.descriptor = target->pipe[1];
    call.file.name = strdup("pipe");
    call.size = left < PIPE_SIZE ? (size_t)left : PIPE_SIZE;
    call.number[0] = SPLICE_F_MOVE;
    if (!call.file.name) {
      call_free(&call);
      return error_set_memory(error);
    }
    long moved = transfer_call(transfer, &call);
    if (moved == 0 && (transfer->total || !transfer->ended))
      return error_set(error, ERROR_FAILURE,
                       transfer->ended ? _("the stream ended too early: the peer has closed")
                                       : _("a call returned 0 before the end of the stream"));
    if (moved <= 0)
      return moved == 0 ? 0 : -1;
    if (drain_unlocked(transfer, target, (size_t)moved) < 0)
      return -1;
  }
  return 0;
}

/* Renames the complete file. */
static int move_into_place(struct transfer *transfer, struct target *target) {
  const char *part = bytes_text(&target->part);
  int status = close(target->file);
  int problem = errno;
  target->file = -1;
  if (status == 0) {
    status = rename(part, target->old.path);
    problem = errno;
  }
  if (status == 0)
    return 0;
  return error_set_errno(transfer->invocation->error, problem, "%.300s",
                         bytes_text(&transfer->shown));
}

/* Keeps what has been received, and says where. */
static void report_partial(struct transfer *transfer, struct target *target) {
  struct bytes text = {0};
  if (target->file < 0 && target->written == 0)
    return;
  if (target->written == 0) {
    unlink(bytes_text(&target->part));
    bytes_append_text(&text, _("nothing was received"));
  } else if (target->written < transfer->moved) {
    bytes_append_format(&text, _("of %llu bytes received %llu are in %.300s.part"),
                        (unsigned long long)transfer->moved, (unsigned long long)target->written,
                        bytes_text(&transfer->shown));
  } else {
    bytes_append_format(&text, _("%llu bytes were received, and are in %.300s.part"),
                        (unsigned long long)transfer->moved, bytes_text(&transfer->shown));
  }
  append_outcome(transfer, bytes_text(&text));
  bytes_free(&text);
}

static int run_recv_file(struct invocation *invocation) {
  struct transfer transfer;
  struct target target;
  struct bytes path = {0};
  const struct socket *socket = invocation_socket(invocation, "SOCKET");
  if (socket->type != SOCK_STREAM && socket->kind != DESCRIPTOR_PIPE)
    return error_set(
        invocation->error, ERROR_FAILURE,
        _("socket %d is no stream, and only these have an end, where a file would be complete"),
        socket->was_descriptor);
  transfer_begin(&transfer, invocation, &path);
  transfer.total = invocation_size(invocation, "SIZE", 0);
  int status = target_open(&target, &transfer, invocation->error);
  if (status == 0)
    status = receive_all(&transfer, invocation_socket(invocation, "SOCKET"), &target);
  if (status == 0)
    status = move_into_place(&transfer, &target);
  if (status < 0)
    report_partial(&transfer, &target);
  target_close(&target);
  transfer_end(&transfer);
  bytes_free(&path);
  if (status == 0)
    invocation_give_number(invocation, (long long)transfer.moved);
  return status;
}

const struct command command_send_file = {
    .name = "send-file",
    .group = GROUP_TRANSFER,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket},
                  {.name = "PATH", .kind = &argument_file}},
    .results = {"count"},
    .summary = N_("sends a whole file, with as many calls as it takes"),
    .manual = N_("Makes sendfile(2) calls until the whole file is handed over. The first of them "
                 "are shown, and the number of the others; log shows all. On a terminal one that "
                 "takes longer than a second shows how far it has come: bytes, rate and the time "
                 "that is left. Ctrl-C ends it, and it says how much was sent. The connection "
                 "stays open: shutdown tells the peer that the file is complete."),
    .blocks = N_("until the kernel has taken all of it"),
    .errors = {{EPIPE, N_("this side was shut down for sending, or the connection is gone")},
               {ECONNRESET,
                N_("the peer has reset the connection (RST): its program ended, or it closed")},
               {ENOENT, N_("there is no such file")},
               {EAGAIN, N_("the socket is non-blocking: set-blocking makes it wait")}},
    .example = "write-file greeting \"hello\"\na b = socketpair unix stream\nsend-file a "
               "greeting\nexpect \"hello\" recv b",
    .pages = "sendfile(2)",
    .run = run_send_file,
};

const struct command command_recv_file = {
    .name = "recv-file",
    .group = GROUP_TRANSFER,
    .arguments = {{.name = "SOCKET", .kind = &argument_socket},
                  {.name = "PATH", .kind = &argument_file},
                  {.name = "SIZE", .kind = &argument_size, .flags = OPTIONAL}},
    .results = {"count"},
    .summary = N_("receives a file, to the end of the stream, with as many calls as it takes"),
    .manual =
        N_("Makes splice(2) calls until the end of the stream, or until SIZE bytes have come: each "
           "moves what is there into a pipe of the shell's own, and from there into the file. That "
           "is PATH.part until all of it is there, and takes the place of PATH then. Where it "
           "fails, or Ctrl-C ends it, what has come stays in PATH.part, and it says how much that "
           "is. The first calls are shown, and the number of the others."),
    .blocks = N_("until the peer closes its side, or SIZE bytes have come"),
    .errors = {{EEXIST, N_("the temporary file is there already")},
               {ENOSPC, N_("the disk is full")},
               {ECONNRESET, N_("the peer has reset the connection (RST): its program ended, or it "
                               "closed with data unread")},
               {EAGAIN, N_("the socket is non-blocking: set-blocking makes it wait")}},
    .example =
        "a b = socketpair unix stream\nsend a \"hello\"\nclose a\nexpect 5 recv-file b greeting",
    .pages = "splice(2)",
    .run = run_recv_file,
};
