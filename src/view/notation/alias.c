#include "view/notation/alias.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct alias {
  char letter; /* 'K': a port that is printed unchanged */
  long long value;
  unsigned number;
};

static struct alias *find(const struct aliases *aliases, char letter, long long value) {
  struct alias *entries = (struct alias *)aliases->entries.data;
  size_t count = aliases->entries.length / sizeof *entries;
  for (size_t i = 0; i < count; i++)
    if (entries[i].letter == letter && entries[i].value == value)
      return &entries[i];
  return NULL;
}

static void add(struct aliases *aliases, char letter, long long value) {
  struct alias alias = {letter, value, ++aliases->counts[letter - 'A']};
  bytes_append(&aliases->entries, &alias, sizeof alias);
}

void alias_append(struct aliases *aliases, char letter, long long value, struct bytes *bytes) {
  if (!find(aliases, letter, value))
    add(aliases, letter, value);
  const struct alias *alias = find(aliases, letter, value);
  bytes_append_format(bytes, "%c%u", letter, alias ? alias->number : 0);
}

void alias_keep_port(struct aliases *aliases, int port) {
  if (port > 0 && !find(aliases, 'P', port) && !find(aliases, 'K', port))
    add(aliases, 'K', port);
}

void alias_keep_ports(struct aliases *aliases, const char *text, size_t length) {
  for (size_t at = 0; at < length;) {
    size_t end = at;
    int value = 0;
    while (end < length && isdigit((unsigned char)text[end]) && end - at < 6)
      value = value * 10 + (text[end++] - '0');
    if (end > at && value <= 0xffff)
      alias_keep_port(aliases, value);
    at = end > at ? end : at + 1;
  }
}

/* Recognizes a name that the kernel chose for a Unix socket: unix:@ and five hexadecimal digits
 * (unix(7)). Returns its length, 0 for anything else. */
static size_t chosen_name(const char *text, size_t length, long long *value) {
  static const char before[] = "unix:@";
  enum { BEFORE = sizeof before - 1, DIGITS = 5 };
  char digits[DIGITS + 1] = "";
  if (length < BEFORE + DIGITS || memcmp(text, before, BEFORE) != 0)
    return 0;
  memcpy(digits, text + BEFORE, DIGITS);
  bool longer = length > BEFORE + DIGITS && !strchr(" ,;})\n", text[BEFORE + DIGITS]);
  if (strspn(digits, "0123456789abcdef") != DIGITS || longer)
    return 0;
  *value = strtol(digits, NULL, 16);
  return BEFORE + DIGITS;
}

static void append_chosen_name(struct aliases *aliases, long long value, struct bytes *bytes) {
  bytes_append_text(bytes, "unix:@");
  alias_append(aliases, 'A', value, bytes);
}

void alias_append_port(struct aliases *aliases, int port, struct bytes *bytes) {
  if (port <= 0 || find(aliases, 'K', port))
    bytes_append_number(bytes, port);
  else
    alias_append(aliases, 'P', port, bytes);
}

/* Netlink's port number, which the kernel chooses, is the process's; 0 is the kernel itself. */
void alias_append_netlink(struct aliases *aliases, const struct bytes *plain, struct bytes *bytes) {
  static const char before[] = "netlink:";
  size_t at = sizeof before - 1;
  long long pid = 0;
  while (at < plain->length && isdigit((unsigned char)plain->data[at]))
    pid = pid * 10 + (plain->data[at++] - '0');
  bytes_append_text(bytes, before);
  if (pid > 0)
    alias_append(aliases, 'I', pid, bytes);
  else
    bytes_append_char(bytes, '0');
  bytes_append(bytes, plain->data + at, plain->length - at);
}

void alias_append_address(struct aliases *aliases, const struct address *address,
                          struct bytes *bytes) {
  struct bytes plain = {0};
  int port = address_port(address);
  address_append(address, &plain);
  long long name;
  if (chosen_name(plain.data ? plain.data : "", plain.length, &name) == plain.length &&
      plain.length > 0) {
    append_chosen_name(aliases, name, bytes);
  } else if (address_family(address) == AF_NETLINK) {
    alias_append_netlink(aliases, &plain, bytes);
  } else if (port <= 0) {
    bytes_append(bytes, plain.data, plain.length);
  } else {
    const char *colon = memrchr(plain.data ? plain.data : "", ':', plain.length);
    bytes_append(bytes, plain.data, colon ? (size_t)(colon - plain.data) + 1 : 0);
    alias_append_port(aliases, port, bytes);
  }
  bytes_free(&plain);
}

void alias_note_address(struct aliases *aliases, const char *text, size_t length) {
  struct bytes ignored = {0};
  int port = 0;
  size_t at = length;
  while (at > 0 && isdigit((unsigned char)text[at - 1]))
    at--;
  for (size_t i = at; i < length && port <= 65535; i++)
    port = port * 10 + (text[i] - '0');
  if (at > 1 && at < length && text[at - 1] == ':' && (text[at - 2] != ':') &&
      !memchr(text, ' ', length) && strncmp(text, "unix:", 5) != 0 &&
      strncmp(text, "netlink:", 8) != 0)
    alias_append_port(aliases, port, &ignored);
  bytes_free(&ignored);
}

static bool follows(const char *text, size_t at, const char *word) {
  size_t length = strlen(word);
  return at >= length && memcmp(text + at - length, word, length) == 0;
}

void alias_append_text(struct aliases *aliases, const char *text, size_t length,
                       struct bytes *bytes) {
  for (size_t at = 0; at < length;) {
    size_t end = at;
    long long value = 0;
    while (end < length && isdigit((unsigned char)text[end]) && end - at < 18)
      value = value * 10 + (text[end++] - '0');
    bool alone = end > at && (at == 0 || !isalnum((unsigned char)text[at - 1])) &&
                 (end == length || !isalnum((unsigned char)text[end]));
    size_t name = end == at ? chosen_name(text + at, length - at, &value) : 0;
    if (name > 0) {
      append_chosen_name(aliases, value, bytes);
      end = at + name;
    } else if (end == at)
      bytes_append_char(bytes, text[end++]);
    else if (alone && (follows(text, at, "pid=") || follows(text, at, "netlink:")) && value != 0)
      alias_append(aliases, 'I', value, bytes);
    else if (alone && follows(text, at, "sec=") && value > 1000000)
      alias_append(aliases, 'T', value, bytes);
    else if (alone && find(aliases, 'P', value))
      alias_append(aliases, 'P', value, bytes);
    else
      bytes_append(bytes, text + at, end - at);
    at = end;
  }
}

void aliases_free(struct aliases *aliases) {
  bytes_free(&aliases->entries);
}
