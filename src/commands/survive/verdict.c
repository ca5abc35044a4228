#include "commands/survive/verdict.h"

#include <string.h>

#include "language/error.h"

const struct verdict_row verdict_rows[VERDICT_COUNT] = {
    [VERDICT_SURVIVED] = {"survived", false, N_("what the script expects holds")},
    [VERDICT_GAVE_UP] = {"gave-up", false, N_("the program ended, and said so by its status")},
    [VERDICT_NOT_REACHED] = {"not-reached", false, N_("the fault did not come about")},
    [VERDICT_UNSTEADY] = {"unsteady", true, N_("the script failed before the fault came about")},
    [VERDICT_FAILED] = {"failed", true, N_("what the script expects does not hold")},
    [VERDICT_ENDED] = {"ended", true, N_("the program ended, though others are to be served")},
    [VERDICT_CRASHED] = {"crashed", true, N_("a signal ended the program")},
    [VERDICT_HUNG] = {"hung", true, N_("the script did not end in time")},
    [VERDICT_SPUN] = {"spun", true, N_("the program was busy with nothing")},
    [VERDICT_LEAKED] = {"leaked", true, N_("the program left a socket open")},
};

/* The verdict that a line begins with, and what stands behind it. */
static int read_line(const char *line, size_t size, const char **why, size_t *length) {
  enum { MARK = sizeof VERDICT_MARK - 1 };
  if (size < MARK || memcmp(line, VERDICT_MARK, MARK) != 0)
    return -1;
  for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
    size_t word = strlen(verdict_rows[verdict].word);
    if (size < MARK + word + 2 || memcmp(line + MARK, verdict_rows[verdict].word, word) != 0 ||
        memcmp(line + MARK + word, ": ", 2) != 0)
      continue;
    *why = line + MARK + word + 2;
    *length = size - MARK - word - 2;
    return verdict;
  }
  return -1;
}

int verdict_find(const char *text, size_t size, const char **why, size_t *length) {
  while (size > 0) {
    size_t end = text[size - 1] == '\n' ? size - 1 : size;
    const char *newline = end > 0 ? memrchr(text, '\n', end) : NULL;
    size_t start = newline ? (size_t)(newline - text) + 1 : 0;
    int verdict = read_line(text + start, end - start, why, length);
    if (verdict >= 0 || start == 0)
      return verdict;
    size = start;
  }
  return -1;
}
