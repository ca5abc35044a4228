#include "shell/trace_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "session/process_await.h"
#include "session/process_console.h"
#include "system/descriptor.h"

int trace_run_prepare(const struct shell_options *options) {
  int output = descriptor_copy_up(STDOUT_FILENO);
  int file = options->trace_file ? descriptor_open(options->trace_file,
                                                   O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY, 0666)
                                 : STDERR_FILENO;
  if (file < 0)
    fprintf(stderr, _("socksh: %s can't be written: %s (%s)\n"), options->trace_file,
            strerror(errno), error_number_name(errno));
  if (file < 0 || output < 0 || dup2(file, STDOUT_FILENO) < 0)
    return -1;
  if (file != STDERR_FILENO)
    close(file);
  return output;
}

/* What it is called: the last part of its path. */
static void name_it(const char *path, char *name, size_t size) {
  const char *last = strrchr(path, '/');
  snprintf(name, size, "%s", last && last[1] ? last + 1 : path);
  for (char *at = name; *at; at++)
    if (*at <= ' ' || *at > '~' || *at == '.')
      *at = '_';
}

static int run(struct runner *runner, const struct shell_options *options, int output,
               int *signal) {
  char name[PROCESS_NAME_SIZE];
  const char *const names[] = {name, NULL};
  struct error error = {.message = ""};
  struct process_plan plan = {.line = options->path,
                              .length = strlen(options->path),
                              .traced = true,
                              .words = options->arguments,
                              .output = output};
  name_it(options->path, name, sizeof name);
  runner->binding.names = names;
  struct process *process = process_spawn(runner, &plan, &error);
  runner->binding.names = NULL;
  if (!process) {
    fprintf(stderr, "socksh: %s: %s\n", options->path, error.message);
    return error.number == ENOENT ? 127 : 126;
  }
  runner->session->forward = process->pid;
  struct process_awaited awaited = {.process = process, .condition = PROCESS_EXIT};
  while (!process->done && process_await(runner, &awaited, 0, &error) < 0 &&
         !runner->session->quitting)
    ;
  runner->session->forward = 0;
  *signal = process->signal;
  int status = process->status;
  object_release(&process->object);
  return status;
}

int trace_run(struct session *session, const struct shell_options *options, int output,
              int *signal) {
  struct runner runner;
  struct scope scope = {.arguments = options->arguments, .argument_count = options->argument_count};
  runner_start(&runner, session, 0, &scope);
  waiter_register(&runner.waiter);
  session_lock(session);
  int status = run(&runner, options, output, signal);
  runner_stop(&runner);
  session_unlock(session);
  waiter_unregister(&runner.waiter);
  close(output);
  return status;
}
