/* pkt_line: commands around the lines of packetdrill that are typed. */
#include <errno.h>
#include <string.h>

#include "command/invocation.h"
#include "commands/packetdrill/pkt_event.h"
#include "commands/packetdrill/pkt_host.h"
#include "commands/packetdrill/pkt_life.h"
#include "commands/packetdrill/pkt_run.h"
#include "session/session_lab.h"

static int run_line(struct invocation *invocation) {
  const struct argument_value *line = invocation_value(invocation, "LINE");
  struct runner *runner = invocation->runner;
  struct error *error = invocation->error;
  int status = pkt_run_line(runner, line->word.data, line->word.length, error);
  if (status < 0 && error->place.length > 0) /* in the line; what is shown is the statement */
    error->place.offset += line->place.offset;
  return status;
}

const struct command command_pkt = {
    .name = "pkt",
    .group = GROUP_LAB,
    .takes_line = true,
    .arguments = {{.name = "LINE", .kind = &argument_raw}},
    .summary = N_("plays a line as packetdrill's scripts have them"),
    .manual = N_(
        "The name may be left out: a line that begins with < or >, or with a time and then a "
        "segment, a call, a command in `...` or code in %{ }%, is one. A segment behind < is sent "
        "by the peer, one behind > has to come from the tested host; a call is made there, with "
        "the script's own numbers for descriptors. The newest peer of `lab peer` plays it, or the "
        "one whose host is named with @; without any, the hosts tested and peer are made. A "
        "SYN goes to the port on which the tested host listens, or 8080.\n\n"
        "Times are seconds: +.1 so long after the line before it, 1.5 so long after the clock "
        "began, * at any time. Without one, a segment is sent at once, and one that has to come "
        "may come at any time within `set timeout`. With one, it may be early or late by `set "
        "tolerance`. The time that it takes to type a line counts for none, and what the kernel "
        "sends again meanwhile is passed over, unless the line names its numbers. `expect packet "
        "LINE` "
        "is the same line, and reads as the test that it is. A prefix `at TIME` lets any command "
        "wait for its time by the same clock."),
    .blocks = N_("until the line is due, or the segment has come"),
    .example = "lab server\nlab peer client\nsrv = @server tcp-listen 8080\n"
               "pkt < S 0:0(0) win 1000 <mss 1000>\n"
               "expect packet > S. 0:0(0) ack 1 <...>\n+.1 < . 1:1(0) ack 1 win 1000\n"
               "c = accept srv",
    .pages = "socksh-lab(7), socksh-packetdrill(7)",
    .run = run_line,
};

static int run_continue(struct invocation *invocation) {
  return pkt_run_go_on(invocation->runner, invocation->error);
}

const struct command command_packetdrill_continue = {
    .name = "packetdrill continue",
    .group = GROUP_LAB,
    .summary = N_("goes on with a script of packetdrill behind the line that has failed"),
    .manual = N_("At the prompt, or with --debug, a script that has failed keeps its hosts, its "
                 "sockets and its peer. Its times go on from now, as if the failed line had just "
                 "been done."),
    .blocks = N_("until the script ends"),
    .example = "write-file close.pkt \"0 socket(..., SOCK_STREAM, 0) = 3\\n+0 close(3) = 0\\n\"\n"
               "packetdrill close.pkt ipv4\n# had it failed: packetdrill continue",
    .pages = "socksh-packetdrill(7)",
    .run = run_continue,
};

/* The host that is tested: the one that is named, else the first that is no peer. */
static struct lab_host *find_tested(struct invocation *invocation) {
  const struct argument_value *host = invocation_value(invocation, "HOST");
  const struct lab *lab = invocation->runner->session->lab;
  for (size_t i = 0; lab && !host && i < lab->host_count; i++)
    if (lab->hosts[i]->host.make)
      return lab->hosts[i];
  return host ? host->host : NULL;
}

static int run_peer(struct invocation *invocation) {
  struct runner *runner = invocation->runner;
  struct error *error = invocation->error;
  const struct argument_value *name = invocation_value(invocation, "NAME");
  const struct argument_value *version = invocation_value(invocation, "VERSION");
  struct lab_host *tested = find_tested(invocation);
  char text[HOST_NAME_SIZE] = "";
  if (!lab_name_valid(name->word.data, name->word.length))
    return invocation_wrong(
        invocation, name,
        _("a host's name is letters, digits, - and _, at most 15 of them, and no number"));
  if (!tested)
    return error_set(error, ERROR_FAILURE,
                     _("there is no host that it could talk to: `lab server` makes one"));
  memcpy(text, name->word.data, name->word.length);
  struct pkt_options options = {
      .version = version ? (enum pkt_version)version->number : PKT_IPV4,
      .tolerance = runner->session->settings.tolerance,
  };
  struct pkt_state *state = pkt_life_create(runner, &options, error);
  if (!state)
    return -1;
  state->typed = true;
  if (pkt_host_join(state, text, tested, error) < 0) {
    pkt_life_free(state);
    return -1;
  }
  state->runner = NULL;
  pkt_life_keep(state, runner->session);
  return 0;
}

const struct command command_lab_peer = {
    .name = "lab peer",
    .group = GROUP_LAB,
    .arguments = {{.name = "NAME", .kind = &argument_text},
                  {.name = "HOST", .kind = &argument_host, .flags = OPTIONAL},
                  {.name = "VERSION",
                   .kind = &argument_keyword,
                   .words = "ipv4|mapped|ipv6",
                   .flags = OPTIONAL}},
    .summary = N_("adds a host without a kernel, whose segments you write yourself"),
    .manual = N_("It is on the wire of HOST, or of the first host there is, and talks to that one. "
                 "Nothing answers by itself: no SYN-ACK, no ACK, no RST. What it sends, and what "
                 "has to come, are lines of packetdrill (see pkt): `< S 0:0(0) win 1000`, `expect "
                 "packet > S. 0:0(0) ack 1 <...>`. VERSION is that of IP, ipv4 without it."),
    .blocks = N_("never"),
    .example = "lab server\nlab peer client server\nsrv = @server tcp-listen 80\n"
               "< S 0:0(0) win 1000\n> S. 0:0(0) ack 1 <...>",
    .pages = "socksh-lab(7), socksh-packetdrill(7)",
    .run = run_peer,
};
