#include "view/notation/fold.h"

#include <string.h>
#include <wchar.h>

#include "language/escape.h"

/* The length of a sequence that switches a colour, ESC [ ... m; 0 if there is none. */
static size_t colour_length(const char *text, size_t length) {
  if (length < 3 || text[0] != '\033' || text[1] != '[')
    return 0;
  const char *end = memchr(text, 'm', length);
  return end ? (size_t)(end - text) + 1 : 0;
}

/* The next character: how many bytes it has, and how many columns it takes. */
static size_t next_character(const char *text, size_t length, size_t *columns) {
  uint32_t point = 0;
  size_t size = colour_length(text, length);
  *columns = 0;
  if (size > 0)
    return size;
  size = utf8_decode(text, length, &point);
  int width = size > 1 ? wcwidth((wchar_t)point) : 1;
  *columns = width > 0 ? (size_t)width : 0;
  return size ? size : 1;
}

size_t fold_width(const char *text, size_t length) {
  size_t width = 0;
  for (size_t at = 0; at < length;) {
    size_t columns;
    at += next_character(text + at, length - at, &columns);
    width += columns;
  }
  return width;
}

/* A line being folded. */
struct fold {
  size_t width;
  size_t hang;   /* where its other lines begin */
  size_t column; /* columns used in the line that is written */
  bool fresh;    /* nothing but the indentation stands in it */
  struct bytes *bytes;
};

/* The end of the quoted string that begins here: behind its last quote. 0 if there is none. */
static size_t quoted_end(const char *text, size_t length) {
  for (size_t at = 1; at < length; at++) {
    if (text[at] == '\\')
      at++;
    else if (text[at] == '"')
      return at + 1;
  }
  return 0;
}

/* Whether this is an equals sign or an arrow, which begins a line rather than ends one. */
static bool leads(const char *text, size_t length) {
  static const char *const signs[] = {"=", "->", "\u2192"};
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    if (bytes_equal(text, length, signs[i], strlen(signs[i])))
      return true;
  return false;
}

/* The end of the word: the next space that no quotes are around. */
static size_t word_end(const char *text, size_t length) {
  const char *space = length ? memchr(text, ' ', length) : NULL;
  size_t at = space ? (size_t)(space - text) : length;
  at = leads(text, at) && at < length ? at + 1 : 0;
  while (at < length && text[at] != ' ') {
    size_t quoted = text[at] == '"' ? quoted_end(text + at, length - at) : 0;
    at += quoted ? quoted : 1;
  }
  return at;
}

static void begin_line(struct fold *fold) {
  bytes_append_char(fold->bytes, '\n');
  bytes_pad(fold->bytes, fold->bytes->length, fold->hang);
  fold->column = fold->hang;
  fold->fresh = true;
}

static void put(struct fold *fold, const char *text, size_t length, size_t columns) {
  bytes_append(fold->bytes, text, length);
  fold->column += columns;
  fold->fresh = fold->fresh && columns == 0;
}

/* One character of a quoted string; what begins with a backslash is one. */
static size_t quoted_character(const char *text, size_t length, size_t *columns) {
  size_t size = 0;
  if (text[0] != '\\' || length < 2)
    return next_character(text, length, columns);
  size = text[1] == 'x' ? 4 : 2;
  size = size < length ? size : length;
  *columns = size;
  return size;
}

/* How much of a string's inside fits into `room` columns: all, or up to the last space if there is
 * one in its second half. `columns`: how many it takes. */
static size_t quoted_part(const char *text, size_t length, size_t room, size_t *columns) {
  size_t space = 0;
  size_t space_columns = 0;
  size_t used = 0;
  size_t at = 0;
  while (at < length) {
    size_t wide;
    size_t size = quoted_character(text + at, length - at, &wide);
    if (used + wide > room)
      break;
    at += size;
    used += wide;
    if (text[at - 1] == ' ' && used > room / 2) {
      space = at;
      space_columns = used;
    }
  }
  *columns = at < length && space > 0 ? space_columns : used;
  return at < length && space > 0 ? space : at;
}

/* Puts a string with its quotes; where a line is full it goes on in another string. `tail` columns
 * of the word come behind it. */
static void put_quoted(struct fold *fold, const char *text, size_t length, size_t tail) {
  put(fold, "\"", 1, 1);
  for (size_t at = 1; at + 1 < length;) {
    size_t columns;
    size_t room = fold->column + 1 < fold->width ? fold->width - fold->column - 1 : 0;
    size_t size = quoted_part(text + at, length - 1 - at, room, &columns);
    if (at + size + 1 == length && columns + tail > room && room > tail)
      size = quoted_part(text + at, length - 1 - at, room - tail, &columns);
    if (size == 0 && room + 8 >= fold->width - fold->hang) /* nothing ever fits */
      size = quoted_character(text + at, length - 1 - at, &columns);
    put(fold, text + at, size, columns);
    at += size;
    if (at + 1 < length) {
      put(fold, "\"", 1, 1);
      begin_line(fold);
      put(fold, "\"", 1, 1);
    }
  }
  put(fold, "\"", 1, 1);
}

/* The end of the first part of a long word. */
static size_t part_end(const char *text, size_t length) {
  size_t at = 0;
  while (at < length && text[at] != '"') {
    bool joint = text[at] == '|' || text[at] == ',' || text[at] == '/' || text[at] == '=';
    at++;
    if (joint)
      return at;
  }
  return at;
}

/* Puts a word that is longer than a line. */
static void put_long_word(struct fold *fold, const char *text, size_t length) {
  for (size_t at = 0; at < length;) {
    size_t quoted = text[at] == '"' ? quoted_end(text + at, length - at) : 0;
    size_t size = quoted ? quoted : part_end(text + at, length - at);
    if (size == 0)
      size = 1; /* a quote that nothing ends */
    size_t columns = fold_width(text + at, size);
    if (!fold->fresh && !quoted && fold->column + columns > fold->width)
      begin_line(fold);
    if (quoted)
      put_quoted(fold, text + at, size, fold_width(text + at + size, length - at - size));
    else
      put(fold, text + at, size, columns);
    at += size;
  }
}

/* The columns that the first part of a long word needs: of a string, a few of its characters. */
static size_t least_part(const char *text, size_t length) {
  enum { OF_STRING = 8 };
  return text[0] == '"' ? OF_STRING : fold_width(text, part_end(text, length));
}

static void put_word(struct fold *fold, const char *text, size_t length, size_t spaces) {
  size_t columns = fold_width(text, length);
  size_t before = fold->fresh ? 0 : spaces;
  bool too_long = fold->hang + columns > fold->width;
  size_t first = too_long ? least_part(text, length) : columns;
  bool breaks = fold->column + before + first > fold->width;
  if (breaks && !fold->fresh) {
    begin_line(fold);
  } else {
    bytes_pad(fold->bytes, fold->bytes->length, before);
    fold->column += before;
  }
  if (too_long && fold->column + columns > fold->width)
    put_long_word(fold, text, length);
  else
    put(fold, text, length, columns);
}

static size_t spaces_at(const char *text, size_t length) {
  size_t count = 0;
  while (count < length && text[count] == ' ')
    count++;
  return count;
}

/* Puts the words of a line behind its indentation, each with the spaces before it. */
static void put_words(struct fold *fold, const char *text, size_t length, size_t spaces) {
  for (size_t at = 0; at < length;) {
    size_t size = word_end(text + at, length - at);
    if (size > 0)
      put_word(fold, text + at, size, spaces);
    at += size;
    spaces = spaces_at(text + at, length - at);
    at += spaces;
  }
}

/* Where the second column of a line begins, if it has one in its first half; 0: it has none. */
static size_t second_column(const char *text, size_t length, size_t width) {
  size_t found = 0;
  size_t column = 0;
  size_t indent = spaces_at(text, length);
  for (size_t at = 0; at < length && column < width / 2;) {
    size_t spaces = spaces_at(text + at, length - at);
    size_t columns = 1;
    if (at >= indent && spaces >= 2)
      found = column + spaces;
    size_t size = spaces ? spaces : next_character(text + at, length - at, &columns);
    column += spaces ? spaces : columns;
    at += size;
  }
  return found <= width / 2 ? found : 0;
}

static size_t hang_of(const char *text, size_t length, size_t width) {
  size_t indent = spaces_at(text, length);
  size_t second = second_column(text, length, width);
  size_t mark = indent + colour_length(text + indent, length - indent);
  if (second > 0)
    return second;
  if (mark + 1 < length && text[mark] == '#' && text[mark + 1] == ' ')
    return indent + 2;
  return indent + 4 < width / 2 ? indent + 4 : 0;
}

static size_t line_length(const char *text, size_t length) {
  const char *end = memchr(text, '\n', length);
  return end ? (size_t)(end - text) : length;
}

/* Whether a line goes on with the words of the one before it, of `before` bytes: they were wrapped
 * because its first word did not fit there. */
static bool goes_on(size_t before, const char *text, size_t length, size_t indent) {
  enum { WRAPPED = 78 };
  size_t size = line_length(text, length);
  if (size <= indent || spaces_at(text, size) != indent || second_column(text, size, 2 * size) > 0)
    return false;
  size_t word = word_end(text + indent, size - indent);
  bool names = word > 4 && text[indent] == 'E' && text[indent + 1] >= 'A' &&
               text[indent + 1] <= 'Z' && text[indent + word - 1] == ':';
  return !names && before + 1 + word > WRAPPED; /* an errno begins an item */
}

/* Folds the line at `text` of `size` bytes, and with `paragraphs` those that go on with it. Returns
 * how many bytes were taken, with the last newline. */
static size_t fold_line(const char *text, size_t length, size_t width, bool paragraphs,
                        struct bytes *bytes) {
  size_t size = line_length(text, length);
  size_t indent = spaces_at(text, size);
  struct fold fold = {.width = width, .column = indent, .fresh = true, .bytes = bytes};
  fold.hang = hang_of(text, size, width);
  if (paragraphs && second_column(text, size, width) == 0)
    fold.hang = indent;
  bytes_append(bytes, text, indent);
  put_words(&fold, text + indent, size - indent, 0);
  size_t before = size;
  while (paragraphs && size < length &&
         goes_on(before, text + size + 1, length - size - 1, fold.hang)) {
    before = line_length(text + size + 1, length - size - 1);
    put_words(&fold, text + size + 1 + fold.hang, before - fold.hang, 1);
    size += 1 + before;
  }
  if (size < length)
    bytes_append_char(bytes, '\n');
  return size < length ? size + 1 : size;
}

void fold_append(const char *text, size_t length, size_t width, bool paragraphs,
                 struct bytes *bytes) {
  for (size_t at = 0; at < length;) {
    size_t size = line_length(text + at, length - at);
    bool fits = width == 0 || size <= width || fold_width(text + at, size) <= width;
    if (!fits) {
      at += fold_line(text + at, length - at, width, paragraphs, bytes);
      continue;
    }
    size_t taken = size < length - at ? size + 1 : size;
    bytes_append(bytes, text + at, taken);
    at += taken;
  }
}
