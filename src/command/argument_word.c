/* argument_word: words that are taken as they are, names, jobs and hosts. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "command/argument_program.h"
#include "command/invocation.h"
#include "command/kinds.h"
#include "command/offer.h"
#include "lab/lab.h"
#include "language/number.h"
#include "session/process.h"

const struct argument_kind argument_text = {.name = "text"};
const struct argument_kind argument_switch = {.name = "switch", .lone_keyword = true};
const struct argument_kind argument_raw = {.name = "raw", .rest_of_line = true};

static int read_name(struct invocation *invocation, struct argument_value *value) {
  if (!name_valid(value->word.data, value->word.length))
    return argument_wrong(invocation, value,
                          _("is no name: letters, digits and _, not beginning with a digit"));
  if (prefix_word(value->word.data, value->word.length) ||
      command_find(value->word.data, value->word.length))
    return argument_wrong(invocation, value, _("is a command and can't be a name"));
  return 0;
}

static void complete_name(const struct argument *argument, struct offer *offer) {
  (void)argument;
  offer_names(offer);
}

const struct argument_kind argument_name = {
    .name = "name",
    .read = read_name,
    .complete = complete_name,
};

static bool fits_job(const struct argument *argument, const struct match_word *word) {
  (void)argument;
  return (word->length > 1 && word->data[0] == '%') || name_valid(word->data, word->length);
}

static int read_job(struct invocation *invocation, struct argument_value *value) {
  const struct value *given = expanded_value(&value->word);
  if ((given && given->kind == VALUE_OBJECT) || name_valid(value->word.data, value->word.length))
    return 0;
  if (value->word.length < 2 || value->word.data[0] != '%' ||
      number_parse(value->word.data + 1, value->word.length - 1, &value->number) < 0 ||
      value->number < 1 || value->number > UINT_MAX)
    return argument_wrong(invocation, value,
                          _("is no job: jobs are written %1, %2, or by the name of a program that "
                            "spawn has started; `jobs` lists them"));
  return 0;
}

/* A program is its job; a service has none, but can be ended like one. */
static int find_job(struct invocation *invocation, struct argument_value *value) {
  const struct value *given = expanded_value(&value->word);
  if (argument_take_program(invocation, value)) {
    value->number = value->process->job;
    return 0;
  }
  if (argument_take_service(invocation, value))
    return 0;
  if ((given && given->kind == VALUE_OBJECT) || name_valid(value->word.data, value->word.length))
    return error_set(invocation->error, ERROR_FAILURE,
                     _("no job is called %.*s: jobs are written %%1, %%2, or by the name of a "
                       "program that spawn has started; `jobs` lists them"),
                     (int)value->word.length, value->word.data);
  return read_job(invocation, value);
}

static void complete_job(const struct argument *argument, struct offer *offer) {
  (void)argument;
  struct answer answer;
  offer->session->shell->list_jobs(offer->session, &answer);
  for (size_t row = 0; row < answer_row_count(&answer); row++) {
    const struct cell *number = answer_cell(&answer, row, 0);
    const struct cell *line = answer_cell(&answer, row, answer_column_count(&answer) - 1);
    struct bytes text = {0};
    struct bytes description = {0};
    bytes_append(&text, answer_cell_text(&answer, number), number->length);
    bytes_append(&description, answer_cell_text(&answer, line), line->length);
    if (!text.failed)
      offer_text(offer, bytes_text(&text), bytes_text(&description));
    bytes_free(&text);
    bytes_free(&description);
  }
  answer_free(&answer);
  argument_offer_programs(offer);
}

const struct argument_kind argument_job = {
    .name = "job",
    .fits = fits_job,
    .read = read_job,
    .find = find_job,
    .complete = complete_job,
};

static int read_host(struct invocation *invocation, struct argument_value *value) {
  if (lab_name_valid(value->word.data, value->word.length))
    return 0;
  return argument_wrong(invocation, value,
                        _("is no name of a host: letters, digits, - and _, at most 15"));
}

static int find_host(struct invocation *invocation, struct argument_value *value) {
  if (read_host(invocation, value) < 0)
    return -1;
  const struct lab *lab = invocation->runner->session->lab;
  if (!lab)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("there is no lab: `lab` makes one, with the hosts client and server"));
  value->host = lab_find_host(lab, value->word.data, value->word.length);
  if (!value->host)
    return error_set(invocation->error, ERROR_FAILURE,
                     _("no host is called %.*s; `lab` lists them"), (int)value->word.length,
                     value->word.data);
  return 0;
}

static void complete_host(const struct argument *argument, struct offer *offer) {
  (void)argument;
  offer_hosts(offer);
}

const struct argument_kind argument_host = {
    .name = "host",
    .read = read_host,
    .find = find_host,
    .complete = complete_host,
};
