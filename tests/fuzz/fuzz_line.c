/* A line at the prompt while it is being typed: at each place of it the words so far are found, and
 * the hint of what may follow; and what it means if it is one that people bring from elsewhere.
 * Nothing is run. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "command/habit.h"
#include "commands/command_table.h"
#include "commands/habit_table.h"
#include "shell/completion.h"
#include "shell/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static bool started;
  if (!started && command_start(command_table) < 0)
    abort();
  started = true;
  habit_start(habit_table);
  struct habit_found found;
  if (habit_find(NULL, (const char *)data, size, &found)) {
    if (found.certain && found.line.length == 0)
      abort();
    habit_found_free(&found);
  }
  char *line = malloc(size + 1);
  memcpy(line, data, size);
  line[size] = '\0';
  size_t length = strlen(line);
  size_t pace = length / 16 + 1;
  for (size_t point = 0; point <= length; point += pace) {
    struct line_place place;
    place_read(&place, line, point);
    if (place.start > point || place.count > PLACE_WORDS ||
        (place.command && place.first > place.count))
      abort();
    place_free(&place);
  }
  struct bytes hint = {0};
  completion_hint(line, &hint);
  bytes_free(&hint);
  free(line);
  return 0;
}
