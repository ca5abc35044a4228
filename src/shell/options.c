#include "shell/options.h"
#include "shell/picture_file_name.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "language/bytes.h"
#include "language/error.h"
#include "language/number.h"

static const char introduction[] =
    N_("\n"
       "A shell for the socket API: one line typed is one socket call made, and shown with what the"
       " kernel did.\n"
       "Without FILE and -c, lines are read from the prompt, or from standard input where that is"
       " no terminal.\n"
       "\n");

static const char ending[] =
    N_("\n"
       "ARG... are $1, $2 ... in the script. At the prompt, `help` lists the commands."
       " Manual: man socksh\n");

static int set_flag(const struct shell_option *option, const char *argument,
                    struct shell_options *options) {
  (void)argument;
  *(bool *)((char *)options + option->flag) = true;
  return -1;
}

static int set_text(const struct shell_option *option, const char *argument,
                    struct shell_options *options) {
  *(const char **)((char *)options + option->flag) = argument;
  return -1;
}

/* The form of a picture is that of its file's suffix. */
static int set_picture(const struct shell_option *option, const char *argument,
                       struct shell_options *options) {
  bool page = option->flag == offsetof(struct shell_options, report);
  struct bytes suffixes = {0};
  if (picture_file_name_fits(argument, page, &suffixes))
    return set_text(option, argument, options);
  if (page)
    fprintf(stderr, _("socksh: --report %s: a report is a page, so its name ends in .html\n"),
            argument);
  else
    fprintf(stderr, _("socksh: --diagram %s: the name says the form by its end: %s\n"), argument,
            bytes_text(&suffixes));
  bytes_free(&suffixes);
  return 2;
}

static int set_commands(const struct shell_option *option, const char *argument,
                        struct shell_options *options) {
  (void)option;
  options->commands = argument;
  return -1;
}

static int set_output(const struct shell_option *option, const char *argument,
                      struct shell_options *options) {
  (void)argument;
  if (options->output != OUTPUT_TEXT) {
    fputs(_("socksh: --json and --tap are two forms of one output: choose one\n"), stderr);
    return 2;
  }
  options->output = option->output;
  return -1;
}

static int set_deadline(const struct shell_option *option, const char *argument,
                        struct shell_options *options) {
  (void)option;
  if (duration_parse(argument, strlen(argument), &options->deadline) == 0 && options->deadline > 0)
    return -1;
  fputs(_("socksh: --deadline takes a duration, as 30s or 2m\n"), stderr);
  return 2;
}

static int set_ask(const struct shell_option *option, const char *argument,
                   struct shell_options *options) {
  (void)option, (void)argument;
  options->step = options->ask = true;
  return -1;
}

static int set_from(const struct shell_option *option, const char *argument,
                    struct shell_options *options) {
  long long number;
  (void)option;
  if (number_parse(argument, strlen(argument), &number) == 0 && number > 0 && number <= 1000000) {
    options->from = (unsigned)number;
    return -1;
  }
  fputs(_("socksh: --from takes the number of a line, as the walk counts them\n"), stderr);
  return 2;
}

static int set_definition(const struct shell_option *option, const char *argument,
                          struct shell_options *options) {
  struct packetdrill_options *packetdrill = &options->packetdrill;
  (void)option;
  const char *equals = strchr(argument, '=');
  if (!equals || equals == argument || packetdrill->definition_count == PACKETDRILL_DEFINITIONS) {
    fprintf(stderr, _("socksh: -D takes NAME=VALUE, %d times at most\n"), PACKETDRILL_DEFINITIONS);
    return 2;
  }
  packetdrill->definitions[packetdrill->definition_count++] = argument;
  return -1;
}

static int set_tolerance(const struct shell_option *option, const char *argument,
                         struct shell_options *options) {
  long long number;
  (void)option;
  if (number_parse(argument, strlen(argument), &number) == 0 && number > 0 &&
      number <= 3600000000) {
    options->packetdrill.tolerance = (unsigned long)number;
    return -1;
  }
  fputs(_("socksh: --tolerance-usecs takes a number of microseconds, as 4000\n"), stderr);
  return 2;
}

static int set_processes(const struct shell_option *option, const char *argument,
                         struct shell_options *options) {
  long long number;
  (void)option;
  if (number_parse(argument, strlen(argument), &number) == 0 && number > 0 && number <= 1000) {
    options->packetdrill.processes = (unsigned)number;
    return -1;
  }
  fputs(_("socksh: -j takes how many scripts run at a time, as 8\n"), stderr);
  return 2;
}

static option_apply print_help, print_version;

#define FLAG(field) .apply = set_flag, .flag = offsetof(struct shell_options, field)

const struct shell_option options_table[] = {
    {.letter = 'c',
     .argument = "COMMANDS",
     .completion = COMPLETES_COMMANDS,
     .place = 7,
     .help = N_("run COMMANDS, then end"),
     .apply = set_commands},
    {.name = "quiet",
     .letter = 'q',
     .place = 1,
     .help = N_("print only data, answers that were asked for, and errors"),
     FLAG(quiet)},
    {.name = "verbose",
     .letter = 'v',
     .place = 1,
     .help = N_("print each line before what it does"),
     FLAG(verbose)},
    {.name = "keep-going",
     .letter = 'k',
     .place = 1,
     .help = N_("go on behind a line that failed; the exit status is 1 all the same"),
     FLAG(keep_going)},
    {.name = "stable",
     .place = 2,
     .help = N_("print ports, times and cookies as P1, T1, C1, and states when they have settled"),
     FLAG(stable)},
    {.name = "json",
     .place = 3,
     .help = N_("print each event as a JSON object on a line of its own: socksh-json(5)"),
     .apply = set_output,
     .output = OUTPUT_JSON},
    {.name = "tap",
     .place = 3,
     .help = N_("print the tests (expect, assert, await) in TAP version 14"),
     .apply = set_output,
     .output = OUTPUT_TAP},
    {.name = "junit",
     .argument = "FILE",
     .completion = COMPLETES_FILE,
     .place = 8,
     .help = N_("write a report of the tests to FILE, too, in JUnit's XML"),
     .apply = set_text,
     .flag = offsetof(struct shell_options, junit)},
    {.name = "diagram",
     .argument = "FILE",
     .completion = COMPLETES_FILE,
     .place = 15,
     .help = N_("draw the session to FILE: a picture (.svg), a page (.html), Mermaid (.mmd), text"),
     .apply = set_picture,
     .flag = offsetof(struct shell_options, diagram)},
    {.name = "report",
     .argument = "FILE.html",
     .completion = COMPLETES_FILE,
     .place = 16,
     .help = N_("write a page that steps through the session, and shows first what failed"),
     .apply = set_picture,
     .flag = offsetof(struct shell_options, report)},
    {.name = "save-timeline",
     .argument = "FILE",
     .completion = COMPLETES_FILE,
     .place = 13,
     .help = N_("at its end, write the session's events to FILE, for --replay"),
     .apply = set_text,
     .flag = offsetof(struct shell_options, save_timeline)},
    {.name = "replay",
     .argument = "FILE",
     .completion = COMPLETES_FILE,
     .place = 14,
     .help = N_("show the events that were saved in FILE, or run commands that look at them"),
     .apply = set_text,
     .flag = offsetof(struct shell_options, replay)},
    {.name = "trace",
     .place = 11,
     .help = N_("run the program that follows with its words, and show its socket calls"),
     FLAG(trace)},
    {.letter = 'o',
     .argument = "FILE",
     .completion = COMPLETES_FILE,
     .place = 12,
     .help = N_("with --trace: write to FILE what is seen, in place of standard error"),
     .apply = set_text,
     .flag = offsetof(struct shell_options, trace_file)},
    {.letter = '4',
     .place = 17,
     .help = N_("run scripts of packetdrill (.pkt) by IPv4 alone"),
     FLAG(packetdrill.ipv4)},
    {.letter = '6', .place = 17, .help = N_("the same by IPv6"), FLAG(packetdrill.ipv6)},
    {.name = "mapped",
     .place = 18,
     .help = N_("the same by IPv4 on a socket of IPv6"),
     FLAG(packetdrill.mapped)},
    {.letter = 'D',
     .argument = "NAME=VALUE",
     .place = 19,
     .help = N_("what a word of these scripts stands for"),
     .apply = set_definition},
    {.name = "tolerance-usecs",
     .argument = "N",
     .place = 20,
     .help = N_("by how many microseconds what they expect may be early or late"),
     .apply = set_tolerance},
    {.name = "strict",
     .place = 22,
     .help = N_("a segment that no line of these scripts expects fails, too"),
     FLAG(packetdrill.strict)},
    {.name = "html",
     .place = 22,
     .help = N_("write a page for each of these scripts and each version of IP"),
     FLAG(packetdrill.html)},
    {.name = "debug",
     .place = 22,
     .help = N_("where such a script fails, go on with lines from standard input"),
     FLAG(packetdrill.debug)},
    {.letter = 'j',
     .argument = "N",
     .place = 21,
     .help = N_("run so many of several scripts of packetdrill at a time"),
     .apply = set_processes},
    {.name = "lab",
     .place = 5,
     .help = N_("begin with a lab: the hosts client and server, and a wire between them"),
     FLAG(lab)},
    {.name = "step", .place = 4, .help = N_("walk through FILE line by line"), FLAG(step)},
    {.name = "ask",
     .place = 9,
     .help = N_("walk through FILE, and ask before a line what will happen"),
     .apply = set_ask},
    {.name = "from",
     .argument = "N",
     .place = 10,
     .help = N_("begin the walk at its Nth line; those before run first, and are not shown"),
     .apply = set_from},
    {.name = "deadline",
     .argument = "DURATION",
     .completion = COMPLETES_DURATION,
     .place = 6,
     .help = N_("end with a failure after so long, as 30s: for tests"),
     .apply = set_deadline},
    {.name = "help", .help = N_("print this"), .apply = print_help},
    {.name = "version", .help = N_("print the version"), .apply = print_version},
    {.help = NULL},
};

enum {
  OPTION_COUNT = sizeof options_table / sizeof *options_table - 1,
  LONG_CODE = 256, /* above every character */
  HELP_COLUMN = 17
};

static void append_spelling(struct bytes *text, const struct shell_option *option) {
  if (option->name)
    bytes_append_format(text, "--%s", option->name);
  else
    bytes_append_format(text, "-%c", option->letter);
  if (option->argument)
    bytes_append_format(text, " %s", option->argument);
}

/* Appends the options that share a place: [-qvk], [--json|--tap]. Returns whether there are any. */
static bool append_place(struct bytes *text, unsigned place) {
  bool found = false;
  for (const struct shell_option *option = options_table; option->help; option++) {
    if (option->place != place)
      continue;
    if (option->letter && !option->argument) {
      bytes_append_format(text, "%s%c", found ? "" : " [-", option->letter);
    } else {
      bytes_append_text(text, found ? "|" : " [");
      append_spelling(text, option);
    }
    found = true;
  }
  if (found)
    bytes_append_char(text, ']');
  return found;
}

static void append_usage(struct bytes *text) {
  bytes_append_text(text, _("usage: socksh"));
  for (unsigned place = 1; append_place(text, place); place++)
    ;
  bytes_append_text(text, _(" [FILE|-] [ARG...]\n       socksh"));
  const char *before = " ";
  for (const struct shell_option *option = options_table; option->help; option++) {
    if (option->place != 0)
      continue;
    bytes_append_text(text, before);
    append_spelling(text, option);
    before = " | ";
  }
  bytes_append_char(text, '\n');
}

static void append_help(struct bytes *text, const struct shell_option *option) {
  size_t start = text->length;
  if (option->letter)
    bytes_append_format(text, "  -%c%s", option->letter, option->name ? ", " : "");
  else
    bytes_append_text(text, "      ");
  if (option->name)
    bytes_append_format(text, "--%s", option->name);
  if (option->argument)
    bytes_append_format(text, " %s", option->argument);
  if (text->length - start + 2 > HELP_COLUMN) {
    bytes_append_char(text, '\n');
    start = text->length;
  }
  bytes_pad(text, start, HELP_COLUMN);
  bytes_append_format(text, "%s\n", _(option->help));
}

static int print_help(const struct shell_option *option, const char *argument,
                      struct shell_options *options) {
  (void)option, (void)argument, (void)options;
  struct bytes text = {0};
  append_usage(&text);
  bytes_append_text(&text, _(introduction));
  for (option = options_table; option->help; option++)
    append_help(&text, option);
  bytes_append_text(&text, _(ending));
  fputs(bytes_text(&text), stdout);
  bytes_free(&text);
  return fflush(stdout) == 0 ? 0 : 1;
}

static int print_version(const struct shell_option *option, const char *argument,
                         struct shell_options *options) {
  (void)option, (void)argument, (void)options;
  printf("socksh %s\n", PACKAGE_VERSION);
  puts(_("Copyright (C) 2026 the socksh authors. License GPLv3+: GNU GPL version 3 or later.\n"
         "This is free software: you may change and redistribute it. There is no warranty."));
  return fflush(stdout) == 0 ? 0 : 1;
}

static int print_usage_error(void) {
  struct bytes text = {0};
  append_usage(&text);
  fputs(bytes_text(&text), stderr);
  bytes_free(&text);
  return 2;
}

/* The value that getopt returns for an option. */
static int option_code(const struct shell_option *option) {
  return option->letter ? option->letter : LONG_CODE + (int)(option - options_table);
}

static const struct shell_option *find_by_code(int code) {
  for (const struct shell_option *option = options_table; option->help; option++)
    if (option_code(option) == code)
      return option;
  return NULL;
}

/* Fills getopt's two arrays, which have room for every option. With '+', options end at FILE. */
static void describe_to_getopt(char *letters, struct option *names) {
  *letters++ = '+';
  for (const struct shell_option *option = options_table; option->help; option++) {
    int takes = option->argument ? required_argument : no_argument;
    if (option->letter)
      *letters++ = option->letter;
    if (option->letter && option->argument)
      *letters++ = ':';
    if (option->name)
      *names++ = (struct option){option->name, takes, NULL, option_code(option)};
  }
  *letters = '\0';
  *names = (struct option){0};
}

/* --tolerance_usecs is --tolerance-usecs, as packetdrill writes it. */
static void read_underscores(char *word) {
  if (word && strncmp(word, "--", 2) == 0)
    for (; *word && *word != '='; word++)
      *word = *word == '_' ? '-' : *word;
}

static int read_options(int argc, char **argv, struct shell_options *options) {
  char letters[1 + 2 * OPTION_COUNT + 1];
  struct option names[OPTION_COUNT + 1];
  describe_to_getopt(letters, names);
  int code;
  while (read_underscores(argv[optind]),
         (code = getopt_long(argc, argv, letters, names, NULL)) != -1) {
    const struct shell_option *option = find_by_code(code);
    if (!option)
      return print_usage_error();
    int status = option->apply(option, optarg, options);
    if (status >= 0)
      return status;
  }
  return -1;
}

/* Reads FILE and the arguments after it. $0 is the script, or the program if there is none. */
static int read_operands(int argc, char **argv, struct shell_options *options) {
  if (!options->commands && optind < argc) {
    options->from_input = strcmp(argv[optind], "-") == 0;
    options->path = options->from_input ? NULL : argv[optind];
    options->arguments = (const char *const *)argv + optind;
    options->argument_count = (size_t)(argc - optind);
  } else {
    /* The slot before the first argument is no longer needed: it becomes $0. */
    argv[optind - 1] = argv[0];
    options->arguments = (const char *const *)argv + optind - 1;
    options->argument_count = (size_t)(argc - optind + 1);
  }
  if (options->trace && (options->commands || !options->path)) {
    fputs(_("socksh: --trace runs a program: name it behind the options, and its words\n"), stderr);
    return 2;
  }
  if (options->trace_file && !options->trace) {
    fputs(_("socksh: -o is where --trace writes to: name a program with it\n"), stderr);
    return 2;
  }
  if (options->replay && (options->trace || options->step || options->lab)) {
    fputs(_("socksh: --replay shows a session that was: it goes without --trace, --step, --ask and "
            "--lab\n"),
          stderr);
    return 2;
  }
  if (options->from && !options->step) {
    fputs(_("socksh: --from is where a walk begins: it needs --step or --ask\n"), stderr);
    return 2;
  }
  if (options->step && !options->path) {
    fputs(_("socksh: --step walks through a file: name it\n"), stderr);
    return 2;
  }
  return -1;
}

int options_read(int argc, char **argv, struct shell_options *options) {
  int status = read_options(argc, argv, options);
  return status < 0 ? read_operands(argc, argv, options) : status;
}
