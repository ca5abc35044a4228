#include "command/command.h"

#include <stdlib.h>
#include <string.h>

#include "language/escape.h"
#include "language/word.h"
#include "names/constant.h"

const char *const command_group_titles[GROUP_COUNT] = {
    [GROUP_SOCKET] = N_("Sockets"),
    [GROUP_TRANSFER] = N_("Sending and receiving"),
    [GROUP_OPTION] = N_("Options, addresses and flags"),
    [GROUP_READY] = N_("Readiness"),
    [GROUP_SERVICE] = N_("Servers in the background"),
    [GROUP_STATES] = N_("What the kernel does"),
    [GROUP_LAB] = N_("The lab: hosts and a wire"),
    [GROUP_COMPOUND] = N_("Several calls at once"),
    [GROUP_LOOKUP] = N_("Looking up names"),
    [GROUP_CONVERT] = N_("Addresses and byte order in memory"),
    [GROUP_DATA] = N_("Data and tests"),
    [GROUP_SESSION] = N_("The session"),
};

/* All names and aliases, sorted, since scripts of hundreds of thousands of lines look up each
 * line's command. */
struct index_entry {
  const char *name;
  const struct command *command;
};

static const struct command *const *commands; /* the table; set once, at the start */
static struct index_entry *index_entries;     /* read-only once made, so it needs no lock */
static size_t index_count;
static size_t index_start[257]; /* index of the first name with this first byte */

static int compare_entries(const void *a, const void *b) {
  return strcmp(((const struct index_entry *)a)->name, ((const struct index_entry *)b)->name);
}

const struct command *const *command_list(void) {
  return commands;
}

int command_start(const struct command *const *table) {
  size_t room = 0;
  free(index_entries);
  index_entries = NULL;
  index_count = 0;
  commands = table;
  for (size_t i = 0; commands[i]; i++)
    room += 1 + sizeof commands[i]->aliases / sizeof *commands[i]->aliases;
  index_entries = calloc(room, sizeof *index_entries);
  if (!index_entries)
    return -1;
  for (size_t i = 0; commands[i]; i++) {
    index_entries[index_count++] = (struct index_entry){commands[i]->name, commands[i]};
    for (const char *const *alias = commands[i]->aliases; *alias; alias++)
      index_entries[index_count++] = (struct index_entry){*alias, commands[i]};
  }
  qsort(index_entries, index_count, sizeof *index_entries, compare_entries);
  for (size_t byte = 0, at = 0; byte <= 256; byte++) {
    while (at < index_count && (unsigned char)index_entries[at].name[0] < byte)
      at++;
    index_start[byte] = at;
  }
  return 0;
}

/* The first entry that is not less than the text. */
static size_t lower_bound(const char *text, size_t length) {
  unsigned char first = length > 0 ? (unsigned char)text[0] : 0;
  size_t low = length > 0 ? index_start[first] : 0;
  size_t high = length > 0 ? index_start[first + 1] : index_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    int order = strncmp(index_entries[middle].name, text, length);
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static bool begins_with(const char *name, const char *text, size_t length) {
  return strlen(name) >= length && memcmp(name, text, length) == 0;
}

const struct command *command_find(const char *text, size_t length) {
  if (memchr(text, '\0', length))
    return NULL;
  for (size_t i = lower_bound(text, length);
       i < index_count && begins_with(index_entries[i].name, text, length); i++)
    if (strlen(index_entries[i].name) == length)
      return index_entries[i].command;
  return NULL;
}

static void unknown_command(const char *text, size_t length, struct error *error) {
  struct bytes shown = {0};
  const char *nearest = NULL;
  size_t least = length < 2 ? 1 : length < 4 ? 2 : 3; /* of one letter anything is near */
  escape_append_quoted(&shown, text, length, 40, escape_chosen());
  for (size_t i = 0; i < index_count; i++) {
    size_t distance = length < 40 ? word_distance(text, length, index_entries[i].name) : 40;
    bool longer = length >= 3 && begins_with(index_entries[i].name, text, length);
    if (distance < least || (longer && !nearest)) {
      least = distance < least ? distance : least;
      nearest = index_entries[i].name;
    }
  }
  if (nearest)
    error_set(error, ERROR_USAGE, _("no command is called %s, did you mean %s?"),
              bytes_text(&shown), nearest);
  else
    error_set(error, ERROR_USAGE, _("no command is called %s; `help` lists them"),
              bytes_text(&shown));
  bytes_free(&shown);
}

const struct command *command_complete(const char *text, size_t length, struct error *error) {
  const struct command *found = command_find(text, length);
  if (found || memchr(text, '\0', length) || length == 0) {
    if (!found && error)
      unknown_command(text, length, error);
    return found;
  }
  struct bytes several = {0};
  size_t count = 0;
  for (size_t i = lower_bound(text, length);
       i < index_count && begins_with(index_entries[i].name, text, length); i++) {
    bool part = strchr(index_entries[i].name, ' ') != NULL;
    if (index_entries[i].command == found || part)
      continue;
    found = index_entries[i].command;
    bytes_append_format(&several, count++ ? ", %s" : "%s", index_entries[i].name);
  }
  if (count > 1) {
    found = NULL;
    if (error)
      error_set(error, ERROR_USAGE, _("several commands begin with \"%.*s\": %s"), (int)length,
                text, bytes_text(&several));
  } else if (count == 0 && error) {
    unknown_command(text, length, error);
  }
  bytes_free(&several);
  return found;
}

static const struct command *find_exactly(const char *text, size_t length, struct error *error) {
  const struct command *command = command_find(text, length);
  if (!command && error)
    unknown_command(text, length, error);
  return command;
}

/* Without `error` the caller asks whether a word is a command. An abbreviation is not: it may be a
 * name. */
static const struct command *find_abbreviated(const char *text, size_t length,
                                              struct error *error) {
  return error ? command_complete(text, length, error) : command_find(text, length);
}

static bool takes_regex(const struct command *command) {
  for (const struct argument *argument = command->arguments; argument->name; argument++)
    if (argument->kind->regex)
      return true;
  return false;
}

static bool takes_raw(const struct command *command) {
  return command->arguments[0].name && command->arguments[0].kind->rest_of_line;
}

/* The words `wire` and `hold` are the command `wire hold`, which has arguments of its own. */
static const struct command *find_part(const struct command *command, const char *text,
                                       size_t length) {
  char name[64];
  size_t first = strlen(command->name);
  if (!command->parts || first + 1 + length > sizeof name)
    return NULL;
  memcpy(name, command->name, first);
  name[first] = ' ';
  memcpy(name + first + 1, text, length);
  return command_find(name, first + 1 + length);
}

static const struct command *find_line(void) {
  const struct command *const *command = command_list();
  while (*command && !(*command)->takes_line)
    command++;
  return *command;
}

const struct vocabulary command_vocabulary = {find_exactly, takes_raw, takes_regex, find_part,
                                              find_line};
const struct vocabulary command_vocabulary_abbreviated = {find_abbreviated, takes_raw, takes_regex,
                                                          find_part, find_line};

const struct argument *command_argument(const struct command *command, const char *key) {
  const struct argument *argument = command->arguments;
  while (argument->name && !argument_has_key(argument, key))
    argument++;
  return argument->name ? argument : NULL;
}

void command_append_synopsis(const struct command *command, struct bytes *bytes) {
  bytes_append_text(bytes, command->name);
  for (const struct argument *argument = command->arguments; argument->name; argument++) {
    bytes_append_char(bytes, ' ');
    argument_append_synopsis(argument, bytes);
  }
}

void command_append_results(const struct command *command, struct bytes *bytes) {
  if (!command->results[0])
    bytes_append_text(bytes, _("nothing"));
  for (const char *const *result = command->results; *result; result++)
    bytes_append_format(bytes, result > command->results ? ", %s" : "%s", *result);
}

const char *command_error_cause(const struct command *command, int number) {
  for (int i = 0; i < COMMAND_ERRORS && command->errors[i].number; i++)
    if (command->errors[i].number == number)
      return command->errors[i].cause;
  return NULL;
}
