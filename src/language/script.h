/* script: the tree that a text is read into: statements, their prefixes, their words.
 *
 * All of a tree lives in one arena and is freed at once. Words keep their place in the source, for
 * the caret in an error. What a command's words mean is not known here. */
#ifndef SOCKSH_LANGUAGE_SCRIPT_H
#define SOCKSH_LANGUAGE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "language/arena.h"
#include "language/error.h"
#include "language/source.h"

struct command; /* an entry of the command table; only handed through */

/* What stands behind a $. */
struct expansion {
  struct place place;       /* where it stands */
  const char *const *field; /* its fields, "local", "port", ended by NULL */
};

/* A part of a word: text as it is, or an expansion. */
struct piece {
  const char *text; /* the bytes; for an expansion, its name: "c" of $c.local.port */
  size_t length;    /* bytes of text */
  const struct expansion *expansion; /* the value of a name stands here; NULL for text */
};

/* A long script has millions of them, so they are kept small. */
struct word {
  struct place place; /* where it stands, quotes included */
  union {
    const char *text;           /* its bytes, `count` of them, where it is literal */
    const struct piece *pieces; /* else its parts, `count` of them, with one expansion at least */
  };
  uint32_t count;
  uint32_t bare; /* how many of its first bytes were written without quote or escape */
  bool literal;  /* it holds no expansion: its text is known before it is run */
  bool
      quoted; /* a quote, an escape or an expansion stands somewhere in it, if only "" at its end */
  signed char
      role; /* for those who know the command: what the word is to it, found once; 0: not known */
};

/* A word that is bare from its first byte to its last. */
static inline bool word_all_bare(const struct word *word) {
  return word->literal && !word->quoted;
}

/* True when the word is just these characters, unquoted and unescaped. */
bool word_is_bare(const struct word *word, const char *text);

enum pattern_kind {
  PATTERN_OK,
  PATTERN_ERROR,  /* an errno, in `number` */
  PATTERN_NUMBER, /* the number returned */
  PATTERN_TEXT,   /* exactly this data */
  PATTERN_REGEX,  /* data that this expression is found in */
  PATTERN_EOF,
  PATTERN_BLOCKS,
};

/* What `expect` and `until` wait for. */
struct pattern {
  enum pattern_kind kind;
  long long number;
  struct word word;     /* PATTERN_TEXT; the text of the regular expression for PATTERN_REGEX */
  void *regex;          /* a compiled expression, see pattern.h */
  struct pattern *next; /* the script's list of compiled ones, which are not the arena's */
};

enum prefix_kind {
  PREFIX_NAMES,
  PREFIX_HOST,
  PREFIX_EXPECT,
  PREFIX_UNTIL,
  PREFIX_REPEAT,
  PREFIX_TIME
};

struct prefix {
  enum prefix_kind kind;
  struct place place;
  const char *const *names; /* PREFIX_NAMES: ended by NULL */
  struct pattern pattern;   /* PREFIX_EXPECT, PREFIX_UNTIL */
  const struct word *word;  /* PREFIX_HOST: the host. PREFIX_REPEAT: the count, or NULL: for ever */
  const struct prefix *next; /* the next one inside, or NULL */
};

struct statement {
  const struct prefix *prefixes; /* the outermost first */
  const struct command *command; /* NULL for a block */
  struct word *words;            /* the command's words behind its name */
  const struct statement
      *block; /* the first statement inside { }, NULL for a command or an empty block */
  const struct statement *next;
  struct place place;         /* the whole statement */
  struct place command_place; /* the command's name, or the opening brace */
  uint32_t count;             /* of words */
  bool background;            /* ended by & */
};

struct script {
  struct arena arena;
  struct source *source; /* one reference */
  const struct statement *first;
  struct pattern *compiled; /* the patterns that hold a compiled expression */
};

/* How the reader learns of commands, without knowing the table. */
struct vocabulary {
  /* The command with this name. NULL where there is none, with `error` filled in unless it is NULL.
   */
  const struct command *(*find)(const char *text, size_t length, struct error *error);
  /* True for a command that takes the raw rest of its line as one word. */
  bool (*raw)(const struct command *command);
  /* The command that this one is with the word behind its name; NULL: itself. The pointer may be
   * NULL. */
  const struct command *(*part)(const struct command *command, const char *text, size_t length);
};

enum script_status {
  SCRIPT_READ,       /* *script is filled in */
  SCRIPT_INCOMPLETE, /* the text ends inside a block or a joined line: more lines may complete it */
  SCRIPT_WRONG,      /* the error says what and where */
};

/* Reads a whole source. The source keeps the caller's reference, the script takes its own. For
 * SCRIPT_INCOMPLETE the error is filled in too, for when no more comes. */
enum script_status script_read(struct source *source, const struct vocabulary *vocabulary,
                               struct script *script, struct error *error);
void script_free(struct script *script);

/* True for what may stand before "=": [A-Za-z_][A-Za-z0-9_]*. */
bool name_valid(const char *text, size_t length);

/* True for the words that begin a prefix: expect, until, repeat, time. */
bool prefix_word(const char *text, size_t length);

/* Prefix words with their usage, for help and completion, ended by NULL. */
struct prefix_description {
  const char *name;
  const char *synopsis;
  const char *summary;
};
extern const struct prefix_description prefix_descriptions[];

#endif
