/* packetdrill: the command that runs a script of packetdrill. */
#include <errno.h>
#include <string.h>

#include "command/invocation.h"
#include "commands/packetdrill/pkt_run.h"
#include "system/file.h"

static const int64_t usual_tolerance = 4000000; /* nanoseconds: what packetdrill allows, too */

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

/* Shows what failed with the line of the script. */
static void tell(struct runner *runner, const struct source *source, const struct bytes *came,
                 struct error *error) {
  struct bytes hint = {0};
  struct event event = {.kind = EVENT_ERROR};
  if (came->length > 0)
    bytes_append_format(&hint, _("what came: %.*s"), (int)came->length, came->data);
  event.error = (struct event_error){
      .kind = error->kind,
      .number = error->number,
      .source = source->name,
      .line = source->first_line + source_newlines(source, 0, error->place.offset),
      .excerpt = source_excerpt(source, error->place),
      .command = "",
      .message = error->message,
      .hint = bytes_text(&hint),
  };
  runner_append(runner, &event);
  bytes_free(&hint);
  error->told = true;
}

/* Each version of IP is a test of its own. */
static void append_test(struct runner *runner, const struct source *source,
                        enum pkt_version version, const struct error *error) {
  struct bytes text = {0};
  struct event event = {.kind = EVENT_TEST};
  bytes_append_format(&text, "%s (%s)", source->name, pkt_version_names[version]);
  event.test = (struct event_test){.passed = error->kind == ERROR_NONE,
                                   .what = "packetdrill",
                                   .text = bytes_text(&text),
                                   .expected = _("what the script says"),
                                   .got = error->message};
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

static int run_one(struct invocation *invocation, const struct source *source,
                   const struct definitions *definitions, enum pkt_version version) {
  struct runner *runner = invocation->runner;
  struct error *error = invocation->error;
  const struct argument_value *tolerance = invocation_value(invocation, "--tolerance");
  struct pkt_options options = {
      .definitions = definitions->list,
      .definition_count = definitions->count,
      .version = version,
      .tolerance = tolerance ? tolerance->duration : usual_tolerance,
      .path = source->name,
  };
  struct pkt_outcome outcome = {.left_out = false};
  int status = pkt_run(runner, source, &options, &outcome, error);
  if (outcome.left_out) {
    runner_note(runner, _("%s is not for %s"), source->name, pkt_version_names[version]);
    return 0;
  }
  if (status == 0 || error->kind == ERROR_FAILURE)
    append_test(runner, source, version, error);
  if (status == 0)
    runner_note(runner, _("%s passed (%s)"), source->name, pkt_version_names[version]);
  else if (error->place.length > 0 && error->kind != ERROR_INTERRUPTED)
    tell(runner, source, &outcome.came, error);
  bytes_free(&outcome.came);
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
    .arguments = {{.name = "FILE", .kind = &argument_file},
                  {.name = "VERSION",
                   .kind = &argument_keyword,
                   .words = "ipv4|mapped|ipv6",
                   .flags = OPTIONAL},
                  {.name = "DURATION",
                   .kind = &argument_duration,
                   .flags = OPTIONAL,
                   .keyword = "--tolerance"},
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
        "own settings, and at the other end of its wire the script is the peer. Their addresses "
        "are those of the script, "
        "else 192.168.0.1 and 192.0.2.1, or fd3d:a0b:17d6::1 and fd3d:fa7b:d17d::1. Each call and "
        "each segment is an event, as any other, so `log`, `wire` and `diagram sequence` show "
        "what happened. A step that fails is shown with its line, with what came instead, and "
        "by how much it was late; --tolerance says how late is too late, 4ms without it, and "
        "3.25 % of the time since the step before where that is more. -D says what a word of the "
        "script stands for, as TFO_COOKIE=3021b9d889017eeb.\n\n"
        "Differences from packetdrill. Numbers of TCP's own timestamps are learned, and not "
        "compared. Segments of a connection that the script has left are passed over; one that "
        "is not expected fails the script only when the next one is. The data of a call may be "
        "no wrong pointer, and open, splice of a file and more than 16 parts of a message are "
        "not known. Of control messages those are compared that are one number. Code is Python, "
        "and runs at the end. GRE, MPLS, UDP and PSP are not known, nor the settings in "
        "front that are not named here: tolerance_usecs, ip_version, local_ip, remote_ip. A "
        "session "
        "has room for 32 runs. A host's "
        "owner may not make cubic "
        "its default: each socket gets it."),
    .blocks = N_("until the script ends"),
    .errors = {{ENOENT, N_("there is no such file")}},
    .example = "write-file close.pkt \"0 socket(..., SOCK_STREAM, 0) = 3\\n+0 close(3) = 0\\n\"\n"
               "packetdrill close.pkt ipv4",
    .pages = "socksh-lab(7)",
    .run = run_packetdrill,
};
