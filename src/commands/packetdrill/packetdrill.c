/* packetdrill: the command that runs a script of packetdrill. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command/invocation.h"
#include "commands/packetdrill/pkt_run.h"
#include "system/file.h"

static struct source *read_source(const char *path, struct error *error) {
  enum { LIMIT = 16 << 20 };
  struct bytes text = {0};
  int problem = file_read(path, LIMIT, &text);
  struct source *source =
      problem ? NULL : source_create(path, text.data ? text.data : "", text.length, 1);
  if (problem)
    error_set_errno(error, problem, _("the script %.300s can't be read"), path);
  else if (!source)
    error_set_memory(error);
  bytes_free(&text);
  return source;
}

/* Each version of IP is a test of its own, around those of its lines. */
static void append_file(struct runner *runner, const struct source *source,
                        enum pkt_version version, bool ended, bool failed) {
  struct bytes text = {0};
  bytes_append_format(&text, "%s (%s)", source->name, pkt_version_names[version]);
  struct event event = {.kind = EVENT_FILE, .file = {bytes_text(&text), ended, failed}};
  runner_append(runner, &event);
  bytes_free(&text);
}

/* A script that can't run here is a test that is left out, and says why. */
static void append_skipped(struct runner *runner, const struct source *source,
                           enum pkt_version version, const char *why) {
  struct bytes text = {0};
  struct event event = {.kind = EVENT_TEST};
  bytes_append_format(&text, "%s (%s)", source->name, pkt_version_names[version]);
  event.test = (struct event_test){.passed = true,
                                   .skipped = true,
                                   .what = "packetdrill",
                                   .text = bytes_text(&text),
                                   .expected = why,
                                   .got = ""};
  runner_append(runner, &event);
  bytes_free(&text);
}

/* -D NAME=VALUE, as often as it is said. */
struct definitions {
  struct pkt_definition list[64];
  size_t count;
  struct bytes texts; /* NAME, and its end, and VALUE */
};

static int read_definitions(struct invocation *invocation, struct definitions *definitions) {
  const struct argument_value *value;
  enum { MOST = sizeof definitions->list / sizeof *definitions->list };
  size_t starts[MOST];
  for (; (value = invocation_nth(invocation, "-D", definitions->count)); definitions->count++) {
    const char *equals = memchr(value->word.data, '=', value->word.length);
    if (!equals || equals == value->word.data || definitions->count == MOST)
      return invocation_wrong(invocation, value, _("-D takes NAME=VALUE, %d times at most"), MOST);
    starts[definitions->count] = definitions->texts.length;
    bytes_append(&definitions->texts, value->word.data, value->word.length);
    bytes_append_char(&definitions->texts, '\0');
  }
  if (definitions->texts.failed)
    return error_set_memory(invocation->error);
  for (size_t i = 0; i < definitions->count; i++) {
    char *name = definitions->texts.data + starts[i];
    char *equals = strchr(name, '=');
    *equals = '\0';
    definitions->list[i] = (struct pkt_definition){name, equals + 1};
  }
  return 0;
}

static int run_one(struct invocation *invocation, struct source *source,
                   const struct definitions *definitions, enum pkt_version version) {
  struct runner *runner = invocation->runner;
  const struct argument_value *tolerance = invocation_value(invocation, "--tolerance");
  struct pkt_options options = {
      .definitions = definitions->list,
      .definition_count = definitions->count,
      .version = version,
      .tolerance = tolerance ? tolerance->duration : runner->session->settings.tolerance,
      .strict = invocation_value(invocation, "--strict"),
      .path = source->name,
  };
  struct pkt_outcome outcome = {.left_out = false};
  append_file(runner, source, version, false, false);
  int status = pkt_run(runner, source, &options, &outcome, invocation->error);
  if (outcome.left_out)
    snprintf(outcome.skipped, sizeof outcome.skipped, _("it is not for %s"),
             pkt_version_names[version]);
  if (outcome.skipped[0]) {
    append_skipped(runner, source, version, outcome.skipped);
    runner_note(runner, _("%s is skipped (%s): %s"), source->name, pkt_version_names[version],
                outcome.skipped);
    error_clear(invocation->error);
    status = 0;
  }
  append_file(runner, source, version, true, status < 0);
  runner->session->scripts_run += !outcome.skipped[0];
  runner->session->scripts_failed += status < 0;
  runner->session->scripts_skipped += outcome.skipped[0] != '\0';
  if (outcome.skipped[0])
    return 0;
  if (status == 0)
    runner_note(runner, _("%s passed (%s)"), source->name, pkt_version_names[version]);
  return status;
}

static int run_packetdrill(struct invocation *invocation) {
  struct bytes path = {0};
  struct definitions definitions = {.count = 0};
  const struct argument_value *version = invocation_value(invocation, "VERSION");
  int status = read_definitions(invocation, &definitions);
  struct source *source =
      status == 0 ? read_source(argument_value_text(invocation_value(invocation, "FILE"), &path),
                                invocation->error)
                  : NULL;
  bytes_free(&path);
  if (!source)
    status = -1;
  for (unsigned i = 0; i < PKT_VERSIONS && status == 0; i++)
    if (!version || version->number == (long long)i)
      status = run_one(invocation, source, &definitions, (enum pkt_version)i);
  if (source)
    source_release(source);
  bytes_free(&definitions.texts);
  return status;
}

const struct command command_packetdrill = {
    .name = "packetdrill",
    .group = GROUP_LAB,
    .parts = true,
    .arguments =
        {{.name = "FILE", .kind = &argument_file},
         {.name = "VERSION",
          .kind = &argument_keyword,
          .words = "ipv4|mapped|ipv6",
          .flags = OPTIONAL},
         {.name = "DURATION",
          .kind = &argument_duration,
          .flags = OPTIONAL,
          .keyword = "--tolerance"},
         {.name = "--strict", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--strict"},
         {.name = "NAME=VALUE",
          .kind = &argument_text,
          .flags = OPTIONAL | REPEATED,
          .keyword = "-D"}},
    .summary = N_("runs a script of packetdrill, which tests the kernel's TCP"),
    .manual = N_(
        "FILE is a script as packetdrill takes it: calls with what they give, segments that come "
        "in (<) and have to go out (>), each with its time, commands in `...`, and code in "
        "%{ }%. `socksh FILE.pkt` and `source FILE.pkt` run it, too. It runs three times, by "
        "IPv4, by IPv4 on a socket of IPv6, and by IPv6, or by the VERSION that is named. No "
        "root is needed: the host that is tested, tested, is one of a lab, with the kernel's "
        "own settings, and at the other end of its wire the script is the peer. Each line is a "
        "statement, and each call and each segment an event as any other, so `log`, `wire` and "
        "`diagram sequence` show what happened. A step that fails is shown with its line, with "
        "each field that was expected beside what came, and by how much it was late; --tolerance "
        "says how late is too late, else `set tolerance`, and 3.25 % of the time since the step "
        "before where that is more. At the prompt its hosts and sockets stay: lines of one's own "
        "play on (see pkt), and `packetdrill continue` goes on behind it. --strict fails where a "
        "segment comes that no line expects. -D says what a word of the script stands for, as "
        "TFO_COOKIE=3021b9d889017eeb. socksh-packetdrill(7) has the differences from packetdrill "
        "itself. A session has room for 32 runs."),
    .blocks = N_("until the script ends"),
    .errors = {{ENOENT, N_("there is no such file")}},
    .example = "write-file close.pkt \"0 socket(..., SOCK_STREAM, 0) = 3\\n+0 close(3) = 0\\n\"\n"
               "packetdrill close.pkt ipv4",
    .pages = "socksh-packetdrill(7), socksh-lab(7)",
    .run = run_packetdrill,
};
