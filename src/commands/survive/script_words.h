/* script_words: the script that is put to faults, with its words, and which faults are wanted: what
 * the commands of survive have in common. */
#ifndef SOCKSH_COMMANDS_SURVIVE_SCRIPT_WORDS_H
#define SOCKSH_COMMANDS_SURVIVE_SCRIPT_WORDS_H

#include "command/invocation.h"
#include "commands/survive/learned.h"

struct script_words {
  const char *const *list; /* $0, the file; $1, $2 ... */
  size_t count;            /* of them all */
  struct bytes texts;      /* each ended by a zero byte; owned */
  struct bytes words;      /* the list; owned */
};

/* Reads SCRIPT and the WORDs behind it. 0, or -1 with an error. script_words_free in both cases. */
int script_words_read(struct invocation *invocation, struct script_words *words);
void script_words_free(struct script_words *words);

/* Which faults are wanted: packets and calls, unless one of them alone is asked for. */
struct script_choice {
  struct learned_choice choice;
  enum call_name only[CALL_COUNT];
};

/* 0, or -1 with a usage error. */
int script_words_read_choice(struct invocation *invocation, struct script_choice *choice);

/* The arguments that say what is read here, and what a run may take and leave. */
#define SCRIPT_ARGUMENTS                                                                           \
  {.name = "SCRIPT", .kind = &argument_file},                                                      \
      {.name = "WORD", .kind = &argument_text, .flags = OPTIONAL | REPEATED},                      \
      {.name = "TIME", .kind = &argument_duration, .flags = OPTIONAL, .keyword = "--limit"}, {     \
    .name = "N", .kind = &argument_number, .flags = OPTIONAL, .keyword = "--open"                  \
  }

#define SCRIPT_CHOICE_ARGUMENTS                                                                    \
  {.name = "--packets", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--packets"},      \
      {.name = "--calls", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--calls"},      \
      {.name = "--forever", .kind = &argument_switch, .flags = OPTIONAL, .keyword = "--forever"},  \
  {                                                                                                \
    .name = "CALL", .kind = &argument_text, .flags = OPTIONAL | REPEATED, .keyword = "--call"      \
  }

#endif
