/* lesson_near: the lessons that a word probably means which is the name of none. */
#include <errno.h>
#include <string.h>

#include "language/word.h"
#include "session/lesson.h"

enum { NEAR = 3, UNLIKE = 1000 };

/* How far a name is from the word: a letter or two are wrong; it begins so; it has it inside; it
 * begins with more than half of its letters. */
static size_t distance_between(const char *word, const char *name) {
  size_t length = strlen(word);
  size_t common = 0;
  while (word[common] && name[common] == word[common])
    common++;
  size_t wrong = word_distance(word, length, name);
  if (wrong <= 2 && wrong < length)
    return wrong;
  if (common == length && length > 1)
    return 3;
  if (length > 2 && strstr(name, word))
    return 4;
  return common > 3 && 2 * common > length ? 100 - (common < 90 ? common : 90) : UNLIKE;
}

static size_t distance_of(const char *word, const char *name) {
  const char *slash = strrchr(name, '/');
  size_t whole = distance_between(word, name);
  size_t part = slash ? distance_between(word, slash + 1) : UNLIKE;
  return whole < part ? whole : part;
}

/* Finds the nearest, at most NEAR of them. How many there are. */
static size_t find_near(const struct lesson_list *list, const char *word, const char **names) {
  size_t distances[NEAR];
  size_t count = 0;
  for (size_t i = 0; i < list->count; i++) {
    size_t distance = distance_of(word, list->items[i].name);
    size_t at = count;
    while (at > 0 && distances[at - 1] > distance)
      at--;
    if (distance == UNLIKE || at == NEAR)
      continue;
    count += count < NEAR;
    for (size_t j = count - 1; j > at; j--) {
      distances[j] = distances[j - 1];
      names[j] = names[j - 1];
    }
    distances[at] = distance;
    names[at] = list->items[i].name;
  }
  /* Beside one that is clearly meant, those that only begin alike are noise. */
  while (count > 1 && distances[0] <= 4 && distances[count - 1] > 4)
    count--;
  return count;
}

int lesson_set_unknown(struct error *error, const char *word) {
  struct lesson_list list;
  struct error ignored; /* then no lesson is near */
  const char *names[NEAR];
  size_t count = 0;
  bool is_path = word[0] == '/' || strchr(word, '.'); /* no lesson has one in its name */
  int read = lesson_list_read(&list, &ignored);
  if (read == 0 && !is_path)
    count = find_near(&list, word, names);
  if (is_path)
    error_set_errno(error, ENOENT, _("the script %.300s can't be read"), word);
  else if (count == 0)
    error_set(error, ERROR_FAILURE,
              _("no lesson and no script is called %.200s; `lessons` lists the lessons"), word);
  else
    error_set(error, ERROR_FAILURE,
              _("no lesson and no script is called %.200s, did you mean %.60s%s%.60s%s%.60s?"),
              word, names[0],
              count == 3   ? _(", ")
              : count == 2 ? _(" or ")
                           : "",
              count > 1 ? names[1] : "", count == 3 ? _(" or ") : "", count == 3 ? names[2] : "");
  error->number = ENOENT;
  lesson_list_free(&list);
  return -1;
}
