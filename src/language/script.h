/* script: the syntax tree of a source: statements, their prefixes, their words.
 *
 * A tree lives in one arena and is freed at once. Words keep their place in the source, for the
 * caret in an error. What a command's words mean is not known here. */
#ifndef SOCKSH_LANGUAGE_SCRIPT_H
#define SOCKSH_LANGUAGE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "language/arena.h"
#include "language/error.h"
#include "language/pkt_script.h"
#include "language/source.h"

struct command; /* an entry of the command table; only passed along */

/* What follows a $. */
struct expansion {
  struct place place;       /* its place in the source */
  const char *const *field; /* its fields, "local", "port", ended by NULL */
};

/* A piece of a word: literal text, or an expansion. */
struct piece {
  const char *text; /* the bytes; for an expansion, its name: "c" of $c.local.port */
  size_t length;    /* bytes of text */
  const struct expansion *expansion; /* the expansion; NULL for text */
};

/* A long script has millions of words, so they are kept small. */
struct word {
  struct place place; /* its place in the source, including quotes */
  union {
    const char *text;           /* if literal: its bytes, `count` of them */
    const struct piece *pieces; /* else: its pieces, `count` of them, at least one an expansion */
  };
  uint32_t count;
  uint32_t bare;    /* how many of its first bytes were typed without quotes or escapes */
  bool literal;     /* it holds no expansion: its text is known before it runs */
  bool quoted;      /* it has a quote, an escape or an expansion, even if only "" at its end */
  signed char role; /* what the word is to its command, found once and cached here by the engine; 0:
                       not known */
};

/* True if the word is bare from its first byte to its last. */
static inline bool word_all_bare(const struct word *word) {
  return word->literal && !word->quoted;
}

/* True if the word is exactly this text, unquoted and unescaped. */
bool word_is_bare(const struct word *word, const char *text);

enum pattern_kind {
  PATTERN_OK,
  PATTERN_ERROR,  /* an errno, in `number` */
  PATTERN_NUMBER, /* the number returned */
  PATTERN_TEXT,   /* exactly this data */
  PATTERN_REGEX,  /* data that this expression matches */
  PATTERN_EOF,
  PATTERN_BLOCKS,
};

/* What `expect` and `until` wait for. */
struct pattern {
  enum pattern_kind kind;
  long long number;
  struct word word;     /* PATTERN_TEXT; for PATTERN_REGEX the text of the expression */
  struct regex *regex;  /* PATTERN_REGEX: compiled, see regex.h */
  struct pattern *next; /* the script's list of compiled ones, which are not in the arena */
};

enum prefix_kind {
  PREFIX_NAMES,
  PREFIX_HOST,
  PREFIX_EXPECT,
  PREFIX_UNTIL,
  PREFIX_REPEAT,
  PREFIX_TIME,
  PREFIX_AT
};

struct prefix {
  enum prefix_kind kind;
  struct place place;
  const char *const *names;  /* PREFIX_NAMES: ended by NULL */
  struct pattern pattern;    /* PREFIX_EXPECT, PREFIX_UNTIL */
  const struct word *word;   /* PREFIX_HOST: the host. PREFIX_REPEAT: the count; NULL: forever */
  struct pkt_time time;      /* PREFIX_AT */
  const struct prefix *next; /* the next prefix inward, or NULL */
};

struct statement {
  const struct prefix *prefixes; /* outermost first */
  const struct command *command; /* NULL for a block */
  struct word *words;            /* the command's words after its name */
  const struct statement
      *block; /* the first statement inside { }, NULL for a command or an empty block */
  const struct statement *next;
  struct place place;         /* the whole statement */
  struct place command_place; /* the command's name, or the opening brace */
  uint32_t count;             /* of words */
  uint32_t line;              /* the number of the line that it begins on */
  uint32_t index;             /* how many statements begin before it in the script */
  bool background;            /* ended with & */
};

struct script {
  struct arena arena;
  struct source *source; /* one reference */
  const struct statement *first;
  struct pattern *compiled; /* the patterns that hold a compiled expression */
};

/* How the parser learns about commands without knowing their table. */
struct vocabulary {
  /* The command with this name. NULL if there is none, with `error` filled in unless it is NULL. */
  const struct command *(*find)(const char *text, size_t length, struct error *error);
  /* True if a command takes the raw rest of its line as one word. */
  bool (*raw)(const struct command *command);
  /* True if a word of it that begins with a slash is a regular expression, up to the closing slash.
   * The pointer may be NULL. */
  bool (*regex)(const struct command *command);
  /* The command that this one becomes with the word after its name; NULL: itself. The pointer may
   * be NULL. */
  const struct command *(*part)(const struct command *command, const char *text, size_t length);
  /* The command that takes a whole line of packetdrill's (pkt_line_begins), or NULL. The pointer
   * may be NULL. */
  const struct command *(*line)(void);
};

enum script_status {
  SCRIPT_READ,       /* *script is filled in */
  SCRIPT_INCOMPLETE, /* the text ends inside a block or a joined line: further lines may complete it
                      */
  SCRIPT_WRONG,      /* the error says what and where */
};

/* Parses a whole source. The caller keeps its reference, the script takes its own. The error is
 * filled in for SCRIPT_INCOMPLETE too, in case no more lines come. */
enum script_status script_read(struct source *source, const struct vocabulary *vocabulary,
                               struct script *script, struct error *error);
void script_free(struct script *script);

/* True for what may stand before "=": [A-Za-z_][A-Za-z0-9_]*. */
bool name_valid(const char *text, size_t length);

/* True for the words that begin a prefix, and nothing else: expect, until, repeat, time. */
bool prefix_word(const char *text, size_t length);

/* Prefix words and their usage, for help and completion, ended by NULL. */
struct prefix_description {
  const char *name;
  const char *synopsis;
  const char *summary;
  bool is_name_too; /* it begins a prefix only where what follows fits */
};
extern const struct prefix_description prefix_descriptions[];

#endif
