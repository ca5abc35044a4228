/* help: commands that explain commands, the language, and C names. */
#include "commands/session/help.h"

#include <string.h>

#include "command/invocation.h"
#include "command/offer.h"
#include "commands/session/subject.h"
#include "language/word.h"

/* Offers commands, prefixes and topics. */
static void complete_topic(const struct argument *argument, struct offer *offer) {
  (void)argument;
  offer_commands(offer);
  for (const struct help_topic *topic = help_topics; topic->name; topic++)
    offer_text(offer, topic->name, topic->title);
  for (const struct glossary_entry *entry = glossary; entry->name; entry++)
    if (!strchr(entry->name, ' '))
      offer_text(offer, entry->name, "");
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

static void append_overview(struct bytes *bytes) {
  bytes_append_text(bytes, _("One line is one command, most commands are one socket call.\n"));
  for (int group = 0; group < GROUP_COUNT; group++) {
    bytes_append_format(bytes, "\n%s\n", _(command_group_titles[group]));
    for (size_t i = 0; command_list()[i]; i++)
      if ((int)command_list()[i]->group == group)
        help_append_entry(bytes, command_list()[i]->name, _(command_list()[i]->summary));
  }
  bytes_append_format(bytes, "\n%s\n", _("In front of a command"));
  for (const struct prefix_description *prefix = prefix_descriptions; prefix->name; prefix++)
    help_append_entry(bytes, prefix->name, _(prefix->summary));
  help_append_entry(bytes, "NAME =", _("binds what the command returns to a name"));
  bytes_append_format(bytes, "\n%s\n", _("Topics"));
  for (const struct help_topic *topic = help_topics; topic->name; topic++)
    help_append_entry(bytes, topic->name, _(topic->title));
  bytes_append_text(bytes, _("\n`help WORD` tells more of each, and of any word of the field, such "
                             "as backlog; `lessons` lists the lessons.\n"
                             "`explain NAME` tells what an errno, flag, option or state means.\n"));
}

/* How much rather this is shown first than others of the same name, by `help`, or by `explain`,
 * which is about names of C and words. */
static int rank(const struct subject *subject, bool symbols) {
  bool symbol = subject->kind == SUBJECT_CONSTANT || subject->kind == SUBJECT_OPTION;
  return !symbols || symbol ? 0 : subject->kind == SUBJECT_WORD ? 1 : 2;
}

/* What is to be shown first. NULL: nothing is named so. */
static const struct subject *choose(const struct subject_list *list, bool symbols) {
  const struct subject *first = NULL;
  for (size_t i = 0; i < subject_count(list); i++) {
    const struct subject *subject = subject_nth(list, i);
    if (subject->distance > SUBJECT_ALMOST)
      break;
    if (!first || rank(subject, symbols) < rank(first, symbols))
      first = subject;
  }
  return first;
}

/* The command that the text abbreviates, if nothing is called so. */
static const struct subject *find_abbreviated(const struct subject_list *list, const char *text,
                                              size_t length) {
  const struct command *command = command_complete(text, length, NULL);
  for (size_t i = 0; command && i < subject_count(list); i++)
    if (subject_nth(list, i)->kind == SUBJECT_COMMAND && subject_nth(list, i)->command == command)
      return subject_nth(list, i);
  return NULL;
}

static int nothing_found(struct invocation *invocation, const char *key, const char *text,
                         size_t length) {
  struct word_shown shown;
  struct error *error = invocation->error;
  error_set(error, ERROR_FAILURE,
            _("nothing is known of %s: `help` lists the commands and topics, `lessons` the "
              "lessons; names of C are written as in C"),
            word_show(&shown, text, length));
  error_set_place(error, invocation_value(invocation, key)->place);
  return -1;
}

/* Answers what is known of a word, or of the errno of this number. Names of C come first if
 * `symbols`. */
static int tell(struct invocation *invocation, const char *key, const struct bytes *words,
                bool symbols) {
  struct answer answer;
  struct subject_list list;
  struct word_shown quoted;
  const char *text = words->data ? words->data : "";
  size_t length = words->length;
  int status = subject_search(text, length, &list, invocation->error);
  answer_text(&answer, invocation->command->name);
  bool numeric = symbols && help_append_errno(&answer.text, text, length);
  const struct subject *shown = numeric ? NULL : choose(&list, symbols);
  if (!shown && !numeric)
    shown = find_abbreviated(&list, text, length);
  if (shown) {
    help_append_subject(&answer.text, shown);
    help_append_lessons(&answer.text, shown, &list);
    help_append_others(&answer.text, &list, shown);
  } else if (!numeric && subject_count(&list) > 0) {
    bytes_append_format(&answer.text, _("Nothing is called %s.\n"),
                        word_show(&quoted, text, length));
    help_append_others(&answer.text, &list, NULL);
  }
  subject_list_free(&list);
  if (status == 0 && answer.text.length > 0)
    return runner_answer(invocation->runner, &answer, invocation->error);
  answer_free(&answer);
  return status < 0 ? -1 : nothing_found(invocation, key, text, length);
}

/* Joins the words behind the command. */
static void append_words(const struct invocation *invocation, const char *key, struct bytes *text) {
  const struct argument_value *word;
  for (word = invocation_value(invocation, key); word; word = invocation_next(invocation, word)) {
    bytes_append_text(text, text->length ? " " : "");
    bytes_append(text, word->word.data, word->word.length);
  }
}

static int run_help(struct invocation *invocation) {
  struct bytes subject = {0};
  int status = 0;
  append_words(invocation, "WORD", &subject);
  if (subject.length > 0) {
    status = tell(invocation, "WORD", &subject, false);
  } else {
    struct answer answer;
    answer_text(&answer, "help");
    append_overview(&answer.text);
    status = runner_answer(invocation->runner, &answer, invocation->error);
  }
  bytes_free(&subject);
  return status;
}

static int run_explain(struct invocation *invocation) {
  struct bytes subject = {0};
  append_words(invocation, "NAME", &subject);
  int status = tell(invocation, "NAME", &subject, true);
  bytes_free(&subject);
  return status;
}

const struct command command_help = {
    .name = "help",
    .aliases = {"?"},
    .group = GROUP_SESSION,
    .arguments = {{.name = "WORD", .kind = &argument_topic, .flags = OPTIONAL | REPEATED}},
    .summary = N_("lists the commands, or tells what is known of a word"),
    .manual =
        N_("WORD is a command, a topic, a word of the field, such as backlog or half-close "
           "(socksh-glossary(7) has all of them), a name of C, a setting or a lesson; it may "
           "be several words, and need not be spelled exactly. What it is the name of is "
           "told, and then what else is near. Of a command it shows the synopsis, the call in C "
           "and in Python, whether and "
           "until when it blocks, the errors worth knowing and what usually causes each, an "
           "example, which manual pages to read and which lessons show it. Topics explain the "
           "language."),
    .blocks = N_("never"),
    .example = "help accept\nhelp three-way handshake",
    .run = run_help,
};

const struct command command_explain = {
    .name = "explain",
    .group = GROUP_SESSION,
    .arguments = {{.name = "NAME", .kind = &argument_constant, .flags = REPEATED}},
    .summary = N_("tells what a name of C means"),
    .manual =
        N_("NAME is an errno, a flag, an option, a family, a type or a state, whole or without its "
           "usual prefix; a number is an errno. What fits several is told of each. Other words "
           "are looked up as help does."),
    .blocks = N_("never"),
    .example = "explain ECONNREFUSED\nexplain reuseaddr",
    .run = run_explain,
};
