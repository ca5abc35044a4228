#include "shell/completion.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command/invocation.h"
#include "commands/kernel/await.h"
#include "commands/session/help.h"
#include "lab/lab.h"
#include "session/service_handle.h"
#include "session/settings.h"
#include "shell/place.h"
#include "socket/look.h"
#include "system/file_thread.h"

void completion_free(struct candidates *candidates) {
  for (size_t i = 0; i < candidates->count; i++) {
    free(candidates->list[i].text);
    free(candidates->list[i].description);
  }
  free(candidates->list);
  *candidates = (struct candidates){0};
}

/* What is being completed: the text of the word so far, and what of it stays as it is in front. */
struct target {
  struct candidates *candidates;
  struct session *session;
  const char *word;
  size_t length;
  size_t kept; /* the first bytes of the word that are not compared: "peek|" of "peek|dont" */
};

/* Adds a candidate if the word begins so. */
static void offer(struct target *target, const char *text, const char *description) {
  struct candidates *candidates = target->candidates;
  size_t length = target->length - target->kept;
  if (strncmp(text, target->word + target->kept, length) != 0)
    return;
  if (candidates->count == candidates->room) {
    size_t room = candidates->room ? 2 * candidates->room : 32;
    struct candidate *list = realloc(candidates->list, room * sizeof *list);
    if (!list)
      return;
    candidates->list = list;
    candidates->room = room;
  }
  struct bytes whole = {0};
  bytes_append(&whole, target->word, target->kept);
  bytes_append_text(&whole, text);
  bytes_append_char(&whole, '\0');
  if (whole.failed)
    return;
  candidates->list[candidates->count++] =
      (struct candidate){whole.data, description && *description ? strdup(description) : NULL};
}

/* Offers a name of C as it is being written: short and small, or whole. */
static void offer_constant(struct target *target, const char *name, const char *prefix) {
  size_t skip = strncmp(name, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
  const char *typed = target->word + target->kept;
  bool capital = target->length > target->kept && isupper((unsigned char)*typed);
  char small[64];
  size_t length = strlen(name + skip);
  if (capital || length >= sizeof small) {
    offer(target, name, NULL);
    offer(target, name + skip, NULL);
    return;
  }
  for (size_t i = 0; i <= length; i++)
    small[i] = (char)tolower((unsigned char)name[skip + i]);
  offer(target, small, name);
  if (strncasecmp(typed, prefix, strlen(prefix)) == 0 && skip > 0) {
    char whole[96];
    for (size_t i = 0; i <= strlen(name) && i < sizeof whole; i++)
      whole[i] = (char)tolower((unsigned char)name[i]);
    whole[sizeof whole - 1] = '\0';
    offer(target, whole, name);
  }
}

static void offer_set(struct target *target, const struct constant_set *set, bool several) {
  const char *bar = several ? memrchr(target->word, '|', target->length) : NULL;
  if (bar)
    target->kept = (size_t)(bar - target->word) + 1;
  for (const struct constant *row = set->constants; row->name; row++)
    offer_constant(target, row->name, set->prefix ? set->prefix : "");
}

static void describe_socket(const struct socket *socket, struct bytes *text) {
  bytes_append_number(text, socket->descriptor);
  if (socket->seen.state != STATE_UNKNOWN) {
    bytes_append_char(text, ' ');
    constant_append(&constant_states, socket->seen.state, text);
  }
  if (socket->seen.local.length > 0) {
    bytes_append_char(text, ' ');
    address_append(&socket->seen.local, text);
  }
  if (socket->seen.peer.length > 0) {
    bytes_append_text(text, " -> ");
    address_append(&socket->seen.peer, text);
  }
}

static int offer_named_socket(const char *name, const struct value *value, void *context) {
  struct target *target = context;
  const struct socket *socket =
      value->kind == VALUE_OBJECT ? socket_from_object(value->object) : NULL;
  struct bytes text = {0};
  if (!socket || socket->descriptor < 0)
    return 0;
  describe_socket(socket, &text);
  offer(target, name, bytes_text(&text));
  bytes_free(&text);
  return 0;
}

/* Names first; those without one by their number. */
static void offer_sockets(struct target *target) {
  names_walk(&target->session->names, offer_named_socket, target);
  const struct socket_table *table = &target->session->sockets;
  for (struct socket *socket = socket_table_next(table, 0); socket;
       socket = socket_table_next(table, socket->descriptor + 1)) {
    const struct value *bound =
        names_get(&target->session->names, socket->name, strlen(socket->name));
    bool named = bound && bound->kind == VALUE_OBJECT && bound->object == &socket->object;
    bool digits = target->length > 0 && isdigit((unsigned char)target->word[0]);
    char number[16];
    struct bytes text = {0};
    if (named && !digits)
      continue;
    snprintf(number, sizeof number, "%d", socket->descriptor);
    describe_socket(socket, &text);
    offer(target, number, bytes_text(&text));
    bytes_free(&text);
  }
}

static int offer_service(const char *name, const struct value *value, void *context) {
  struct service_handle *service =
      value->kind == VALUE_OBJECT ? service_handle_from_object(value->object) : NULL;
  struct bytes text = {0};
  if (!service)
    return 0;
  bytes_append_format(&text, _("service %u, %s"), service->number, service->handler->name);
  offer(context, name, bytes_text(&text));
  bytes_free(&text);
  return 0;
}

/* The names in a directory, read where no user's number is taken. */
struct listing {
  char *directory;
  struct dirent **entries;
  int count;
};

static void read_directory(void *context) {
  struct listing *listing = context;
  listing->count = scandir(listing->directory, &listing->entries, NULL, alphasort);
}

static void offer_files(struct target *target) {
  const char *path = target->word + target->kept;
  size_t length = target->length - target->kept;
  const char *slash = memrchr(path, '/', length);
  size_t directory = slash ? (size_t)(slash - path) + 1 : 0;
  struct listing listing = {.directory = directory ? strndup(path, directory) : strdup(".")};
  size_t kept = target->kept;
  target->kept += directory;
  if (listing.directory && file_thread_run(read_directory, &listing) == 0) {
    for (int i = 0; i < listing.count; i++) {
      const struct dirent *entry = listing.entries[i];
      bool hidden = entry->d_name[0] == '.' && (length == directory || path[directory] != '.');
      if (!hidden && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
        char name[300];
        bool folder = entry->d_type == DT_DIR;
        snprintf(name, sizeof name, "%s%s", entry->d_name, folder ? "/" : "");
        offer(target, name, NULL);
      }
      free(listing.entries[i]);
    }
    if (listing.count >= 0)
      free(listing.entries);
  }
  target->kept = kept;
  free(listing.directory);
  struct candidates *candidates = target->candidates;
  size_t size = candidates->count == 1 ? strlen(candidates->list[0].text) : 0;
  candidates->no_space = size > 0 && candidates->list[0].text[size - 1] == '/';
}

static void offer_commands(struct target *target) {
  for (size_t i = 0; command_list()[i]; i++)
    if (!strchr(command_list()[i]->name, ' '))
      offer(target, command_list()[i]->name, command_list()[i]->summary);
  for (const struct prefix_description *prefix = prefix_descriptions; prefix->name; prefix++)
    offer(target, prefix->name, NULL);
}

/* The second words of names such as `wire hold`. */
static void offer_parts(struct target *target, const struct command *command) {
  size_t length = strlen(command->name);
  for (size_t i = 0; command_list()[i]; i++)
    if (strncmp(command_list()[i]->name, command->name, length) == 0 &&
        command_list()[i]->name[length] == ' ')
      offer(target, command_list()[i]->name + length + 1, command_list()[i]->summary);
}

static void offer_hosts(struct target *target) {
  const struct lab *lab = target->session->lab;
  for (size_t i = 0; lab && i < lab->host_count; i++)
    offer(target, lab->hosts[i]->host.name, NULL);
}

static void offer_words(struct target *target, const char *words) {
  while (words && *words) {
    size_t length = strcspn(words, "|");
    char *word = strndup(words, length);
    if (word)
      offer(target, word, NULL);
    free(word);
    words += length + (words[length] == '|');
  }
}

static int offer_name(const char *name, const struct value *value, void *context) {
  (void)value;
  offer(context, name, NULL);
  return 0;
}

/* $name and $name.field. */
static void offer_expansion(struct target *target) {
  const char *dollar = memrchr(target->word, '$', target->length);
  const char *dot = memrchr(dollar, '.', target->length - (size_t)(dollar - target->word));
  static const char *const address_fields[] = {"host", "port", "family", "path", NULL};
  target->candidates->no_space = true;
  if (!dot) {
    target->kept = (size_t)(dollar - target->word) + 1;
    names_walk(&target->session->names, offer_name, target);
    for (const char *const *name = expand_special_names; *name; name++)
      offer(target, *name, NULL);
    return;
  }
  const char *const *fields =
      memchr(dollar, '.', (size_t)(dot - dollar)) ? address_fields : look_field_names;
  target->kept = (size_t)(dot - target->word) + 1;
  for (; *fields; fields++)
    offer(target, *fields, NULL);
}

static void offer_addresses(struct target *target) {
  static const char *const beginnings[] = {
      "127.0.0.1:", "[::1]:", "*:", "unix:", "localhost:", NULL};
  const struct socket_table *table = &target->session->sockets;
  offer_sockets(target);
  for (struct socket *socket = socket_table_next(table, 0); socket;
       socket = socket_table_next(table, socket->descriptor + 1)) {
    struct bytes text = {0};
    if (address_port(&socket->seen.local) > 0) {
      address_append(&socket->seen.local, &text);
      offer(target, bytes_text(&text), socket->name);
    }
    bytes_free(&text);
  }
  size_t before = target->candidates->count;
  const struct lab *lab = target->session->lab;
  for (size_t i = 0; lab && i < lab->host_count; i++) {
    char name[HOST_NAME_SIZE + 1];
    snprintf(name, sizeof name, "%s:", lab->hosts[i]->host.name);
    offer(target, name, NULL);
  }
  for (const char *const *text = beginnings; *text; text++)
    offer(target, *text, NULL);
  target->candidates->no_space = before == 0 && target->candidates->count == 1;
}

static void offer_options(struct target *target, const struct line_place *context) {
  long level = -1;
  for (size_t i = context->first; i < context->count; i++) {
    const struct word *word = &context->words[i];
    long value;
    struct error ignored;
    if (i > context->first && word->literal &&
        constant_parse(&constant_levels, word->text, word->count, &value, &ignored) == 0)
      level = value;
  }
  for (const struct option *option = option_table; option->name; option++) {
    char prefix[16];
    size_t length = option_prefix_length(option);
    if (level >= 0 && option->level != level)
      continue;
    snprintf(prefix, sizeof prefix, "%.*s", (int)length, option->name);
    offer_constant(target, option->name, prefix);
  }
}

static void offer_value(struct target *target, const struct line_place *context) {
  const struct word *word = &context->words[context->count - 1];
  struct error ignored;
  if (!word->literal)
    return;
  if (context->command->arguments[0].kind == ARGUMENT_SETTING) {
    const struct setting *setting = setting_find(word->text, word->count);
    if (setting && setting->kind == SETTING_SWITCH)
      offer_words(target, "on|off");
    return;
  }
  const struct option *option = option_find(-1, word->text, word->count, &ignored);
  if (option && option->type->values)
    offer_words(target, option->type->values);
}

static void offer_jobs(struct target *target) {
  struct answer answer;
  target->session->shell->list_jobs(target->session, &answer);
  for (size_t row = 0; row < answer_row_count(&answer); row++) {
    const struct cell *number = answer_cell(&answer, row, 0);
    const struct cell *line = answer_cell(&answer, row, 2);
    char *text = strndup(answer_cell_text(&answer, number), number->length);
    char *description = strndup(answer_cell_text(&answer, line), line->length);
    if (text)
      offer(target, text, description);
    free(text);
    free(description);
  }
  answer_free(&answer);
}

static void offer_explained(struct target *target) {
  for (const struct constant_set *const *set = constant_sets; *set; set++)
    offer_set(target, *set, false);
  for (const struct option *option = option_table; option->name; option++)
    offer_constant(target, option->name, "");
}

static void offer_topics(struct target *target) {
  offer_commands(target);
  for (const struct help_topic *topic = help_topics; topic->name; topic++)
    offer(target, topic->name, topic->title);
}

static void offer_data(struct target *target) {
  static const char file[] = "file:";
  if (target->length >= strlen(file) && memcmp(target->word, file, strlen(file)) == 0) {
    target->kept = strlen(file);
    offer_files(target);
    return;
  }
  offer_words(target, "file:|hex:|fill:");
  target->candidates->no_space = true;
}

static void offer_poll(struct target *target) {
  const char *colon = memchr(target->word, ':', target->length);
  if (!colon) {
    offer_sockets(target);
    return;
  }
  target->kept = (size_t)(colon - target->word) + 1;
  const char *bar = memrchr(target->word, '|', target->length);
  if (bar)
    target->kept = (size_t)(bar - target->word) + 1;
  for (const struct constant *row = constant_poll_events.constants; row->name; row++)
    offer_constant(target, row->name, constant_poll_events.prefix);
}

static void offer_argument(struct target *target, const struct line_place *context,
                           const struct argument *argument) {
  size_t kept = target->kept;
  switch (argument->kind) {
  case ARGUMENT_SOCKET:
    offer_sockets(target);
    break;
  case ARGUMENT_POLL:
    offer_poll(target);
    break;
  case ARGUMENT_ADDRESS:
    offer_addresses(target);
    break;
  case ARGUMENT_DATA:
    offer_data(target);
    break;
  case ARGUMENT_SYMBOL:
  case ARGUMENT_FLAGS:
    offer_set(target, argument->set, argument->kind == ARGUMENT_FLAGS);
    break;
  case ARGUMENT_TYPE:
    offer_set(target,
              memchr(target->word, '|', target->length) ? &constant_type_flags : &constant_types,
              true);
    break;
  case ARGUMENT_KEYWORD:
    offer_words(target, argument->words);
    break;
  case ARGUMENT_LEVEL:
    offer_set(target, &constant_levels, false);
    break;
  case ARGUMENT_OPTION:
    offer_options(target, context);
    break;
  case ARGUMENT_VALUE:
    offer_value(target, context);
    break;
  case ARGUMENT_SERVICE:
    offer_sockets(target);
    names_walk(&target->session->names, offer_service, target);
    break;
  case ARGUMENT_NAME:
    names_walk(&target->session->names, offer_name, target);
    break;
  case ARGUMENT_FILE:
    offer_files(target);
    break;
  case ARGUMENT_JOB:
    offer_jobs(target);
    break;
  case ARGUMENT_HOST:
    offer_hosts(target);
    break;
  case ARGUMENT_TOPIC:
    offer_topics(target);
    break;
  case ARGUMENT_SETTING:
    for (const struct setting *setting = setting_table; setting->name; setting++)
      offer(target, setting->name, setting->summary);
    break;
  case ARGUMENT_CONDITION:
    offer_words(target, await_conditions);
    offer_set(target, &constant_states, false);
    break;
  case ARGUMENT_CONSTANT:
    offer_explained(target);
    break;
  default:
    break;
  }
  target->kept = kept;
}

static void offer_next(struct target *target, const struct line_place *context) {
  if (context->command->parts && context->count == context->first)
    offer_parts(target, context->command);
  const struct argument *next[ARGUMENT_LIMIT];
  size_t count = invocation_next(context->command, context->words + context->first,
                                 context->count - context->first, next);
  for (size_t i = 0; i < count; i++)
    offer_argument(target, context, next[i]);
  for (int i = 0; i < ARGUMENT_LIMIT && context->command->arguments[i].name; i++) {
    const char *keyword = context->command->arguments[i].keyword;
    if (keyword)
      offer(target, keyword, NULL);
  }
}

void completion_find(struct session *session, const char *line, size_t point,
                     struct candidates *candidates) {
  struct line_place context;
  *candidates = (struct candidates){0};
  place_read(&context, line, point);
  candidates->start = context.start;
  struct target target = {.candidates = candidates,
                          .session = session,
                          .word = line + context.start,
                          .length = point - context.start};
  if (memchr(target.word, '$', target.length))
    offer_expansion(&target);
  else if (context.result)
    offer_words(&target, "ok|eof|blocks|ECONNREFUSED|ECONNRESET|EAGAIN|EPIPE|EADDRINUSE|ENOTCONN|"
                         "EINPROGRESS|ETIMEDOUT");
  else if (context.command)
    offer_next(&target, &context);
  else if (context.count == context.first && target.length > 0 && target.word[0] == '@') {
    target.kept = 1;
    offer_hosts(&target);
  } else if (context.count == context.first)
    offer_commands(&target);
  place_free(&context);
}

void completion_hint(const char *line, struct bytes *hint) {
  struct line_place context;
  size_t length = strlen(line);
  const struct argument *next[ARGUMENT_LIMIT];
  place_read(&context, line, length);
  bool inside = context.start < length;
  bool complete = context.command && !(inside && context.count < context.first);
  /* A word that is being typed counts as there, so that the hint is what comes behind it. */
  if (complete && inside && context.count < PLACE_WORDS) {
    uint32_t typed = (uint32_t)(length - context.start);
    context.words[context.count++] =
        (struct word){.text = line + context.start, .count = typed, .bare = typed, .literal = true};
  }
  if (complete && context.command->arguments[0].name) {
    size_t count = invocation_next(context.command, context.words + context.first,
                                   context.count - context.first, next);
    const struct argument *arguments = context.command->arguments;
    const struct argument *first = count ? next[0] : NULL;
    for (int i = 0; i < ARGUMENT_LIMIT && arguments[i].name; i++) {
      bool comes = (first && !first->keyword && &arguments[i] >= first) ||
                   (first && first->keyword && &arguments[i] == first);
      if (!comes && !(arguments[i].keyword && context.count == context.first))
        continue;
      bytes_append_text(hint, hint->length || inside ? " " : "");
      argument_append_synopsis(&arguments[i], hint);
    }
  }
  place_free(&context);
}
