/* own_names: commands that ask a host, or the machine, what it and its interfaces are called. */
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "command/invocation.h"
#include "lab/lab.h"
#include "language/escape.h"
#include "language/word.h"
#include "system/network.h"

static int give_interface(struct invocation *invocation, const char *name, unsigned index) {
  static const char *const columns[] = {"INTERFACE", "INDEX", NULL};
  struct answer answer;
  answer_table(&answer, "interface", columns);
  answer_add_text(&answer, name);
  answer_add_number(&answer, index);
  return invocation_explain(invocation, &answer);
}

/* The network of @HOST, as it is now. */
static int network_of(const struct invocation *invocation) {
  return host_network(invocation->runner->host);
}

static int run_if_nametoindex(struct invocation *invocation) {
  const struct argument_value *asked = invocation_value(invocation, "NAME");
  struct word_shown shown;
  struct bytes text = {0};
  if (memchr(asked->word.data, '\0', asked->word.length))
    return invocation_wrong(invocation, asked, _("a name can't hold a zero byte"));
  const char *name = argument_value_text(asked, &text);
  unsigned index = network_interface_index(network_of(invocation), name);
  int status = 0;
  if (index == 0) {
    error_set_errno(invocation->error, errno, _("no network interface is called %s"),
                    word_show(&shown, name, strlen(name)));
    error_set_place(invocation->error, asked->place);
    status = -1;
  } else {
    invocation_give_number(invocation, index);
    status = give_interface(invocation, name, index);
  }
  bytes_free(&text);
  return status;
}

static int check_if_indextoname(struct invocation *invocation) {
  const struct argument_value *index = invocation_value(invocation, "INDEX");
  if (!index->unknown && (index->number < 1 || index->number > INT_MAX))
    return invocation_wrong(invocation, index, _("the number of an interface is 1 or more"));
  return 0;
}

static int run_if_indextoname(struct invocation *invocation) {
  const struct argument_value *asked = invocation_value(invocation, "INDEX");
  char name[IF_NAMESIZE];
  network_interface_name(network_of(invocation), (unsigned)asked->number, name);
  if (!name[0]) {
    error_set_errno(invocation->error, ENXIO, _("no network interface has the number %lld"),
                    asked->number);
    error_set_place(invocation->error, asked->place);
    return -1;
  }
  if (give_interface(invocation, name, (unsigned)asked->number) < 0)
    return -1;
  return invocation_give_text(invocation, name, strlen(name));
}

static int run_gethostname(struct invocation *invocation) {
  struct host *host = invocation->runner->host;
  char own[HOST_NAME_MAX + 1] = "";
  struct bytes name = {0};
  struct answer answer;
  int status = 0;
  if (host)
    status = lab_system_name((struct lab_host *)host, &name, invocation->error);
  else if (gethostname(own, sizeof own - 1) == 0)
    bytes_append_text(&name, own);
  else
    status = error_set_errno(invocation->error, errno, _("the machine's name can't be read"));
  if (status == 0) {
    answer_text(&answer, "hostname");
    bytes_append_text(&answer.text, "  ");
    escape_append(&answer.text, bytes_text(&name), name.length, escape_chosen());
    bytes_append_char(&answer.text, '\n');
    status = invocation_explain(invocation, &answer);
  }
  if (status == 0)
    status = invocation_give_text(invocation, bytes_text(&name), name.length);
  bytes_free(&name);
  return status;
}

const struct command command_if_nametoindex = {
    .name = "if_nametoindex",
    .group = GROUP_LOOKUP,
    .arguments = {{.name = "NAME", .kind = &argument_text}},
    .results = {"number"},
    .summary = N_("tells the index of a network interface"),
    .manual = N_("Asks the kernel for the number of an interface, which stands in the scope of "
                 "link-local addresses and in multicast options. Each host of the lab has numbers "
                 "of its own: @server if_nametoindex eth0 asks that host."),
    .prototype = "unsigned int if_nametoindex(const char *ifname);",
    .python = "index = socket.if_nametoindex(\"lo\")",
    .blocks = N_("never"),
    .errors = {{ENODEV, N_("`ip link` lists the interfaces that there are")}},
    .example = "expect 1 if_nametoindex lo",
    .pages = "if_nametoindex(3), netdevice(7)",
    .run = run_if_nametoindex,
};

const struct command command_if_indextoname = {
    .name = "if_indextoname",
    .group = GROUP_LOOKUP,
    .arguments = {{.name = "INDEX", .kind = &argument_number}},
    .results = {"name"},
    .summary = N_("tells the name of a network interface"),
    .manual = N_("The way back from if_nametoindex: the name of the interface with that number, "
                 "on the machine or, behind @HOST, on that host."),
    .prototype = "char *if_indextoname(unsigned int ifindex, char *ifname);",
    .python = "name = socket.if_indextoname(1)",
    .blocks = N_("never"),
    .errors = {{ENXIO, N_("`ip link` lists the interfaces that there are")}},
    .example = "expect \"lo\" if_indextoname 1",
    .pages = "if_indextoname(3), netdevice(7)",
    .run = run_if_indextoname,
    .check = check_if_indextoname,
};

const struct command command_gethostname = {
    .name = "gethostname",
    .group = GROUP_LOOKUP,
    .results = {"name"},
    .summary = N_("tells the name of the machine, or of a host of the lab"),
    .manual = N_("The name that programs get from gethostname(2). A host of the lab is called as "
                 "lab calls it, until a program there changes that: @server gethostname."),
    .prototype = "int gethostname(char *name, size_t len);",
    .python = "name = socket.gethostname()",
    .blocks = N_("never"),
    .example = "lab\nexpect ok @server gethostname\nname = @server gethostname\nassert $name == "
               "server",
    .pages = "gethostname(2), uts_namespaces(7)",
    .run = run_gethostname,
};
