#include "session/lesson_progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session/lesson.h"
#include "system/descriptor.h"
#include "system/file.h"
#include "system/state_file.h"

enum { FILE_LIMIT = 4 << 20 };

/* The path of the file, allocated. NULL with an error. */
static char *find_file(struct error *error) {
  int problem;
  char *path = state_file_path("lessons", &problem);
  if (path && !problem)
    return path;
  if (path)
    error_set_errno(error, problem, _("the directory of %.300s can't be made"), path);
  else
    error_set(error, ERROR_FAILURE,
              _("neither XDG_STATE_HOME nor HOME says where the progress in lessons is kept"));
  free(path);
  return NULL;
}

int lesson_progress_add(const char *path, unsigned asked, unsigned right, struct error *error) {
  struct bytes line = {0};
  char *file = find_file(error);
  if (!file)
    return -1;
  lesson_append_name(path, &line);
  bytes_append_format(&line, "\t%lld\t%u\t%u\n", (long long)time(NULL), asked, right);
  int descriptor = descriptor_open(file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
  ssize_t written = descriptor < 0 || line.failed ? -1 : write(descriptor, line.data, line.length);
  int problem = line.failed ? ENOMEM : written == (ssize_t)line.length ? 0 : errno ? errno : ENOSPC;
  if (descriptor >= 0)
    close(descriptor);
  int status = problem ? error_set_errno(error, problem, _("%.300s can't be written"), file) : 0;
  bytes_free(&line);
  free(file);
  return status;
}

/* One line of the file: name, date, asked, right, with tabs between. */
static void take_line(struct lesson_walks *walks, const char *line) {
  struct lesson_walk walk = {0};
  long long date;
  const char *tab = strchr(line, '\t');
  if (!tab || tab == line || (size_t)(tab - line) >= sizeof walk.name ||
      sscanf(tab, "\t%lld\t%u\t%u", &date, &walk.asked, &walk.right) != 3 ||
      walk.right > walk.asked)
    return;
  memcpy(walk.name, line, (size_t)(tab - line));
  walk.date = (time_t)date;
  bytes_append(&walks->list, &walk, sizeof walk);
}

int lesson_progress_read(struct lesson_walks *walks, struct error *error) {
  struct bytes text = {0};
  *walks = (struct lesson_walks){0};
  char *file = find_file(error);
  if (!file)
    return -1;
  int problem = file_read(file, FILE_LIMIT, &text);
  bytes_append_char(&text, '\0');
  if (problem && problem != ENOENT)
    error_set_errno(error, problem, _("%.300s can't be read"), file);
  for (char *line = text.data; !problem && !text.failed && line && *line;) {
    char *end = strchr(line, '\n');
    if (end)
      *end = '\0';
    take_line(walks, line);
    line = end ? end + 1 : NULL;
  }
  if (text.failed || walks->list.failed) {
    error_set_memory(error);
    problem = ENOMEM;
  }
  bytes_free(&text);
  free(file);
  return problem && problem != ENOENT ? -1 : 0;
}

void lesson_progress_free(struct lesson_walks *walks) {
  bytes_free(&walks->list);
}

const struct lesson_walk *lesson_progress_last(const struct lesson_walks *walks, const char *name) {
  const struct lesson_walk *walk = (const struct lesson_walk *)walks->list.data;
  for (size_t i = walks->list.length / sizeof *walk; i-- > 0;)
    if (strcmp(walk[i].name, name) == 0)
      return &walk[i];
  return NULL;
}
