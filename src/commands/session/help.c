/* help: commands that explain commands, the language, and C names. */
#include "commands/session/help.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/invocation.h"
#include "command/offer.h"
#include "language/escape.h"
#include "language/number.h"

enum { WIDTH = 78 };

/* Offers commands, prefixes and topics. */
static void complete_topic(const struct argument *argument, struct offer *offer) {
  (void)argument;
  offer_commands(offer);
  for (const struct help_topic *topic = help_topics; topic->name; topic++)
    offer_text(offer, topic->name, topic->title);
}

static const struct argument_kind argument_topic = {
    .name = "topic",
    .complete = complete_topic,
};

/* Offers every name that `explain` knows. */
static void complete_constant(const struct argument *argument, struct offer *offer) {
  (void)argument;
  for (const struct constant_set *const *set = constant_sets; *set; set++)
    offer_set(offer, *set, false);
  for (const struct option *option = option_table; option->name; option++)
    offer_constant(offer, option->name, "");
}

static const struct argument_kind argument_constant = {
    .name = "constant",
    .complete = complete_constant,
};

void help_append_wrapped(struct bytes *bytes, const char *text, size_t indent) {
  size_t start = bytes->length;
  bool fresh = true; /* at the start of a line */
  for (const char *at = text; *at;) {
    size_t length = strcspn(at, " \n");
    size_t used = bytes->length - start;
    if (!fresh && used + 1 + length > WIDTH) {
      bytes_append_char(bytes, '\n');
      fresh = true;
    }
    if (fresh) {
      start = bytes->length;
      bytes_pad(bytes, start, indent);
    } else {
      bytes_append_char(bytes, ' ');
    }
    bytes_append(bytes, at, length);
    fresh = false;
    at += length;
    if (*at == '\n') {
      bytes_append_char(bytes, '\n');
      fresh = true;
    }
    if (*at)
      at++;
  }
  bytes_append_char(bytes, '\n');
}

/* Appends lines as they are, indented. */
static void append_lines(struct bytes *bytes, const char *text, size_t indent) {
  for (const char *at = text; *at;) {
    size_t length = strcspn(at, "\n");
    bytes_pad(bytes, bytes->length, indent);
    bytes_append(bytes, at, length);
    bytes_append_char(bytes, '\n');
    at += length + (at[length] == '\n');
  }
}

static void append_entry(struct bytes *bytes, const char *name, const char *summary) {
  size_t start = bytes->length;
  bytes_append_format(bytes, "  %s", name);
  bytes_pad(bytes, start, 18);
  bytes_append_format(bytes, " %s\n", summary);
}

static void append_overview(struct bytes *bytes) {
  bytes_append_text(bytes, _("One line is one command, most commands are one socket call.\n"));
  for (int group = 0; group < GROUP_COUNT; group++) {
    bytes_append_format(bytes, "\n%s\n", _(command_group_titles[group]));
    for (size_t i = 0; command_list()[i]; i++)
      if ((int)command_list()[i]->group == group)
        append_entry(bytes, command_list()[i]->name, _(command_list()[i]->summary));
  }
  bytes_append_format(bytes, "\n%s\n", _("In front of a command"));
  for (const struct prefix_description *prefix = prefix_descriptions; prefix->name; prefix++)
    append_entry(bytes, prefix->name, _(prefix->summary));
  append_entry(bytes, "NAME =", _("binds what the command returns to a name"));
  bytes_append_format(bytes, "\n%s\n", _("Topics"));
  for (const struct help_topic *topic = help_topics; topic->name; topic++)
    append_entry(bytes, topic->name, _(topic->title));
  bytes_append_text(bytes, _("\n`help NAME` tells more of each; `explain NAME` what an errno, "
                             "flag, option or state means.\n"));
}

static void append_section(struct bytes *bytes, const char *title, const char *text) {
  if (!text)
    return;
  bytes_append_format(bytes, "\n%s\n", title);
  append_lines(bytes, text, 4);
}

static void append_errors(struct bytes *bytes, const struct command *command) {
  if (command->errors[0].number == 0)
    return;
  bytes_append_format(bytes, "\n%s\n", _("Errors worth knowing"));
  for (int i = 0; i < COMMAND_ERRORS && command->errors[i].number; i++) {
    struct bytes line = {0};
    bytes_append_format(&line, "%s: %s", error_number_name(command->errors[i].number),
                        _(command->errors[i].cause));
    help_append_wrapped(bytes, bytes_text(&line), 4);
    bytes_free(&line);
  }
}

static void append_command(struct bytes *bytes, const struct command *command) {
  command_append_synopsis(command, bytes);
  if (command->results[0]) {
    bytes_append_text(bytes, "   -> ");
    command_append_results(command, bytes);
  }
  bytes_append_char(bytes, '\n');
  for (const char *const *alias = command->aliases; *alias; alias++)
    bytes_append_format(bytes, _("  (also: %s)\n"), *alias);
  bytes_append_format(bytes, "\n  %s\n\n", _(command->summary));
  help_append_wrapped(bytes, _(command->manual), 2);
  append_section(bytes, _("In C"), command->prototype);
  append_section(bytes, _("In Python"), command->python);
  if (command->blocks) {
    bytes_append_format(bytes, "\n%s\n", _("Blocks"));
    help_append_wrapped(bytes, _(command->blocks), 4);
  }
  append_errors(bytes, command);
  append_section(bytes, _("Example"), command->example);
  append_section(bytes, _("Read"), command->pages);
}

static const struct prefix_description *find_prefix(const char *text, size_t length) {
  for (const struct prefix_description *prefix = prefix_descriptions; prefix->name; prefix++)
    if (bytes_equal(prefix->name, strlen(prefix->name), text, length))
      return prefix;
  return NULL;
}

static const struct help_topic *find_topic(const char *text, size_t length) {
  for (const struct help_topic *topic = help_topics; topic->name; topic++)
    if (bytes_equal(topic->name, strlen(topic->name), text, length))
      return topic;
  return NULL;
}

/* Appends the other commands of a family such as `wire`. */
static void append_parts(struct bytes *bytes, const struct command *command) {
  size_t length = strlen(command->name);
  if (command->parts)
    bytes_append_format(bytes, "\n%s\n", _("There are also"));
  for (size_t i = 0; command->parts && command_list()[i]; i++)
    if (strncmp(command_list()[i]->name, command->name, length) == 0 &&
        command_list()[i]->name[length] == ' ')
      append_entry(bytes, command_list()[i]->name, _(command_list()[i]->summary));
}

/* Joins the words after `help`: a command's name may have two. */
static void append_subject(const struct invocation *invocation, struct bytes *text) {
  const struct argument_value *word;
  for (word = invocation_value(invocation, "COMMAND|TOPIC"); word;
       word = invocation_next(invocation, word)) {
    bytes_append_text(text, text->length ? " " : "");
    bytes_append(text, word->word.data, word->word.length);
  }
}

static int append_help(struct invocation *invocation, const char *text, size_t length,
                       struct bytes *bytes) {
  const struct prefix_description *prefix = find_prefix(text, length);
  const struct help_topic *topic = find_topic(text, length);
  const struct command *command =
      prefix || topic ? NULL : command_complete(text, length, invocation->error);
  if (prefix) {
    bytes_append_format(bytes, "%s\n\n", prefix->synopsis);
    help_append_wrapped(bytes, _(prefix->summary), 2);
  } else if (topic) {
    bytes_append_format(bytes, "%s\n\n%s", _(topic->title), _(topic->text));
  } else if (command) {
    append_command(bytes, command);
    append_parts(bytes, command);
  } else {
    invocation->error->kind = ERROR_FAILURE;
    error_set_place(invocation->error, invocation_value(invocation, "COMMAND|TOPIC")->place);
    return -1;
  }
  return 0;
}

static int run_help(struct invocation *invocation) {
  struct answer answer;
  struct bytes subject = {0};
  int status = 0;
  answer_text(&answer, "help");
  append_subject(invocation, &subject);
  if (!invocation_value(invocation, "COMMAND|TOPIC"))
    append_overview(&answer.text);
  else
    status = append_help(invocation, bytes_text(&subject), subject.length, &answer.text);
  bytes_free(&subject);
  if (status == 0)
    return runner_answer(invocation->runner, &answer, invocation->error);
  answer_free(&answer);
  return -1;
}

static void append_meaning(struct bytes *bytes, const char *name, const char *what, long value,
                           const char *meaning) {
  bytes_append_format(bytes, bytes->length ? "\n%s  (%s, %ld)\n" : "%s  (%s, %ld)\n", name, what,
                      value);
  help_append_wrapped(bytes, meaning ? _(meaning) : "", 2);
}

static void explain_constants(struct bytes *bytes, const char *text, size_t length) {
  long long number;
  bool numeric = number_parse(text, length, &number) == 0;
  for (const struct constant_set *const *set = constant_sets; *set; set++) {
    if (numeric && *set != &constant_errors)
      continue;
    const struct constant *found = numeric ? NULL : constant_find(*set, text, length, NULL);
    for (const struct constant *row = (*set)->constants; numeric && row->name; row++)
      if (row->value == number && !found)
        found = row;
    if (found)
      append_meaning(bytes, found->name, _((*set)->title), found->value, found->explanation);
  }
}

static void explain_options(struct bytes *bytes, const char *text, size_t length) {
  for (const struct option *option = option_table; option->name; option++) {
    size_t skip = option_prefix_length(option);
    bool whole = strlen(option->name) == length && strncasecmp(option->name, text, length) == 0;
    bool brief = strlen(option->name) == skip + length &&
                 strncasecmp(option->name + skip, text, length) == 0;
    if (!whole && !brief)
      continue;
    append_meaning(bytes, option->name, constant_name(&constant_levels, option->level),
                   option->number, option->explanation);
    const char *access = option->access == OPTION_READ    ? _("read only")
                         : option->access == OPTION_WRITE ? _("write only")
                                                          : _("read and write");
    bytes_append_format(bytes, _("  Type %s, %s"), option->type->name, access);
    if (option->access & OPTION_WRITE)
      bytes_append_format(bytes, _("; set as: %s"), option->type->values);
    bytes_append_char(bytes, '\n');
  }
}

static int run_explain(struct invocation *invocation) {
  const struct argument_value *word = invocation_value(invocation, "NAME");
  struct answer answer;
  answer_text(&answer, "explain");
  explain_constants(&answer.text, word->word.data, word->word.length);
  explain_options(&answer.text, word->word.data, word->word.length);
  if (answer.text.length > 0)
    return runner_answer(invocation->runner, &answer, invocation->error);
  struct bytes shown = {0};
  answer_free(&answer);
  escape_append_quoted(&shown, word->word.data, word->word.length, 60, ESCAPE_ASCII);
  error_set(
      invocation->error, ERROR_FAILURE,
      _("nothing is known of %s: name an errno, a flag, an option, a type or a state, as C does"),
      bytes_text(&shown));
  constant_suggest(&constant_errors, word->word.data, word->word.length, invocation->error);
  error_set_place(invocation->error, word->place);
  bytes_free(&shown);
  return -1;
}

const struct command command_help = {
    .name = "help",
    .aliases = {"?"},
    .group = GROUP_SESSION,
    .arguments = {{.name = "COMMAND|TOPIC", .kind = &argument_topic, .flags = OPTIONAL | REPEATED}},
    .summary = N_("lists the commands, or explains one"),
    .manual = N_("Of a command it shows the synopsis, the call in C and in Python, whether and "
                 "until when it blocks, the errors worth knowing and what usually causes each, an "
                 "example, and which manual pages to read. Topics explain the language."),
    .blocks = N_("never"),
    .example = "help accept",
    .run = run_help,
};

const struct command command_explain = {
    .name = "explain",
    .group = GROUP_SESSION,
    .arguments = {{.name = "NAME", .kind = &argument_constant}},
    .summary = N_("tells what a name of C means"),
    .manual =
        N_("NAME is an errno, a flag, an option, a family, a type or a state, whole or without its "
           "usual prefix; a number is an errno. What fits several is told of each."),
    .blocks = N_("never"),
    .example = "explain ECONNREFUSED\nexplain reuseaddr",
    .run = run_explain,
};
