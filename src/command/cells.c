#include "command/cells.h"

#include <ctype.h>
#include <string.h>

/* Appends a C name as it is typed, short and in lower case: "inet" for AF_INET. */
static void append_short(struct bytes *text, const struct constant_set *set, long value) {
  const char *name = constant_name(set, value);
  if (!name) {
    bytes_append_number(text, value);
    return;
  }
  for (name += strlen(set->prefix); *name; name++)
    bytes_append_char(text, (char)tolower((unsigned char)*name));
}

void cells_add_kind(struct answer *answer, const struct socket *socket) {
  struct bytes text = {0};
  if (socket_is_none(socket)) {
    bytes_append_text(&text, descriptor_kind_title(socket->kind));
  } else {
    append_short(&text, &constant_families, socket->family);
    bytes_append_char(&text, ' ');
    append_short(&text, &constant_types, socket->type);
    if (socket_is_multipath(socket))
      bytes_append_text(&text, " mptcp");
  }
  answer_add_text(answer, bytes_text(&text));
  bytes_free(&text);
}

void cells_add_state(struct answer *answer, enum socket_state state) {
  const char *name = constant_name(&constant_states, state);
  if (name && state != STATE_UNKNOWN)
    answer_add_text(answer, name);
  else
    answer_add_empty(answer);
}

void cells_add_address(struct answer *answer, const struct address *address) {
  struct bytes text = {0};
  bool nothing = address->length == 0 ||
                 (address_family(address) == AF_UNIX && address->length <= sizeof(sa_family_t)) ||
                 (address_is_any(address) && address_port(address) == 0);
  if (nothing) {
    answer_add_empty(answer);
    return;
  }
  address_append(address, &text);
  answer_add_bytes(answer, CELL_ADDRESS, bytes_text(&text), text.length);
  bytes_free(&text);
}

void cells_add_queue(struct answer *answer, int64_t length) {
  if (length < 0)
    answer_add_empty(answer);
  else
    answer_add_number(answer, length);
}

const char *const *cells_columns(const char *const *columns, bool lab, const char **room) {
  size_t count = 0;
  if (!lab)
    return columns;
  room[count++] = N_("HOST");
  while (*columns)
    room[count++] = *columns++;
  room[count] = NULL;
  return room;
}

void cells_add_host(struct answer *answer, const struct socket *socket, bool lab) {
  if (lab && socket->host)
    answer_add_text(answer, socket->host->name);
  else if (lab)
    answer_add_empty(answer);
}
