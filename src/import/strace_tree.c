#include "import/strace_tree.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "language/bytes.h"
#include "language/number.h"

enum { DEPTH = 24 };

struct tree_reader {
  const char *at;
  const char *end;
  struct arena *arena;
  unsigned depth;
};

static bool peek(const struct tree_reader *reader, const char *text) {
  size_t length = strlen(text);
  return (size_t)(reader->end - reader->at) >= length && memcmp(reader->at, text, length) == 0;
}

static bool take(struct tree_reader *reader, const char *text) {
  bool found = peek(reader, text);
  reader->at += found ? strlen(text) : 0;
  return found;
}

static void skip_spaces(struct tree_reader *reader) {
  while (reader->at < reader->end && *reader->at == ' ')
    reader->at++;
}

/* Comments say in words what the number in front of them is: 0x40 / * AF_??? * /. */
static void skip_comment(struct tree_reader *reader) {
  const char *before = reader->at;
  skip_spaces(reader);
  if (!take(reader, "/*")) {
    reader->at = before;
    return;
  }
  while (reader->at < reader->end && !peek(reader, "*/"))
    reader->at++;
  take(reader, "*/");
}

static int hex_digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

/* The byte that an escape stands for; `at` is behind the backslash. */
static char read_escape(struct tree_reader *reader) {
  static const char letters[] = "ntrvfab0";
  static const char bytes[] = "\n\t\r\v\f\a\b";
  char c = *reader->at++;
  int high = reader->end - reader->at >= 2 ? hex_digit(reader->at[0]) : -1;
  int low = high >= 0 ? hex_digit(reader->at[1]) : -1;
  if (c == 'x' && low >= 0) {
    reader->at += 2;
    return (char)(high << 4 | low);
  }
  if (c >= '0' && c <= '7') {
    int byte = c - '0';
    for (int i = 0; i < 2 && reader->at < reader->end && *reader->at >= '0' && *reader->at <= '7';
         i++)
      byte = byte * 8 + *reader->at++ - '0';
    return (char)byte;
  }
  const char *letter = c ? strchr(letters, c) : NULL;
  return letter ? bytes[letter - letters] : c;
}

static int read_string(struct tree_reader *reader, struct strace_node *node) {
  const char *close = ++reader->at;
  while (close < reader->end && *close != '"')
    close += *close == '\\' && close + 1 < reader->end ? 2 : 1;
  if (close >= reader->end)
    return -1;
  char *bytes = arena_allocate(reader->arena, (size_t)(close - reader->at) + 1);
  if (!bytes)
    return -1;
  node->kind = STRACE_STRING;
  node->text = bytes;
  while (reader->at < close)
    if (*reader->at != '\\') {
      bytes[node->length++] = *reader->at++;
    } else {
      reader->at++;
      bytes[node->length++] = read_escape(reader);
    }
  reader->at = close + 1;
  node->cut = take(reader, "...");
  return 0;
}

/* The end of what stands in <>: a socket's has brackets and arrows in it, TCP:[1:1->2:2], a file's
 * may have any but those, and <> for a device within it. */
static const char *find_about_end(const struct tree_reader *reader) {
  const char *at = reader->at;
  unsigned brackets = 0;
  unsigned angles = 0;
  bool quoted = false;
  while (at < reader->end && (isalnum((unsigned char)*at) || *at == '-'))
    at++;
  bool socket = reader->end - at > 1 && at[0] == ':' && at[1] == '[';
  for (at = reader->at; at < reader->end; at++)
    if (*at == '\\')
      at++;
    else if (socket && *at == '"')
      quoted = !quoted;
    else if (quoted)
      continue;
    else if (socket && *at == '[')
      brackets++;
    else if (socket && *at == ']' && brackets > 0)
      brackets--;
    else if (!socket && *at == '<')
      angles++;
    else if (!socket && *at == '>' && angles > 0)
      angles--;
    else if (*at == '>' && brackets == 0)
      return at;
  return NULL;
}

static int read_about(struct tree_reader *reader, const char **about, size_t *length) {
  if (!take(reader, "<"))
    return 0;
  const char *end = find_about_end(reader);
  if (!end)
    return -1;
  *about = reader->at;
  *length = (size_t)(end - reader->at);
  reader->at = end + 1;
  return 0;
}

static int read_items(struct tree_reader *reader, char close, struct strace_node *parent);

static bool ends_word(char c) {
  return strchr(" ,)]}=<\"({[", c) != NULL; /* a zero byte as well */
}

static int read_word(struct tree_reader *reader, struct strace_node *node) {
  node->kind = STRACE_WORD;
  node->text = reader->at;
  while (reader->at < reader->end && !ends_word(*reader->at) && !peek(reader, "->"))
    reader->at++;
  node->length = (size_t)(reader->at - node->text);
  if (node->length == 0 && !peek(reader, "("))
    return -1;
  if (take(reader, "("))
    return read_items(reader, ')', node);
  return read_about(reader, &node->about, &node->about_length);
}

static int read_plain(struct tree_reader *reader, struct strace_node *node) {
  node->all_but = take(reader, "~"); /* a set of all signals, or types, but these */
  if (reader->at >= reader->end)
    return -1;
  switch (*reader->at) {
  case '@':
    node->abstract = reader->end - reader->at > 1 && reader->at[1] == '"';
    if (!node->abstract)
      return read_word(reader, node);
    reader->at++;
    return read_string(reader, node);
  case '"':
    return read_string(reader, node);
  case '[':
    node->kind = STRACE_LIST;
    reader->at++;
    return read_items(reader, ']', node);
  case '{':
    node->kind = STRACE_STRUCT;
    reader->at++;
    return read_items(reader, '}', node);
  default:
    if (!take(reader, "..."))
      return read_word(reader, node);
    node->kind = STRACE_MORE;
    return 0;
  }
}

/* The key, where the word is followed by an equals sign. */
static void read_key(struct tree_reader *reader, struct strace_node *node) {
  const char *at = reader->at;
  while (at < reader->end && !ends_word(*at))
    at++;
  bool is_key = at > reader->at && at + 1 < reader->end && *at == '=' && at[1] != '>';
  if (!is_key)
    return;
  node->key = reader->at;
  node->key_length = (size_t)(at - reader->at);
  reader->at = at + 1;
}

static struct strace_node *read_value(struct tree_reader *reader) {
  struct strace_node *node =
      reader->depth < DEPTH ? arena_allocate(reader->arena, sizeof *node) : NULL;
  if (!node)
    return NULL;
  reader->depth++;
  read_key(reader, node);
  int status = read_plain(reader, node);
  skip_comment(reader);
  /* Versions before 5.11 write 128->16. */
  if (status == 0 && (take(reader, " => ") || take(reader, "->"))) {
    node->after = read_value(reader);
    status = node->after ? 0 : -1;
  }
  reader->depth--;
  return status == 0 ? node : NULL;
}

static int read_items(struct tree_reader *reader, char close, struct strace_node *parent) {
  struct strace_node **place = &parent->child;
  for (;;) {
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == ','))
      reader->at++;
    if (reader->at >= reader->end)
      return -1;
    if (*reader->at == close) {
      reader->at++;
      return 0;
    }
    *place = read_value(reader);
    if (!*place)
      return -1;
    parent->count++;
    place = &(*place)->next;
  }
}

/* <0.000123> at the end of the line. */
static void read_took(struct tree_reader *reader, struct strace_tree *tree) {
  const char *at = reader->end - 1;
  tree->took = -1;
  if (at <= reader->at || *at != '>')
    return;
  while (at > reader->at && *at != '<')
    at--;
  char text[32];
  size_t length = (size_t)(reader->end - at);
  if (*at != '<' || length < 3 || length > sizeof text)
    return;
  memcpy(text, at + 1, length - 2);
  text[length - 2] = '\0';
  if (strspn(text, "0123456789.") != length - 2)
    return;
  tree->took = strtod(text, NULL);
  reader->end = at;
}

static int read_number(struct tree_reader *reader, long long *number) {
  const char *from = reader->at;
  while (reader->at < reader->end && !ends_word(*reader->at))
    reader->at++;
  return number_parse(from, (size_t)(reader->at - from), number);
}

static int read_result(struct tree_reader *reader, struct strace_tree *tree) {
  read_took(reader, tree);
  skip_spaces(reader);
  tree->returned = !take(reader, "?");
  if (tree->returned && (read_number(reader, &tree->result) < 0 ||
                         read_about(reader, &tree->about, &tree->about_length) < 0))
    return -1;
  skip_spaces(reader);
  if (reader->at < reader->end && *reader->at == 'E') {
    tree->problem = reader->at;
    while (reader->at < reader->end && *reader->at != ' ')
      reader->at++;
    tree->problem_length = (size_t)(reader->at - tree->problem);
    return 0;
  }
  struct strace_node *detail = arena_allocate(reader->arena, sizeof *detail);
  if (detail && take(reader, "(") && read_items(reader, ')', detail) == 0)
    tree->detail = detail;
  return detail ? 0 : -1;
}

int strace_tree_read(const char *text, size_t length, struct arena *arena,
                     struct strace_tree *tree) {
  struct tree_reader reader = {.at = text, .end = text + length, .arena = arena};
  struct strace_node list = {.kind = STRACE_LIST};
  *tree = (struct strace_tree){.name = text, .took = -1};
  while (reader.at < reader.end && !ends_word(*reader.at))
    reader.at++;
  tree->name_length = (size_t)(reader.at - text);
  if (tree->name_length == 0 || !take(&reader, "(") || read_items(&reader, ')', &list) < 0)
    return -1;
  tree->arguments = list.child;
  skip_spaces(&reader);
  return take(&reader, "=") ? read_result(&reader, tree) : -1;
}

struct strace_node *strace_node_member(const struct strace_node *node, const char *key) {
  struct strace_node *child = node ? node->child : NULL;
  size_t length = strlen(key);
  while (child && !(child->key && bytes_equal(child->key, child->key_length, key, length)))
    child = child->next;
  return child;
}

struct strace_node *strace_node_at(const struct strace_node *node, size_t place) {
  struct strace_node *child = node ? node->child : NULL;
  while (child && place-- > 0)
    child = child->next;
  return child;
}

bool strace_node_is(const struct strace_node *node, const char *word) {
  return node && node->kind == STRACE_WORD && !node->child &&
         bytes_equal(node->text, node->length, word, strlen(word));
}

bool strace_node_is_pointer(const struct strace_node *node) {
  return node && node->kind == STRACE_WORD && !node->child && node->length > 2 &&
         memcmp(node->text, "0x", 2) == 0;
}

int strace_node_number(const struct strace_node *node, long long *number) {
  if (node && node->kind == STRACE_LIST)
    node = node->child;
  if (!node || node->kind != STRACE_WORD || node->child)
    return -1;
  if (strace_node_is(node, "NULL")) {
    *number = 0;
    return 0;
  }
  return number_parse(node->text, node->length, number);
}
