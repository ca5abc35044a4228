#include "command/habit_part.h"

#include <ctype.h>
#include <string.h>

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct habit_text habit_trim(struct habit_text text) {
  while (text.length > 0 && is_space(*text.text))
    text.text++, text.length--;
  while (text.length > 0 && is_space(text.text[text.length - 1]))
    text.length--;
  return text;
}

bool habit_is(struct habit_text text, const char *word) {
  return text.length == strlen(word) && memcmp(text.text, word, text.length) == 0;
}

bool habit_is_name(struct habit_text text) {
  for (size_t i = 0; i < text.length; i++) {
    unsigned char c = (unsigned char)text.text[i];
    if (c >= 0x80 || (!isalpha(c) && c != '_' && (i == 0 || !isdigit(c))))
      return false;
  }
  return text.length > 0;
}

/* The length of a string in quotes that begins here, with its quotes; to the end if it has no
 * second one. */
static size_t quoted_length(const char *text, size_t length) {
  size_t i = 1;
  while (i < length && text[i] != text[0])
    i += text[i] == '\\' && i + 1 < length ? 2 : 1;
  return i < length ? i + 1 : length;
}

size_t habit_words(struct habit_text line, struct habit_text *words) {
  size_t count = 0;
  size_t i = 0;
  while (i < line.length && count < HABIT_PARTS) {
    while (i < line.length && is_space(line.text[i]))
      i++;
    size_t start = i;
    while (i < line.length && !is_space(line.text[i]))
      i += line.text[i] == '"' || (line.text[i] == '\'' && i == start)
               ? quoted_length(line.text + i, line.length - i)
               : 1;
    if (i > start)
      words[count++] = (struct habit_text){line.text + start, i - start};
  }
  return count;
}

struct habit_text habit_split(struct habit_text text, char at, struct habit_text *rest) {
  int depth = 0;
  for (size_t i = 0; i < text.length; i++) {
    char c = text.text[i];
    if (c == at && depth == 0) {
      *rest = (struct habit_text){text.text + i + 1, text.length - i - 1};
      return (struct habit_text){text.text, i};
    }
    if (c == '"' || c == '\'')
      i += quoted_length(text.text + i, text.length - i) - 1;
    else if (strchr("([{", c) && c)
      depth++;
    else if (strchr(")]}", c) && c)
      depth--;
  }
  *rest = (struct habit_text){text.text + text.length, 0};
  return text;
}

struct habit_text habit_without_comment(struct habit_text text) {
  bool begins = true;
  char quote = '\0';
  for (size_t i = 0; i < text.length; i++) {
    char c = text.text[i];
    bool slashes = c == '/' && i + 1 < text.length && text.text[i + 1] == '/';
    if (!quote && begins && (c == '#' || slashes))
      return habit_trim((struct habit_text){text.text, i});
    if (quote && c == '\\')
      i++;
    else if (c == quote)
      quote = '\0';
    else if (!quote && (c == '"' || c == '\''))
      quote = c;
    begins = c == ' ' || c == '\t' || c == ';';
  }
  return text;
}

/* What keyboards and word processors make, and what it stands for. */
static const struct {
  const char *typed;
  const char *plain;
} replaced[] = {
    {"\u201c", "\""}, {"\u201d", "\""},  {"\u201e", "\""}, {"\u201f", "\""}, {"\u2033", "\""},
    {"\u2018", "'"},  {"\u2019", "'"},   {"\u201a", "'"},  {"\u201b", "'"},  {"\u2032", "'"},
    {"\u3000", " "},  {"\u00a0", " "},   {"\u2003", " "},  {"\u2009", " "},  {"\u3001", ","},
    {"\u3002", "."},  {"\u2026", "..."}, {"\u2013", "-"},  {"\u2014", "--"}, {"\u2212", "-"},
    {"\u300c", "\""}, {"\u300d", "\""},  {"\u300e", "\""}, {"\u300f", "\""}, {"\u200b", ""},
    {"\ufeff", ""},
};

/* The ASCII for what begins here, and the length of what it stands for. 0: it stays. */
static size_t plain_for(const char *text, size_t length, char *plain) {
  for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++) {
    size_t size = strlen(replaced[i].typed);
    if (size <= length && memcmp(text, replaced[i].typed, size) == 0) {
      strcpy(plain, replaced[i].plain);
      return size;
    }
  }
  /* The full-width forms, U+FF01 to U+FF5E, are those of ASCII in the same order. */
  const unsigned char *bytes = (const unsigned char *)text;
  if (length < 3 || bytes[0] != 0xef || (bytes[1] != 0xbc && bytes[1] != 0xbd))
    return 0;
  unsigned code = (bytes[1] & 3U) << 6 | (bytes[2] & 0x3fU);
  if (code < 1 || code > 0x5e)
    return 0;
  plain[0] = (char)(0x20 + code);
  plain[1] = '\0';
  return 3;
}

bool habit_append_plain(struct habit_text text, struct bytes *plain) {
  bool any = false;
  char quote = '\0'; /* inside quotes, what is typed is data; only the closing one is read */
  for (size_t i = 0; i < text.length;) {
    char found[8];
    size_t size = plain_for(text.text + i, text.length - i, found);
    bool closes = quote && found[0] == quote;
    if (size == 0 || (quote && !closes)) {
      char c = text.text[i++];
      bytes_append_char(plain, c);
      if (quote && c == '\\' && i < text.length)
        bytes_append_char(plain, text.text[i++]);
      else if (c == quote)
        quote = '\0';
      else if (!quote && (c == '"' || c == '\''))
        quote = c;
      continue;
    }
    bytes_append_text(plain, found);
    any = true;
    i += size;
    if (found[0] == '"' || found[0] == '\'')
      quote = quote ? '\0' : found[0];
  }
  return any;
}
