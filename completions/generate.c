/* generate: prints what the completions and the manual take from the tables of options and of
 * commands, and from the lessons. `generate bash` and `generate zsh` print the generated part of a
 * completion; `generate manual` prints the items of the manual's list of options, for the test that
 * compares them. */
#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "commands/command_table.h"
#include "session/lesson.h"
#include "shell/options.h"

/* completions/socksh.bash uses the same words. */
static const char *const bash_completions[] = {
    [COMPLETES_NOTHING] = "nothing",
    [COMPLETES_COMMANDS] = "commands",
    [COMPLETES_DURATION] = "duration",
    [COMPLETES_FILE] = "path", /* what bash completes by itself */
};

/* The action for _arguments. */
static const char *const zsh_completions[] = {
    [COMPLETES_NOTHING] = "",
    [COMPLETES_COMMANDS] = "_socksh_commands",
    [COMPLETES_DURATION] = "_socksh_durations",
    [COMPLETES_FILE] = "_files",
};

static bool failed; /* something could not be printed */

static const char durations[] = "10s 30s 1m 5m";

/* Prints text for single quotes, with a backslash before each of the characters in `escaped`. */
static void print_escaped(const char *text, const char *escaped) {
  for (; *text; text++) {
    if (strchr(escaped, *text))
      putchar('\\');
    if (*text == '\'')
      fputs("'\\''", stdout);
    else
      putchar(*text);
  }
}

static void print_bash_options(void) {
  fputs("  local options=(", stdout);
  const char *before = "";
  for (const struct shell_option *option = options_table; option->help; option++) {
    if (option->letter) {
      printf("%s-%c", before, option->letter);
      before = " ";
    }
    if (option->name) {
      printf("%s--%s", before, option->name);
      before = " ";
    }
  }
  puts(")");
}

static void print_bash_flags(void) {
  fputs("  local flags=", stdout);
  for (const struct shell_option *option = options_table; option->help; option++)
    if (option->letter && !option->argument)
      putchar(option->letter);
  putchar('\n');
}

static void print_bash_arguments(void) {
  puts("  local -A takes=(");
  for (const struct shell_option *option = options_table; option->help; option++) {
    if (option->argument && option->letter)
      printf("    [-%c]=%s\n", option->letter, bash_completions[option->completion]);
    if (option->argument && option->name)
      printf("    [--%s]=%s\n", option->name, bash_completions[option->completion]);
  }
  puts("  )");
}

/* Prints the names of the lessons, of $SOCKSH_EXAMPLES, after the indentation. */
static void print_lessons(const char *indent) {
  struct lesson_list list;
  struct error error;
  if (lesson_list_read(&list, &error) < 0) {
    fprintf(stderr, "%s\n", error.message);
    failed = true;
  }
  for (size_t i = 0; i < list.count; i++)
    printf("%s%s\n", indent, list.items[i].name);
  lesson_list_free(&list);
}

static void print_bash(void) {
  print_bash_options();
  print_bash_flags();
  print_bash_arguments();
  printf("  local durations=(%s)\n", durations);
  puts("  local lessons=(");
  print_lessons("    ");
  puts("  )\n  local commands=(");
  for (size_t i = 0; command_table[i]; i++) {
    fputs("    '", stdout);
    print_escaped(command_table[i]->name, "");
    puts("'");
  }
  puts("  )");
}

/* Prints what excludes an option: everything else if it ends the program, FILE if it takes its
 * place, otherwise its other name or the options at the same position. */
static void print_zsh_excluded(const struct shell_option *option) {
  if (option->place == 0) {
    fputs("(- *)", stdout);
  } else if (option->completion == COMPLETES_COMMANDS) {
    fputs("(1)", stdout);
  } else if (option->letter && option->name) {
    printf("(-%c --%s)", option->letter, option->name);
  } else {
    putchar('(');
    const char *before = "";
    for (const struct shell_option *other = options_table; other->help; other++) {
      if (other->place != option->place || !other->name)
        continue;
      printf("%s--%s", before, other->name);
      before = " ";
    }
    putchar(')');
  }
}

/* Prints one name of an option as a specification for _arguments. */
static void print_zsh_name(const struct shell_option *option, const char *hyphens, const char *name,
                           const char *equals) {
  fputs("    '", stdout);
  print_zsh_excluded(option);
  printf("%s%s%s[", hyphens, name, option->argument ? equals : "");
  print_escaped(option->help, "\\[]");
  putchar(']');
  if (option->argument)
    printf(":%s:%s", option->argument, zsh_completions[option->completion]);
  puts("'");
}

static void print_zsh(void) {
  printf("  durations=(%s)\n", durations);
  puts("  options=(");
  for (const struct shell_option *option = options_table; option->help; option++) {
    if (option->letter)
      print_zsh_name(option, "-", (char[]){option->letter, '\0'}, "");
    if (option->name)
      print_zsh_name(option, "--", option->name, "=");
  }
  puts("  )\n  lessons=(");
  print_lessons("    ");
  puts("  )\n  commands=(");
  for (size_t i = 0; command_table[i]; i++) {
    fputs("    '", stdout);
    print_escaped(command_table[i]->name, "\\:");
    putchar(':');
    print_escaped(command_table[i]->summary, "\\:");
    puts("'");
  }
  puts("  )");
}

static void print_manual(void) {
  for (const struct shell_option *option = options_table; option->help; option++) {
    fputs(".It", stdout);
    if (option->letter)
      printf(" Fl %c%s", option->letter, option->name ? " ," : "");
    if (option->name)
      printf(" Fl -%s", option->name);
    if (option->argument)
      printf(" Ar %s", option->argument);
    putchar('\n');
  }
}

int main(int argc, char **argv) {
  const char *what = argc == 2 ? argv[1] : "";
  if (strcmp(what, "bash") == 0) {
    print_bash();
  } else if (strcmp(what, "zsh") == 0) {
    print_zsh();
  } else if (strcmp(what, "manual") == 0) {
    print_manual();
  } else {
    fputs("usage: generate bash|zsh|manual\n", stderr);
    return 2;
  }
  return fflush(stdout) == 0 && !failed ? 0 : 1;
}
