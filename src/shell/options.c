#include "shell/options.h"

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "language/error.h"
#include "language/number.h"

static const char usage[] = N_("usage: socksh [-qvk] [--stable] [--json|--tap] [--step] [--lab] "
                               "[--deadline DURATION] [-c COMMANDS] [FILE|-] [ARG...]\n"
                               "       socksh --help | --version\n");

static const char help[] =
    N_("\n"
       "A shell for the socket API: one line typed is one socket call made, and shown with what "
       "the kernel did.\n"
       "Without FILE and -c, lines are read from the prompt, or from standard input where that is "
       "no terminal.\n"
       "\n"
       "  -c COMMANDS    run COMMANDS, then end\n"
       "  -q, --quiet    print only data, answers that were asked for, and errors\n"
       "  -v, --verbose  print each line before what it does\n"
       "  -k, --keep-going\n"
       "                 go on behind a line that failed; the exit status is 1 all the same\n"
       "      --stable   print ports, times and cookies as P1, T1, C1, and states when they have "
       "settled\n"
       "      --json     print each event as a JSON object on a line of its own: socksh-json(5)\n"
       "      --tap      print the tests (expect, assert, await) in TAP version 14\n"
       "      --lab      begin with a lab: the hosts client and server, and a wire between them\n"
       "      --step     walk through FILE line by line\n"
       "      --deadline DURATION\n"
       "                 end with a failure after so long, as 30s: for tests\n"
       "      --help     print this\n"
       "      --version  print the version\n"
       "\n"
       "ARG... are $1, $2 ... in the script. At the prompt, `help` lists the commands. Manual: man "
       "socksh\n");

enum {
  OPTION_STABLE = 256,
  OPTION_JSON,
  OPTION_TAP,
  OPTION_STEP,
  OPTION_LAB,
  OPTION_DEADLINE,
  OPTION_HELP,
  OPTION_VERSION
};

static const struct option long_options[] = {
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"keep-going", no_argument, NULL, 'k'},
    {"stable", no_argument, NULL, OPTION_STABLE},
    {"json", no_argument, NULL, OPTION_JSON},
    {"tap", no_argument, NULL, OPTION_TAP},
    {"step", no_argument, NULL, OPTION_STEP},
    {"lab", no_argument, NULL, OPTION_LAB},
    {"deadline", required_argument, NULL, OPTION_DEADLINE},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

static int print_version(void) {
  printf("socksh %s\n", PACKAGE_VERSION);
  puts(_("Copyright (C) 2026 the socksh authors. License GPLv3+: GNU GPL version 3 or later.\n"
         "This is free software: you may change and redistribute it. There is no warranty."));
  return fflush(stdout) == 0 ? 0 : 1;
}

static int print_help(void) {
  fputs(_(usage), stdout);
  fputs(_(help), stdout);
  return fflush(stdout) == 0 ? 0 : 1;
}

static int read_letters(int argc, char **argv, struct shell_options *options) {
  int letter;
  while ((letter = getopt_long(argc, argv, "+qvkc:", long_options, NULL)) != -1) {
    switch (letter) {
    case 'q':
      options->quiet = true;
      break;
    case 'v':
      options->verbose = true;
      break;
    case 'k':
      options->keep_going = true;
      break;
    case 'c':
      options->commands = optarg;
      break;
    case OPTION_STABLE:
      options->stable = true;
      break;
    case OPTION_JSON:
    case OPTION_TAP:
      if (options->output != OUTPUT_TEXT) {
        fputs(_("socksh: --json and --tap are two forms of one output: choose one\n"), stderr);
        return 2;
      }
      options->output = letter == OPTION_JSON ? OUTPUT_JSON : OUTPUT_TAP;
      break;
    case OPTION_LAB:
      options->lab = true;
      break;
    case OPTION_STEP:
      options->step = true;
      break;
    case OPTION_DEADLINE:
      if (duration_parse(optarg, strlen(optarg), &options->deadline) == 0 && options->deadline > 0)
        break;
      fputs(_("socksh: --deadline takes a duration, as 30s or 2m\n"), stderr);
      return 2;
    case OPTION_HELP:
      return print_help();
    case OPTION_VERSION:
      return print_version();
    default:
      fputs(_(usage), stderr);
      return 2;
    }
  }
  return -1;
}

/* Takes FILE and the arguments behind it; $0 is the script, or the program. */
static int read_operands(int argc, char **argv, struct shell_options *options) {
  if (!options->commands && optind < argc) {
    options->from_input = strcmp(argv[optind], "-") == 0;
    options->path = options->from_input ? NULL : argv[optind];
    options->arguments = (const char *const *)argv + optind;
    options->argument_count = (size_t)(argc - optind);
  } else {
    /* The slot before the first argument is free by now: it becomes $0. */
    argv[optind - 1] = argv[0];
    options->arguments = (const char *const *)argv + optind - 1;
    options->argument_count = (size_t)(argc - optind + 1);
  }
  if (options->step && !options->path) {
    fputs(_("socksh: --step walks through a file: name it\n"), stderr);
    return 2;
  }
  return -1;
}

int options_read(int argc, char **argv, struct shell_options *options) {
  int status = read_letters(argc, argv, options);
  return status < 0 ? read_operands(argc, argv, options) : status;
}
