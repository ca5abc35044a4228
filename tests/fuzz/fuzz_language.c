/* The reader of scripts over any bytes: a script is read and each of its words expanded, or its
 * error is shown with its caret. Nothing is run. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "language/expand.h"
#include "language/lexer.h"
#include "language/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct command {
  bool raw;
};

/* Any word that begins with a small letter names a command, but for "c" and "d", which names may
 * be. */
static const struct command *find(const char *text, size_t length, struct error *error) {
  static const struct command plain;
  static const struct command raw = {.raw = true};
  if (length == 5 && memcmp(text, "shell", 5) == 0)
    return &raw;
  if (length > 1 && text[0] >= 'a' && text[0] <= 'z' && !memchr(text, '=', length))
    return &plain;
  if (error)
    error_set(error, ERROR_SYNTAX, "there is no such command");
  return NULL;
}

static bool is_raw(const struct command *command) {
  return command->raw;
}

static bool takes_regex(const struct command *command) {
  return !command->raw;
}

static const struct command *find_line(void) {
  return find("shell", 5, NULL);
}

static const struct vocabulary vocabulary = {
    .find = find, .raw = is_raw, .regex = takes_regex, .line = find_line};

static void thing_text(const struct object *object, struct bytes *text) {
  (void)object;
  bytes_append_text(text, "thing");
}

/* Has itself as a field, and a number. */
static int thing_field(const struct object *object, const char *name, struct value *value,
                       struct error *error) {
  if (strcmp(name, "peer") == 0)
    *value = value_from_object((struct object *)object);
  else if (strcmp(name, "port") == 0)
    *value = value_from_number(80);
  else
    return error_set(error, ERROR_FAILURE, "there is no field .%s", name);
  return 0;
}

static void thing_destroy(struct object *object) {
  free(object);
}

static const struct object_class thing_class = {
    .title = "thing", .text = thing_text, .field = thing_field, .destroy = thing_destroy};

static struct names names;

static void bind_names(void) {
  struct object *thing = calloc(1, sizeof *thing);
  *thing = (struct object){.class = &thing_class, .references = 1};
  names_set(&names, "c", value_from_object(thing));
  object_release(thing);
  names_set(&names, "t", value_from_text("a $x \"\\n;", 9));
  names_set(&names, "n", value_from_number(-1));
}

static void show_error(const struct source *source, const struct error *error) {
  struct bytes bytes = {0};
  if (error->kind == ERROR_NONE || error->message[0] == '\0')
    abort();
  if (error->place.offset > source->length ||
      error->place.length > source->length - error->place.offset + 1)
    abort();
  struct excerpt excerpt = source_excerpt(source, error->place);
  excerpt_append(&excerpt, 40, &bytes);
  source_newlines(source, 0, error->place.offset);
  for (size_t i = 0; i < bytes.length; i++)
    if (bytes.data[i] != '\n' && (bytes.data[i] < ' ' || bytes.data[i] > '~'))
      abort();
  bytes_free(&bytes);
}

static void check_word(const struct source *source, const struct word *word) {
  static const char *const arguments[] = {"script", "one"};
  struct value last = value_from_number(0);
  struct scope scope = {.names = &names,
                        .arguments = arguments,
                        .argument_count = 2,
                        .last = &last,
                        .last_error = 1,
                        .round = 1};
  struct expanded expanded;
  struct error error = {0};
  if (word->place.offset + word->place.length > source->length || word->bare > word->place.length)
    abort();
  if (word_expand(word, &scope, &expanded, &error) < 0) {
    show_error(source, &error);
    return;
  }
  if (word->literal && expanded.length > word->place.length)
    abort();
  if (expanded.bare > expanded.length)
    abort();
  expanded_free(&expanded);
}

static void check_statements(const struct source *source, const struct statement *statement) {
  for (; statement; statement = statement->next) {
    for (const struct prefix *prefix = statement->prefixes; prefix; prefix = prefix->next) {
      if (prefix->word)
        check_word(source, prefix->word);
      if ((prefix->kind == PREFIX_EXPECT || prefix->kind == PREFIX_UNTIL) &&
          prefix->pattern.kind >= PATTERN_TEXT && prefix->pattern.kind <= PATTERN_REGEX)
        check_word(source, &prefix->pattern.word);
      for (const char *const *name = prefix->names; name && *name; name++)
        if (!name_valid(*name, strlen(*name)) || prefix_word(*name, strlen(*name)))
          abort();
    }
    for (size_t i = 0; i < statement->count; i++)
      check_word(source, &statement->words[i]);
    if (statement->place.offset + statement->place.length > source->length)
      abort();
    check_statements(source, statement->block);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct script script;
  struct error error = {0};
  if (names.count == 0)
    bind_names();
  struct source *source = source_create("fuzz", (const char *)data, size, 1);
  if (script_read(source, &vocabulary, &script, &error) == SCRIPT_READ) {
    check_statements(source, script.first);
    script_free(&script);
  } else {
    show_error(source, &error);
  }
  source_release(source);
  return 0;
}
