#include "view/program/c_value.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "option/option_type.h"
#include "view/program/literal.h"

static const char *type_of(const struct address *address) {
  switch (address_family(address)) {
  case AF_INET:
    return "sockaddr_in";
  case AF_INET6:
    return "sockaddr_in6";
  case AF_UNIX:
    return "sockaddr_un";
  default:
    return "sockaddr_storage";
  }
}

static size_t size_of(const struct address *address) {
  switch (address_family(address)) {
  case AF_INET:
    return sizeof(struct sockaddr_in);
  case AF_INET6:
    return sizeof(struct sockaddr_in6);
  case AF_UNIX:
    return sizeof(struct sockaddr_un);
  default:
    return sizeof(struct sockaddr_storage);
  }
}

static void need_address(struct c_call *c, const struct address *address) {
  int family = address_family(address);
  if (family == AF_INET || family == AF_INET6)
    c->writer->needs |= NEEDS_INET;
  if (family == AF_UNIX)
    c->writer->needs |= NEEDS_UNIX | NEEDS_OFFSET;
  if (family == AF_INET6 && address->interface[0])
    c->writer->needs |= NEEDS_INTERFACE;
}

/* The port: that which another socket was given, or a number. */
static void put_port(const struct program_variable *owner, int port, struct bytes *bytes) {
  if (owner)
    bytes_append_format(bytes, "%s.%s", owner->address_name,
                        address_family(&owner->local) == AF_INET6 ? "sin6_port" : "sin_port");
  else
    bytes_append_format(bytes, "htons(%d)", port);
}

/* The members of an address in braces; behind its declaration come those that a function fills
 * in. */
static void put_members(const struct address *address, const char *name,
                        const struct program_variable *owner, struct bytes *members,
                        struct bytes *then) {
  char text[INET6_ADDRSTRLEN] = "";
  struct bytes path = {0};
  switch (address_family(address)) {
  case AF_INET:
    bytes_append_text(members, ".sin_family = AF_INET, .sin_port = ");
    put_port(owner, address_port(address), members);
    if (address->inet.sin_addr.s_addr == htonl(INADDR_ANY)) {
      bytes_append_text(members, ", .sin_addr.s_addr = htonl(INADDR_ANY)");
      break;
    }
    inet_ntop(AF_INET, &address->inet.sin_addr, text, sizeof text);
    c_put_line(then, "inet_pton(AF_INET, \"%s\", &%s.sin_addr);", text, name);
    break;
  case AF_INET6:
    bytes_append_text(members, ".sin6_family = AF_INET6, .sin6_port = ");
    put_port(owner, address_port(address), members);
    if (address->inet6.sin6_flowinfo)
      bytes_append_format(members, ", .sin6_flowinfo = htonl(%#x)",
                          ntohl(address->inet6.sin6_flowinfo));
    if (address->interface[0]) {
      bytes_append_text(members, ", .sin6_scope_id = if_nametoindex(");
      literal_append_c(members, address->interface, strlen(address->interface), 6);
      bytes_append_char(members, ')');
    } else if (address->inet6.sin6_scope_id) {
      bytes_append_format(members, ", .sin6_scope_id = %u", address->inet6.sin6_scope_id);
    }
    inet_ntop(AF_INET6, &address->inet6.sin6_addr, text, sizeof text);
    c_put_line(then, "inet_pton(AF_INET6, \"%s\", &%s.sin6_addr);", text, name);
    break;
  case AF_UNIX: {
    size_t length = address->length - offsetof(struct sockaddr_un, sun_path);
    bytes_append_text(members, ".sun_family = AF_UNIX");
    if (address->length <= offsetof(struct sockaddr_un, sun_path))
      break;
    literal_append_c(&path, address->local.sun_path,
                     address->local.sun_path[0] ? strnlen(address->local.sun_path, length) : length,
                     6);
    c_put_line(then, "memcpy(%s.sun_path, %s, %zu);", name, bytes_text(&path), length);
    bytes_free(&path);
    break;
  }
  default:
    bytes_append_format(members, ".ss_family = %d", address_family(address));
    literal_append_c(&path, &address->storage, address->length, 6);
    if (address->length > sizeof(sa_family_t))
      c_put_line(then, "memcpy(&%s, %s, %u);", name, bytes_text(&path), address->length);
    bytes_free(&path);
  }
}

static bool binds(const struct call *call) {
  const struct call_row *row = call_row(call);
  return row->changes_address && row->names_address && !row->connects &&
         row->direction == MOVES_NOTHING;
}

static void put_length(const struct address *address, const char *name, bool storage,
                       struct bytes *length) {
  size_t size = size_of(address);
  if (address->length == size && !storage)
    bytes_append_format(length, "sizeof %s", name);
  else if (address->length == size)
    bytes_append_format(length, "sizeof(struct %s)", type_of(address));
  else if (address_family(address) == AF_UNIX)
    bytes_append_format(length, "offsetof(struct sockaddr_un, sun_path) + %zu",
                        address->length - offsetof(struct sockaddr_un, sun_path));
  else
    bytes_append_format(length, "%u", address->length);
}

/* In a lab another host's program may have to know the port: it is what the session was given. */
static struct address with_port(struct c_call *c, const struct address *address) {
  struct address changed = *address;
  const struct program_variable *variable = survey_variable(&c->writer->survey, &c->call->subject);
  if (c->writer->request->host && variable && binds(c->call) && address_port(address) == 0 &&
      address_port(&variable->local) > 0) {
    address_set_port(&changed, address_port(&variable->local));
    c_put_line(&c->before, "/* The session said port 0, and was given this one. */");
  }
  return changed;
}

/* A new variable with the address. */
static void declare(struct c_call *c, const struct address *address,
                    const struct program_variable *owner, char *name) {
  struct program_variable *subject = survey_variable(&c->writer->survey, &c->call->subject);
  struct bytes members = {0}, then = {0};
  bool fetched = binds(c->call) && subject && subject->fetch && !c->writer->request->host;
  bool global = fetched && program_has_threads(c->writer);
  c_name(c, binds(c->call) ? "address" : "peer", name);
  put_members(address, name, owner, &members, &then);
  if (global)
    bytes_append_format(&c->writer->shared, "static struct %s %s;\n", type_of(address), name);
  if (global)
    c_put_line(&c->before, "%s = (struct %s){%s};", name, type_of(address), bytes_text(&members));
  else
    c_put_line(&c->before, "struct %s %s = {%s};", type_of(address), name, bytes_text(&members));
  bytes_append(&c->before, then.data, then.length);
  if (fetched)
    snprintf(subject->address_name, sizeof subject->address_name, "%s", name);
  else if (!owner)
    program_address_add(c->writer, name, address, c->thread, false);
  bytes_free(&members);
  bytes_free(&then);
}

void c_put_address(struct c_call *c, const struct address *address, struct bytes *pointer,
                   struct bytes *length) {
  char name[IDENTIFIER_SIZE];
  if (address->length == 0) {
    bytes_append_text(pointer, "NULL");
    bytes_append_text(length, "0");
    return;
  }
  need_address(c, address);
  struct address wanted = with_port(c, address);
  const struct program_address *there = program_address_find(c->writer, &wanted, c->thread);
  const struct program_variable *owner =
      there || c->writer->request->host
          ? NULL
          : survey_owner(&c->writer->survey, &wanted, c->event->serial);
  bool storage = there && there->storage;
  if (owner && !owner->address_name[0])
    owner = NULL;
  if (there) {
    snprintf(name, sizeof name, "%s", there->name);
  } else if (owner && owner->local.length == 0) {
    snprintf(name, sizeof name, "%s", owner->address_name);
  } else {
    declare(c, &wanted, owner, name);
  }
  bytes_append_format(pointer, "(struct sockaddr *)&%s", name);
  put_length(&wanted, name, storage, length);
}

void c_put_fetch(struct c_call *c, struct program_variable *variable) {
  char length[IDENTIFIER_SIZE];
  const char *base = c->base;
  bool global = program_has_threads(c->writer);
  const char *type = variable->local.length ? type_of(&variable->local) : "sockaddr_storage";
  need_address(c, &variable->local);
  c->base = variable->name;
  c_put_line(&c->after, "/* The kernel has chosen the address: others will need it. */");
  if (!variable->address_name[0]) {
    c_name(c, "address", variable->address_name);
    if (global)
      bytes_append_format(&c->writer->shared, "static struct %s %s;\n", type,
                          variable->address_name);
    else
      c_put_line(&c->after, "struct %s %s;", type, variable->address_name);
  }
  c_name(c, "address_length", length);
  c_put_line(&c->after, "socklen_t %s = sizeof %s;", length, variable->address_name);
  c_put_line(&c->after, "if (getsockname(%s, (struct sockaddr *)&%s, &%s) == -1)", variable->name,
             variable->address_name, length);
  c_put_line(&c->after, "  die(\"getsockname\");");
  c->writer->needs |= NEEDS_DIE;
  if (variable->local.length)
    program_address_add(c->writer, variable->address_name, &variable->local,
                        global ? ANY_THREAD : c->thread,
                        address_family(&variable->local) == AF_UNIX);
  c->base = base;
}

/* A group's address, and where it is joined. */
static bool put_group(struct c_call *c, const char *type, const void *value, size_t length) {
  char one[INET6_ADDRSTRLEN], other[INET6_ADDRSTRLEN];
  if (strcmp(type, "struct ip_mreqn") == 0 &&
      (length == sizeof(struct ip_mreqn) || length == sizeof(struct ip_mreq))) {
    struct ip_mreqn request = {0};
    memcpy(&request, value, length);
    inet_ntop(AF_INET, &request.imr_multiaddr, one, sizeof one);
    inet_ntop(AF_INET, &request.imr_address, other, sizeof other);
    bool short_one = length == sizeof(struct ip_mreq);
    bytes_append_format(&c->arguments,
                        "&(struct %s){.imr_multiaddr.s_addr = inet_addr(\"%s\"), "
                        ".%s.s_addr = inet_addr(\"%s\")",
                        short_one ? "ip_mreq" : "ip_mreqn", one,
                        short_one ? "imr_interface" : "imr_address", other);
    if (!short_one)
      bytes_append_format(&c->arguments, ", .imr_ifindex = %d", request.imr_ifindex);
    bytes_append_format(&c->arguments, "}, sizeof(struct %s)", short_one ? "ip_mreq" : "ip_mreqn");
  } else if (strcmp(type, "struct ipv6_mreq") == 0 && length == sizeof(struct ipv6_mreq)) {
    struct ipv6_mreq request;
    char name[IDENTIFIER_SIZE];
    memcpy(&request, value, length);
    inet_ntop(AF_INET6, &request.ipv6mr_multiaddr, one, sizeof one);
    c_name(c, "group", name);
    c_put_line(&c->before, "struct ipv6_mreq %s = {.ipv6mr_interface = %u};", name,
               request.ipv6mr_interface);
    c_put_line(&c->before, "inet_pton(AF_INET6, \"%s\", &%s.ipv6mr_multiaddr);", one, name);
    bytes_append_format(&c->arguments, "&%s, sizeof %s", name, name);
  } else {
    return false;
  }
  c->writer->needs |= NEEDS_INET;
  return true;
}

/* A number, a linger or a time. */
static bool put_plain(struct c_call *c, const struct option_type *type, const void *value,
                      size_t length) {
  struct linger linger;
  struct timeval time;
  long long number;
  if (length == sizeof linger && strcmp(type->name, "struct linger") == 0) {
    memcpy(&linger, value, sizeof linger);
    bytes_append_format(&c->arguments,
                        "&(struct linger){.l_onoff = %d, .l_linger = %d}, sizeof(struct linger)",
                        linger.l_onoff, linger.l_linger);
  } else if (length == sizeof time && strcmp(type->name, "struct timeval") == 0) {
    memcpy(&time, value, sizeof time);
    c->writer->needs |= NEEDS_TIME;
    bytes_append_format(&c->arguments,
                        "&(struct timeval){.tv_sec = %lld, .tv_usec = %ld}, sizeof(struct timeval)",
                        (long long)time.tv_sec, (long)time.tv_usec);
  } else if (length == sizeof(int) && type->number && type->number(value, length, &number) == 0 &&
             number >= INT32_MIN && number <= INT32_MAX) {
    int plain;
    memcpy(&plain, value, sizeof plain); /* whatever order of bytes the type has */
    bytes_append_format(&c->arguments, "&(int){%d}, sizeof(int)", plain);
  } else {
    return false;
  }
  return true;
}

void c_put_option_value(struct c_call *c) {
  const struct option_type *type = call_value_type(c->call);
  const struct blob *data = c->call->data;
  char name[IDENTIFIER_SIZE];
  if (!data || data->length == 0) {
    bytes_append_text(&c->arguments, "NULL, 0");
  } else if (type->pointer) {
    struct bytes text = {0};
    c->writer->needs |= NEEDS_FILTER;
    c_name(c, "filter", name);
    literal_append_c(&text, data->data, data->length, 6);
    c_put_line(&c->before, "struct sock_filter %s[%zu];", name, data->length / 8);
    c_put_line(&c->before, "memcpy(%s, %s, sizeof %s);", name, bytes_text(&text), name);
    bytes_append_format(&c->arguments,
                        "&(struct sock_fprog){.len = %zu, .filter = %s}, sizeof(struct sock_fprog)",
                        data->length / 8, name);
    bytes_free(&text);
  } else if (!put_plain(c, type, data->data, data->length) &&
             !put_group(c, type->name, data->data, data->length)) {
    literal_append_c(&c->arguments, data->data, data->length, 6);
    bytes_append_format(&c->arguments, ", %zu", data->length);
  }
}

/* How many bytes repeat from the beginning to the end; 0: they don't. */
static size_t period_of(const char *data, size_t length) {
  enum { LONGEST = 64 };
  for (size_t period = 1; period <= LONGEST && period * 4 < length; period++)
    if (memcmp(data, data + period, length - period) == 0)
      return period;
  return 0;
}

void c_put_data(struct c_call *c, const char *data, size_t kept, size_t whole,
                struct bytes *arguments) {
  enum { INLINE = 1024 };
  char name[IDENTIFIER_SIZE];
  struct bytes text = {0};
  size_t period = kept > INLINE ? period_of(data, kept) : 0;
  if (kept == whole && whole <= INLINE) {
    literal_append_c(arguments, data, kept, 6);
    return;
  }
  c_name(c, "data", name);
  literal_append_c(&text, data, period ? period : kept, 6);
  if (period) {
    c_put_line(&c->before, "static char %s[%zu];", name, whole);
    c_put_line(&c->before, "for (size_t i = 0; i < sizeof %s; i++)", name);
    if (period == 1)
      c_put_line(&c->before, "  %s[i] = %d;", name, (signed char)data[0]);
    else
      c_put_line(&c->before, "  %s[i] = %s[i %% %zu];", name, bytes_text(&text), period);
  } else {
    if (kept < whole)
      c_put_line(&c->before,
                 "/* The session has kept %zu bytes of it: zeros stand for the rest. */", kept);
    c_put_line(&c->before, "static char %s[%zu] = %s;", name, whole + 1, bytes_text(&text));
  }
  bytes_append_text(arguments, name);
  bytes_free(&text);
}

void c_put_file(struct c_call *c, const char *name) {
  struct program_text *text = &c->writer->texts[c->thread];
  char variable[IDENTIFIER_SIZE];
  struct bytes path = {0};
  if (call_row(c->call)->makes != MAKES_NOTHING || call_row(c->call)->waits == WAITS_FOR_BOTH) {
    c->untold = true; /* it is no file */
    return;
  }
  for (size_t at = 0; at < text->files.length;) {
    const char *known = text->files.data + at;
    const char *file = known + strlen(known) + 1;
    if (strcmp(file, name) == 0) {
      bytes_append_text(&c->arguments, known);
      return;
    }
    at = (size_t)(file + strlen(file) + 1 - text->files.data);
  }
  identifier_make(&c->writer->survey.identifiers, "source_file", variable);
  literal_append_c(&path, name, strlen(name), 6);
  c_put_line(&c->before, "int %s = open(%s, O_RDONLY);", variable, bytes_text(&path));
  c_put_line(&c->before, "if (%s == -1)", variable);
  c_put_line(&c->before, "  die(\"open\");");
  bytes_append(&text->files, variable, strlen(variable) + 1);
  bytes_append(&text->files, name, strlen(name) + 1);
  bytes_append_text(&c->arguments, variable);
  c->writer->needs |= NEEDS_FILES | NEEDS_SENDFILE | NEEDS_DIE;
  bytes_free(&path);
}
