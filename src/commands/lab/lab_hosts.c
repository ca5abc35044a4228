/* lab_hosts: commands that make the lab's hosts, show and configure them. */
#include "lab/lab.h"
#include "lab/lab_check.h"

#include <stdlib.h>
#include <string.h>

#include "command/invocation.h"
#include "session/session_lab.h"

static const char *const first_wire = "wire";

static void add_address(struct answer *answer, const struct address *address) {
  struct bytes text = {0};
  if (address->length > 0)
    address_append_host(address, &text);
  answer_add_text(answer, text.length ? bytes_text(&text) : "-");
  bytes_free(&text);
}

static void add_host_row(struct answer *answer, const struct lab_host *host, size_t n) {
  const struct wire_link *link = host->links[n];
  answer_add_text(answer, host->host.name);
  answer_add_text(answer, link->name);
  answer_add_text(answer, link->lan->name);
  struct address addresses[] = {lab_link_address(link, AF_INET), lab_link_address(link, AF_INET6),
                                lab_link_local(link)};
  for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
    add_address(answer, &addresses[i]);
  answer_add_number(answer, link->lan->mtu);
}

static int show_lab(struct invocation *invocation) {
  static const char *const columns[] = {N_("HOST"), N_("INTERFACE"),  N_("WIRE"), N_("IPV4"),
                                        N_("IPV6"), N_("LINK-LOCAL"), N_("MTU"),  NULL};
  struct lab *lab = invocation->runner->session->lab;
  struct answer answer;
  answer_table(&answer, "lab", columns);
  answer.matters = "....121";
  for (size_t i = 0; i < lab->host_count; i++)
    for (size_t j = 0; j < lab->hosts[i]->link_count; j++)
      add_host_row(&answer, lab->hosts[i], j);
  if (runner_answer(invocation->runner, &answer, invocation->error) < 0)
    return -1;
  wire_lock(&lab->wire);
  bool holds = lab->wire.holds;
  size_t held = lab->wire.held.count;
  wire_unlock(&lab->wire);
  answer_text(&answer, "wire");
  if (holds && held == 0)
    bytes_append_text(&answer.text, _("  the wire holds its packets, and none waits\n"));
  else if (holds)
    bytes_append_format(
        &answer.text,
        held == 1
            ? _("  the wire holds its packets, and one waits; `step` lets it across\n")
            : _("  the wire holds its packets, and %zu wait; `step` lets the next one across\n"),
        held);
  else
    bytes_append_text(&answer.text,
                      _("  the wire lets its packets flow; `wire hold` stops them\n"));
  return runner_answer(invocation->runner, &answer, invocation->error);
}

/* Checks all names before the first host is made. */
static int check_names(struct invocation *invocation) {
  static const char *const parts[] = {"host", "check", "sysctl", "peer"};
  const struct argument_value *value;
  for (size_t i = 0; (value = invocation_nth(invocation, "HOST", i)); i++) {
    if (i == LAB_HOSTS)
      return invocation_wrong(invocation, value, _("a lab has at most %d hosts"), LAB_HOSTS);
    if (value->unknown)
      continue;
    const char *name = value->word.data;
    size_t length = value->word.length;
    if (bytes_equal(name, length, "off", 3) || bytes_equal(name, length, "stop", 4))
      return invocation_wrong(invocation, value,
                              _("is no name of a host here: a lab lasts as long as the session"));
    if (!lab_name_valid(name, length))
      return invocation_wrong(
          invocation, value,
          _("a host's name is letters, digits, - and _, at most 15 of them, and no number"));
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++)
      if (bytes_equal(name, length, parts[part], strlen(parts[part])))
        return invocation_wrong(invocation, value,
                                _("`lab %s` is a command of its own, so no host is called so"),
                                parts[part]);
    for (size_t j = 0; j < i; j++) {
      const struct expanded *other = &invocation_nth(invocation, "HOST", j)->word;
      if (bytes_equal(name, length, other->data, other->length))
        return invocation_wrong(invocation, value, _("there can't be two hosts of one name"));
    }
  }
  return 0;
}

static int add_host(struct invocation *invocation, const char *name, size_t length) {
  char text[HOST_NAME_SIZE] = "";
  memcpy(text, name, length);
  return lab_add_host(invocation->runner->session->lab, text, &first_wire, 1, invocation->error);
}

/* Checks that the lab, if there is one, has room for the hosts and none with their names. */
static int check_room(struct invocation *invocation, const struct lab *lab) {
  size_t there = lab ? lab->host_count : 0;
  const struct argument_value *value;
  for (size_t i = 0; (value = invocation_nth(invocation, "HOST", i)); i++) {
    if (i + there >= LAB_HOSTS)
      return invocation_wrong(invocation, value, _("a lab has at most %d hosts"), LAB_HOSTS);
    if (lab_find_host(lab, value->word.data, value->word.length))
      return error_set(invocation->error, ERROR_FAILURE,
                       _("there is a host called %.*s already; `lab` shows all"),
                       (int)value->word.length, value->word.data);
  }
  return 0;
}

static int run_lab(struct invocation *invocation) {
  struct session *session = invocation->runner->session;
  bool fresh = !session->lab || session->lab->host_count == 0;
  bool named = invocation_value(invocation, "HOST");
  const struct argument_value *value;
  if (check_room(invocation, session->lab) < 0)
    return -1;
  if (session_lab_start(invocation->runner, invocation->error) < 0)
    return -1;
  if (invocation_value(invocation, "--plain") &&
      lab_set_plain(session->lab, true, invocation->error) < 0)
    return -1;
  for (value = invocation_value(invocation, "HOST"); value;
       value = invocation_next(invocation, value))
    if (add_host(invocation, value->word.data, value->word.length) < 0)
      return -1;
  if (fresh && !named &&
      (add_host(invocation, "client", strlen("client")) < 0 ||
       add_host(invocation, "server", strlen("server")) < 0))
    return -1;
  return show_lab(invocation);
}

static int run_host(struct invocation *invocation) {
  const struct argument_value *name = invocation_value(invocation, "NAME");
  const char *wires[LAB_HOST_LINKS];
  char texts[LAB_HOST_LINKS][HOST_NAME_SIZE] = {{0}};
  char host[HOST_NAME_SIZE] = "";
  size_t count = 0;
  const struct argument_value *wire;
  if (!lab_name_valid(name->word.data, name->word.length))
    return invocation_wrong(
        invocation, name,
        _("a host's name is letters, digits, - and _, at most 15 of them, and no number"));
  memcpy(host, name->word.data, name->word.length);
  for (; (wire = invocation_nth(invocation, "on", count)); count++) {
    if (count == LAB_HOST_LINKS)
      return invocation_wrong(invocation, wire, _("a host has at most %d wires"), LAB_HOST_LINKS);
    if (!lab_name_valid(wire->word.data, wire->word.length))
      return invocation_wrong(
          invocation, wire,
          _("a wire's name is letters, digits, - and _, at most 15 of them, and no number"));
    memcpy(texts[count], wire->word.data, wire->word.length);
    for (size_t i = 0; i < count; i++)
      if (strcmp(texts[i], texts[count]) == 0)
        return invocation_wrong(invocation, wire, _("a host is on each wire once"));
    wires[count] = texts[count];
  }
  if (count == 0)
    wires[count++] = first_wire;
  if (session_lab_start(invocation->runner, invocation->error) < 0)
    return -1;
  return lab_add_host(invocation->runner->session->lab, host, wires, count, invocation->error);
}

/* Expands "tcp_syn_retries" to "net.ipv4.tcp_syn_retries". */
static void append_setting(const struct argument_value *value, struct bytes *name) {
  bool whole = value->word.length > 4 && memcmp(value->word.data, "net.", 4) == 0;
  bytes_append_text(name, whole ? "" : "net.ipv4.");
  bytes_append(name, value->word.data, value->word.length);
}

static int run_sysctl(struct invocation *invocation) {
  struct lab_host *host = invocation_value(invocation, "HOST")->host;
  const struct argument_value *setting = invocation_value(invocation, "NAME");
  const struct argument_value *value = invocation_value(invocation, "VALUE");
  struct bytes name = {0};
  struct bytes result = {0};
  if (memchr(setting->word.data, '\0', setting->word.length))
    return invocation_wrong(invocation, setting, _("a sysctl's name can't hold a zero byte"));
  append_setting(setting, &name);
  int status = lab_setting(host, bytes_text(&name), value ? value->word.data : NULL,
                           value ? value->word.length : 0, &result, invocation->error);
  if (status == 0) {
    while (result.length > 0 && result.data[result.length - 1] == '\n')
      result.length--;
    struct answer answer;
    answer_text(&answer, "sysctl");
    bytes_append_format(&answer.text, "  %s = ", bytes_text(&name));
    bytes_append(&answer.text, result.data, result.length);
    bytes_append_char(&answer.text, '\n');
    status = invocation_give_text(invocation, result.data ? result.data : "", result.length);
    if (status == 0)
      status = invocation_explain(invocation, &answer);
    else
      answer_free(&answer);
  }
  bytes_free(&name);
  bytes_free(&result);
  return status;
}

static int run_check(struct invocation *invocation) {
  struct answer answer;
  if (lab_check(invocation->error) < 0)
    return -1;
  answer_text(&answer, "check");
  bytes_append_text(&answer.text, _("  a lab can run here\n"));
  return runner_answer(invocation->runner, &answer, invocation->error);
}

const struct command command_lab = {
    .name = "lab",
    .group = GROUP_LAB,
    .parts = true,
    .arguments =
        {{.name = "HOST", .kind = &argument_text, .flags = OPTIONAL | REPEATED},
         {.name = "--plain", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--plain"}},
    .summary = N_("makes virtual hosts with a wire between them, and shows them"),
    .manual =
        N_("Each host has the kernel's own TCP/IP stack, in a network namespace: no root is "
           "needed. The first lab without names has the hosts client and server, 10.0.0.1 and "
           "10.0.0.2, fd00::1 and fd00::2; names that are given add hosts. A command with @HOST "
           "before it runs there, and a socket stays on the host it was made on. The names of "
           "hosts are addresses, as in @client tcp-connect server:80; on a host :80 and 80 are "
           "that port at its own address.\n\n"
           "--plain turns timestamps, SACK and window scaling off on all hosts, for packets that "
           "are easy to read. All of it is gone when the session ends. See socksh-lab(7)."),
    .blocks = N_("never"),
    .example = "lab\nsrv = @server tcp-listen 80\nc = @client tcp-connect server:80",
    .pages = "socksh-lab(7), network_namespaces(7)",
    .check = check_names,
    .run = run_lab,
};

const struct command command_lab_host = {
    .name = "lab host",
    .group = GROUP_LAB,
    .arguments =
        {{.name = "NAME", .kind = &argument_text},
         {.name = "WIRE", .kind = &argument_text, .flags = OPTIONAL | REPEATED, .keyword = "on"}},
    .summary = N_("adds a host to the lab, on one wire or several"),
    .manual = N_("A wire that is not there yet is made; without any it is the first one, `wire`. A "
                 "host on several wires is a router: it forwards packets, and the others have "
                 "routes over it. The wires' networks are 10.0.0.0/24, 10.0.1.0/24 and so on, in "
                 "the order in which they were made."),
    .blocks = N_("never"),
    .example = "lab host client on a\nlab host r on a b\nlab host server on b",
    .pages = "socksh-lab(7)",
    .run = run_host,
};

const struct command command_lab_sysctl = {
    .name = "lab sysctl",
    .group = GROUP_LAB,
    .arguments = {{.name = "HOST", .kind = &argument_host},
                  {.name = "NAME", .kind = &argument_text},
                  {.name = "VALUE", .kind = &argument_text, .flags = OPTIONAL}},
    .results = {"text"},
    .summary = N_("shows or sets one of a host's own net sysctls"),
    .manual = N_("NAME is as sysctl(8) has it; one that does not begin with net. is of net.ipv4. "
                 "So that what is held stands for a whole lecture, each host begins with "
                 "tcp_syn_retries, tcp_synack_retries, tcp_retries2, tcp_orphan_retries and "
                 "tcp_fin_timeout near their most."),
    .blocks = N_("never"),
    .example = "lab\nlab sysctl client tcp_syn_retries\nlab sysctl server tcp_syncookies 2",
    .pages = "tcp(7), ip(7)",
    .run = run_sysctl,
};

const struct command command_lab_check = {
    .name = "lab check",
    .group = GROUP_LAB,
    .summary = N_("says whether a lab can run here, and if not, why and what to change"),
    .manual = N_("It makes all that a lab needs, and ends it at once."),
    .blocks = N_("never"),
    .example = "lab check",
    .pages = "user_namespaces(7)",
    .run = run_check,
};
