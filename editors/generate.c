/* generate: prints the files by which editors show scripts in colours, from the tables of commands
 * and prefixes. `generate vim` prints a syntax file of Vim; `generate textmate` prints a grammar of
 * TextMate, which Visual Studio Code, Sublime Text and others read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/command.h"
#include "commands/command_table.h"
#include "language/script.h"

enum { MOST_NAMES = 1024 };

/* How an editor writes what the patterns below need. */
struct dialect {
  const char *space;     /* one or more blanks */
  const char *backslash; /* a backslash of a pattern, as the file writes it */
};

/* Longer names first, so that `wire hold` comes before `wire`. */
static int compare(const void *one, const void *other) {
  const char *a = *(const char *const *)one;
  const char *b = *(const char *const *)other;
  size_t length = strlen(a);
  size_t other_length = strlen(b);
  if (length != other_length)
    return length > other_length ? -1 : 1;
  return strcmp(a, b);
}

/* Prints all names of commands as alternatives. */
static void print_commands(const struct dialect *dialect) {
  const char *names[MOST_NAMES];
  size_t count = 0;
  for (size_t i = 0; command_table[i]; i++) {
    names[count++] = command_table[i]->name;
    for (const char *const *alias = command_table[i]->aliases; *alias; alias++)
      names[count++] = *alias;
  }
  qsort(names, count, sizeof *names, compare);
  for (size_t i = 0; i < count; i++) {
    fputs(i ? "|" : "", stdout);
    for (const char *at = names[i]; *at; at++) {
      if (*at == ' ')
        fputs(dialect->space, stdout);
      else if (strchr("!?*.", *at))
        printf("%s%c", dialect->backslash, *at);
      else
        putchar(*at);
    }
  }
}

static void print_prefixes(void) {
  for (const struct prefix_description *prefix = prefix_descriptions; prefix->name; prefix++)
    printf("%s%s", prefix == prefix_descriptions ? "" : "|", prefix->name);
}

static void print_vim(void) {
  static const struct dialect dialect = {"\\s+", "\\"};
  fputs("\" Vim syntax file\n\" Language: scripts of socksh, the socket shell\n"
        "\" Written by `make update-editors` from the table of commands.\n\n"
        "if exists('b:current_syntax')\n  finish\nendif\n\n"
        "syn case match\n"
        "syn iskeyword @,48-57,_,-\n\n"
        "\" Words behind a command. What comes later has precedence.\n"
        "syn match sockshNumber \"\\v<\\d+%(ms|s|m|K|M|G)?>\"\n"
        "syn match sockshConstant \"\\v<[A-Z][A-Z0-9_]+>\"\n"
        "syn match sockshAddress \"\\v<\\d+\\.\\d+\\.\\d+\\.\\d+%(:\\d+)?\"\n"
        "syn match sockshAddress \"\\v\\[\\x*:[0-9a-fA-F:.]*%(\\%\\w+)?\\]%(:\\d+)?\"\n"
        "syn match sockshAddress \"\\v<unix:\\S+\"\n"
        "syn match sockshData \"\\v%(^|\\s)@<=%(hex|fill|file):\\S*\"\n"
        "syn match sockshOperator "
        "\"\\v%(\\s)@<=%(\\=\\=|!\\=|\\<\\=?|\\>\\=?|\\~|\\=|\\&)%(\\s|$)@=\"\n"
        "syn match sockshHost \"\\v%(^|\\s)@<=\\@\\w+\"\n"
        "syn match sockshResult \"\\v%(<%(expect|until)\\s+)@<=%(ok|eof|blocks)>\"\n"
        "syn match sockshRegex \"\\v%(<%(expect|until)\\s+)@<=/%([^/\\\\]|\\\\.)+/\"\n"
        "syn match sockshName \"\\v%(^|[;{])@<=\\s*\\zs%(\\h\\w*\\s+)+\\ze\\=%(\\s)\"\n\n"
        "\" A command stands at the beginning of a statement, or behind its prefixes.\n"
        "syn match sockshCommand \"\\v%(%(^|[;{&])\\s*|%(\\s\\=|<expect\\s+\\S+|<until\\s+\\S+|"
        "<repeat\\s+%(\\d+|\\$\\w+)|<repeat|<time|\\@\\w+)\\s+)@<=%(",
        stdout);
  print_commands(&dialect);
  fputs(")%(\\s|;|$)@=\"\n"
        "syn match sockshPrefix \"\\v%(%(^|[;{&])\\s*|\\s)@<=%(",
        stdout);
  print_prefixes();
  fputs(")%(\\s)@=\"\n\n"
        "syn match sockshVariable \"\\v\\$%(\\w+%(\\.\\w+)*|\\{[^}]*\\}|\\?)\" contained "
        "containedin=ALLBUT,"
        "sockshComment,sockshLiteral,sockshEscape\n"
        "syn match sockshVariable \"\\v\\$%(\\w+%(\\.\\w+)*|\\{[^}]*\\}|\\?)\"\n"
        "syn match sockshEscape \"\\v\\\\%(x\\x\\x|.)\" contained\n"
        "syn region sockshString start=+\"+ skip=+\\\\.+ end=+\"+ oneline "
        "contains=sockshEscape,sockshVariable\n"
        "syn region sockshLiteral start=+'+ end=+'+ oneline\n"
        "syn match sockshComment \"\\v%(^|\\s)@<=#.*$\" contains=@Spell\n\n"
        "hi def link sockshNumber Number\n"
        "hi def link sockshConstant Constant\n"
        "hi def link sockshAddress Identifier\n"
        "hi def link sockshData Special\n"
        "hi def link sockshOperator Operator\n"
        "hi def link sockshHost PreProc\n"
        "hi def link sockshResult Boolean\n"
        "hi def link sockshRegex String\n"
        "hi def link sockshName Identifier\n"
        "hi def link sockshCommand Statement\n"
        "hi def link sockshPrefix Conditional\n"
        "hi def link sockshVariable Identifier\n"
        "hi def link sockshEscape SpecialChar\n"
        "hi def link sockshString String\n"
        "hi def link sockshLiteral String\n"
        "hi def link sockshComment Comment\n\n"
        "let b:current_syntax = 'socksh'\n",
        stdout);
}

/* A pattern of the grammar, between quotes of JSON. */
static void print_rule(const char *name, const char *match) {
  printf("    { \"name\": \"%s.socksh\", \"match\": \"%s\" },\n", name, match);
}

static void print_textmate(void) {
  static const struct dialect dialect = {"\\\\s+", "\\\\"};
  fputs("{\n"
        "  \"$schema\": \"https://raw.githubusercontent.com/martinring/tmlanguage/master/"
        "tmlanguage.json\",\n"
        "  \"comment\": \"Written by `make update-editors` from the table of commands.\",\n"
        "  \"name\": \"socksh\",\n"
        "  \"scopeName\": \"source.socksh\",\n"
        "  \"fileTypes\": [\"socksh\"],\n"
        "  \"firstLineMatch\": \"^#!.*\\\\bsocksh\\\\b\",\n"
        "  \"patterns\": [\n",
        stdout);
  print_rule("comment.line.number-sign", "(?<=^|\\\\s)#.*$");
  fputs(
      "    { \"name\": \"string.quoted.double.socksh\", \"begin\": \"\\\"\", \"end\": \"\\\"|$\",\n"
      "      \"patterns\": [\n"
      "        { \"name\": \"constant.character.escape.socksh\", \"match\": "
      "\"\\\\\\\\(?:x[0-9A-Fa-f]{2}|.)\" },\n"
      "        { \"name\": \"variable.other.socksh\", \"match\": "
      "\"\\\\$(?:\\\\w+(?:\\\\.\\\\w+)*|\\\\{[^}]*\\\\}|\\\\?)\" }\n"
      "      ] },\n",
      stdout);
  print_rule("string.quoted.single", "'[^']*'");
  print_rule("variable.other", "\\\\$(?:\\\\w+(?:\\\\.\\\\w+)*|\\\\{[^}]*\\\\}|\\\\?)");
  print_rule("string.regexp", "(?<=expect |until )/(?:[^/\\\\\\\\]|\\\\\\\\.)+/");
  print_rule("constant.language", "(?<=expect |until )(?:ok|eof|blocks)\\\\b");
  fputs("    { \"name\": \"keyword.control.socksh\", \"match\": \"(?<![\\\\w.-])(?:", stdout);
  print_prefixes();
  fputs(")(?=\\\\s)\" },\n", stdout);
  print_rule("entity.name.tag", "(?<=^|\\\\s)@\\\\w+");
  print_rule("variable.parameter", "(?:^|(?<=[;{]))\\\\s*(?:[A-Za-z_]\\\\w*\\\\s+)+(?==\\\\s)");
  fputs("    { \"match\": \"(?:^\\\\s*|[;{&=]\\\\s*|\\\\b(?:expect|until)\\\\s+\\\\S+\\\\s+|"
        "\\\\brepeat\\\\s+(?:\\\\d+\\\\s+|\\\\$\\\\w+\\\\s+)?|\\\\btime\\\\s+|@\\\\w+\\\\s+)(",
        stdout);
  print_commands(&dialect);
  fputs(")(?=\\\\s|;|$)\",\n"
        "      \"captures\": { \"1\": { \"name\": \"support.function.socksh\" } } },\n",
        stdout);
  print_rule("constant.numeric",
             "(?<![\\\\w.-])\\\\d+\\\\.\\\\d+\\\\.\\\\d+\\\\.\\\\d+(?::\\\\d+)?");
  print_rule("constant.numeric", "(?<![\\\\w.:-])\\\\d+(?:ms|s|m|K|M|G)?(?![\\\\w.])");
  print_rule("string.unquoted", "(?<=^|\\\\s)(?:hex|fill|file|unix):\\\\S*");
  print_rule("constant.other", "(?<![\\\\w.-])[A-Z][A-Z0-9_]+(?![\\\\w])");
  fputs("    { \"name\": \"keyword.operator.socksh\", "
        "\"match\": \"(?<=\\\\s)(?:==|!=|<=?|>=?|~|=|&)(?=\\\\s|$)\" }\n"
        "  ]\n"
        "}\n",
        stdout);
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "vim") == 0) {
    print_vim();
  } else if (argc == 2 && strcmp(argv[1], "textmate") == 0) {
    print_textmate();
  } else {
    fputs("usage: generate vim|textmate\n", stderr);
    return 2;
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
