/* lookup: commands that ask the C library for addresses, services, protocols and interfaces. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "command/invocation.h"
#include "language/escape.h"
#include "system/resolver.h"

/* Copies a word for the C library. The caller frees *copy, which is NULL if the word was omitted.
 */
static int copy_text(struct invocation *invocation, const struct argument_value *value, size_t most,
                     char **copy) {
  *copy = NULL;
  if (!value)
    return 0;
  if (value->word.length == 0 || value->word.length >= most ||
      memchr(value->word.data, '\0', value->word.length))
    return invocation_wrong(invocation, value,
                            _("this is no name to look up: from 1 to %zu characters"), most - 1);
  *copy = strndup(value->word.data, value->word.length);
  return *copy ? 0 : error_set_memory(invocation->error);
}

static int show_addresses(struct invocation *invocation, const struct call *call) {
  static const char *const columns[] = {"FAMILY", "TYPE", "ADDRESS", NULL};
  struct answer answer;
  struct bytes text = {0};
  answer_table(&answer, "addresses", columns);
  for (size_t i = 0; i < call->lookup.count; i++) {
    bytes_clear(&text);
    constant_append(&constant_families, address_family(&call->lookup.found[i]), &text);
    answer_add_text(&answer, bytes_text(&text));
    bytes_clear(&text);
    constant_append(&constant_types, call->lookup.types[i], &text);
    answer_add_text(&answer, bytes_text(&text));
    bytes_clear(&text);
    address_append(&call->lookup.found[i], &text);
    answer_add_bytes(&answer, CELL_ADDRESS, bytes_text(&text), text.length);
  }
  answer.text.failed = answer.text.failed || text.failed;
  bytes_free(&text);
  return invocation_explain(invocation, &answer);
}

static int run_getaddrinfo(struct invocation *invocation) {
  struct call call;
  const struct argument_value *host = invocation_value(invocation, "HOST");
  /* No host: addresses to bind to. */
  bool any = bytes_equal(host->word.data, host->word.length, "*", 1);
  call_init(&call, CALL_GETADDRINFO, NULL);
  call.host = invocation->runner->host;
  call.number[0] = (long)invocation_number(invocation, "FAMILY", AF_UNSPEC);
  call.number[1] = (long)invocation_number(invocation, "TYPE", 0);
  int status = copy_text(invocation, any ? NULL : host, 256, &call.lookup.text[0]);
  if (status == 0)
    status = copy_text(invocation, invocation_value(invocation, "SERVICE"), NI_MAXSERV,
                       &call.lookup.text[1]);
  if (status == 0)
    status = invocation_call(invocation, &call);
  if (status == 0)
    status = show_addresses(invocation, &call);
  if (status == 0) {
    invocation_give_number(invocation, call.result);
    status = call.lookup.count > 0 ? invocation_give_address(invocation, &call.lookup.found[0]) : 0;
  }
  call_free(&call);
  return status;
}

static int run_getnameinfo(struct invocation *invocation) {
  struct call call;
  call_init(&call, CALL_GETNAMEINFO, NULL);
  call.host = invocation->runner->host;
  call.address = invocation_value(invocation, "ADDRESS")->address;
  int status = invocation_call(invocation, &call);
  if (status == 0)
    invocation_give_number(invocation, call.result);
  for (int i = 0; status == 0 && i < 2; i++)
    status = invocation_give_text(invocation, call.lookup.text[i], strlen(call.lookup.text[i]));
  call_free(&call);
  return status;
}

enum record_kind { SERVICE_BY_NAME, SERVICE_BY_PORT, PROTOCOL_BY_NAME };

/* A query to a database, and the answer. */
struct record {
  struct resolver_question question;
  enum record_kind kind;
  char *name;     /* the query; NULL: by number */
  char *protocol; /* the query; NULL: any */
  const struct argument_value *asked;
  long number; /* the query or the answer; a port in host order */
  int error;
  bool found;
  struct bytes title;            /* the name that was found */
  struct bytes service_protocol; /* protocol of a service */
  struct bytes aliases;
};

static void record_release(struct resolver_question *question) {
  struct record *record = (struct record *)question;
  free(record->name);
  free(record->protocol);
  bytes_free(&record->title);
  bytes_free(&record->service_protocol);
  bytes_free(&record->aliases);
  free(record);
}

static void add_aliases(struct record *record, char *const *aliases) {
  for (; aliases && *aliases; aliases++)
    bytes_append_format(&record->aliases, record->aliases.length ? " %s" : "%s", *aliases);
}

static void ask_service(struct record *record) {
  char memory[8192];
  struct servent entry;
  struct servent *found = NULL;
  record->error =
      record->kind == SERVICE_BY_NAME
          ? getservbyname_r(record->name, record->protocol, &entry, memory, sizeof memory, &found)
          : getservbyport_r(htons((uint16_t)record->number), record->protocol, &entry, memory,
                            sizeof memory, &found);
  if (record->error || !found)
    return;
  record->found = true;
  record->number = ntohs((uint16_t)found->s_port);
  bytes_append_text(&record->title, found->s_name);
  bytes_append_text(&record->service_protocol, found->s_proto);
  add_aliases(record, found->s_aliases);
}

static void ask_protocol(struct record *record) {
  char memory[8192];
  struct protoent entry;
  struct protoent *found = NULL;
  record->error = getprotobyname_r(record->name, &entry, memory, sizeof memory, &found);
  if (record->error || !found)
    return;
  record->found = true;
  record->number = found->p_proto;
  bytes_append_text(&record->title, found->p_name);
  add_aliases(record, found->p_aliases);
}

static void record_ask(struct resolver_question *question) {
  struct record *record = (struct record *)question;
  switch (record->kind) {
  case SERVICE_BY_NAME:
  case SERVICE_BY_PORT:
    ask_service(record);
    break;
  case PROTOCOL_BY_NAME:
    ask_protocol(record);
    break;
  }
}

static int not_found(struct invocation *invocation, const struct record *record) {
  static const char *const sentences[] = {
      [SERVICE_BY_NAME] = N_("no service is called %s%s%s in /etc/services"),
      [SERVICE_BY_PORT] = N_("no service has the port %s%s%s in /etc/services"),
      [PROTOCOL_BY_NAME] = N_("no protocol is called %s%s%s in /etc/protocols"),
  };
  const struct argument_value *asked = record->asked;
  struct bytes shown = {0};
  struct bytes protocol = {0};
  escape_append(&shown, asked->word.data, asked->word.length, escape_chosen());
  if (record->protocol)
    escape_append(&protocol, record->protocol, strlen(record->protocol), escape_chosen());
  error_set(invocation->error, ERROR_FAILURE, _(sentences[record->kind]), bytes_text(&shown),
            record->protocol ? _(" for ") : "", bytes_text(&protocol));
  error_set_place(invocation->error, asked->place);
  bytes_free(&shown);
  bytes_free(&protocol);
  return -1;
}

/* Makes the query with the session's lock given up. Releases the record if it fails. */
static int ask(struct invocation *invocation, struct record *record) {
  struct runner *runner = invocation->runner;
  record->question.ask = record_ask;
  record->question.release = record_release;
  if (!runner_wait_begin(runner, 0, WAIT_NOT_INTERRUPTED)) {
    record_release(&record->question);
    return runner_interrupted(runner, invocation->error);
  }
  int problem = resolver_run(&record->question);
  runner_wait_end(runner);
  int status = 0;
  if (problem == EINTR)
    status = runner_interrupted(runner, invocation->error);
  else if (problem)
    status = error_set(invocation->error, ERROR_FAILURE,
                       _("there is no thread for the look-up: too many are running"));
  else if (!record->found)
    status = not_found(invocation, record);
  else if (record->title.failed || record->service_protocol.failed || record->aliases.failed)
    status = error_set_memory(invocation->error);
  if (status < 0)
    resolver_release(&record->question);
  return status;
}

/* Makes the query that a word stands for. The caller releases the record; NULL with an error. */
static struct record *record_for(struct invocation *invocation, enum record_kind kind,
                                 const struct argument_value *asked) {
  struct record *record = calloc(1, sizeof *record);
  if (!record) {
    error_set_memory(invocation->error);
    return NULL;
  }
  record->kind = kind;
  record->asked = asked;
  int status = 0;
  if (kind == SERVICE_BY_PORT)
    record->number = (long)asked->number;
  else
    status = copy_text(invocation, asked, 256, &record->name);
  if (status == 0 && invocation_takes(invocation, "PROTOCOL"))
    status = copy_text(invocation, invocation_value(invocation, "PROTOCOL"), 64, &record->protocol);
  if (status == 0)
    status = ask(invocation, record);
  else
    record_release(&record->question);
  return status == 0 ? record : NULL;
}

static int show_service(struct invocation *invocation, struct record *record) {
  static const char *const columns[] = {"NAME", "PORT", "S_PORT", "PROTOCOL", "ALIASES", NULL};
  struct answer answer;
  answer_table(&answer, "service", columns);
  answer_add_text(&answer, bytes_text(&record->title));
  answer_add_number(&answer, record->number);
  answer_add_number(&answer, htons((uint16_t)record->number));
  answer_add_text(&answer, bytes_text(&record->service_protocol));
  answer_add_text(&answer, bytes_text(&record->aliases));
  return invocation_explain(invocation, &answer);
}

static int run_getservbyname(struct invocation *invocation) {
  struct record *record =
      record_for(invocation, SERVICE_BY_NAME, invocation_value(invocation, "NAME"));
  if (!record)
    return -1;
  int status = show_service(invocation, record);
  if (status == 0)
    invocation_give_number(invocation, record->number);
  resolver_release(&record->question);
  return status;
}

static int run_getservbyport(struct invocation *invocation) {
  struct record *record =
      record_for(invocation, SERVICE_BY_PORT, invocation_value(invocation, "PORT"));
  if (!record)
    return -1;
  int status = show_service(invocation, record);
  if (status == 0)
    status = invocation_give_text(invocation, bytes_text(&record->title), record->title.length);
  resolver_release(&record->question);
  return status;
}

static int check_getservbyport(struct invocation *invocation) {
  const struct argument_value *port = invocation_value(invocation, "PORT");
  if (!port->unknown && (port->number < 0 || port->number > 65535))
    return invocation_wrong(invocation, port, _("a port is from 0 to 65535"));
  return 0;
}

static int run_getprotobyname(struct invocation *invocation) {
  static const char *const columns[] = {"NAME", "NUMBER", "ALIASES", NULL};
  struct record *record =
      record_for(invocation, PROTOCOL_BY_NAME, invocation_value(invocation, "NAME"));
  if (!record)
    return -1;
  struct answer answer;
  answer_table(&answer, "protocol", columns);
  answer_add_text(&answer, bytes_text(&record->title));
  answer_add_number(&answer, record->number);
  answer_add_text(&answer, bytes_text(&record->aliases));
  invocation_give_number(invocation, record->number);
  resolver_release(&record->question);
  return invocation_explain(invocation, &answer);
}

#define NAME_ARGUMENT                                                                              \
  { .name = "NAME", .kind = &argument_text }
#define PROTOCOL_ARGUMENT                                                                          \
  { .name = "PROTOCOL", .kind = &argument_text, .flags = OPTIONAL }

const struct command command_getaddrinfo = {
    .name = "getaddrinfo",
    .group = GROUP_LOOKUP,
    .arguments =
        {{.name = "HOST", .kind = &argument_text},
         {.name = "SERVICE", .kind = &argument_text, .flags = OPTIONAL},
         {.name = "FAMILY", .kind = &argument_symbol, .flags = OPTIONAL, .set = &constant_families},
         {.name = "TYPE", .kind = &argument_symbol, .flags = OPTIONAL, .set = &constant_types}},
    .results = {"address"},
    .summary = N_("looks up the addresses of a host and a service"),
    .manual =
        N_("Asks the C library, which asks /etc/hosts, the name servers and /etc/services, as "
           "/etc/nsswitch.conf says. HOST is a name or a numeric address, and * for no host, which "
           "gives the addresses that a server binds to. SERVICE is a name or a port. The list is "
           "in the order in which a program should try them; the result is the first. Without a "
           "TYPE each address comes once for each type of socket that has the service."),
    .prototype = "int getaddrinfo(const char *node, const char *service,\n"
                 "                const struct addrinfo *hints, struct addrinfo **res);",
    .python = "list = socket.getaddrinfo(\"localhost\", 80, socket.AF_INET, socket.SOCK_STREAM)",
    .blocks = N_("until the name servers have answered, or none does"),
    .errors = {{EINTR,
                N_("the wait was given up; the look-up itself goes on unseen until it ends")}},
    .example = "a = getaddrinfo 127.0.0.1 80 inet stream\nassert $a.port == 80",
    .pages = "getaddrinfo(3), hosts(5), resolv.conf(5)",
    .run = run_getaddrinfo,
};

const struct command command_getnameinfo = {
    .name = "getnameinfo",
    .group = GROUP_LOOKUP,
    .arguments = {{.name = "ADDRESS", .kind = &argument_address}},
    .results = {"host", "service"},
    .summary = N_("looks up the names of an address and its port"),
    .manual =
        N_("The way back from getaddrinfo. The results are two texts: the name of the host, or its "
           "numeric address where nobody knows a name, and the name of the service, or the port."),
    .prototype = "int getnameinfo(const struct sockaddr *addr, socklen_t addrlen,\n"
                 "                char *host, socklen_t hostlen,\n"
                 "                char *serv, socklen_t servlen, int flags);",
    .python = "host, service = socket.getnameinfo((\"127.0.0.1\", 80), 0)",
    .blocks = N_("until the name servers have answered, or none does"),
    .errors = {{EINTR,
                N_("the wait was given up; the look-up itself goes on unseen until it ends")}},
    .example = "host service = getnameinfo 127.0.0.1:80\nprint $host $service",
    .pages = "getnameinfo(3)",
    .run = run_getnameinfo,
};

const struct command command_getservbyname = {
    .name = "getservbyname",
    .group = GROUP_LOOKUP,
    .arguments = {NAME_ARGUMENT, PROTOCOL_ARGUMENT},
    .results = {"port"},
    .summary = N_("looks up the port of a service"),
    .manual = N_("Looks in /etc/services, for PROTOCOL (tcp or udp) or, where it is omitted, for "
                 "any. The result is the port as a number of this host; S_PORT is what stands in "
                 "the struct servent of C, where the port is in network order."),
    .prototype = "struct servent *getservbyname(const char *name, const char *proto);",
    .python = "port = socket.getservbyname(\"http\", \"tcp\")",
    .blocks = N_("hardly: a file is read"),
    .example = "expect 80 getservbyname http tcp",
    .pages = "getservbyname(3), services(5)",
    .run = run_getservbyname,
};

const struct command command_getservbyport = {
    .name = "getservbyport",
    .group = GROUP_LOOKUP,
    .arguments = {{.name = "PORT", .kind = &argument_number}, PROTOCOL_ARGUMENT},
    .results = {"name"},
    .summary = N_("looks up the service that has a port"),
    .manual = N_("Looks in /etc/services, for PROTOCOL (tcp or udp) or, where it is omitted, for "
                 "any. PORT is a number of this host: the function of C wants it in network order, "
                 "and gets htons(PORT)."),
    .prototype = "struct servent *getservbyport(int port, const char *proto);",
    .python = "name = socket.getservbyport(80, \"tcp\")",
    .blocks = N_("hardly: a file is read"),
    .example = "expect \"http\" getservbyport 80 tcp",
    .pages = "getservbyport(3), services(5)",
    .run = run_getservbyport,
    .check = check_getservbyport,
};

const struct command command_getprotobyname = {
    .name = "getprotobyname",
    .group = GROUP_LOOKUP,
    .arguments = {NAME_ARGUMENT},
    .results = {"number"},
    .summary = N_("looks up the number of a protocol"),
    .manual = N_("Looks in /etc/protocols. The number is what stands in the header of IP, and what "
                 "socket takes as its PROTOCOL."),
    .prototype = "struct protoent *getprotobyname(const char *name);",
    .python = "number = socket.getprotobyname(\"icmp\")",
    .blocks = N_("hardly: a file is read"),
    .example = "expect 6 getprotobyname tcp",
    .pages = "getprotobyname(3), protocols(5)",
    .run = run_getprotobyname,
};
