#include "language/expand.h"

#include <ctype.h>
#include <string.h>

#include "language/loss.h"
#include "language/number.h"

const char *const expand_special_names[] = {"?", "errno", "i", NULL};

/* Copies the value of a name: a bound one, a special one, or an argument of the script. */
static int look_up(const struct piece *piece, const struct scope *scope, struct value *value,
                   struct error *error) {
  const struct value *bound = names_get(scope->names, piece->text, piece->length);
  if (bound) {
    *value = value_copy(bound);
    return 0;
  }
  *value = (struct value){0};
  if (strcmp(piece->text, "?") == 0) {
    if (scope->last)
      *value = value_copy(scope->last);
    return 0;
  }
  if (strcmp(piece->text, "errno") == 0) {
    const char *name = scope->last_error ? error_number_name(scope->last_error) : "";
    *value = value_from_text(name, strlen(name));
    return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
  }
  if (strcmp(piece->text, "i") == 0 && scope->round > 0) {
    *value = value_from_number(scope->round);
    return 0;
  }
  long long index;
  if (isdigit((unsigned char)piece->text[0])) {
    bool fits = piece->length < 10 && number_parse(piece->text, piece->length, &index) == 0;
    if (!fits || (size_t)index >= scope->argument_count)
      return error_set(error, ERROR_FAILURE,
                       _("there is no argument $%s: %zu were given behind the script's name"),
                       piece->text, scope->argument_count > 0 ? scope->argument_count - 1 : 0);
    const char *text = scope->arguments[index];
    *value = value_from_text(text, strlen(text));
    return value->kind == VALUE_NOTHING ? error_set_memory(error) : 0;
  }
  return error_set(error, ERROR_FAILURE, _("no name %s is bound; `names` lists those that are"),
                   piece->text);
}

static int expand_piece(const struct piece *piece, const struct scope *scope, struct value *value,
                        struct error *error) {
  int status = look_up(piece, scope, value, error);
  for (const char *const *field = piece->expansion->field; status == 0 && *field; field++) {
    struct value next = {0};
    status = value_field(value, *field, &next, error);
    value_clear(value);
    *value = next;
  }
  if (status < 0)
    error_set_place(error, piece->expansion->place);
  return status;
}

int word_expand(const struct word *word, const struct scope *scope, struct expanded *expanded,
                struct error *error) {
  unsigned long losses = loss_memory_here();
  *expanded = (struct expanded){.bare = word->bare, .place = word->place};
  if (word->literal) {
    expanded->data = word->text;
    expanded->length = word->count;
    return 0;
  }
  for (size_t i = 0; i < word->count; i++) {
    const struct piece *piece = &word->pieces[i];
    struct value value = {0};
    if (!piece->expansion) {
      bytes_append(&expanded->own, piece->text, piece->length);
      continue;
    }
    if (expand_piece(piece, scope, &value, error) < 0) {
      expanded_free(expanded);
      return -1;
    }
    value_append(&value, &expanded->own);
    if (word->count == 1)
      expanded->field = value;
    else
      value_clear(&value);
  }
  /* A field whose text found no memory must not be taken for an empty one. */
  if (losses != loss_memory_here()) {
    expanded_free(expanded);
    return error_set_memory(error);
  }
  expanded->data = expanded->own.data ? expanded->own.data : "";
  expanded->length = expanded->own.length;
  return 0;
}

void expanded_free(struct expanded *expanded) {
  if (expanded->own.data)
    bytes_free(&expanded->own);
  value_clear(&expanded->field);
}

const struct value *expanded_value(const struct expanded *expanded) {
  return expanded->field.kind == VALUE_NOTHING ? NULL : &expanded->field;
}
