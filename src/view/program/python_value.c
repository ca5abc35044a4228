#include "view/program/python_value.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "option/option_type.h"
#include "view/program/literal.h"

static const char *const known_names[] = {
#include "view/program/python_names.inc"
};

static int compare(const void *a, const void *b) {
  return strcmp(a, *(const char *const *)b);
}

/* A name of C: of the module that has it, or of this program, which says its number then. */
void python_put_name(struct python_call *python, const char *name, long value, struct bytes *text) {
  struct bytes line = {0};
  if (bsearch(name, known_names, sizeof known_names / sizeof *known_names, sizeof *known_names,
              compare)) {
    python_need(python, PYTHON_SOCKET);
    bytes_append_format(text, "socket.%s", name);
    return;
  }
  bytes_append_format(&line, "%s = %#lx  # Python has no name for it\n", name, value);
  const struct bytes *shared = &python->writer->shared;
  if (!shared->length || !memmem(shared->data, shared->length, line.data, line.length))
    bytes_append(&python->writer->shared, line.data, line.length);
  bytes_append_text(text, name);
  bytes_free(&line);
}

/* The module that has the names of a set; NULL: socket, as far as it has them. */
static const char *module_of(struct python_call *python, const struct constant_set *set) {
  static const struct {
    const struct constant_set *set;
    const char *module;
    unsigned need;
  } modules[] = {
      {&constant_poll_events, "select", PYTHON_SELECT},
      {&constant_epoll_events, "select", PYTHON_SELECT},
      {&constant_descriptor_commands, "fcntl", PYTHON_FCNTL},
      {&constant_descriptor_flags, "fcntl", PYTHON_FCNTL},
      {&constant_file_flags, "os", PYTHON_OS},
      {&constant_splice_flags, "os", PYTHON_OS},
      {&constant_epoll_flags, "select", PYTHON_SELECT},
      {&constant_signals, "signal", PYTHON_SIGNAL},
  };
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
    if (modules[i].set == set) {
      python_need(python, modules[i].need);
      return modules[i].module;
    }
  return NULL;
}

void python_put_constant(struct python_call *python, const struct constant_set *set, long value,
                         struct bytes *text) {
  struct bytes plain = {0};
  const char *module = module_of(python, set);
  constant_append(set, value, &plain);
  char *rest = NULL;
  bool first = true;
  for (char *word = strtok_r((char *)bytes_text(&plain), "|", &rest); word;
       word = strtok_r(NULL, "|", &rest), first = false) {
    bool named = (word[0] >= 'A' && word[0] <= 'Z');
    long one = value;
    if (named)
      constant_parse(set, word, strlen(word), &one, NULL);
    bytes_append_text(text, first ? "" : " | ");
    if (!named)
      bytes_append_text(text, word);
    else if (module)
      bytes_append_format(text, "%s.%s", module, word);
    else
      python_put_name(python, word, one, text);
  }
  bytes_free(&plain);
}

/* An address as Python has it. */
void python_put_address(struct python_call *python, const struct address *address,
                        struct bytes *text) {
  char host[INET6_ADDRSTRLEN];
  int family = address_family(address);
  const struct program_address *there =
      program_address_find(python->writer, address, python->thread);
  const struct program_variable *owner =
      there || python->writer->request->host
          ? NULL
          : survey_owner(&python->writer->survey, address, python->event->serial);
  if (there || (owner && owner->address_name[0] && owner->local.length == 0)) {
    bytes_append_text(text, there ? there->name : owner->address_name);
  } else if (family == AF_INET || family == AF_INET6) {
    const void *number = family == AF_INET ? (const void *)&address->inet.sin_addr
                                           : (const void *)&address->inet6.sin6_addr;
    inet_ntop(family, number, host, sizeof host);
    if (family == AF_INET6 && address->interface[0]) {
      struct bytes scoped = {0};
      bytes_append_format(&scoped, "%s%%%s", host, address->interface);
      bytes_append_char(text, '(');
      literal_append_python_text(text, bytes_text(&scoped));
      bytes_free(&scoped);
    } else {
      bytes_append_format(text, "(\"%s\"", host);
    }
    if (owner && owner->address_name[0])
      bytes_append_format(text, ", %s[1])", owner->address_name);
    else
      bytes_append_format(text, ", %d)", address_port(address));
  } else if (family == AF_UNIX) {
    size_t length = address->length - offsetof(struct sockaddr_un, sun_path);
    if (length > 0 && address->local.sun_path[0])
      length = strnlen(address->local.sun_path, length);
    literal_append_python(text, address->local.sun_path, length, 4);
  } else {
    python->untold = true;
  }
}

/* Data to send: as it is, as what repeats, or as far as it is known. */
void python_put_data(struct python_call *python, const char *data, size_t kept, size_t whole,
                     struct bytes *text) {
  enum { INLINE = 1024, LONGEST = 64 };
  size_t period = 0;
  for (size_t p = 1; kept > INLINE && p <= LONGEST && !period; p++)
    if (memcmp(data, data + p, kept - p) == 0)
      period = p;
  if (period) {
    literal_append_python(text, data, period, 4);
    bytes_append_format(text, " * %zu", whole / period);
    if (whole % period) {
      bytes_append_text(text, " + ");
      literal_append_python(text, data, whole % period, 4);
    }
    return;
  }
  literal_append_python(text, data, kept, 4);
  if (kept < whole) {
    python_put_line(&python->before,
                    "# The session has kept %zu bytes of it: zeros stand for the rest.", kept);
    bytes_append_format(text, ".ljust(%zu, b\"\\0\")", whole);
  }
}

/* Numbers, and structures of numbers; everything else as bytes. */
void python_put_option_value(struct python_call *python, struct bytes *text) {
  const struct call *call = python->call;
  const struct option_type *type = call_value_type(call);
  const char *data = call->data ? call->data->data : "";
  size_t length = call->data ? call->data->length : 0;
  long long number;
  int ints[2];
  struct timeval time;
  if (type->pointer) {
    python->untold = true;
  } else if (length == sizeof(int) && type->number && type->number(data, length, &number) == 0) {
    memcpy(ints, data, sizeof(int));
    bytes_append_number(text, ints[0]);
  } else if (length == sizeof ints && strcmp(type->name, "struct linger") == 0) {
    memcpy(ints, data, sizeof ints);
    python_need(python, PYTHON_STRUCT);
    bytes_append_format(text, "struct.pack(\"ii\", %d, %d)", ints[0], ints[1]);
  } else if (length == sizeof time && strcmp(type->name, "struct timeval") == 0) {
    memcpy(&time, data, sizeof time);
    python_need(python, PYTHON_STRUCT);
    bytes_append_format(text, "struct.pack(\"ll\", %lld, %ld)", (long long)time.tv_sec,
                        (long)time.tv_usec);
  } else if (length >= 8 && strncmp(type->name, "struct ip_mreq", 14) == 0) {
    char one[INET_ADDRSTRLEN], other[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, data, one, sizeof one);
    inet_ntop(AF_INET, data + 4, other, sizeof other);
    bytes_append_format(text, "socket.inet_aton(\"%s\") + socket.inet_aton(\"%s\")", one, other);
    if (length > 8) {
      bytes_append_text(text, " + ");
      literal_append_python(text, data + 8, length - 8, 4);
    }
  } else {
    literal_append_python(text, data, length, 4);
  }
}
