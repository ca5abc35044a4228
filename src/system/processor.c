#include "system/processor.h"

#include <dirent.h>
#include <stdlib.h>

/* A thread that has ended meanwhile is nobody's concern. */
static void move_threads(const cpu_set_t *processors) {
  DIR *threads = opendir("/proc/self/task");
  const struct dirent *entry;
  while (threads && (entry = readdir(threads)))
    if (entry->d_name[0] != '.')
      sched_setaffinity((pid_t)strtol(entry->d_name, NULL, 10), sizeof *processors, processors);
  if (threads)
    closedir(threads);
}

void processor_stay(struct processor_place *place) {
  cpu_set_t one;
  int here = sched_getcpu();
  place->stays = here >= 0 && here < CPU_SETSIZE &&
                 sched_getaffinity(0, sizeof place->before, &place->before) == 0;
  if (!place->stays)
    return;
  CPU_ZERO(&one);
  CPU_SET(here, &one);
  move_threads(&one);
}

void processor_leave(struct processor_place *place) {
  if (place->stays)
    move_threads(&place->before);
  place->stays = false;
}
