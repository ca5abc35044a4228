#include "shell/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/lab/capture_packets.h"
#include "lab/lab.h"
#include "language/loss.h"
#include "session/fault.h"
#include "session/observe.h"
#include "session/saved.h"
#include "session/service_handle.h"
#include "session/traced.h"
#include "session/watch.h"
#include "shell/edit.h"
#include "shell/job.h"
#include "shell/picture_file.h"
#include "shell/prompt.h"
#include "shell/run.h"
#include "shell/run_output.h"
#include "shell/save.h"
#include "shell/script_source.h"
#include "shell/watcher.h"
#include "system/descriptor.h"
#include "system/network.h"
#include "view/lesson/facts_view.h"
#include "view/tap/junit_view.h"

const struct shell_operations shell_operations = {
    .list_jobs = job_list,
    .wait_job = job_wait,
    .start_job = job_start_body,
    .next_job = job_next_number,
    .show_job = job_show,
    .kill_job = job_kill,
    .jobs_busy = job_any_busy,
    .last_job = job_last,
    .source = script_source,
    .source_again = script_source_again,
    .run_line = script_source_line,
    .conclude = job_conclude,
    .walk = prompt_walk,
    .drain = run_output_drain,
    .save = save_script,
    .history = edit_history,
    .read_keys = prompt_read_keys,
    .wait_key = prompt_wait_key,
    .lend_terminal = prompt_lend_terminal,
    .reset_child = watcher_reset_child,
};

static bool adopt(int descriptor, void *context) {
  struct session *session = context;
  struct socket *socket = socket_reserve(&session->sockets);
  bool adopted = socket && socket_table_add(&session->sockets, socket, descriptor) == 0;
  if (adopted)
    socket_identify(socket);
  socket_unreserve(socket);
  return adopted;
}

static struct settings initial_settings(const struct shell_options *options, bool interactive) {
  bool terminal = isatty(STDOUT_FILENO);
  const char *colour = getenv("NO_COLOR");
  const char *kind = getenv("TERM");
  bool dumb = !kind || strcmp(kind, "dumb") == 0;
  return (struct settings){
      .view =
          {
              .quiet = options->quiet,
              .verbose = options->verbose && !interactive,
              .colour = terminal && !dumb && !(colour && *colour) && !options->stable,
              .terminal = terminal,
              .utf8 = terminal && !options->stable && strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
              .states = true,
              .calls = true,
              .stable = options->stable,
              .preview = 64,
          },
      .stable = options->stable,
      .look = true,
      .queues = interactive || options->diagram || options->report || options->save_timeline,
      .timeout = 10000000000,
      .tolerance = 4000000, /* what packetdrill itself allows */
      .blocks_after = 200000000,
      .record = 64 * 1024,
  };
}

static int report(const char *what) {
  fprintf(stderr, "socksh: %s: %s (%s)\n", what, strerror(errno), error_number_name(errno));
  return -1;
}

/* Adds the view that writes the report of --junit. 0, or -1 with what went wrong said. */
static int add_report(struct session *session, const struct shell_options *options) {
  int file = descriptor_open(options->junit, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY, 0666);
  if (file < 0) {
    fprintf(stderr, _("socksh: the report %s can't be written: %s (%s)\n"), options->junit,
            strerror(errno), error_number_name(errno));
    return -1;
  }
  session->report = junit_view_create(file, options->path       ? options->path
                                            : options->commands ? "-c"
                                                                : "-");
  if (!session->report) {
    close(file);
    errno = ENOMEM;
    return report(_("the session can't begin"));
  }
  view_add(session->view, session->timeline, session->report);
  return 0;
}

int shell_start(struct session *session, const struct shell_options *options, bool interactive) {
  memset(session, 0, sizeof *session);
  output_start(&session->output);
  socket_table_start(&session->sockets);
  session->interactive = interactive;
  session->formatted = options->output != OUTPUT_TEXT;
  session->deadline = options->deadline ? clock_monotonic() + options->deadline : 0;
  session->save_timeline = options->save_timeline;
  session->debugs = options->packetdrill.debug;
  session->packetdrill_version = options->packetdrill.ipv6     ? 2
                                 : options->packetdrill.mapped ? 1
                                                               : 0;
  session->shell = &shell_operations;
  session->settings = initial_settings(options, interactive);
  session->look = view_look(&session->settings.view);
  static const struct view_class *const views[] = {[OUTPUT_TEXT] = &view_text,
                                                   [OUTPUT_JSON] = &view_json,
                                                   [OUTPUT_TAP] = &view_tap,
                                                   [OUTPUT_FACTS] = &view_facts};
  _Static_assert(sizeof views / sizeof *views == OUTPUT_COUNT, "each form of output has a view");
  session->view =
      view_create(views[options->output], &session->output, &session->settings.view, NULL);
  session->timeline = session->view ? timeline_create(view_event, session->view) : NULL;
  if (!session->timeline || jobs_create(session, run_job_statement) < 0)
    return report(_("the session can't begin"));
  view_listen(session->view, session->timeline);
  if (options->junit && add_report(session, options) < 0)
    return -1;
  session_apply_settings(session);
  if (waiter_list_start(&session->waiters) < 0 || watcher_prepare(interactive) < 0)
    return report(_("no descriptor is left for the shell's own use; raise the limit (ulimit -n)"));
  struct error ignored; /* reported when a command needs the kernel's tables */
  session->sockets.kernel = kernel_open(&ignored);
  network_start();
  descriptor_sort_inherited(adopt, session);
  if (!interactive && watcher_start(session) < 0)
    return report(_("the thread that watches signals can't be started"));
  return 0;
}

/* For --save-timeline. */
static int save_at_end(struct session *session) {
  struct saved saved;
  struct error error;
  session_lock(session);
  int status = saved_write(session, NULL, session->save_timeline, &saved, &error);
  session_unlock(session);
  output_flush(&session->output);
  if (status < 0)
    fprintf(stderr, "socksh: %s\n", error.message);
  else if (saved.lost > 0)
    fprintf(stderr, _("socksh: the first %llu events are no longer kept, and are not in %s\n"),
            (unsigned long long)saved.lost, session->save_timeline);
  return status;
}

int shell_stop(struct session *session, const struct shell_options *options, int status) {
  session_lock(session);
  session->quitting = true;
  session_look_handed(session);
  job_end_all(session);
  service_handle_end_all(session);
  session_unlock(session);
  jobs_free(session);
  session_lock(session);
  session_look_handed(session);
  bytes_free(&session->handed);
  session_unlock(session);
  watch_stop(session);
  guard_stop(&session->guard);
  watcher_stop(session);
  struct error capture_error;
  uint64_t captured;
  session_lock(session);
  if (capture_packets_end(session, &captured, &capture_error) < 0) {
    fprintf(stderr, "socksh: %s\n", capture_error.message);
    status = status ? status : 1;
  }
  session_unlock(session);
  if (session->lab)
    wire_halt(&session->lab->wire);
  if (session->save_timeline && save_at_end(session) < 0)
    status = status ? status : 1;
  view_finish(session->view);
  if (picture_file_write(session, options) < 0)
    status = status ? status : 1;
  if (session->report && (errno = junit_view_problem(session->report)) != 0) {
    report(_("the report of --junit can't be written"));
    status = status ? status : 1;
  }
  output_flush(&session->output);
  int problem = session->output.broken ? session->output.error : 0;
  if (problem && problem != EPIPE) {
    errno = problem;
    report(_("standard output can't be written"));
    status = status ? status : 1;
  } else if (problem && status == 0) {
    status = 1;
  }
  if (loss_take_memory()) {
    errno = ENOMEM;
    report(_("memory ran out, so what was shown or kept is not complete"));
    status = status ? status : 1;
  }
  traced_stop(session);
  fault_remove(session, 0);
  if (session->packetdrill)
    session->packetdrill_free(session->packetdrill);
  names_clear(&session->names);
  if (session->last_used)
    object_release(&session->last_used->object);
  socket_table_clear(&session->sockets);
  lab_free(session->lab);
  timeline_free(session->timeline);
  view_free(session->view);
  output_stop(&session->output);
  watcher_discard();
  waiter_list_stop(&session->waiters);
  return status;
}
