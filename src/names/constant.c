#include "names/constant.h"

#include <limits.h>
#include <netdb.h>
#include <string.h>

#include "language/number.h"
#include "language/word.h"

/* A row's name without the set's usual prefix; the whole name if it lacks that prefix. */
static const char *short_name(const struct constant_set *set, const struct constant *row) {
  size_t size = strlen(set->prefix);
  return strncmp(row->name, set->prefix, size) == 0 ? row->name + size : row->name;
}

/* Books and old programs write PF_INET where a call takes an address family: the numbers are the
 * same. Skips such a prefix, so that the rest can be looked up as a short name. */
static void skip_other_prefix(const struct constant_set *set, const char **text, size_t *length) {
  static const char other[] = "PF_";
  size_t size = sizeof other - 1;
  if (set != &constant_families || *length <= size || !word_begins(*text, *length, other))
    return;
  *text += size;
  *length -= size;
}

static int set_unknown(const struct constant_set *set, const char *text, size_t length,
                       struct error *error) {
  struct word_shown shown;
  error_set(error, ERROR_USAGE, _("no %s is called %s"), _(set->title),
            word_show(&shown, text, length));
  constant_suggest(set, text, length, error);
  return -1;
}

/* Lists the rows that a short name matches. */
static int set_ambiguous(const struct constant_set *set, const char *text, size_t length,
                         struct error *error) {
  struct bytes list = {0};
  for (const struct constant *row = set->constants; row->name; row++) {
    if (!word_is(text, length, short_name(set, row)))
      continue;
    if (list.length > 0)
      bytes_append_text(&list, ", ");
    bytes_append_text(&list, row->name);
  }
  struct word_shown shown;
  error_set(error, ERROR_USAGE, _("%s is short for more than one %s, write one of %s"),
            word_show(&shown, text, length), _(set->title), bytes_text(&list));
  bytes_free(&list);
  return -1;
}

const struct constant *constant_find(const struct constant_set *set, const char *text,
                                     size_t length, struct error *error) {
  for (const struct constant *row = set->constants; row->name; row++)
    if (word_is(text, length, row->name))
      return row;

  const char *typed = text;
  size_t typed_length = length;
  skip_other_prefix(set, &text, &length);
  const struct constant *found = NULL;
  for (const struct constant *row = set->constants; row->name; row++) {
    if (!word_is(text, length, short_name(set, row)))
      continue;
    if (found && found->value != row->value) {
      if (error)
        set_ambiguous(set, text, length, error);
      return NULL;
    }
    if (!found)
      found = row;
  }
  if (!found && error)
    set_unknown(set, typed, typed_length, error);
  return found;
}

/* Looks up a protocol in /etc/protocols, which has many more than the table. */
static int parse_protocol(const char *text, size_t length, long *value) {
  char name[64];
  if (length == 0 || word_copy(text, length, name, sizeof name) < 0)
    return -1;
  struct protoent entry;
  struct protoent *found = NULL;
  char memory[2048];
  if (getprotobyname_r(name, &entry, memory, sizeof memory, &found) != 0 || !found)
    return -1;
  *value = entry.p_proto;
  return 0;
}

/* Parses a number or a name. */
static int parse_one(const struct constant_set *set, const char *text, size_t length, long *value,
                     struct error *error) {
  long long number;
  if (number_parse(text, length, &number) == 0) {
    /* The calls take an int; epoll's events are unsigned. */
    struct word_shown shown;
    if (number < INT_MIN || number > UINT_MAX)
      return error_set(error, ERROR_USAGE, _("%s does not fit into 32 bits, as every %s does"),
                       word_show(&shown, text, length), _(set->title));
    *value = (long)number;
    return 0;
  }
  const struct constant *row = constant_find(set, text, length, NULL);
  if (row) {
    *value = row->value;
    return 0;
  }
  if (set == &constant_protocols && parse_protocol(text, length, value) == 0)
    return 0;
  /* Called again for its error alone. */
  constant_find(set, text, length, error);
  return -1;
}

int constant_parse(const struct constant_set *set, const char *text, size_t length, long *value,
                   struct error *error) {
  struct error unused;
  if (!error)
    error = &unused;
  if (!set->flags)
    return parse_one(set, text, length, value, error);

  long total = 0;
  for (size_t at = 0; at <= length;) {
    const char *bar = at < length ? memchr(text + at, '|', length - at) : NULL;
    size_t size = bar ? (size_t)(bar - text) - at : length - at;
    long flag;
    if (size == 0 && length > 0) {
      struct word_shown shown;
      return error_set(error, ERROR_USAGE,
                       _("a name is missing in %s: one %s must stand on each side of |"),
                       word_show(&shown, text, length), _(set->title));
    }
    if (parse_one(set, text + at, size, &flag, error) < 0)
      return -1;
    total |= flag;
    at += size + 1;
  }
  *value = total;
  return 0;
}

const char *constant_name(const struct constant_set *set, long value) {
  for (const struct constant *row = set->constants; row->name; row++)
    if (row->value == value)
      return row->name;
  return NULL;
}

/* Appends flags by name. A row of several bits comes before the rows for each of them. */
static void append_flags(const struct constant_set *set, long value, struct bytes *bytes) {
  /* The calls take 32 bits: a negative int means these bits, not 64 of them. */
  unsigned long rest = value < 0 ? (unsigned int)value : (unsigned long)value;
  size_t start = bytes->length;
  for (const struct constant *row = set->constants; row->name && rest; row++) {
    unsigned long bits = (unsigned long)row->value;
    if (bits == 0 || (rest & bits) != bits)
      continue;
    if (bytes->length > start)
      bytes_append_char(bytes, '|');
    bytes_append_text(bytes, row->name);
    rest &= ~bits;
  }
  if (rest)
    bytes_append_format(bytes, "%s%#lx", bytes->length > start ? "|" : "", rest);
}

void constant_append(const struct constant_set *set, long value, struct bytes *bytes) {
  /* No flag at all is what most calls have; if that has a name, it is the first one. */
  bool nothing = set->flags && value == 0 && set->constants[0].value != 0;
  const char *name = nothing ? NULL : constant_name(set, value);
  if (name)
    bytes_append_text(bytes, name);
  else if (set->flags && value != 0)
    append_flags(set, value, bytes);
  else
    bytes_append_number(bytes, value);
}

static struct word_guess guess_at(const struct constant_set *set, const char *text, size_t length) {
  skip_other_prefix(set, &text, &length);
  struct word_guess guess = {.text = text, .length = length};
  for (const struct constant *row = set->constants; row->name; row++)
    word_guess_try(&guess, row->name, (size_t)(short_name(set, row) - row->name));
  return guess;
}

const char *constant_nearest(const struct constant_set *set, const char *text, size_t length) {
  return guess_at(set, text, length).name;
}

void constant_suggest(const struct constant_set *set, const char *text, size_t length,
                      struct error *error) {
  enum { FEW = 6 };
  struct word_guess guess = guess_at(set, text, length);
  struct bytes list = {0};
  size_t count = 0;
  for (; set->constants[count].name && count <= FEW; count++)
    bytes_append_format(&list, "%s%s", count == 0 ? "" : ", ", set->constants[count].name);
  word_guess_append(&guess, error);
  if (!guess.name && count <= FEW) {
    struct error before = *error;
    error_set(error, before.kind, _("%s; there are %s"), before.message, bytes_text(&list));
  }
  bytes_free(&list);
}
