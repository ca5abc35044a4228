/* help_command: the page of a command. */
#include <string.h>

#include "command/command.h"
#include "commands/session/help.h"

enum { WIDTH = 78 };

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

void help_append_section(struct bytes *bytes, const char *title, const char *text) {
  if (!text)
    return;
  bytes_append_format(bytes, "\n%s\n", title);
  append_lines(bytes, text, 4);
}

void help_append_entry(struct bytes *bytes, const char *name, const char *summary) {
  size_t start = bytes->length;
  bytes_append_format(bytes, "  %s", name);
  bytes_pad(bytes, start, 18);
  bytes_append_format(bytes, " %s\n", summary);
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

static void append_page(struct bytes *bytes, const struct command *command) {
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
  help_append_section(bytes, _("In C"), command->prototype);
  help_append_section(bytes, _("In Python"), command->python);
  if (command->blocks) {
    bytes_append_format(bytes, "\n%s\n", _("Blocks"));
    help_append_wrapped(bytes, _(command->blocks), 4);
  }
  append_errors(bytes, command);
  help_append_section(bytes, _("Example"), command->example);
  help_append_section(bytes, _("Read"), command->pages);
}

/* Appends the other commands of a family such as `wire`. */
static void append_parts(struct bytes *bytes, const struct command *command) {
  size_t length = strlen(command->name);
  if (command->parts)
    bytes_append_format(bytes, "\n%s\n", _("There are also"));
  for (size_t i = 0; command->parts && command_list()[i]; i++)
    if (strncmp(command_list()[i]->name, command->name, length) == 0 &&
        command_list()[i]->name[length] == ' ')
      help_append_entry(bytes, command_list()[i]->name, _(command_list()[i]->summary));
}

void help_append_command(struct bytes *bytes, const struct command *command) {
  append_page(bytes, command);
  append_parts(bytes, command);
}
