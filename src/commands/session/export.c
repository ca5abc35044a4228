/* export: the session, or a traced program, as a program that makes the same calls. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/invocation.h"
#include "command/kinds.h"
#include "language/loss.h"
#include "language/word.h"
#include "session/process.h"
#include "system/file.h"
#include "view/program/translation.h"
#include "view/program/writer.h"

static const struct program_language *const languages[] = {
    &program_c, &program_python, &program_pytest, &program_script, &program_packetdrill};

static const struct program_language *language_of(const struct argument_value *form) {
  for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
    if (argument_is(form, languages[i]->name))
      return languages[i];
  return languages[0];
}

/* What is written, and where to. */
struct export {
  struct invocation *invocation;
  struct program_request request;
  struct bytes path;
  struct bytes text;
  size_t files;
};

/* Puts the name of a host before the suffix of the path: p.c becomes p-client.c. */
static void path_of_host(struct bytes *path, const char *host) {
  const char *text = bytes_text(path);
  const char *slash = strrchr(text, '/');
  const char *dot = strrchr(slash ? slash : text, '.');
  struct bytes changed = {0};
  size_t stem = dot && dot != text ? (size_t)(dot - text) : path->length;
  bytes_append(&changed, text, stem);
  bytes_append_format(&changed, "-%s", host);
  bytes_append(&changed, text + stem, path->length - stem);
  bytes_free(path);
  *path = changed;
}

/* Says at the prompt what was written, and how it is run. */
static void tell(struct export *export, const char *path) {
  struct word_shown shown;
  runner_note(export->invocation->runner, _("the calls are in %s; `%s` runs them"),
              word_show(&shown, path, strlen(path)), export->request.language->runs);
}

static int write_file(struct export *export, const char *host) {
  struct invocation *invocation = export->invocation;
  struct bytes path = {0};
  argument_value_text(invocation_value(invocation, "FILE"), &path);
  if (host)
    path_of_host(&path, host);
  int problem = path.failed
                    ? ENOMEM
                    : file_replace(bytes_text(&path), export->text.data, export->text.length);
  int status = 0;
  if (problem)
    status =
        error_set_errno(invocation->error, problem,
                        _("%.300s can't be written, and was left as it is"), bytes_text(&path));
  else if (invocation->runner->session->interactive)
    tell(export, bytes_text(&path));
  bytes_free(&path);
  return status;
}

/* Writes the calls of one host; NULL: those on the real network. */
static int export_host(struct export *export, const char *host, bool several) {
  struct runner *runner = export->invocation->runner;
  export->request.host = host;
  if (several && !invocation_value(export->invocation, "FILE"))
    bytes_append_format(&export->text, "%s==> %s <==\n", export->text.length ? "\n" : "",
                        host ? host : "");
  unsigned long losses = loss_memory_here();
  long long lost = program_write(runner->session->timeline, &export->request, &export->text);
  if (lost < 0 || loss_memory_here() != losses)
    return error_set_memory(export->invocation->error);
  if (lost > 0)
    runner_note(runner,
                _("the beginning of this session is no longer kept: %lld events are missing"),
                lost);
  if (!invocation_value(export->invocation, "FILE"))
    return 0;
  int status = write_file(export, host);
  bytes_clear(&export->text);
  return status;
}

static int export_all(struct export *export) {
  struct runner *runner = export->invocation->runner;
  struct bytes hosts = {0};
  bool real = program_find_hosts(runner->session->timeline, export->request.program, &hosts);
  bool several = hosts.length > 0;
  int status = hosts.failed ? error_set_memory(export->invocation->error) : 0;
  if (status == 0 && (real || !several))
    status = export_host(export, NULL, several);
  for (size_t at = 0; status == 0 && at < hosts.length; at += strlen(hosts.data + at) + 1)
    status = export_host(export, hosts.data + at, several);
  bytes_free(&hosts);
  return status;
}

static int run_export(struct invocation *invocation) {
  struct export export = {.invocation = invocation};
  const struct argument_value *program = invocation_value(invocation, "--of");
  export.request.language = language_of(invocation_value(invocation, "FORM"));
  export.request.leaves_out = invocation->runner->statement;
  if (program) {
    export.request.program = program->process->job;
    export.request.name = program->process->name;
  }
  int status = export_all(&export);
  if (status == 0 && !invocation_value(invocation, "FILE")) {
    struct answer answer;
    answer_text(&answer, "export");
    answer.unbroken = true;
    answer.text = export.text;
    export.text = (struct bytes){0};
    status = runner_answer(invocation->runner, &answer, invocation->error);
  }
  bytes_free(&export.text);
  return status;
}

/* A name that asks for another form is most likely a slip. */
static int check_export(struct invocation *invocation) {
  const struct argument_value *file = invocation_value(invocation, "FILE");
  const struct argument_value *form = invocation_value(invocation, "FORM");
  if (!file || file->unknown || !form || form->unknown)
    return 0;
  const struct program_language *wanted = language_of(form);
  for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
    size_t length = strlen(languages[i]->ending);
    if (strcmp(languages[i]->ending, wanted->ending) == 0 || file->word.length <= length ||
        memcmp(file->word.data + file->word.length - length, languages[i]->ending, length) != 0)
      continue;
    error_set(invocation->error, ERROR_USAGE,
              _("`export %s` writes a file of its own kind, so its name should end in %s, not in "
                "%s: `export %s` writes that"),
              wanted->name, wanted->ending, languages[i]->ending, languages[i]->name);
    error_set_place(invocation->error, file->place);
    return -1;
  }
  return 0;
}

const struct command command_export = {
    .name = "export",
    .group = GROUP_SESSION,
    .arguments =
        {{.name = "FORM", .kind = &argument_keyword, .words = "c|python|pytest|script|packetdrill"},
         {.name = "FILE", .kind = &argument_file, .flags = OPTIONAL},
         {.name = "PROGRAM", .kind = &argument_program, .flags = OPTIONAL, .keyword = "--of"}},
    .summary = N_("writes the session as a program that makes the same calls"),
    .manual = N_(
        "FORM is c, python, pytest, a test that asserts what each call gave, script, a script "
        "of this shell with a command for each call, or packetdrill; `save` writes the lines that "
        "were typed instead. Each has the calls of this session, in the same order and with the "
        "same data: "
        "variables have the names of the session, the line that was typed stands as a comment "
        "above its calls, a call that failed is expected to fail so again, what `expect` said is "
        "an assertion, jobs are threads, which `wait` joins. With --of it has the calls of "
        "PROGRAM, which `trace` has read: its threads are threads, its processes are processes. "
        "Without FILE it is shown. An existing file is replaced only when all of it could be "
        "written. In a lab the calls of each host are a program of their own, whose name goes "
        "into that of FILE before the suffix, as in x-client.c.\n\n"
        "C compiles without a warning of -std=c11 -Wall -Wextra -Wconversion, Python is that "
        "of Python 3. Whatever came from the network is in strings: it cannot become code.\n\n"
        "packetdrill writes of each host of a lab what packetdrill, and the command of that name, "
        "run: its calls, the segments that it sent, and those that came, with their times. What "
        "went out at once is one segment, data is zeros, calls on several sockets at once are "
        "single ones, and a call that no script can say is a comment.\n\n"
        "Differences. Lines without a call of their own, as `states`, `assert`, `wire hold`, "
        "`serve`, `spawn`, `shell`, or `await` of a program, a service or a packet, are comments "
        "that begin with `no call:`; where a session "
        "needs what they did, its program waits for somebody else to do it. What was done on "
        "another host is a comment that begins with `elsewhere:`. `sleep`, and `await` of a "
        "state of TCP, of a queue, of readiness or an error, are functions that wait. How much "
        "one recv takes of a stream depends on what has come by then. Where the kernel has "
        "chosen an address that others name, getsockname asks for it; in a lab, where another "
        "program may have to know it, bind names the port that the session was given. Files that "
        "sendfile reads are opened. What blocked until it was interrupted is interrupted by a "
        "timer; SIGPIPE is ignored where a call fails with EPIPE. What the kernel fills in anew "
        "each time, as times, the ids of processes and of packets, is what it is then. Of data "
        "beyond `set record` only the beginning is known: zeros stand for the rest unless it "
        "repeats. splice from or to a file, and descriptors adopted from other processes, are "
        "comments that begin with `not translated:`. Python opens all descriptors with CLOEXEC, "
        "duplicates them by fcntl, asks accept for the address, and has no sendmmsg and "
        "recvmmsg, no filters of sockets, no addresses of families but Unix and IP, and cannot "
        "interrupt a call of another thread. In a script, a socket that a job makes among other "
        "calls is known in the job alone, of several descriptors that a message has brought the "
        "first one alone is named, readv and writev are recvmsg and sendmsg, and what one "
        "process closes while another has it is left open."),
    .blocks = N_("never"),
    .errors = {{EACCES, N_("the directory may not be written")},
               {ENOSPC, N_("the disk is full; nothing was changed")}},
    .example = "a b = socketpair unix stream\nsend a hello\nexpect \"hello\" recv b\nexport python",
    .check = check_export,
    .run = run_export,
};
