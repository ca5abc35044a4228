/* commands: prints the manual's section on commands, in mdoc, from the table of commands. With the
 * argument "examples" it prints the examples, for the test that runs them; with "calls", the names
 * of all calls; with "glossary", the entries of the glossary; with "words", all words that it
 * knows. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "commands/command_table.h"
#include "commands/session/glossary.h"
#include "language/bytes.h"
#include "language/error.h"

enum { WIDTH = 78 };

/* Prints a word for mdoc: escapes backslashes, and a control character at the beginning of a line.
 */
static size_t print_word(const char *word, size_t length, bool fresh) {
  size_t printed = length;
  if (fresh && (word[0] == '.' || word[0] == '\'')) {
    fputs("\\&", stdout);
    printed += 2;
  }
  for (size_t i = 0; i < length; i++) {
    if (word[i] == '\\') {
      fputs("\\e", stdout);
      printed++;
    } else {
      putchar(word[i]);
    }
  }
  return printed;
}

/* Prints text in lines of the usual width. Each sentence starts a line; an empty line starts a
 * paragraph. */
static void print_text(const char *text) {
  size_t used = 0;
  while (*text) {
    size_t length = strcspn(text, " \n");
    if (used > 0 && used + 1 + length > WIDTH) {
      putchar('\n');
      used = 0;
    } else if (used > 0) {
      putchar(' ');
      used++;
    }
    used += print_word(text, length, used == 0);
    bool ends = length > 0 && strchr(".?!", text[length - 1]) && text[length] == ' ' && length > 2;
    text += length;
    if (text[0] == '\n' && text[1] == '\n') {
      fputs("\n.Pp", stdout);
      text++;
      ends = true;
    }
    if (ends && *text) {
      putchar('\n');
      used = 0;
    }
    text += *text != '\0';
  }
  putchar('\n');
}

/* Prints lines as they are. */
static void print_lines(const char *text) {
  while (*text) {
    size_t length = strcspn(text, "\n");
    print_word(text, length, true);
    putchar('\n');
    text += length + (text[length] == '\n');
  }
}

static void print_literal(const char *title, const char *text) {
  if (!text)
    return;
  printf(".Pp\n%s:\n.Bd -literal -offset indent -compact\n", title);
  print_lines(text);
  puts(".Ed");
}

/* Prints a paragraph of one sentence. */
static void print_sentence(const char *beginning, const char *rest) {
  struct bytes text = {0};
  bytes_append_format(&text, "%s %s.", beginning, rest);
  puts(".Pp");
  print_text(bytes_text(&text));
  bytes_free(&text);
}

static void print_synopsis(const struct command *command) {
  struct bytes text = {0};
  command_append_synopsis(command, &text);
  const char *words = bytes_text(&text) + strlen(command->name);
  printf(".It Ic %s", command->name);
  while (*words == ' ')
    words++;
  if (*words) {
    printf(" No %s%s", *words == '%' ? "\\&" : "", words);
  }
  putchar('\n');
  bytes_free(&text);
}

static void print_errors(const struct command *command) {
  if (command->errors[0].number == 0)
    return;
  puts(".Bl -tag -width Er -offset indent -compact");
  for (int i = 0; i < COMMAND_ERRORS && command->errors[i].number; i++) {
    printf(".It Er %s\n", error_number_name(command->errors[i].number));
    print_text(command->errors[i].cause);
  }
  puts(".El");
}

/* Prints "accept(2), tcp(7)" as cross-references. */
static void print_pages(const char *pages) {
  if (!pages)
    return;
  puts(".Pp\nSee");
  while (*pages) {
    int length = (int)strcspn(pages, "(");
    bool last = !strchr(pages, ',');
    printf(".Xr %.*s %c%s\n", length, pages, pages[length + 1], last ? " ." : " ,");
    const char *comma = strchr(pages, ',');
    if (!comma)
      return;
    pages = comma + 2;
  }
}

/* Prints "lists the open sockets" as a sentence. */
static void print_summary(const char *summary) {
  struct bytes text = {0};
  bytes_append_char(&text, (char)toupper((unsigned char)*summary));
  bytes_append_text(&text, summary + 1);
  bytes_append_text(&text, ".");
  print_text(bytes_text(&text));
  bytes_free(&text);
}

static void print_command(const struct command *command) {
  print_synopsis(command);
  for (const char *const *alias = command->aliases; *alias; alias++)
    printf("(Also\n.Ic \\&%s . )\n", *alias);
  print_summary(command->summary);
  print_text(command->manual);
  if (command->results[0]) {
    struct bytes gives = {0};
    command_append_results(command, &gives);
    printf(".Pp\nGives: %s.\n", bytes_text(&gives));
    bytes_free(&gives);
  }
  if (command->blocks && strcmp(command->blocks, "never") != 0)
    print_sentence("Blocks", command->blocks);
  if (command->prototype)
    print_literal("In C", command->prototype);
  if (command->errors[0].number)
    puts(".Pp\nErrors worth knowing:");
  print_errors(command);
  print_literal("Example", command->example);
  print_pages(command->pages);
}

static void print_section(void) {
  for (int group = 0; group < GROUP_COUNT; group++) {
    printf(".Ss %s\n.Bl -tag -width Ds\n", command_group_titles[group]);
    for (size_t i = 0; command_table[i]; i++)
      if ((int)command_table[i]->group == group)
        print_command(command_table[i]);
    puts(".El");
  }
}

static void print_examples(void) {
  for (size_t i = 0; command_table[i]; i++)
    if (command_table[i]->example)
      printf("== %s\n%s\n", command_table[i]->name, command_table[i]->example);
}

/* Prints the entries of the glossary in alphabetical order. */
static int compare_entries(const void *a, const void *b) {
  const struct glossary_entry *const *one = a;
  const struct glossary_entry *const *other = b;
  return strcasecmp((*one)->name, (*other)->name);
}

/* Prints "RFC 9293 section 3.5, listen(2)": manual pages as cross-references. */
static void print_sources(const char *source) {
  puts(".br\nRead:");
  while (*source) {
    size_t length = strcspn(source, ",");
    const char *open = memchr(source, '(', length);
    const char *end = source[length] ? "," : ".";
    if (open)
      printf(".Xr %.*s %.*s %s\n", (int)(open - source), source,
             (int)(length - (size_t)(open - source) - 2), open + 1, end);
    else
      printf("%.*s%s\n", (int)length, source, end);
    source += length + strspn(source + length, ", ");
  }
}

static void print_entry(const struct glossary_entry *entry) {
  printf(".It Sy %s\n", entry->name);
  print_text(entry->meaning);
  print_sources(entry->source);
  if (*entry->command) {
    puts(".Bd -literal -offset indent -compact");
    print_lines(entry->command);
    puts(".Ed");
  }
  if (*entry->lesson)
    printf("Lesson:\n.Pa %s .\n", entry->lesson);
}

static void print_glossary(void) {
  const struct glossary_entry *entries[500];
  size_t count = 0;
  for (const struct glossary_entry *entry = glossary; entry->name; entry++)
    entries[count++] = entry;
  qsort(entries, count, sizeof *entries, compare_entries);
  puts(".Bl -tag -width Ds");
  for (size_t i = 0; i < count; i++)
    print_entry(entries[i]);
  puts(".El");
}

static bool print_one_word(const char *word, size_t length, void *context) {
  const char **between = context;
  printf("%s%.*s", *between, (int)length, word);
  *between = "|";
  return false;
}

/* A line for each entry of the glossary, its fields between tabs: for the test of them. */
static void print_entries(void) {
  for (const struct glossary_entry *entry = glossary; entry->name; entry++) {
    const char *between = "\t";
    fputs(entry->name, stdout);
    glossary_words(entry, print_one_word, &between);
    printf("\t%s\t%s\t", entry->source, entry->lesson);
    for (const char *c = entry->command; *c; c++)
      fputs(*c == '\n' ? "\\n" : (char[]){*c, '\0'}, stdout);
    putchar('\n');
  }
}

static void print_calls(void) {
  for (int name = 0; name < CALL_COUNT; name++)
    if (!call_rows[name].of_programs)
      puts(call_rows[name].name);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "examples") == 0)
    print_examples();
  else if (argc > 1 && strcmp(argv[1], "calls") == 0)
    print_calls();
  else if (argc > 1 && strcmp(argv[1], "glossary") == 0)
    print_glossary();
  else if (argc > 1 && strcmp(argv[1], "entries") == 0)
    print_entries();
  else
    print_section();
  return fflush(stdout) == 0 ? 0 : 1;
}
