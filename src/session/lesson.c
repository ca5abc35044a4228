#include "session/lesson.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language/escape.h"
#include "system/file_thread.h"

#define ENDING ".socksh"

/* The subjects in the order in which they are taught. Others come behind them. */
static const char *const subjects[] = {
    "first steps",
    "connections",
    "addresses",
    "closing",
    "resets",
    "streams and messages",
    "queues and windows",
    "errors and options",
    "many clients",
    "testing programs",
    "what breaks it",
    "lab, packets",
    "lab, loss and repair",
    "lab, attacks",
    "lab, routes",
    "lab, states",
    "lab, arcs",
};

static bool is_there(const struct bytes *directory) {
  struct bytes path = {0};
  bytes_append_format(&path, "%.*s/tcp-echo" ENDING, (int)directory->length, directory->data);
  bool there = !path.failed && access(bytes_text(&path), R_OK) == 0;
  bytes_free(&path);
  return there;
}

/* Tries a directory, relative to that of the program. */
static bool try_beside(struct bytes *path, const char *program, const char *relative) {
  bytes_clear(path);
  bytes_append_format(path, "%s/%s", program, relative);
  return is_there(path);
}

/* Of a program that was moved as a whole with its files, and of one in its build directory. */
static bool find_beside(struct bytes *path) {
  static const char *const places[] = {"../share/doc/" PACKAGE "/examples", "examples",
                                       "../examples", "../../examples", "../../../examples"};
  char program[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0)
    return false;
  program[length] = '\0';
  char *slash = strrchr(program, '/');
  if (slash)
    *slash = '\0';
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (try_beside(path, program, places[i]))
      return true;
  return false;
}

int lesson_directory(struct bytes *path, struct error *error) {
  const char *chosen = getenv("SOCKSH_EXAMPLES");
  if (chosen && *chosen) {
    bytes_append_text(path, chosen);
    if (is_there(path))
      return 0;
    return error_set(error, ERROR_FAILURE,
                     _("SOCKSH_EXAMPLES says that the lessons are in %.300s, where none are"),
                     chosen);
  }
  bytes_append_text(path, EXAMPLES_DIRECTORY);
  if (is_there(path) || find_beside(path))
    return 0;
  return error_set(error, ERROR_FAILURE,
                   _("the lessons are neither in %s nor beside the program; set SOCKSH_EXAMPLES to "
                     "the directory that has them"),
                   EXAMPLES_DIRECTORY);
}

/* What a reading in a thread of its own is given, and what it finds. */
struct reading {
  const char *directory;
  struct lesson_list *list;
  size_t room;
  int error;
};

static char *copy(const char *text, size_t length) {
  return strndup(text, length);
}

/* Copies what stands on the line behind a mark. NULL if there is no such line, or no memory. */
static char *copy_line(const char *text, const char *mark) {
  const char *line = strstr(text, mark);
  return line ? copy(line + strlen(mark), strcspn(line + strlen(mark), "\r\n")) : strdup("");
}

/* Takes subject, title and where to read on from the beginning of a script. */
static void take_header(struct lesson *lesson, const char *text) {
  char *line = copy_line(text, "\n# Lesson: ");
  char *colon = line ? strstr(line, ": ") : NULL;
  lesson->subject = line ? copy(line, colon ? (size_t)(colon - line) : 0) : NULL;
  lesson->title = line ? strdup(colon ? colon + 2 : line) : NULL;
  lesson->reads = copy_line(text, "\n# Read: ");
  free(line);
}

/* Reads the beginning of a file. 0, or an errno. */
static int read_beginning(const char *path, char *text, size_t size) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  text[0] = '\0';
  if (descriptor < 0)
    return errno;
  ssize_t got = read(descriptor, text, size - 1);
  int problem = got < 0 && errno != EISDIR ? errno : 0;
  text[got > 0 ? got : 0] = '\0';
  close(descriptor);
  return problem;
}

/* Makes room for one more lesson. NULL when there is no memory. */
static struct lesson *add_lesson(struct reading *reading) {
  struct lesson_list *list = reading->list;
  if (list->count == reading->room) {
    size_t room = reading->room ? 2 * reading->room : 128;
    struct lesson *items = realloc(list->items, room * sizeof *items);
    if (!items)
      return NULL;
    list->items = items;
    reading->room = room;
  }
  list->items[list->count] = (struct lesson){0};
  return &list->items[list->count++];
}

/* 0, or an errno. */
static int add_file(struct reading *reading, const char *folder, const char *file) {
  char text[4096];
  struct bytes path = {0};
  struct bytes name = {0};
  bytes_append_format(&path, "%s/%s%s", reading->directory, folder, file);
  bytes_append_format(&name, "%s%.*s", folder, (int)(strlen(file) - strlen(ENDING)), file);
  struct lesson *lesson = path.failed || name.failed ? NULL : add_lesson(reading);
  int problem = lesson ? read_beginning(bytes_text(&path), text, sizeof text) : ENOMEM;
  if (problem == 0) {
    lesson->name = strdup(bytes_text(&name));
    take_header(lesson, text);
    bool whole = lesson->name && lesson->subject && lesson->title && lesson->reads;
    problem = whole ? 0 : ENOMEM;
  }
  bytes_free(&path);
  bytes_free(&name);
  return problem;
}

/* A folder of the examples, "" or "lab/", which need not be there. 0, or an errno. */
static int read_folder(struct reading *reading, const char *folder) {
  struct bytes path = {0};
  struct dirent *entry;
  int problem = 0;
  bytes_append_format(&path, "%s/%s", reading->directory, folder);
  if (path.failed) {
    bytes_free(&path);
    return ENOMEM;
  }
  DIR *directory = opendir(bytes_text(&path));
  bytes_free(&path);
  if (!directory)
    return errno == ENOENT ? 0 : errno;
  while (problem == 0 && (errno = 0, entry = readdir(directory))) {
    size_t length = strlen(entry->d_name);
    size_t ending = strlen(ENDING);
    if (entry->d_name[0] != '.' && length > ending &&
        strcmp(entry->d_name + length - ending, ENDING) == 0)
      problem = add_file(reading, folder, entry->d_name);
  }
  problem = problem ? problem : errno;
  closedir(directory);
  return problem;
}

static void read_all(void *context) {
  struct reading *reading = context;
  reading->error = read_folder(reading, "");
  if (reading->error == 0)
    reading->error = read_folder(reading, "lab/");
}

static size_t place_of(const struct lesson *lesson) {
  size_t i = 0;
  while (i < sizeof subjects / sizeof *subjects && strcmp(subjects[i], lesson->subject) != 0)
    i++;
  return i;
}

static int compare(const void *a, const void *b) {
  const struct lesson *first = a;
  const struct lesson *second = b;
  size_t one = place_of(first);
  size_t other = place_of(second);
  int subject = strcmp(first->subject, second->subject);
  if (one != other)
    return one < other ? -1 : 1;
  return subject ? subject : strcmp(first->name, second->name);
}

int lesson_list_read(struct lesson_list *list, struct error *error) {
  struct bytes path = {0};
  struct reading reading = {.list = list};
  *list = (struct lesson_list){0};
  int status = lesson_directory(&path, error);
  if (status == 0) {
    reading.directory = bytes_text(&path);
    if (path.failed)
      reading.error = ENOMEM;
    else if (file_thread_run(read_all, &reading) < 0)
      reading.error = errno;
    if (reading.error)
      status = error_set_errno(error, reading.error, _("the lessons in %.300s can't be read"),
                               reading.directory);
  }
  bytes_free(&path);
  if (status < 0)
    lesson_list_free(list); /* not half of it */
  if (status == 0 && list->count > 0)
    qsort(list->items, list->count, sizeof *list->items, compare);
  return status;
}

void lesson_list_free(struct lesson_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->items[i].name);
    free(list->items[i].subject);
    free(list->items[i].title);
    free(list->items[i].reads);
  }
  free(list->items);
  *list = (struct lesson_list){0};
}

/* Appends the path of the lesson of this name. */
static bool find_path(const char *name, struct bytes *path) {
  static const char *const folders[] = {"", "lab/"};
  struct error ignored;
  size_t length = strlen(name);
  size_t ending = strlen(ENDING);
  if (length > ending && strcmp(name + length - ending, ENDING) == 0)
    length -= ending;
  if (length == 0 || name[0] == '/' || name[0] == '.' || strstr(name, ".."))
    return false;
  struct bytes directory = {0};
  bool found = false;
  bool there = lesson_directory(&directory, &ignored) == 0;
  for (size_t i = 0; there && !found && i < sizeof folders / sizeof *folders; i++) {
    bytes_clear(path);
    bytes_append_format(path, "%.*s/%s%.*s" ENDING, (int)directory.length, directory.data,
                        folders[i], (int)length, name);
    found = !path->failed && access(bytes_text(path), R_OK) == 0;
  }
  bytes_free(&directory);
  return found;
}

bool lesson_stands_for(const char *word, struct bytes *path) {
  return access(word, F_OK) < 0 && errno == ENOENT && find_path(word, path);
}

void lesson_append_name(const char *path, struct bytes *name) {
  struct error ignored;
  struct bytes directory = {0};
  char *real = realpath(path, NULL);
  const char *given = path;
  path = real ? real : path;
  size_t length = strlen(path);
  size_t ending = strlen(ENDING);
  bool ends = length > ending && strcmp(path + length - ending, ENDING) == 0;
  char *top =
      lesson_directory(&directory, &ignored) == 0 ? realpath(bytes_text(&directory), NULL) : NULL;
  size_t above = top ? strlen(top) : 0;
  bool below = top && ends && strncmp(path, top, above) == 0 && path[above] == '/';
  if (below)
    bytes_append(name, path + above + 1, length - ending - above - 1);
  else
    escape_append_plain(name, given, strlen(given), false, ESCAPE_UTF8);
  free(top);
  free(real);
  bytes_free(&directory);
}
