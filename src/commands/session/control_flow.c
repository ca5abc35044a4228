/* control_flow: commands that wait, read other files, and end the session. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "command/invocation.h"
#include "language/word.h"
#include "session/lesson.h"
#include "session/saved.h"

/* Sleeps until a time of the monotonic clock, in nanoseconds. 0, or -1 if interrupted. */
static int sleep_until(struct runner *runner, int64_t deadline, struct error *error) {
  struct timespec until = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
  int problem = EINTR;
  while (problem == EINTR) {
    if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED))
      return runner_interrupted(runner, error);
    problem = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    runner_wait_end(runner);
    if (problem == EINTR && runner->waiter.reason != WAIT_NOT_INTERRUPTED)
      return runner_interrupted(runner, error);
  }
  return 0;
}

static int run_sleep(struct invocation *invocation) {
  return sleep_until(invocation->runner,
                     clock_monotonic() + invocation_duration(invocation, "DURATION", 0),
                     invocation->error);
}

static int run_source(struct invocation *invocation) {
  struct bytes path = {0};
  struct runner *runner = invocation->runner;
  const struct shell_operations *shell = runner->session->shell;
  const char *name = argument_value_text(invocation_value(invocation, "FILE"), &path);
  struct bytes lesson = {0};
  if (lesson_stands_for(name, &lesson))
    name = bytes_text(&lesson);
  int status = invocation_value(invocation, "--step")
                   ? shell->walk(runner, name, invocation->error)
                   : shell->source(runner, name, invocation->result, invocation->error);
  bytes_free(&lesson);
  bytes_free(&path);
  return status;
}

/* Names that ask for something else than a script of this shell, and what writes that. */
static const struct {
  const char *ending;
  const char *instead;
} other_forms[] = {
    {".py", N_("export python FILE writes a program in Python")},
    {".c", N_("export c FILE writes a program in C")},
    {".sh", N_("no command writes a script of the system's shell")},
    {".pcap", N_("capture FILE writes packets")},
    {".pcapng", N_("capture FILE writes packets")},
    {".jsonl", N_("save timeline FILE writes what has happened")},
    {".json", N_("socksh --json SCRIPT writes what a script does as JSON")},
    {".xml", N_("socksh --junit FILE SCRIPT writes what a script tests as JUnit's XML")},
    {".txt", N_("socksh -v SCRIPT >FILE writes what a script shows as text")},
    {".log", N_("socksh -v SCRIPT >FILE writes what a script shows as text")},
    {".md", N_("socksh -v SCRIPT >FILE writes what a script shows as text")},
    {".html", N_("diagram sequence --html FILE writes a page that steps through the session")},
    {".htm", N_("diagram sequence --html FILE.html writes a page that steps through the session")},
    {".svg", N_("diagram sequence --svg FILE draws the session")},
    {".png", N_("diagram sequence --svg FILE.svg draws the session, as SVG")},
    {".pdf", N_("diagram sequence --svg FILE.svg draws the session, and a browser prints it")},
    {".mmd", N_("diagram sequence --mermaid FILE draws the session for Mermaid")},
    {".tap", N_("socksh --tap SCRIPT writes what a script tests as TAP")},
};

static int check_save(struct invocation *invocation) {
  const struct argument_value *file = invocation_value(invocation, "FILE");
  if (file->unknown)
    return 0;
  for (size_t i = 0; i < sizeof other_forms / sizeof *other_forms; i++) {
    size_t length = strlen(other_forms[i].ending);
    if (file->word.length < length ||
        memcmp(file->word.data + file->word.length - length, other_forms[i].ending, length) != 0)
      continue;
    error_set(invocation->error, ERROR_USAGE,
              _("save writes a script of this shell, so its name should not end in %s: %s; name it "
                "%.*s.socksh"),
              other_forms[i].ending, _(other_forms[i].instead),
              (int)(file->word.length - length < 100 ? file->word.length - length : 100),
              file->word.data);
    error_set_place(invocation->error, file->place);
    return -1;
  }
  return 0;
}

static int run_save(struct invocation *invocation) {
  struct bytes path = {0};
  struct runner *runner = invocation->runner;
  int status = runner->session->shell->save(
      runner, argument_value_text(invocation_value(invocation, "FILE"), &path), invocation->error);
  bytes_free(&path);
  return status;
}

/* Says what was written, and what was no longer there. */
static void tell_saved(struct runner *runner, const struct saved *saved,
                       const struct argument_value *file) {
  struct word_shown shown;
  word_show(&shown, file->word.data, file->word.length);
  if (saved->lost > 0)
    runner_note(runner, _("the first %llu events are no longer kept, and are not in %s"),
                (unsigned long long)saved->lost, shown.text);
  if (runner->session->interactive)
    runner_note(runner, _("%llu events in %s; `socksh --replay FILE` shows them again"),
                (unsigned long long)saved->events, shown.text);
}

static int run_save_timeline(struct invocation *invocation) {
  struct bytes path = {0};
  struct runner *runner = invocation->runner;
  const struct argument_value *file = invocation_value(invocation, "FILE");
  struct saved saved;
  int status = saved_write(runner->session, runner, argument_value_text(file, &path), &saved,
                           invocation->error);
  if (status == 0)
    tell_saved(runner, &saved, file);
  bytes_free(&path);
  return status;
}

static int run_history(struct invocation *invocation) {
  struct answer answer;
  invocation->runner->session->shell->history(invocation->runner->session, &answer);
  return runner_answer(invocation->runner, &answer, invocation->error);
}

static int run_quit(struct invocation *invocation) {
  const struct argument_value *status = invocation_value(invocation, "STATUS");
  struct session *session = invocation->runner->session;
  if (status && (status->number < 0 || status->number > 255))
    return invocation_wrong(invocation, status, _("an exit status is a number from 0 to 255"));
  session->quit_status = status ? (int)status->number : 0;
  session->quitting = true;
  return 0;
}

const struct command command_sleep = {
    .name = "sleep",
    .group = GROUP_SESSION,
    .arguments = {{.name = "DURATION", .kind = &argument_duration}},
    .summary = N_("waits for a time"),
    .manual = N_("A script that depends on a state says await: it goes on as soon as the state is "
                 "there, on a slow machine and on a fast one."),
    .blocks = N_("for that time"),
    .example = "sleep 10ms",
    .run = run_sleep,
};

const struct command command_source = {
    .name = "source",
    .group = GROUP_SESSION,
    .arguments =
        {{.name = "--step", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--step"},
         {.name = "FILE", .kind = &argument_script}},
    .results = {"value... of its last line"},
    .results_vary = true,
    .summary = N_("runs the lines of a file"),
    .manual = N_("The lines run as if they stood here: with the same names and sockets. The first "
                 "failure ends the file, and this command fails with it. With --step it walks "
                 "through the file: each comment and line is shown first, and runs on Enter. Where "
                 "there is no such file, FILE may be the name of a lesson: `lessons` lists them."),
    .blocks = N_("as long as its lines do"),
    .errors = {{ENOENT, N_("there is no such file")}, {EACCES, N_("the file may not be read")}},
    .example = "write-file hello.socksh \"print hello\\n\"\nsource hello.socksh",
    .run = run_source,
};

const struct command command_save = {
    .name = "save",
    .parts = true,
    .group = GROUP_SESSION,
    .arguments = {{.name = "FILE", .kind = &argument_file}},
    .summary = N_("writes what was typed as a script that runs"),
    .manual =
        N_("Every line that was typed in this session is written to FILE, in order. A line "
           "that failed is written with the expect that makes it pass again, or as a "
           "comment; one that was wrong, and never run, is left out. An existing file is "
           "replaced only when all of it could be written. A name that asks for another form, as "
           "NAME.py or NAME.pcap, is refused, with what writes that.\n\n"
           "At the prompt a program has time to begin to listen before the next line is typed, in "
           "a script it has not. So save asks where the programs that still run listen, and in "
           "front of the first line whose call has reached that port it writes `await p "
           "listening`, unless something of p was awaited before. Of a program that has ended it "
           "can't know where it listened: such an await is to be written by hand."),
    .blocks = N_("never"),
    .errors = {{EACCES, N_("the directory may not be written")},
               {ENOSPC, N_("the disk is full; nothing was changed")}},
    .example = "a b = socketpair unix stream\nsave session.socksh",
    .check = check_save,
    .run = run_save,
};

const struct command command_save_timeline = {
    .name = "save timeline",
    .group = GROUP_SESSION,
    .arguments = {{.name = "FILE", .kind = &argument_file}},
    .summary = N_("writes all that has happened to a file, to be looked at later"),
    .manual =
        N_("Every event of the session so far is a line of FILE: what --json prints, and the "
           "record from which it is read again. `socksh --replay FILE` shows the session once "
           "more, in any form, and then has its timeline: `log`, `transitions`, `diagram`, "
           "`packet`, `capture` and their like work as they did. socksh-json(5) describes the "
           "lines.\n\n"
           "What a session can no longer know is not in it: events that were forgotten, and what "
           "goes beyond `set record` of a call's data or of an answer; a program that `shell` "
           "runs writes to the terminal itself. An existing file is replaced only when all of it "
           "could be written. `socksh --save-timeline FILE` does the same at the end of a session, "
           "also of one that fails."),
    .blocks = N_("never"),
    .errors = {{EACCES, N_("the directory may not be written")},
               {ENOSPC, N_("the disk is full; nothing was changed")}},
    .example = "a b = socketpair unix stream\nsend a hello\nsave timeline session.jsonl",
    .run = run_save_timeline,
};

const struct command command_history = {
    .name = "history",
    .group = GROUP_SESSION,
    .summary = N_("lists the lines typed at the prompt"),
    .manual = N_("The lines are kept from one session to the next, the last 10,000 of them, in "
                 "$XDG_STATE_HOME/socksh/history. A line that begins with a space is not kept. "
                 "Ctrl-R searches in them."),
    .blocks = N_("never"),
    .example = "history",
    .run = run_history,
};

const struct command command_quit = {
    .name = "quit",
    .aliases = {"exit"},
    .group = GROUP_SESSION,
    .arguments = {{.name = "STATUS", .kind = &argument_number, .flags = OPTIONAL}},
    .summary = N_("ends the session"),
    .manual = N_("Jobs that still block are ended, and all sockets are closed. The exit status is "
                 "STATUS, or 0. At the prompt, Ctrl-D on an empty line does the same."),
    .blocks = N_("never"),
    .example = "quit",
    .run = run_quit,
};
