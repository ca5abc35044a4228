#include "command/argument_program.h"

#include "command/invocation.h"
#include "command/kinds.h"
#include "command/offer.h"
#include "language/escape.h"
#include "session/process.h"

bool argument_take_program(struct invocation *invocation, struct argument_value *value) {
  const struct value *given = expanded_value(&value->word);
  struct process *process =
      given ? given->kind == VALUE_OBJECT ? process_from_object(given->object) : NULL
            : process_find(invocation->runner, value->word.data, value->word.length);
  if (process)
    value->process = (struct process *)object_retain(&process->object);
  return process != NULL;
}

bool argument_fits_program(const struct argument *argument, const struct match_word *word) {
  (void)argument;
  return name_valid(word->data, word->length) || (word->length > 1 && word->data[0] == '%');
}

static int read_program(struct invocation *invocation, struct argument_value *value) {
  const struct value *given = expanded_value(&value->word);
  struct match_word word = {.data = value->word.data, .length = value->word.length};
  if ((given && given->kind == VALUE_OBJECT) || argument_fits_program(value->argument, &word))
    return 0;
  return argument_wrong(invocation, value,
                        _("is no program: give the name that stands for it, or its job, as %1"));
}

static int find_program(struct invocation *invocation, struct argument_value *value) {
  if (argument_take_program(invocation, value))
    return 0;
  if (read_program(invocation, value) < 0)
    return -1;
  struct bytes shown = {0};
  escape_append_quoted(&shown, value->word.data, value->word.length, 60, escape_chosen());
  bool bound = names_get(invocation->runner->scope.names, value->word.data, value->word.length);
  int status =
      error_set(invocation->error, ERROR_FAILURE,
                bound ? _("%s is bound to something that is no program; `jobs` lists those "
                          "that spawn has started")
                      : _("no program is called %s: `p = spawn COMMAND` starts one that is "
                          "called p, `jobs` lists those that were started"),
                bytes_text(&shown));
  bytes_free(&shown);
  return status;
}

static int offer_program(const char *name, const struct value *value, void *context) {
  const struct process *process =
      value->kind == VALUE_OBJECT ? process_from_object(value->object) : NULL;
  struct bytes text = {0};
  if (!process)
    return 0;
  bytes_append_format(&text, process->ended ? _("process %ld, ended") : _("process %ld"),
                      (long)process->pid);
  offer_text(context, name, bytes_text(&text));
  bytes_free(&text);
  return 0;
}

void argument_offer_programs(struct offer *offer) {
  names_walk(&offer->session->names, offer_program, offer);
}

static void complete_program(const struct argument *argument, struct offer *offer) {
  (void)argument;
  argument_offer_programs(offer);
}

const struct argument_kind argument_program = {
    .name = "program",
    .fits = argument_fits_program,
    .read = read_program,
    .find = find_program,
    .complete = complete_program,
};
