#include "system/processor.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* A thread that has ended meanwhile is nobody's concern. */
static void move_threads(const char *path, const cpu_set_t *processors) {
  DIR *threads = opendir(path);
  const struct dirent *entry;
  while (threads && (entry = readdir(threads)))
    if (entry->d_name[0] != '.')
      sched_setaffinity((pid_t)strtol(entry->d_name, NULL, 10), sizeof *processors, processors);
  if (threads)
    closedir(threads);
}

static void move_all(pid_t child, const cpu_set_t *processors) {
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/task", (int)child);
  move_threads("/proc/self/task", processors);
  if (child > 0)
    move_threads(path, processors);
}

void processor_stay(struct processor_place *place, pid_t child) {
  cpu_set_t one;
  int here = sched_getcpu();
  place->stays = here >= 0 && here < CPU_SETSIZE &&
                 sched_getaffinity(0, sizeof place->before, &place->before) == 0;
  if (!place->stays)
    return;
  CPU_ZERO(&one);
  CPU_SET(here, &one);
  move_all(child, &one);
}

void processor_leave(struct processor_place *place, pid_t child) {
  if (place->stays)
    move_all(child, &place->before);
  place->stays = false;
}
