/* survive: commands that run a script with one fault after the other, and say which of them its
 * program does not survive. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/invocation.h"
#include "commands/survive/learned.h"
#include "commands/survive/script_words.h"
#include "commands/survive/survive_runs.h"
#include "commands/survive/trial.h"
#include "session/process.h"

static const char *text_of(struct invocation *invocation, const char *key, struct bytes *text) {
  const struct argument_value *value = invocation_value(invocation, key);
  return value ? argument_value_text(value, text) : NULL;
}

/* Each run is a test. */
static void append_test(struct runner *runner, const char *text, enum verdict verdict,
                        const char *why) {
  struct bytes got = {0};
  struct event event = {.kind = EVENT_TEST};
  bytes_append_format(&got, "%s: %s", verdict_rows[verdict].word, why);
  event.test = (struct event_test){.passed = !verdict_rows[verdict].broke,
                                   .what = "survive",
                                   .text = text,
                                   .expected = "survived",
                                   .got = bytes_text(&got)};
  runner_append(runner, &event);
  bytes_free(&got);
}

static int answer_verdict(struct invocation *invocation, struct trial_end *end) {
  struct answer answer;
  answer_text(&answer, "survive");
  answer.unbroken = true;
  bytes_append_format(&answer.text, VERDICT_MARK "%s: ", verdict_rows[end->verdict].word);
  bytes_append(&answer.text, end->why.data, end->why.length);
  bytes_append_char(&answer.text, '\n');
  if (runner_answer(invocation->runner, &answer, invocation->error) < 0)
    return -1;
  if (!verdict_rows[end->verdict].broke)
    return 0;
  return error_set(invocation->error, ERROR_FAILURE, _("it does not survive this"));
}

static int run_with(struct invocation *invocation) {
  struct bytes fault = {0};
  struct script_words script;
  struct trial_end end = {.open = 0};
  struct trial_plan plan = {.fault = text_of(invocation, "FAULT", &fault),
                            .limit = invocation_duration(invocation, "--limit", SURVIVE_PATIENCE),
                            .open = (size_t)invocation_number(invocation, "--open", 0),
                            .ended = (size_t)invocation_number(invocation, "--ended", 0)};
  int status = script_words_read(invocation, &script);
  plan.script = script.list;
  plan.word_count = script.count;
  if (status == 0) {
    status = trial_make(invocation->runner, &plan, &end, invocation->error);
    if (status < 0 && !invocation->error->told) /* it is about the fault's own text */
      invocation->error->place = invocation_value(invocation, "FAULT")->place;
  }
  if (status == 0) {
    append_test(invocation->runner, plan.fault, end.verdict, bytes_text(&end.why));
    status = answer_verdict(invocation, &end);
  }
  trial_end_free(&end);
  bytes_free(&fault);
  script_words_free(&script);
  return status;
}

/* A server and its test, for the examples. */
#define ECHO_EXAMPLE                                                                               \
  "write-file s.py \"import socket\\ns = socket.create_server(('', 7))\\nwhile True:"              \
  "\\n  c, a = s.accept()\\n  c.sendall(c.recv(9))\\n  c.close()\\n\"\n"                           \
  "write-file t.socksh \"lab\\ns = @server trace exec python3 s.py\\n"                             \
  "await s listening\\nc = @client tcp-connect server:7\\nsend c hello\\n"                         \
  "expect \\\"hello\\\" recv c\\n\"\n"

const struct command command_survive_with = {
    .name = "survive with",
    .group = GROUP_SESSION,
    .arguments = {{.name = "FAULT", .kind = &argument_text},
                  SCRIPT_ARGUMENTS,
                  {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "--ended"}},
    .summary = N_("runs a script with one fault, and says whether its program survives that"),
    .manual = N_(
        "FAULT is a line of this shell, as `fault s recv EINTR nth 1` or `wire rule x: drop first "
        "1 when flags S.`: it is run first, then SCRIPT. `survive` names such lines. The fault has "
        "to come about, and the program s that SCRIPT runs under `trace` must survive it: `help "
        "survive` says what that is. The session stays as it is then, so `diagram sequence`, "
        "`states`, `leaks s` show what happened. SCRIPT may take TIME, 30 s where that is omitted; "
        "with --open N its programs may keep so many sockets open whose connection is over, and "
        "with --ended N so many of its servers may end by themselves, with status 0."),
    .blocks = N_("until the script ends, or its time is over"),
    .errors = {{ENOENT, N_("there is no such file")}},
    .example = ECHO_EXAMPLE "survive with \"wire rule x: drop first 1 when flags S.\" t.socksh",
    .pages = "socksh-survive(7), socksh-trace(7), socksh-lab(7)",
    .run = run_with,
};

static int answer_list(struct invocation *invocation, const struct trial_end *end,
                       const struct learned *learned) {
  struct answer answer;
  answer_text(&answer, "survive");
  answer.unbroken = true;
  bytes_append_format(&answer.text, SURVIVE_HEAD, learned->packets, learned->calls, end->open,
                      end->ended, learned->outside);
  bytes_append(&answer.text, learned->lines.data, learned->lines.length);
  answer.text.failed |= learned->lines.failed;
  return runner_answer(invocation->runner, &answer, invocation->error);
}

/* What is wrong without any fault says nothing about faults. */
static int fail_learning(struct invocation *invocation, struct trial_end *end) {
  bool leaks = end->verdict == VERDICT_LEAKED;
  error_set(invocation->error, ERROR_FAILURE, _("it fails without any fault: %s: %s"),
            verdict_rows[end->verdict].word, bytes_text(&end->why));
  size_t length = strlen(invocation->error->message);
  if (leaks)
    snprintf(invocation->error->message + length, sizeof invocation->error->message - length,
             _("; --open %zu puts up with that"), end->open);
  return -1;
}

static int run_list(struct invocation *invocation) {
  struct session *session = invocation->runner->session;
  struct script_words script;
  struct script_choice wanted;
  struct trial_end end = {.open = 0};
  struct learned learned = {.from = timeline_last(session->timeline) + 1};
  int status = script_words_read(invocation, &script);
  struct trial_plan plan = {.script = script.list,
                            .word_count = script.count,
                            .limit = invocation_duration(invocation, "--limit", SURVIVE_PATIENCE),
                            .open = (size_t)invocation_number(invocation, "--open", 0),
                            .ended = SIZE_MAX};
  if (status == 0)
    status = script_words_read_choice(invocation, &wanted);
  if (status == 0)
    status = trial_make(invocation->runner, &plan, &end, invocation->error);
  if (status == 0 && end.verdict != VERDICT_SURVIVED)
    status = fail_learning(invocation, &end);
  if (status == 0) {
    for (const struct process *process = session->programs; process; process = process->next)
      learned.outside += process->traced && !process->host;
    learned_add_packets(session, &wanted.choice, &learned);
    learned_add_calls(session, &wanted.choice, &learned);
    status = answer_list(invocation, &end, &learned);
  }
  invocation_give_number(invocation, (long long)learned.faults);
  bytes_free(&learned.lines);
  trial_end_free(&end);
  script_words_free(&script);
  return status;
}

static int check_choice(struct invocation *invocation) {
  struct script_choice wanted;
  return script_words_read_choice(invocation, &wanted);
}

const struct command command_survive_list = {
    .name = "survive list",
    .group = GROUP_SESSION,
    .arguments = {SCRIPT_ARGUMENTS, SCRIPT_CHOICE_ARGUMENTS},
    .results = {"number of faults"},
    .summary = N_("runs a script, and lists the single faults that can be put to it"),
    .manual =
        N_("Each is a line that `survive with` takes, and behind its # what it is. With --packets "
           "those of packets alone, with --calls those of calls, with --forever also each packet "
           "lost together with all that repeats it; otherwise only those of handshakes are."),
    .blocks = N_("until the script ends, or its time is over"),
    .errors = {{ENOENT, N_("there is no such file")}},
    .example = "write-file c.py \"import socket\\nsocket.create_connection(('server', 7)).close()"
               "\\n\"\n"
               "write-file t.socksh \"lab\\nl = @server tcp-listen *:7\\n"
               "p = @client trace exec python3 c.py\\naccept l\\nawait p exit\\n\"\n"
               "survive list t.socksh --calls",
    .pages = "socksh-survive(7)",
    .check = check_choice,
    .run = run_list,
};

static size_t count_done(const struct survive_end *end) {
  size_t done = 0;
  for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
    done += end->verdicts[verdict];
  return done;
}

/* What is known of a run, and how many there were, as each ends. */
static void tell_run(struct runner *runner, const struct survive_plan *plan,
                     const struct survive_end *end, size_t number) {
  const struct survive_fault *fault = &end->faults[number];
  struct bytes text = {0};
  struct event event = {.kind = EVENT_PROGRESS};
  size_t done = count_done(end);
  bytes_append_format(&text, "%s (%s)", fault->what, fault->line);
  append_test(runner, bytes_text(&text), fault->verdict, fault->why ? fault->why : "");
  bytes_free(&text);
  if (verdict_rows[fault->verdict].broke)
    runner_note(runner, "%s: %s", verdict_rows[fault->verdict].word, fault->what);
  event.progress = (struct event_progress){.what = plan->script[0],
                                           .moved = done,
                                           .whole = end->count,
                                           .runs = true,
                                           .began = end->began,
                                           .done = done == end->count};
  runner_append(runner, &event);
  runner->session->shell->drain(runner);
}

static void add_row(struct answer *answer, const struct survive_plan *plan,
                    const struct survive_end *end, size_t number) {
  const struct survive_fault *fault = &end->faults[number];
  struct bytes text = {0};
  answer_add_text(answer, verdict_rows[fault->verdict].word);
  answer_add_text(answer, fault->what);
  answer_add_text(answer, fault->why ? fault->why : "");
  survive_runs_append_line(plan, end, fault, &text);
  answer_add_bytes(answer, CELL_LINE, text.data, text.length);
  bytes_clear(&text);
  if (verdict_rows[fault->verdict].broke)
    survive_runs_append_page(plan, number, &text);
  answer_add_text(answer, bytes_text(&text));
  bytes_free(&text);
}

/* The faults that broke it, or all of --all, with the line that repeats each, and the page of what
 * happened. */
static int answer_rows(struct invocation *invocation, const struct survive_plan *plan,
                       const struct survive_end *end) {
  static const char *const columns[] = {N_("VERDICT"), N_("FAULT"), N_("WHY"),
                                        N_("AGAIN"),   N_("PAGE"),  NULL};
  struct answer answer;
  bool all = invocation_value(invocation, "--all");
  answer_table(&answer, "survive", columns);
  answer.matters = "..123";
  for (size_t i = 0; i < end->count; i++)
    if (end->faults[i].done && (all || verdict_rows[end->faults[i].verdict].broke))
      add_row(&answer, plan, end, i);
  if (answer_row_count(&answer) > 0)
    return runner_answer(invocation->runner, &answer, invocation->error);
  answer_free(&answer);
  return 0;
}

static size_t count_broken(const struct survive_end *end) {
  size_t broken = 0;
  for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
    broken += verdict_rows[verdict].broke ? end->verdicts[verdict] : 0;
  return broken;
}

static int answer_sum(struct invocation *invocation, const struct survive_end *end) {
  struct answer answer;
  size_t done = count_done(end);
  answer_text(&answer, "survive");
  bytes_append_format(&answer.text, _("  %zu packets crossed, and programs made %zu calls: "),
                      end->packets, end->calls);
  if (done < end->found)
    bytes_append_format(&answer.text, _("%zu of %zu faults"), done, end->found);
  else
    bytes_append_format(&answer.text, _("%zu faults"), done);
  for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
    if (end->verdicts[verdict] > 0)
      bytes_append_format(&answer.text, ", %zu %s", end->verdicts[verdict],
                          verdict_rows[verdict].word);
  bytes_append_format(&answer.text, _(", in %.1f s\n"), (double)end->took / 1e9);
  return runner_answer(invocation->runner, &answer, invocation->error);
}

/* upper.socksh: upper-survive. */
static void append_pages(const char *script, struct bytes *path) {
  const char *slash = strrchr(script, '/');
  const char *name = slash ? slash + 1 : script;
  const char *dot = strrchr(name, '.');
  bytes_append(path, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
  bytes_append_text(path, "-survive");
}

static int check_survive(struct invocation *invocation) {
  static const char *const counts[] = {"--jobs", "--sample"};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    const struct argument_value *value = invocation_value(invocation, counts[i]);
    if (value && !value->unknown && value->number < 1)
      return invocation_wrong(invocation, value, _("this is 1 or more"));
  }
  return check_choice(invocation);
}

/* What was found until the user has interrupted. */
static void answer_interrupted(struct invocation *invocation, const struct survive_plan *plan,
                               const struct survive_end *end) {
  struct error ignored; /* that it was interrupted is told */
  struct invocation telling = *invocation;
  telling.error = &ignored;
  if (answer_rows(&telling, plan, end) == 0)
    answer_sum(&telling, end);
}

static int answer_end(struct invocation *invocation, const struct survive_plan *plan,
                      const struct survive_end *end) {
  size_t broken = count_broken(end);
  size_t reached = count_done(end) - end->verdicts[VERDICT_NOT_REACHED];
  if (answer_rows(invocation, plan, end) < 0 || answer_sum(invocation, end) < 0)
    return -1;
  if (end->calls == 0 && plan->choice.calls)
    runner_note(invocation->runner,
                _("the script runs no program under `trace`, so no calls were put to faults"));
  if (end->outside > 0)
    runner_note(invocation->runner,
                _("a program runs outside the lab, so there was one run at a time: @HOST trace"));
  if (end->packets == 0 && plan->choice.packets)
    runner_note(invocation->runner,
                _("no packets crossed a wire: what runs on hosts of `lab` sends some"));
  invocation_give_number(invocation, (long long)broken);
  if (reached == 0 && count_done(end) == end->count)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("nothing was tested: no fault has come about"));
  return broken == 0 ? 0
                     : error_set(invocation->error, ERROR_FAILURE,
                                 broken == 1 ? _("%zu fault of %zu was not survived")
                                             : _("%zu faults of %zu were not survived"),
                                 broken, end->count);
}

static int run_survive(struct invocation *invocation) {
  struct script_words script;
  struct script_choice wanted;
  struct bytes pages = {0};
  struct survive_end end = {.count = 0};
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  int status = script_words_read(invocation, &script);
  struct survive_plan plan = {
      .script = script.list,
      .word_count = script.count,
      .limit = invocation_duration(invocation, "--limit", 0),
      .open = (size_t)invocation_number(invocation, "--open", 0),
      .time = invocation_duration(invocation, "--time", 0),
      .at_once = (size_t)invocation_number(invocation, "--jobs", processors > 0 ? processors : 1),
      .sample = (size_t)invocation_number(invocation, "--sample", 0),
      .seed = (uint64_t)invocation_number(invocation, "--seed", 1),
      .pages = text_of(invocation, "--pages", &pages)};
  if (status == 0)
    status = script_words_read_choice(invocation, &wanted);
  if (status == 0 && !plan.pages) {
    append_pages(plan.script[0], &pages);
    plan.pages = bytes_text(&pages);
  }
  plan.choice = wanted.choice;
  if (status == 0)
    status = survive_runs_make(invocation->runner, &plan, &end, tell_run, invocation->error);
  if (status == 0)
    status = answer_end(invocation, &plan, &end);
  else if (end.count > 0 && runner_is_stopped(invocation->runner))
    answer_interrupted(invocation, &plan, &end);
  survive_end_free(&end);
  script_words_free(&script);
  bytes_free(&pages);
  return status;
}

const struct command command_survive = {
    .name = "survive",
    .group = GROUP_SESSION,
    .parts = true,
    .arguments =
        {SCRIPT_ARGUMENTS,
         SCRIPT_CHOICE_ARGUMENTS,
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "--jobs"},
         {.name = "TIME", .kind = &argument_duration, .flags = OPTIONAL, .keyword = "--time"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "--sample"},
         {.name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "--seed"},
         {.name = "DIRECTORY", .kind = &argument_file, .flags = OPTIONAL, .keyword = "--pages"},
         {.name = "--all", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--all"}},
    .results = {"number of faults not survived"},
    .summary = N_("tests a network program with each single fault that it may meet"),
    .manual = N_(
        "SCRIPT is one that runs a program under `trace`, and says with `expect` what it must do. "
        "It is run once, to learn which packets cross the wires of its lab and which socket calls "
        "its programs make; then once for each fault: each packet lost, doubled, and overtaken by "
        "the next (of handshakes also lost for ever; of all with --forever); each read and write "
        "of a stream cut short to 1 byte; each call failed with each errno that its manual page "
        "lists as possible there, EINTR where it may block, EMFILE and the like for 300 ms. With "
        "--packets or --calls only those, with --call CALL, which may be repeated, only such "
        "calls. WORDs are the script's $1, $2 ...\n\n"
        "A fault is survived if what the script expects holds all the same, and if nothing is "
        "left behind: no socket open whose connection is over, no program busy with nothing, and "
        "each server that goes on without the fault goes on. A "
        "fault that ends a connection, as ECONNRESET, may fail the script: then it runs again, "
        "but for the lines that make its lab and start its programs, and the next client must be "
        "served. Behind a fault that leaves it nothing else to do, a program that does not serve, "
        "or not yet, may give up: it ends by itself, with a status other than 0. Everything else "
        "counts as not survived: failed, ended (a server), crashed (by a signal), hung (a run "
        "takes TIME of --limit at most; where that is omitted 5 s, or five times what the run "
        "without a fault took), spun, leaked; or unsteady, where the script fails without the "
        "fault. A script that leaves a socket open without any fault is put to none, unless "
        "--open N puts up with N of them. A run in which no fault came about has failed.\n\n"
        "Each of these comes with the line that repeats it, which is `survive with`, and with a "
        "page of that run, in the directory DIRECTORY, or one that is called after SCRIPT, where "
        "pages of an earlier time are removed. As many runs as there are processors go on at a "
        "time, or N of --jobs. With --time none begins later than TIME; --sample takes N of the "
        "faults by chance, the same ones with the same --seed. With --all there is a row for each "
        "fault, also for those that were survived. With --tap, --junit and --json each fault is a "
        "test. `survive list` shows the faults alone."),
    .blocks = N_("until all runs have ended"),
    .errors = {{ENOENT, N_("there is no such file")}},
    .example = ECHO_EXAMPLE "survive t.socksh --packets --sample 4",
    .pages = "socksh-survive(7), socksh-trace(7), socksh-lab(7)",
    .check = check_survive,
    .run = run_survive,
};
